"""What it costs to find every branch of a route, and whether all are found.

A diamond of four branches in network namespaces of our own; nothing leaves them. The
kernel forwards in the sending call, so all routers' work is in the figures, ours and
the peer's alike. Ours finds twenty routes at a time, as fast as its settings allow.
scapy sends the same packets, by ``sr()``: as many flows as one of our routes took, each
to all four hops, all at once.

How sure our routes are to have all branches is raised, as a route in a hundred misses
one at the default confidence, and twenty are looked at.
"""

import asyncio
import gc
import os
import resource
from functools import cache, partial
from typing import Literal

from bellrock.bench.diamond import BRANCHES, TARGETS, diamond, inside
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.process import fresh
from probes.path.settings import PathProbe
from probes.path.template import crafted
from probes.path.tracer import Tracer
from probes.target import Target

ROUTES = len(TARGETS)
HOPS = 4

_MICRO = 1e6
_RATE = 10_000.0
_CONFIDENCE = 0.9999
_FLOWS = 128
_FIRST = 45_000
_PEER = "scapy sr()"

Method = Literal["udp", "tcp"]


def probe(routes: int = ROUTES) -> Measurement:
    """Measure CPU time for a probe."""
    ours, theirs = _both(routes, "udp")
    return Measurement(ours[0], {_PEER: theirs[0]})


def tcp(routes: int = ROUTES) -> Measurement:
    """Measure CPU time for a probe by TCP SYN segments."""
    ours, theirs = _both(routes, "tcp")
    return Measurement(ours[0], {_PEER: theirs[0]})


def branches(routes: int = ROUTES) -> Measurement:
    """Count the branches that were found; of scapy's, with as many flows as ours."""
    ours, theirs = _both(routes, "udp")
    return Measurement(ours[1], {_PEER: theirs[1]})


@cache
def _both(routes: int, method: Method) -> tuple[tuple[float, int], tuple[float, int]]:
    """Measure once for all cases of a method: cost and branches, ours and scapy's."""
    if os.geteuid() != 0:
        raise NotMeasuredError("makes network namespaces: run it as root")
    with diamond() as made:
        network = made.network("a")
        cost, found, flows = fresh(_ours, network, routes, method)
        peer = fresh(_theirs, network, flows, method)
    return (cost, found), peer


def _ours(network: str, routes: int, method: Method) -> tuple[float, int, int]:
    """Find routes side by side; return µs a probe, branches, and flows."""
    probe = PathProbe(
        rate=_RATE, mtu=False, method=method, flows=_FLOWS, confidence=_CONFIDENCE
    )
    if method == "tcp":
        crafted("192.0.2.1", "192.0.2.2", _FIRST, probe.destination)  # loads scapy
    with inside(network):
        gc.freeze()  # as the monitor does once it is up
        return asyncio.run(_find(routes, probe))


async def _find(routes: int, probe: PathProbe) -> tuple[float, int, int]:
    tracer = Tracer(probe)
    targets = [Target(address, address) for address in TARGETS[:routes]]
    before = _spent()
    found = await asyncio.gather(*map(tracer.trace, targets))
    spent = _spent() - before
    await tracer.close()
    sent = sum(route.sent for route in found)
    answered = sum(route.answered for route in found)
    if not sent or answered < sent:
        raise NotMeasuredError(f"{answered} answers to {sent} probes")
    seen = [route.at_ttl(2) & set(BRANCHES) for route in found]
    flows = max(len(route.flows) for route in found)
    # The worst of them: every route is to show all branches.
    return spent / sent * _MICRO, min(map(len, seen)), flows


def _theirs(network: str, flows: int, method: Method) -> tuple[float, int]:
    """Have scapy send and match as many packets."""
    with inside(network):
        # Imported inside, since scapy reads the routes of where it is.
        from scapy.config import conf
        from scapy.layers.inet import IP, TCP, UDP
        from scapy.sendrecv import sr

        conf.verb = 0
        segment = partial(
            TCP if method == "tcp" else UDP,
            dport=PathProbe(method=method).destination,
        )
        packets = [
            IP(dst=TARGETS[0], ttl=ttl) / segment(sport=_FIRST + flow)
            for flow in range(flows)
            for ttl in range(1, HOPS + 1)
        ]
        gc.freeze()
        before = _spent()
        answered, _ = sr(packets, timeout=1)
        spent = _spent() - before
    if not answered:
        raise NotMeasuredError("scapy: no answers")
    found = {answer.src for _, answer in answered} & set(BRANCHES)
    return spent / len(packets) * _MICRO, len(found)


def _spent() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime
