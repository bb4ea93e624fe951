"""A UDP socket of one check: connected, and stamped by the kernel on receipt.

A connected socket is given only what comes from where it asks, and hears of ICMP
errors about what it sent.
"""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from time import perf_counter, time_ns
from typing import NamedTuple

from probes import kernel
from probes.checks.attempt import FAMILIES, Place
from probes.clock import SECOND

_LARGEST = 65_535
_ANCILLARY = 128


class Datagram(NamedTuple):
    """What came, and when.

    Attributes
    ----------
    stamp : int or None
        By the kernel's wall clock: nanoseconds since 1970.
    at : float or None
        The same as :func:`time.perf_counter` has it, which nobody sets.
    """

    data: bytes
    stamp: int | None
    at: float | None


class Socket:
    """Sends and receives datagrams without holding up anybody else."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def send(self, data: bytes) -> None:
        """Send one; a full buffer drops it, as any router would."""
        try:
            self._sock.send(data)
        except BlockingIOError:
            return

    async def receive(self) -> Datagram:
        """Wait for one.

        Raises
        ------
        ConnectionRefusedError
            If the far end says that nobody listens.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                data, ancillary, _, _ = self._sock.recvmsg(_LARGEST, _ANCILLARY)
            except BlockingIOError:
                readable = asyncio.Event()
                with _watched(loop, self._sock, readable):
                    await readable.wait()
            else:
                return _came(data, kernel.stamp(ancillary))


def _came(data: bytes, stamp: int | None) -> Datagram:
    if stamp is None:
        return Datagram(data, None, None)
    now, lain = perf_counter(), time_ns() - stamp
    # Less than nothing is a clock that was set in this moment.
    return Datagram(data, stamp, now - lain / SECOND if lain >= 0 else None)


@contextmanager
def _watched(
    loop: asyncio.AbstractEventLoop, sock: socket.socket, readable: asyncio.Event
) -> Iterator[None]:
    loop.add_reader(sock, readable.set)
    try:
        yield
    finally:
        loop.remove_reader(sock)


@asynccontextmanager
async def datagrams(place: Place, port: int) -> AsyncIterator[Socket]:
    """Open a socket to a port of `place`; it is closed with the context."""
    family = FAMILIES[place.family]
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        kernel.stamped(sock)
        found = socket.getaddrinfo(
            place.address, port, family, socket.SOCK_DGRAM, 0, socket.AI_NUMERICHOST
        )
        # No packet is sent for it: nothing here takes time.
        sock.connect(found[0][4])
        yield Socket(sock)
