"""STAMP session-reflector: answers test packets with the times it saw them (RFC 8762).

Whoever can reach it can make it send, so it never sends more than it was sent, never
to ports where another service would answer back, and only to networks allowed.
"""

import asyncio
import ipaddress
import os
import socket
import sys
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field, IPvAnyAddress, IPvAnyNetwork

from bellrock.model.errors import UserError
from probes import kernel
from probes.clock import SECOND
from probes.stamp import estimate
from probes.stamp.packet import BASE, reflect
from probes.target import Address

_SESSIONS = 16_384
_DRAIN = 256
_DATAGRAM_SIZE = 65_535
_RESERVED_PORTS = 1024
_ESTIMATE_AGE = 60 * SECOND

_IP_PKTINFO = 8
_IP_RECVTTL = 12
_TTL = (
    (socket.IPPROTO_IP, socket.IP_TTL),
    (socket.IPPROTO_IPV6, socket.IPV6_HOPLIMIT),
)
_UNKNOWN_TTL = 255
"""What a reflector says that cannot see the TTL (RFC 5357, section 4.2.1)."""


class ReflectorSettings(BaseModel):
    """Where to answer, whom, and how.

    Attributes
    ----------
    stateful : bool
        Count each session's packets, so that senders can tell loss on the way out
        from loss on the way back; otherwise copy their sequence numbers.
    allow : tuple of networks
        Who may ask; empty for everybody.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    address: IPvAnyAddress
    port: int = Field(default=862, ge=0, le=65535)
    stateful: bool = True
    allow: tuple[IPvAnyNetwork, ...] = ()


@dataclass(slots=True)
class Reflected:
    """What a reflector did; all only grow.

    Attributes
    ----------
    ignored : int
        Datagrams too short, from ports that answer back, or not allowed.
    unsent : int
        Answers this machine would not send.
    """

    answered: int = 0
    ignored: int = 0
    unsent: int = 0


class Reflector:
    """A session-reflector on a socket of its own.

    Raises
    ------
    UserError
        If the address cannot be listened on.
    """

    def __init__(
        self, settings: ReflectorSettings, realtime: Callable[[], int] = time.time_ns
    ) -> None:
        self.counts = Reflected()
        self._settings = settings
        self._realtime = realtime
        self._sessions: OrderedDict[Address, int] = OrderedDict()
        self._estimate = estimate.UNKNOWN
        self._estimate_expires = 0
        self._sock = _listen(settings)
        self.port: int = self._sock.getsockname()[1]

    async def run(self) -> None:
        """Answer until cancelled; then the socket is closed."""
        loop = asyncio.get_running_loop()
        loop.add_reader(self._sock, self._drain)
        try:
            await loop.create_future()
        finally:
            loop.remove_reader(self._sock)
            self._sock.close()

    def _drain(self) -> None:
        for _ in range(_DRAIN):
            try:
                data, ancillary, _, source = self._sock.recvmsg(
                    _DATAGRAM_SIZE, kernel.ANCILLARY_SIZE
                )
            except BlockingIOError:
                return
            self._answer(data, ancillary, source)

    def _answer(
        self, data: bytes, ancillary: kernel.Ancillary, source: Address
    ) -> None:
        if len(data) < BASE or not self._welcome(source):
            self.counts.ignored += 1
            return
        now = self._realtime()
        if now >= self._estimate_expires:
            self._estimate = estimate.of_this_clock()
            self._estimate_expires = now + _ESTIMATE_AGE
        reply = reflect(
            data,
            received_ns=kernel.stamp(ancillary) or now,
            sending_ns=now,
            sequence=self._count(source) if self._settings.stateful else None,
            ttl=_ttl(ancillary),
            error_estimate=self._estimate,
        )
        if reply is None:
            return
        try:
            self._sock.sendmsg([reply], _from_where_asked(ancillary), 0, source)
        except OSError:
            # Whoever asked may be gone; nothing here depends on the answer.
            self.counts.unsent += 1
        else:
            self.counts.answered += 1

    def _count(self, source: Address) -> int:
        """Return how many packets this session has had answered before."""
        sequence = self._sessions.pop(source, 0)
        self._sessions[source] = sequence + 1
        # Sources can be forged: the session idle for longest makes room.
        if len(self._sessions) > _SESSIONS:
            self._sessions.popitem(last=False)
        return sequence

    def _welcome(self, source: Address) -> bool:
        """Tell whether to answer: no service ports, nor another reflector's.

        A forged packet from one reflector to another would go round for ever.
        """
        host, port = source[:2]
        if port < _RESERVED_PORTS or port == self.port:
            return False
        if not self._settings.allow:
            return True
        address = ipaddress.ip_address(host.partition("%")[0])
        return any(address in network for network in self._settings.allow)


def _ttl(ancillary: kernel.Ancillary) -> int:
    for level, kind, value in ancillary:
        if (level, kind) in _TTL:
            return int.from_bytes(value[:4], sys.byteorder) & 0xFF
    return _UNKNOWN_TTL


def _from_where_asked(ancillary: kernel.Ancillary) -> kernel.Ancillary:
    """Return what makes the answer's source the address that was asked.

    A socket on all addresses would answer from whichever is nearest, and a sender
    that knows whom it asked would not believe it.
    """
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, _IP_PKTINFO):
            # No interface: the way back is the routing table's to choose.
            return [(level, kind, bytes(4) + value[4:8] + bytes(4))]
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_PKTINFO):
            return [(level, kind, value)]
    return []


def _listen(settings: ReflectorSettings) -> socket.socket:
    family = socket.AF_INET if settings.address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        kernel.stamped(sock)
        kernel.enlarge(sock)
        if family == socket.AF_INET:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
            sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, 1)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((str(settings.address), settings.port))
    except OSError as error:
        sock.close()
        reason = os.strerror(error.errno or 0).lower()
        raise UserError(
            f"stamp reflector {settings.address} port {settings.port}: {reason}",
            "give it another address or port, or stop what holds this one",
        ) from error
    return sock
