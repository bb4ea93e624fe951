"""Sends trains back to back, and hears their answers with the kernel's stamps."""

import asyncio
import errno
import socket
import time
from contextlib import suppress
from types import TracebackType
from typing import Self

from probes import kernel
from probes.stamp import estimate
from probes.target import Target, resolve
from probes.throughput.train_packets import OVERHEAD, Train, blank, payload

_UDP_SEGMENT = 103

_NO_SEGMENTS = {errno.EIO, errno.EINVAL, errno.ENOPROTOOPT, errno.EOPNOTSUPP}
_SO_SNDBUFFORCE = 32
_BUFFER = 4 << 20
_DATAGRAM_SIZE = 16_384
_MTU = {
    socket.AF_INET: (socket.IPPROTO_IP, 14),
    socket.AF_INET6: (socket.IPPROTO_IPV6, 24),
}


class TrainSocket:
    """A STAMP session with one reflector, for the time of a measurement.

    Parameters
    ----------
    port : int
        The reflector's, where the target names none.
    size : int
        Bytes of each IP packet.

    Raises
    ------
    OSError
        If there is no such address, or no way there.
    """

    def __init__(self, target: Target, port: int, *, size: int, dscp: int) -> None:
        family, place = resolve(
            target.address, port if target.port is None else target.port
        )
        self._overhead = OVERHEAD[socket.AddressFamily(family)]
        self._size = size
        self._payload = payload(size, family)
        self._estimate = estimate.of_this_clock()
        self._arrived = asyncio.Event()
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._prepare(family, dscp)
            self.sock.connect(place)
            self.mtu: int = self.sock.getsockopt(*_MTU[socket.AddressFamily(family)])
            self._segments = self._can_segment()
        except OSError:
            self.sock.close()
            raise

    def __enter__(self) -> Self:
        """Use it; within an event loop."""
        asyncio.get_running_loop().add_reader(self.sock, self._arrived.set)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close it."""
        asyncio.get_running_loop().remove_reader(self.sock)
        self.sock.close()

    async def run(self, train: Train, *, group: int, patience: float) -> None:
        """Send a train and wait for its answers.

        Parameters
        ----------
        group : int
            Packets to hand to the kernel at once, where it can take several.
        patience : float
            Seconds without an answer after which no more are expected.

        Raises
        ------
        OSError
            What the network says of the target (ECONNREFUSED and so on).
        """
        began = time.monotonic()
        await self._send(train, group)
        while not train.complete:
            self._arrived.clear()
            if self._drain(train):
                train.took = time.monotonic() - began
                continue
            try:
                async with asyncio.timeout(patience):
                    await self._arrived.wait()
            except TimeoutError:
                return

    async def _send(self, train: Train, group: int) -> None:
        loop = asyncio.get_running_loop()
        buffer = bytearray(blank(self._payload) * group)
        while (left := train.count - len(train.sent)) > 0:
            size = min(left, group if self._segments else 1)
            now = time.time_ns()
            for at in range(size):
                train.write(buffer, at * self._payload, now, self._estimate)
            whole = memoryview(buffer)[: size * self._payload]
            # Waits only while our own queue is full: then it is the narrowest place.
            try:
                await loop.sock_sendall(self.sock, whole)
            except OSError as error:
                if size == 1 or error.errno not in _NO_SEGMENTS:
                    raise
                await self._one_by_one(whole)

    async def _one_by_one(self, whole: memoryview) -> None:
        """Do without segments from now on: not every device can take them."""
        self.sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, 0)
        self._segments = False
        for at in range(0, len(whole), self._payload):
            await asyncio.get_running_loop().sock_sendall(
                self.sock, whole[at : at + self._payload]
            )

    def _drain(self, train: Train) -> bool:
        """Take in all that is there; tell whether there was anything."""
        before = len(train.rows)
        while not train.complete:
            try:
                data, ancillary, _, _ = self.sock.recvmsg(
                    _DATAGRAM_SIZE, kernel.ANCILLARY_SIZE
                )
            except BlockingIOError:
                break
            train.take(data, self._overhead, kernel.stamp(ancillary))
        return len(train.rows) > before

    def _prepare(self, family: int, dscp: int) -> None:
        """Make it ready; not told of ICMP errors beyond a refusal.

        With IP_RECVERR a full queue of ours would be an error; without it, it is what
        it is here: a packet that a full queue on the path has dropped.
        """
        self.sock.setblocking(False)
        kernel.stamped(self.sock)
        kernel.enlarge(self.sock)
        with suppress(PermissionError):
            self.sock.setsockopt(socket.SOL_SOCKET, _SO_SNDBUFFORCE, _BUFFER)
        if family == socket.AF_INET6:
            self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
        else:
            self.sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)

    def _can_segment(self) -> bool:
        """Tell whether the kernel cuts what it is given into packets."""
        try:
            self.sock.setsockopt(socket.IPPROTO_UDP, _UDP_SEGMENT, self._payload)
        except OSError as error:
            if error.errno not in _NO_SEGMENTS:
                raise
            return False
        return True
