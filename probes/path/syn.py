"""TCP SYN segments with a time to live each, and what comes of them: with CAP_NET_RAW.

Of what a raw socket hears of every connection of this machine, only answers to our own
segments are handed on. A target that listens answers SYN-ACK; the kernel knows of no
such connection and says so (RST), so that none stays half open there.
"""

import errno
import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from bellrock.model.errors import UserError
from probes import kernel
from probes.path import wire
from probes.path.template import Template, crafted, from_port
from probes.path.wire import Heard
from probes.target import Address

SYN_ACK, RST = 0x12, 0x14
"""Flags of a target's answer: somebody listens there, or nobody."""

_ANSWERS = 0x16
_ACK, _FLAGS = 8, 13
_HEADER = 20
_LARGEST = 2_048
_MOST_AT_ONCE = 256
_MOST_TARGETS = 4_096
_IPV6_FLOWINFO_SEND = 33
_LABELS = 0xFFFFF
_ENDPOINTS = struct.Struct("!HHI")
_NOTHING = [(0x06, 0, 0, 0)]


@dataclass(frozen=True, slots=True)
class _Target:
    """The address we reach a target from, a SYN to it, and those of each flow."""

    source: str
    segment: bytes
    templates: dict[int, Template] = field(default_factory=dict)


class Raw:
    """The raw sockets of an address family, which all flows share: a mouth and an ear.

    The mouth is not told of ICMP errors, so that what it refuses to send is its own
    doing. The ear never sends.

    Parameters
    ----------
    port : int
        Where SYNs go, at every target.

    Raises
    ------
    UserError
        Where raw sockets are refused.
    OSError
        EAFNOSUPPORT where the machine lacks the address family.
    """

    def __init__(self, family: int, port: int, *, dscp: int) -> None:
        self._family, self.port = family, port
        self._numbers: set[int] = set()
        self._targets: dict[str, _Target] = {}
        self.mouth = _raw(family)
        try:
            self._ear = _raw(family)
        except OSError:
            self.mouth.close()
            raise
        try:
            kernel.attach_filter(self.mouth, _NOTHING)
            kernel.attach_filter(self._ear, _NOTHING)
            self.mouth.setblocking(False)
            kernel.prepare(self._ear, family)
            wire.undivided(self.mouth, family)
            wire.labelled(self._ear, family)
            if family == socket.AF_INET6:
                level = socket.IPPROTO_IPV6
                self.mouth.setsockopt(level, socket.IPV6_TCLASS, dscp << 2)
                self.mouth.setsockopt(level, _IPV6_FLOWINFO_SEND, 1)
            else:
                self.mouth.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        except OSError:
            self.close()
            raise

    def fileno(self) -> int:
        """Return what to wait at."""
        return self._ear.fileno()

    def renew(self, to: Address) -> None:
        """See which of our addresses a target is reached from; it may be another now.

        Raises
        ------
        OSError
            Where there is no way to it.
        """
        with socket.socket(self._family, socket.SOCK_DGRAM) as asked:
            asked.connect(to)
            source = asked.getsockname()[0].partition("%")[0]
        known = self._targets.pop(to[0], None)
        if len(self._targets) >= _MOST_TARGETS:
            # Who was asked longest ago.
            del self._targets[next(iter(self._targets))]
        if known is None or known.source != source:
            target = to[0].partition("%")[0]
            known = _Target(source, crafted(source, target, 0, self.port))
        for template in known.templates.values():
            template.begin()
        self._targets[to[0]] = known

    def template(self, to: Address, number: int) -> Template:
        """Return the SYNs from one of our ports to a target; scapy wrote the first."""
        if to[0] not in self._targets:
            self.renew(to)
        target = self._targets[to[0]]
        found = target.templates.get(number)
        if found is None:
            found = Template(from_port(target.segment, number))
            target.templates[number] = found
        return found

    def guessed(self, heard: Heard) -> None:
        """Take note of an answer to a SYN that was none of ours."""
        target = self._targets.get(heard.to[0])
        if target is not None and heard.port in target.templates:
            target.templates[heard.port].guessed()

    def listen(self, number: int) -> None:
        """Hear of answers to a port of ours, too."""
        self._numbers.add(number)
        kernel.attach_filter(self._ear, self._filter())

    def heard(self) -> Iterator[Heard]:
        """Yield what ICMP said of our segments, until there is no more.

        The kernel tells of every TCP segment of this machine: of a quote it has checked
        nothing but the addresses.
        """
        for _ in range(_MOST_AT_ONCE):
            try:
                data, ancillary, _, to = self._ear.recvmsg(
                    wire.QUOTE, wire.ANCILLARY, kernel.MSG_ERRQUEUE
                )
            except BlockingIOError:
                return
            if len(data) < _ENDPOINTS.size:
                continue
            number, port, _ = _ENDPOINTS.unpack_from(data)
            if number not in self._numbers or port != self.port:
                continue
            heard = wire.told(data, ancillary, (to[0], port, *to[2:]), number)
            if heard is not None:
                yield heard

    def replies(self) -> Iterator[Heard]:
        """Yield what targets themselves answered, until there is no more."""
        for _ in range(_MOST_AT_ONCE):
            try:
                data, ancillary, _, source = self._ear.recvmsg(
                    _LARGEST, kernel.ANCILLARY_SIZE
                )
            except BlockingIOError:
                return
            except OSError as error:
                # What is surfacing was in the queue of errors.
                if error.errno not in wire.SURFACING:
                    raise
                continue
            heard = self._reply(data, source, kernel.stamp(ancillary))
            if heard is not None:
                yield heard

    def close(self) -> None:
        """Give both sockets back."""
        self.mouth.close()
        self._ear.close()

    def _reply(self, data: bytes, source: Address, stamp: int | None) -> Heard | None:
        """Read an answer: it quotes what it acknowledges, one more than was sent."""
        start = (data[0] & 0x0F) * 4 if self._family == socket.AF_INET and data else 0
        if len(data) < start + _HEADER:
            return None
        port, number, _ = _ENDPOINTS.unpack_from(data, start)
        if number not in self._numbers or port != self.port:
            return None
        acknowledged = int.from_bytes(data[start + _ACK : start + _ACK + 4], "big")
        quoted = _ENDPOINTS.pack(number, port, (acknowledged - 1) & 0xFFFFFFFF)
        flags = data[start + _FLAGS] & _ANSWERS
        to = (source[0], port, *source[2:])
        return Heard(number, to, None, flags, 0, 0, quoted, stamp, ())

    def _filter(self) -> list[tuple[int, int, int, int]]:
        """Write a classic BPF program: SYN-ACK and RST from the port to one of ours.

        Without it every segment of every connection of this machine would wake us up.
        Of our ports it knows the lowest and the highest.
        """
        # x = length of the IP header, or x = 0
        skip = 0xB1 if self._family == socket.AF_INET else 0x01
        return [
            (skip, 0, 0, 0),
            (0x48, 0, 0, 0),  # a = two bytes at x: their port
            (0x15, 0, 8, self.port),
            (0x48, 0, 0, 2),  # a = two bytes at x + 2: ours
            (0x35, 0, 6, min(self._numbers)),
            (0x25, 5, 0, max(self._numbers)),
            (0x50, 0, 0, _FLAGS),  # a = byte at x + 13: flags
            (0x54, 0, 0, _ANSWERS),
            (0x15, 1, 0, SYN_ACK),
            (0x15, 0, 1, RST),
            (0x06, 0, 0, 0xFFFFFFFF),  # take it all
            (0x06, 0, 0, 0),  # drop it
        ]


