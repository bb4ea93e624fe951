"""ICMP echo: whether an address answers, and its round-trip delay (RFC 792, 4443).

The payload opens with 64 bits that only the address asked has seen, so that an
answer made up elsewhere is recognised, whatever its source address says.
"""

import errno
import secrets
import socket
import struct
from typing import ClassVar

from pydantic import Field

from bellrock.model.errors import UserError
from probes import kernel
from probes.channel import Answer, Form, Usual
from probes.paced import PacedProbe
from probes.target import Target

_HEADER = struct.Struct("!BBHHH")
_ECHO = struct.Struct("!BBHHHQ")
_PACK_ECHO, _UNPACK_ECHO = _ECHO.pack, _ECHO.unpack_from
_COOKIE = 8
_IP_HEADER = 20
_WORD = 0xFFFF

# A named tuple's own constructor costs as much as all the rest of reading an answer.
_NEW = tuple.__new__


# Types of an echo request and of its reply.
_V4 = (8, 0)
_V6 = (128, 129)


class IcmpProbe(PacedProbe):
    """The ``icmp:`` section of ``probes``.

    Attributes
    ----------
    size : int
        Bytes of payload, as ``ping -s`` counts them.
    """

    name: ClassVar[str] = "icmp"

    size: int = Field(default=56, ge=_COOKIE, le=1452)

    def connect(self, family: int, *, dscp: int) -> "IcmpChannel":
        """Open a raw socket, or an unprivileged ping socket where it is refused."""
        return IcmpChannel(family, size=self.size, dscp=dscp)

    def port(self, target: Target) -> int:  # noqa: ARG002 (ICMP has no ports)
        """Return 0: ICMP has no ports."""
        return 0


class IcmpChannel:
    """Echo requests and replies over one address family.

    Raises
    ------
    UserError
        If neither kind of socket is granted.
    """

    sequences = 1 << 16

    def __init__(self, family: int, *, size: int, dscp: int) -> None:
        self.sock, self._raw = _open(family)
        self._has_ip_header = self._raw and family == socket.AF_INET
        self._identifier = secrets.randbelow(_WORD) + 1
        self._padding = bytes(size - _COOKIE)
        self.size = _HEADER.size + size
        named = 16 if family == socket.AF_INET else 28
        self._write = struct.Struct(f"!{named}sBBHHHQ").pack_into
        self._request, self._reply = _V6 if family == socket.AF_INET6 else _V4
        self._constant = (self._request << 8) + self._identifier
        # No options, since there is no room for them.
        before = _IP_HEADER if self._has_ip_header else 0
        self.usual = Usual(before + self.size, f"{before}xH4xHQ", self._reply << 8)
        self.form = Form(checksum=2, sequence=6, token=8, total=self._constant)
        try:
            kernel.prepare(self.sock, family, dscp=dscp)
            if self._raw:
                kernel.only(self.sock, family, self._reply)
                kernel.attach_filter(self.sock, self._filter())
        except OSError:
            self.sock.close()
            raise

    def request(self, sequence: int, cookie: int, now: int) -> tuple[bytes, int]:  # noqa: ARG002 (the kernel's stamp needs no copy of ours)
        """Build an echo request; its token is the cookie."""
        # The checksum is a sum modulo 65535, so the cookie needs no splitting and
        # the zeros behind it no adding. (ICMPv6 and ping sockets: the kernel's work.)
        checksum = ~((self._constant + sequence + cookie) % _WORD) & _WORD
        head = _PACK_ECHO(
            self._request, 0, checksum, self._identifier, sequence, cookie
        )
        return head + self._padding, cookie

    def write(
        self, memory: bytearray, at: int, name: bytes, sequence: int, cookie: int
    ) -> None:
        """Write the peer's name and the head of the same request."""
        checksum = ~((self._constant + sequence + cookie) % _WORD) & _WORD
        kind, own = self._request, self._identifier
        self._write(memory, at, name, kind, 0, checksum, own, sequence, cookie)

    def answer(self, data: bytes) -> Answer | None:
        """Read an echo reply: ours by type, identifier and length."""
        start = (data[0] & 0x0F) * 4 if self._has_ip_header and data else 0
        if len(data) < start + _ECHO.size:
            return None
        kind, code, _, identifier, sequence, cookie = _UNPACK_ECHO(data, start)
        # The kernel gives a ping socket its own identifier, and only its answers.
        if (
            kind != self._reply
            or code
            or (self._raw and identifier != self._identifier)
        ):
            return None
        return _NEW(Answer, (sequence, cookie, 0, None))

    def quoted(self, data: bytes) -> Answer | None:
        """Read our echo request as quoted, of which 8 bytes are certain."""
        if len(data) < _HEADER.size:
            return None
        kind, code, _, identifier, sequence = _HEADER.unpack_from(data)
        if kind != self._request or code:
            return None
        if self._raw and identifier != self._identifier:
            return None
        if len(data) < _ECHO.size:
            return Answer(sequence, None)
        return Answer(sequence, _UNPACK_ECHO(data)[5])

    def _filter(self) -> list[tuple[int, int, int, int]]:
        """Write a classic BPF program: echo replies with our identifier, nothing else.

        A raw socket is handed every ICMP packet of the machine; without this, each
        ping of any other program would wake us up.
        """
        # x = length of the IP header, or x = 0
        skip = 0xB1 if self._has_ip_header else 0x01
        return [
            (skip, 0, 0, 0),
            (0x50, 0, 0, 0),  # a = byte at x: type
            (0x15, 0, 3, self._reply),
            (0x48, 0, 0, 4),  # a = two bytes at x + 4: identifier
            (0x15, 0, 1, self._identifier),
            (0x06, 0, 0, 0xFFFFFFFF),  # take it all
            (0x06, 0, 0, 0),  # drop it
        ]


def _open(family: int) -> tuple[socket.socket, bool]:
    """Return an ICMP socket, and whether it is a raw one."""
    protocol = (
        socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
    )
    try:
        return socket.socket(family, socket.SOCK_RAW, protocol), True
    except PermissionError as error:
        refused = errno.errorcode[error.errno or 0]
    try:
        return socket.socket(family, socket.SOCK_DGRAM, protocol), False
    except PermissionError as error:
        raise UserError(
            f"probe icmp: cannot open a raw socket ({refused})",
            "run under the unit in deploy/systemd/ (it grants CAP_NET_RAW), or allow "
            "unprivileged\n  ping: sysctl net.ipv4.ping_group_range="
            '"0 2147483647"',
        ) from error
