"""How wrong a ping's delay is: ours and fping's against a capture of the same packets.

In a network namespace of our own a TUN device leads to a process that answers every
echo request after 8 ms. A packet socket on the device sees what leaves and what comes,
with the kernel's stamps; it is read only when all is over.
"""

import asyncio
import ctypes
import errno
import fcntl
import functools
import os
import re
import shutil
import socket
import struct
import subprocess
import time
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from statistics import quantiles

import uvloop

from bellrock.bench.busy import hogs
from bellrock.bench.measurement import Measurement, NotMeasuredError
from bellrock.bench.process import Say, fresh, run_program, serving
from bellrock.model.observation import RoundTrips
from probes import kernel
from probes.icmp import IcmpProbe
from probes.target import Target

TARGETS = 50
ROUNDS = 50
INTERVAL = 0.1

_HOGS = 4
_DEVICE = "bellrock0"
_NEAR = "10.221.0.1"
_FAR = "10.221.1.{}"
_DELAY = 0.008
_PATIENCE = 60.0
_FEWEST = 20

_CLONE_NEWNET = 0x40000000
_TUNSETIFF = 0x400454CA
_IFF_TUN, _IFF_NO_PI = 0x0001, 0x1000
_SO_RCVBUFFORCE = 33
_ALL = 0x0003  # others do not see what leaves
_CAPTURE = 64 << 20
_REQUEST, _REPLY = 8, 0
_LINE = re.compile(r"^(\S+)\s*:((?: [\d.]+| -)+)$", re.MULTILINE)
_NANO, _MICRO, _MILLI = 1e9, 1e6, 1e3

Delays = dict[str, list[float]]


@dataclass(frozen=True, slots=True)
class Errors:
    """Distance of what was reported from what was captured, microseconds."""

    median: float
    worst: float

    @classmethod
    def of(cls, reported: Delays, captured: Delays) -> "Errors":
        """Compare packet by packet; targets with a loss are left out."""
        found = [
            abs(ours - wire) * _MICRO
            for target, wires in captured.items()
            if len(reported.get(target, ())) == len(wires)
            for ours, wire in zip(reported[target], wires, strict=True)
        ]
        if 2 * len(found) < sum(map(len, captured.values())) or len(found) < _FEWEST:
            raise NotMeasuredError(f"only {len(found)} pings were answered")
        cuts = quantiles(found, n=100)
        return cls(median=cuts[49], worst=cuts[98])


def idle(targets: int = TARGETS, rounds: int = ROUNDS) -> Measurement:
    """Measure the median error while nothing else is run."""
    return _measurement(0, "median", targets, rounds)


def idle_worst() -> Measurement:
    """Measure the error that one ping in a hundred exceeds."""
    return _measurement(0, "worst", TARGETS, ROUNDS)


def busy() -> Measurement:
    """Measure the median error beside four processes that never rest."""
    return _measurement(_HOGS, "median", TARGETS, ROUNDS)


def busy_worst() -> Measurement:
    """Measure the error that one ping in a hundred exceeds, beside them."""
    return _measurement(_HOGS, "worst", TARGETS, ROUNDS)


def _measurement(burning: int, which: str, targets: int, rounds: int) -> Measurement:
    ours, fping = _both(burning, targets, rounds)
    peers = {} if fping is None else {"fping": getattr(fping, which)}
    return Measurement(getattr(ours, which), peers)


@functools.cache
def _both(burning: int, targets: int, rounds: int) -> tuple[Errors, Errors | None]:
    """Measure once; there is a case for the median and one for the tail."""
    with hogs(burning):
        ours = fresh(_in_a_network, "", targets, rounds)
        program = shutil.which("fping")
        if program is None:
            return ours, None
        return ours, fresh(_in_a_network, program, targets, rounds)


def _in_a_network(fping: str, targets: int, rounds: int) -> Errors:
    """Measure fping, or the engine where none is given, in a namespace."""
    if ctypes.CDLL(None, use_errno=True).unshare(_CLONE_NEWNET):
        number = errno.errorcode[ctypes.get_errno()]
        raise NotMeasuredError(f"needs a network namespace of its own ({number}): root")
    with ExitStack() as stack:
        stack.enter_context(serving(_answer_late))
        capture = stack.enter_context(_capture())
        addresses = [_FAR.format(number + 1) for number in range(targets)]
        if fping:
            reported = _theirs(fping, addresses, rounds)
        else:
            reported = uvloop.run(_ours(addresses, rounds))
        time.sleep(2 * _DELAY)
        return Errors.of(reported, _captured(capture))


