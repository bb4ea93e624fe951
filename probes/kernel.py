"""What Linux tells of a datagram besides its bytes: when it came, what went wrong.

The option numbers are those of ``asm-generic/socket.h``, ``linux/in.h``,
``linux/in6.h`` and ``linux/errqueue.h``; Python 3.11 does not name them.
"""

import ctypes
import socket
import struct
import sys
from collections.abc import Sequence
from typing import NamedTuple

from probes.clock import SECOND

Ancillary = list[tuple[int, int, bytes]]

ANCILLARY_SIZE = 256
_DATAGRAM_SIZE = 2048

SO_TIMESTAMPNS = 35
"""The control message that says when the kernel received a datagram."""

_SO_TIMESTAMPING = 37
_SO_MEMINFO = 55
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_SOL_RAW = 255
_FILTER_TYPES = 1
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_IP_RECVTOS = 13

_TIMESPEC = struct.Struct("@ll")
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
FROM_ICMP = (2, 3)
OF_STAMP = 4
"""Origins of an entry in the error queue: ICMP, ICMPv6; the stamp of what we sent."""

MSG_ERRQUEUE = 0x2000

_SENT, _RECEIVED, _BY_SOFTWARE, _NUMBERED, _WITHOUT_DATA = 2, 8, 16, 128, 2048


def _kind(level: int, kind: int) -> int:
    """Return a control message's level and type as one number, as they are read."""
    return level | kind << 32


STAMP_LAYOUT = "8xqqq32x"
STAMP_SIZE = 64
STAMP = _kind(socket.SOL_SOCKET, _SO_TIMESTAMPING)
"""The stamp's control message: its kind, seconds and nanoseconds since 1970."""

ERROR_LAYOUT = "8xqIB7xI"
ERRORS = (
    _kind(socket.IPPROTO_IP, _IP_RECVERR),
    _kind(socket.IPPROTO_IPV6, _IPV6_RECVERR),
)
"""What is told of an entry in the error queue: its kind, errno, origin and number."""

_BUFFER = 4 << 20
_MEMORY = struct.Struct("=II24xI")


class Refused(NamedTuple):
    """An ICMP error about a datagram we sent.

    Attributes
    ----------
    errno : int
        What the ICMP type and code mean.
    name : bytes
        The socket address that the datagram was for (not who complained), as
        :func:`probes.target.socket_address` writes it.
    quoted : bytes
        As much of its payload as the complaint holds; may be empty.
    """

    errno: int
    name: bytes
    quoted: bytes


def prepare(
    sock: socket.socket, family: int, *, dscp: int = 0, marks: bool = False
) -> None:
    """Make a socket non-blocking, stamped on receipt, and told of ICMP errors.

    Parameters
    ----------
    dscp : int
        Code point to send with.
    marks : bool
        Whether to be told the code point that each datagram arrives with.
    """
    sock.setblocking(False)
    stamped(sock)
    if family == socket.AF_INET6:
        sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, dscp << 2)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, marks)
    else:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, dscp << 2)
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, marks)
    enlarge(sock)


def stamped(sock: socket.socket) -> None:
    """Have the kernel say when it received each datagram."""
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)


def stamp_both(sock: socket.socket, *, sent: bool) -> None:
    """Have the kernel stamp what it receives, and what it sends where that is wanted.

    Stamps of what was sent come through the error queue, with its number: the first
    datagram after a call without `sent` is number 0.
    """
    flags = _RECEIVED | _BY_SOFTWARE
    if sent:
        flags |= _SENT | _NUMBERED | _WITHOUT_DATA
    sock.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 0)
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPING, flags)


class Memory(NamedTuple):
    """How a socket stands.

    Attributes
    ----------
    held, room : int
        Bytes of kernel memory of what waits to be read, and how many there may be.
    dropped : int
        Datagrams that were not kept, modulo 2^32: they found it full, or (in IPv6's
        raw sockets) with a wrong checksum. This is the counter behind
        ``SO_RXQ_OVFL``, which is told only with the next datagram that finds room.
    """

    held: int
    room: int
    dropped: int


def memory(sock: socket.socket) -> Memory:
    """Return how a socket stands."""
    known = sock.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, _MEMORY.size)
    return Memory(*_MEMORY.unpack(known))


def enlarge(sock: socket.socket) -> None:
    """Ask for room: what the kernel drops for us would read as the network's loss."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _BUFFER)
    try:
        sock.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, _BUFFER)
    except PermissionError:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)


def stamp(ancillary: Ancillary) -> int | None:
    """Return when the kernel received the datagram: nanoseconds since 1970."""
    for level, kind, value in ancillary:
        if kind == SO_TIMESTAMPNS and level == socket.SOL_SOCKET:
            return moment(value)
    return None


def moment(value: bytes) -> int:
    """Read the control message ``SO_TIMESTAMPNS``: nanoseconds since 1970."""
    seconds, rest = _TIMESPEC.unpack_from(value)
    return int(seconds) * SECOND + int(rest)


def mark(ancillary: Ancillary) -> int | None:
    """Return the code point a datagram arrived with, where that was asked for."""
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, socket.IP_TOS):
            return value[0] >> 2
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_TCLASS):
            return (int.from_bytes(value[:4], sys.byteorder) & 0xFF) >> 2
    return None


def refused(name: bytes, quoted: bytes, ancillary: Ancillary) -> list[Refused]:
    """Read an entry of the error queue: what ICMP said; nothing if it is local."""
    found: list[Refused] = []
    for level, kind, value in ancillary:
        if _kind(level, kind) not in ERRORS or len(value) < _EXTENDED_ERROR.size:
            continue
        number, origin = _EXTENDED_ERROR.unpack_from(value)[:2]
        if origin in FROM_ICMP:
            found.append(Refused(number, name, quoted))
    return found


def only(sock: socket.socket, family: int, kind: int) -> None:
    """Let the kernel keep ICMP of all types but one from a raw socket.

    It looks at this before it copies a packet for the socket, and only then at what
    :func:`attach_filter` gave it.
    """
    words = [0xFFFF_FFFF] * (8 if family == socket.AF_INET6 else 1)
    words[kind // 32] &= ~(1 << kind % 32)
    level = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else _SOL_RAW
    blocked = struct.pack(f"={len(words)}I", *words)
    sock.setsockopt(level, _FILTER_TYPES, blocked)


def attach_filter(
    sock: socket.socket, program: Sequence[tuple[int, int, int, int]]
) -> None:
    """Let the kernel drop what a classic BPF program rejects."""
    code = b"".join(struct.pack("@HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(code)
    pointer = struct.pack("@HP", len(program), ctypes.addressof(held))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pointer)
