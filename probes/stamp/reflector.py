"""STAMP session-reflector: answers test packets with the times it saw them (RFC 8762).

Whoever can reach it can make it send, so it never sends more than it was sent, never
to ports where another service would answer back, only to networks allowed, and only so
much a second to each and to all.
"""

import asyncio
import errno
import ipaddress
import os
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, IPvAnyAddress, IPvAnyNetwork

from bellrock.model.errors import UserError
from probes import kernel
from probes.stamp import arrival, extended
from probes.stamp.arrival import Arrival
from probes.stamp.estimate import THIS_CLOCK, decode
from probes.stamp.keys import Keyed
from probes.stamp.limits import Bucket
from probes.stamp.packet import WORD, Reply, Request, to_ntp
from probes.stamp.sessions import Session, Sessions
from probes.target import Address

_REGULARS, _NEWCOMERS = 16_384, 8_192
_DRAIN = 256
_LARGEST = 9_216
_RESERVED_PORTS = 1024


class ReflectorSettings(Keyed):
    """Where to answer, whom, and how.

    Attributes
    ----------
    stateful : bool
        Count each session's packets, so that senders can tell loss on the way out
        from loss on the way back; otherwise copy their sequence numbers.
    allow : tuple of networks
        Who may ask; empty for everybody.
    rate, total_rate : float
        Most answers a second to one address, and to all.
    dscp : tuple of int, or None
        Code points that a sender may want its answers marked with (RFC 8972, section
        4.4); None for any.
    location : bool
        Whether to tell senders which addresses their packets arrive with.
    """

    address: IPvAnyAddress
    port: int = Field(default=862, ge=0, le=65535)
    stateful: bool = True
    allow: tuple[IPvAnyNetwork, ...] = ()
    rate: float = Field(default=1_000.0, ge=1, le=1e6)
    total_rate: float = Field(default=20_000.0, ge=1, le=1e6)
    dscp: tuple[Annotated[int, Field(ge=0, le=63)], ...] | None = None
    location: bool = True


@dataclass(slots=True)
class Reflected:
    """What a reflector did; all only grow.

    Attributes
    ----------
    ignored : int
        Datagrams too short or too long, from ports that answer back, sent to many
        at once, not allowed, or not truly signed.
    limited : int
        Datagrams beyond what one address, or all, may ask a second.
    unsent : int
        Answers this machine would not send.
    """

    answered: int = 0
    ignored: int = 0
    limited: int = 0
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
        self._mode = settings.mode()
        self._sessions: Sessions[object] = Sessions(
            _REGULARS, _NEWCOMERS, settings.rate
        )
        self._total = Bucket(settings.total_rate)
        self._permitted = None if settings.dscp is None else frozenset(settings.dscp)
        self._buffer = bytearray(_LARGEST + 1)
        self._sock = _listen(settings)
        self._own: tuple[str, int] = self._sock.getsockname()[:2]
        # Bound to one address, answers leave from it by themselves.
        self._anywhere = settings.address.is_unspecified
        self._marked = 0
        self.port: int = self._own[1]

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
        receive, buffers = self._sock.recvmsg_into, [self._buffer]
        for _ in range(_DRAIN):
            try:
                size, ancillary, _, source = receive(buffers, kernel.ANCILLARY_SIZE)
            except BlockingIOError:
                return
            except OSError:
                # About an answer of ours that somebody did not want.
                self.counts.unsent += 1
                continue
            self._answer(size, arrival.read(ancillary), source)

    def _answer(self, size: int, came: Arrival, source: Address) -> None:
        buffer = self._buffer
        asked = self._mode.read_request(buffer, size)
        if asked is None or size > _LARGEST or came.to_many:
            self.counts.ignored += 1
            return
        key: object = (
            source
            if not (asked.session or self._anywhere)
            else (source, asked.session, came.local)
        )
        sessions = self._sessions
        session, now = sessions.get(key, source[0]), time.monotonic_ns()
        if session is None:
            if not self._welcome(source):
                self.counts.ignored += 1
                return
            session = sessions.begin(source[0], now)
        if not (
            session.bucket.takes(now)
            and self._total.takes(now, spare=not session.regular)
        ):
            self.counts.limited += 1
            return
        sessions.keep(key, session, now)
        datagram, dscp = self._write(size, asked, came, source, session)
        if dscp != self._marked:
            arrival.mark(self._sock, self._sock.family, dscp << 2)
            self._marked = dscp
        try:
            if self._anywhere:
                self._sock.sendmsg((datagram,), came.way_back, 0, source)
            else:
                self._sock.sendto(datagram, source)
        except OSError:
            # Whoever asked may be gone; nothing here depends on the answer.
            self.counts.unsent += 1
        else:
            self.counts.answered += 1

    def _write(
        self,
        size: int,
        asked: Request,
        came: Arrival,
        source: Address,
        session: Session,
    ) -> tuple[bytes, int]:
        """Build the answer, as long as the question, and how it is to be marked."""
        sequence, timestamp, estimate, identifier = asked
        number = session.count if self._settings.stateful else sequence
        session.count = (session.count + 1) % WORD
        now = self._realtime()
        received = to_ntp(came.stamp or now)
        quality = THIS_CLOCK(now)
        base, extensions, dscp = self._mode.base, b"", came.tos >> 2
        if size > base:
            before = session.before if self._settings.stateful else None
            extensions, dscp = extended.respond(
                bytes(self._buffer[base:size]),
                self._seen(asked, number, came, source, session.count, before),
                self._mode.key,
            )
            now = self._realtime()
        left = to_ntp(now)
        session.before = number, left
        reply = Reply(number, left, quality, identifier, received, sequence, timestamp)
        whole = self._mode.reply(reply, estimate, came.ttl) + extensions
        return whole if size >= base else whole[:size], dscp

    def _seen(
        self,
        asked: Request,
        number: int,
        came: Arrival,
        source: Address,
        count: int,
        before: tuple[int, int] | None,
    ) -> extended.Seen:
        told = self._settings.location
        local = socket.inet_ntop(self._sock.family, came.local) if came.local else None
        return extended.Seen(
            sequence=asked.sequence,
            number=number,
            tos=came.tos,
            source=(source[0], source[1]) if told else None,
            destination=(local or self._own[0], self.port) if told else None,
            received=count,
            sent=count,
            before=before,
            synchronised=decode(THIS_CLOCK(self._realtime())) is not None,
            permitted=self._permitted,
        )

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


def _listen(settings: ReflectorSettings) -> socket.socket:
    family = socket.AF_INET if settings.address.version == 4 else socket.AF_INET6
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.setblocking(False)
        arrival.watch(sock, family, anywhere=settings.address.is_unspecified)
        sock.bind((str(settings.address), settings.port))
    except OSError as error:
        sock.close()
        reason = os.strerror(error.errno or 0).lower()
        instead = "give it another address or port, or stop what holds this one"
        if error.errno == errno.EACCES:
            instead = (
                "run it under deploy/systemd/bellrock-reflect.service (it grants "
                "CAP_NET_BIND_SERVICE), or give it a port over 1023"
            )
        raise UserError(
            f"stamp reflector {settings.address} port {settings.port}: {reason}",
            instead,
        ) from error
    return sock