class SynPort:
    """One source port, held by a socket that never connects: one flow to every target.

    Raises
    ------
    OSError
        EADDRINUSE where the port is taken.
    """

    def __init__(self, raw: Raw, family: int, number: int) -> None:
        self.number, self.ear = number, raw
        self._ancillary = wire.TTL[family]
        self._holder = socket.socket(family, socket.SOCK_STREAM)
        try:
            if family == socket.AF_INET6:
                self._holder.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self._holder.bind(("", number))
            raw.listen(number)
        except OSError:
            self._holder.close()
            raise

    def cookie(self, to: Address) -> bytes:
        """Return what tells the next packet to a target: its first 8 bytes."""
        return self.ear.template(to, self.number).cookie()

    def send(self, to: Address, ttl: int, cookie: bytes, *_: memoryview) -> int:
        """Send a SYN; return 0, or the errno of why not."""
        segment = self.ear.template(to, self.number).syn(cookie)
        # A raw socket's address has no port; routers may balance by the flow label.
        where = (to[0], 0) if len(to) == 2 else (to[0], 0, self._label(to), to[3])
        try:
            self.ear.mouth.sendmsg((segment,), self._ancillary[ttl], 0, where)
        except OSError as error:
            return error.errno or errno.EIO
        return 0

    def surfacing(self) -> list[Heard]:
        """Return nothing: the mouth is not told of what came back."""
        return []

    def close(self) -> None:
        """Give the port back."""
        self._holder.close()

    def _label(self, to: Address) -> int:
        """Return a flow label, the same for all packets of a flow (RFC 6437)."""
        return hash((to[0], self.number)) % _LABELS + 1


def check() -> None:
    """See whether raw sockets may be opened.

    Raises
    ------
    UserError
        Where they are refused.
    """
    _raw(socket.AF_INET).close()


def _raw(family: int) -> socket.socket:
    try:
        return socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_TCP)
    except PermissionError as error:
        refused = errno.errorcode[error.errno or 0]
        raise UserError(
            f"probe path: method tcp cannot open a raw socket ({refused})",
            "run under the unit in deploy/systemd/ (it grants CAP_NET_RAW), or as "
            "root, or trace with\n  method udp, which needs no privilege",
        ) from error
