"""How far packet trains are off a shaper's true rate, and what they cost.

Two processes with a network namespace each, a veth pair between them, a token bucket
(tbf) on the near end and our reflector at the far end. Both figures are compared as
rates of IP packets: tbf counts Ethernet frames, iperf3 what TCP delivers.
"""

import asyncio
import ctypes
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple

import uvloop

from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.process import Say, fresh, run_program, serving
from bellrock.model.observation import Direction
from probes.stamp.reflector import Reflector, ReflectorSettings
from probes.target import Target
from probes.throughput.train import TrainProbe

MEASUREMENTS = 5
"""Of which the worst counts: whoever measures once gets one of them."""
SECONDS = 3
"""That iperf3 measures for, after one that it leaves out."""

_PATH = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
_NEW_NETWORK = 0x40000000
_NEAR, FAR = "192.0.2.1", "192.0.2.2"
PORT = 8620
_BURST = "32kb"
_QUEUE = "200ms"
_ETHERNET = 14
_MTU = 1500
_TCP_AND_IP = 52
"""Bytes of IPv4 and TCP headers, with the time stamps that Linux sends."""
_NONE_BETTER = 1e-6


class Found(NamedTuple):
    """The worst error of the measurements, and the bytes of each; the peer's, too."""

    error: float
    size: int
    peer_error: float | None
    peer_size: int | None


def accuracy(
    rate: float, measurements: int = MEASUREMENTS, seconds: int = SECONDS
) -> Measurement:
    """Measure how far the rate of a shaper is missed, as a ratio of it.

    Parameters
    ----------
    rate : float
        bit/s, of Ethernet frames.
    seconds : int
        That iperf3 measures for; 0 for not at all.

    Raises
    ------
    NotMeasuredError
        If it takes privileges or programs that are not to be had, or if trains gave no
        figure.
    """
    found = measured(rate, measurements, seconds)
    peers = {} if found.peer_error is None else {"iperf3": found.peer_error}
    return Measurement(found.error, peers)


def cost(
    rate: float, measurements: int = MEASUREMENTS, seconds: int = SECONDS
) -> Measurement:
    """Measure how many bytes that took, both directions together."""
    found = measured(rate, measurements, seconds)
    peers = {} if found.peer_size is None else {"iperf3": float(found.peer_size)}
    return Measurement(float(found.size), peers)


@lru_cache
def measured(rate: float, measurements: int, seconds: int) -> Found:
    """Measure once for both cases."""
    with serving(far_end) as far:
        return fresh(_measure, rate, measurements, seconds, far.pid)


def far_end(say: Say[None]) -> None:
    """Answer test packets, in a network that has no cable yet."""
    own_network()
    uvloop.run(_answer(say))


def own_network() -> None:
    """Move this thread to a new network.

    Raises
    ------
    NotMeasuredError
        If it may not, or if there is nothing to lay cables with.
    """
    if os.geteuid() != 0:
        raise NotMeasuredError("network namespaces and a shaper take root")
    for program in ("ip", "tc", "nsenter", "ping"):
        if shutil.which(program, path=_PATH) is None:
            raise NotMeasuredError(f"{program} is not installed")
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.unshare(_NEW_NETWORK) != 0:
        reason = os.strerror(ctypes.get_errno()).lower()
        raise NotMeasuredError(f"no network namespace: {reason}")


async def _answer(say: Say[None]) -> None:
    settings = ReflectorSettings.model_validate(
        # Several measurements in a second are more than it grants anybody else.
        {"address": "0.0.0.0", "port": PORT, "rate": 1e6, "total_rate": 1e6}
    )
    reflector = Reflector(settings)
    say(None)
    await reflector.run()


def _measure(rate: float, measurements: int, seconds: int, far: int) -> Found:
    own_network()
    lay_cable(far, rate)
    probe = TrainProbe()
    true = rate * probe.packet / (probe.packet + _ETHERNET)
    error, size = 0.0, 0
    for _ in range(measurements):
        forward, reverse = asyncio.run(probe.measure(Target("far", FAR, PORT)))
        assert forward.direction is Direction.FORWARD
        if forward.rate is None or forward.at_least:
            raise NotMeasuredError(f"no figure: {forward.detail}")
        error = max(error, abs(forward.rate - true) / true, _NONE_BETTER)
        size = max(size, forward.bytes_sent + reverse.bytes_sent)
    true = rate * _MTU / (_MTU + _ETHERNET)
    peer = _iperf3(far, seconds) if seconds else None
    if peer is None:
        return Found(error, size, None, None)
    return Found(error, size, max(abs(peer[0] - true) / true, _NONE_BETTER), peer[1])


def lay_cable(far: int, rate: float, back: float | None = None) -> None:
    """Join this thread's network to another process's, with a shaper on the cable.

    Parameters
    ----------
    far : int
        The process.
    rate, back : float or None
        bit/s of Ethernet frames, towards it and from it; None for no shaper.

    Raises
    ------
    NotMeasuredError
        If a step of it fails.
    """
    there = ("nsenter", "-t", str(far), "-n")
    commands: list[tuple[str, ...]] = [
        ("ip", "link", "add", "va", "type", "veth", "peer", "vb", "netns", str(far)),
        ("ip", "address", "add", f"{_NEAR}/24", "dev", "va"),
        ("ip", "link", "set", "va", "up"),
        (*there, "ip", "address", "add", f"{FAR}/24", "dev", "vb"),
        (*there, "ip", "link", "set", "vb", "up"),
        ("tc", "qdisc", "add", "dev", "va", "root", *_shaper(rate)),
    ]
    if back is not None:
        at = (*there, "tc", "qdisc", "add", "dev", "vb", "root")
        commands.append((*at, *_shaper(back)))
    # Who is who at the other end: not to be asked for within a train.
    commands.append(("ping", "-c", "1", "-W", "2", FAR))
    for command in commands:
        done, _ = run_program(*command, env={"PATH": _PATH})
        if done.returncode:
            raise NotMeasuredError(f"{' '.join(command)}: {done.stderr.strip()}")


def _shaper(rate: float) -> tuple[str, ...]:
    return ("tbf", "rate", f"{rate:.0f}bit", "burst", _BURST, "latency", _QUEUE)


@contextmanager
def _server(program: str, far: int) -> Iterator[None]:
    there = ("nsenter", "-t", str(far), "-n")
    server = subprocess.Popen(
        [*there, program, "--server", "--one-off", "--forceflush"],
        stdout=subprocess.PIPE,
        text=True,
        env={"PATH": _PATH},
    )
    try:
        assert server.stdout is not None
        while (line := server.stdout.readline()) and "listening" not in line:
            pass
        yield
    finally:
        server.kill()
        server.communicate()


def _iperf3(far: int, seconds: int) -> tuple[float, int] | None:
    """Return the rate of IP packets that it finds, and the bytes it takes."""
    program = shutil.which("iperf3", path=_PATH)
    if program is None:
        return None
    with _server(program, far):
        words = ("--json", "--time", str(seconds), "--omit", "1")
        done, _ = run_program(program, "--client", FAR, *words)
    said = json.loads(done.stdout)
    if done.returncode:
        raise NotMeasuredError(f"iperf3: {said.get('error', 'failed')}")
    received = said["end"]["sum_received"]
    rate = float(received["bits_per_second"]) * _MTU / (_MTU - _TCP_AND_IP)
    # What it leaves out was sent all the same.
    whole = sum(interval["sum"]["bytes"] for interval in said["intervals"])
    return rate, int(whole * _MTU / (_MTU - _TCP_AND_IP))