async def _ours(addresses: Sequence[str], rounds: int) -> Delays:
    delays: Delays = defaultdict(list)
    targets = [Target(address, address) for address in addresses]
    settled, done = 0, asyncio.Event()

    def report(news: RoundTrips) -> None:
        nonlocal settled
        delays[news.target] += news.delays
        settled += news.sent
        if settled >= len(targets) * rounds:
            done.set()

    probe = IcmpProbe(interval=INTERVAL, report=INTERVAL)
    engine = probe.engine(targets, report=report)
    engine.limit(rounds)
    running = asyncio.create_task(engine.run())
    waiting = asyncio.create_task(done.wait())
    await asyncio.wait(
        (running, waiting), timeout=_PATIENCE, return_when=asyncio.FIRST_COMPLETED
    )
    waiting.cancel()
    if running.done():
        await running
    running.cancel()
    return delays


def _theirs(fping: str, addresses: Sequence[str], rounds: int) -> Delays:
    every = round(INTERVAL * _MILLI)
    gap = every / len(addresses)
    options = ("-q", "-C", str(rounds), "-p", str(every), "-i", f"{gap:g}")
    done, _ = run_program(fping, *options, stdin="\n".join(addresses))
    return {
        target: [float(word) / _MILLI for word in words.split() if word != "-"]
        for target, words in _LINE.findall(done.stderr)
    }


def _capture() -> socket.socket:
    sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(_ALL))
    sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _CAPTURE)
    kernel.stamped(sock)
    sock.bind((_DEVICE, _ALL))
    sock.setblocking(False)
    return sock


def _captured(capture: socket.socket) -> Delays:
    """Return each target's delays, in order of sending."""
    asked: dict[tuple[bytes, bytes], int] = {}
    delays: dict[tuple[bytes, bytes], float] = {}
    with suppress(BlockingIOError):
        while True:
            data, ancillary, _, _ = capture.recvmsg(128, kernel.ANCILLARY_SIZE)
            stamp = kernel.stamp(ancillary)
            if stamp is None or len(data) < 28 or data[9] != socket.IPPROTO_ICMP:
                continue
            # Identifier and sequence number.
            if data[20] == _REQUEST:
                asked[data[16:20], data[24:28]] = stamp
            elif sent := asked.get((data[12:16], data[24:28])):
                delays[data[12:16], data[24:28]] = (stamp - sent) / _NANO
    found: Delays = defaultdict(list)
    for key in asked:
        if key in delays:
            found[socket.inet_ntoa(key[0])].append(delays[key])
    return found


def _answer_late(say: Say[str]) -> None:
    """Be the far end of the device: answer echo requests after the delay."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    request = struct.pack("16sH14x", _DEVICE.encode(), _IFF_TUN | _IFF_NO_PI)
    fcntl.ioctl(device, _TUNSETIFF, request)
    for words in (
        f"address add {_NEAR}/16 dev {_DEVICE}",
        f"link set {_DEVICE} up txqueuelen 10000",
    ):
        subprocess.run(("ip", *words.split()), check=True)
    # How late it is does not matter, but that there are answers does.
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))
    loop = asyncio.new_event_loop()

    def hear() -> None:
        with suppress(BlockingIOError):
            while True:
                packet = bytearray(os.read(device, 2048))
                if len(packet) >= 28 and packet[0] == 0x45 and packet[20] == _REQUEST:
                    loop.call_later(_DELAY, os.write, device, _reply(packet))

    loop.add_reader(device, hear)
    say(_DEVICE)
    loop.run_forever()


def _reply(packet: bytearray) -> bytes:
    packet[12:20] = packet[16:20] + packet[12:16]
    packet[20] = _REPLY
    # The type is 8 less, so the checksum is 0x0800 more, carried around.
    total = int.from_bytes(packet[22:24]) + 0x0800
    packet[22:24] = ((total & 0xFFFF) + (total >> 16)).to_bytes(2)
    return bytes(packet)
