"""What Linux tells of a datagram besides its bytes: when it came, what went wrong.

The option numbers are those of ``asm-generic/socket.h``, ``linux/in.h``,
``linux/in6.h`` and ``linux/errqueue.h``; Python 3.11 does not name them.
"""

import ctypes
import socket
import struct
import sys
from collections.abc import Sequence
from typing import NamedTuple, cast

from probes.clock import SECOND
from probes.target import Address

Ancillary = list[tuple[int, int, bytes]]

ANCILLARY_SIZE = 256
_DATAGRAM_SIZE = 2048

_SO_TIMESTAMPNS = 35
_SO_ATTACH_FILTER = 26
_SO_RCVBUFFORCE = 33
_IP_RECVERR = 11
_IPV6_RECVERR = 25
_IP_RECVTOS = 13

_TIMESPEC = struct.Struct("@ll")
_EXTENDED_ERROR = struct.Struct("=IBBBBII")
_FROM_ICMP = (2, 3)

_BUFFER = 4 << 20


class Refused(NamedTuple):
    """An ICMP error about a datagram we sent.

    Attributes
    ----------
    errno : int
        What the ICMP type and code mean.
    address : tuple
        Where the datagram was going (not who complained).
    quoted : bytes
        As much of its payload as the complaint holds; may be empty.
    """

    errno: int
    address: Address
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
    sock.setsockopt(socket.SOL_SOCKET, _SO_TIMESTAMPNS, 1)


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
        if kind == _SO_TIMESTAMPNS and level == socket.SOL_SOCKET:
            seconds, rest = _TIMESPEC.unpack_from(value)
            return int(seconds) * SECOND + int(rest)
    return None


def mark(ancillary: Ancillary) -> int | None:
    """Return the code point a datagram arrived with, where that was asked for."""
    for level, kind, value in ancillary:
        if (level, kind) == (socket.IPPROTO_IP, socket.IP_TOS):
            return value[0] >> 2
        if (level, kind) == (socket.IPPROTO_IPV6, socket.IPV6_TCLASS):
            return (int.from_bytes(value[:4], sys.byteorder) & 0xFF) >> 2
    return None


def refusals(sock: socket.socket) -> list[Refused]:
    """Empty the socket's error queue; keep what ICMP said, drop what is local."""
    found: list[Refused] = []
    while True:
        try:
            quoted, ancillary, _, address = sock.recvmsg(
                _DATAGRAM_SIZE, ANCILLARY_SIZE, socket.MSG_ERRQUEUE
            )
        except BlockingIOError:
            return found
        for level, kind, value in ancillary:
            if (level, kind) not in (
                (socket.IPPROTO_IP, _IP_RECVERR),
                (socket.IPPROTO_IPV6, _IPV6_RECVERR),
            ):
                continue
            number, origin = _EXTENDED_ERROR.unpack_from(value)[:2]
            if origin in _FROM_ICMP:
                found.append(Refused(number, cast("Address", address), quoted))


def attach_filter(
    sock: socket.socket, program: Sequence[tuple[int, int, int, int]]
) -> None:
    """Let the kernel drop what a classic BPF program rejects."""
    code = b"".join(struct.pack("@HBBI", *instruction) for instruction in program)
    held = ctypes.create_string_buffer(code)
    pointer = struct.pack("@HP", len(program), ctypes.addressof(held))
    sock.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, pointer)
