"""What it costs to find every branch of a route, and whether all are found.

A diamond of four branches in network namespaces of our own; nothing leaves them. The
kernel forwards in the sending call, so all routers' work is in the figures, ours and
the peer's alike. Ours finds twenty routes at a time. scapy sends the same packets, by
``sr()``: as many flows as one of our routes took, each to all four hops, all at once.
"""

import asyncio
import os
import resource
from functools import cache

from bellrock.bench.diamond import BRANCHES, TARGETS, diamond, inside
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.process import fresh
from probes.path.settings import PathProbe
from probes.path.tracer import Tracer
from probes.target import Target

ROUTES = len(TARGETS)
HOPS = 4

_MICRO = 1e6
_RATE = 10_000.0
_PORT = 33_434
_FIRST = 45_000
_PEER = "scapy sr()"


def probe(routes: int = ROUTES) -> Measurement:
    """Measure CPU time for a probe."""
    ours, theirs = _both(routes)
    return Measurement(ours[0], {_PEER: theirs[0]})


def branches(routes: int = ROUTES) -> Measurement:
    """Count the branches that were found; of scapy's, with as many flows as ours."""
    ours, theirs = _both(routes)
    return Measurement(ours[1], {_PEER: theirs[1]})


@cache
def _both(routes: int) -> tuple[tuple[float, int], tuple[float, int]]:
    """Measure once for both cases: cost and branches, ours and scapy's."""
    if os.geteuid() != 0:
        raise NotMeasuredError("makes network namespaces: run it as root")
    with diamond() as made:
        network = made.network("a")
        cost, found, flows = fresh(_ours, network, routes)
        peer = fresh(_theirs, network, flows)
    return (cost, found), peer


def _ours(network: str, routes: int) -> tuple[float, int, int]:
    """Find routes side by side; return µs a probe, branches, and flows."""
    with inside(network):
        return asyncio.run(_find(routes))


async def _find(routes: int) -> tuple[float, int, int]:
    tracer = Tracer(PathProbe(rate=_RATE, mtu=False))
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


def _theirs(network: str, flows: int) -> tuple[float, int]:
    """Have scapy send and match as many packets."""
    with inside(network):
        # Imported inside, since scapy reads the routes of where it is.
        from scapy.config import conf
        from scapy.layers.inet import IP, UDP
        from scapy.sendrecv import sr

        conf.verb = 0
        packets = [
            IP(dst=TARGETS[0], ttl=ttl) / UDP(sport=_FIRST + flow, dport=_PORT)
            for flow in range(flows)
            for ttl in range(1, HOPS + 1)
        ]
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
