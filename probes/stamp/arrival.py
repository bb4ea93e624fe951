"""How a test packet arrived at a reflector, as the kernel tells it beside its bytes."""

import socket
import struct
import sys
from typing import NamedTuple

from probes import kernel
from probes.clock import SECOND

UNKNOWN_TTL = 255
"""What a reflector says that cannot see the TTL (RFC 5357, section 4.2.1)."""

_IP_PKTINFO = 8
_IP_RECVTTL = 12
_IP_RECVTOS = 13
_TTL = (socket.IP_TTL, socket.IPV6_HOPLIMIT)
_TOS = (socket.IP_TOS, socket.IPV6_TCLASS)
_TIMESPEC = struct.Struct("@qq")
_MULTICAST = 0xFF


class Arrival(NamedTuple):
    """What is known of one packet.

    Attributes
    ----------
    stamp : int
        Nanoseconds since 1970; 0 where the kernel does not say.
    ttl, tos : int
        TTL or hop limit, and the octet of DSCP and ECN.
    local : bytes
        The address that it was sent to, packed; empty where the socket has but one.
    to_many : bool
        Whether it was sent to a broadcast or multicast address.
    way_back : list
        What makes the answer leave from `local`.
    """

    stamp: int
    ttl: int
    tos: int
    local: bytes
    to_many: bool
    way_back: kernel.Ancillary


def watch(sock: socket.socket, family: int, *, anywhere: bool) -> None:
    """Have a socket tell all that; `anywhere` if it is bound to no one address."""
    kernel.stamped(sock)
    kernel.enlarge(sock)
    if family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTTL, 1)
        sock.setsockopt(socket.IPPROTO_IP, _IP_RECVTOS, 1)
        sock.setsockopt(socket.IPPROTO_IP, _IP_PKTINFO, anywhere)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVHOPLIMIT, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVTCLASS, 1)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_RECVPKTINFO, anywhere)
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)


def mark(sock: socket.socket, family: int, tos: int) -> None:
    """Have all that is sent from now on carry this octet of DSCP and ECN."""
    if family == socket.AF_INET:
        sock.setsockopt(socket.IPPROTO_IP, socket.IP_TOS, tos)
    else:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_TCLASS, tos)


def read(ancillary: kernel.Ancillary) -> Arrival:
    """Read what the kernel told of a packet."""
    stamp, ttl, tos, local, to_many = 0, UNKNOWN_TTL, 0, b"", False
    way_back: kernel.Ancillary = []
    for level, kind, value in ancillary:
        if level == socket.SOL_SOCKET:
            seconds, rest = _TIMESPEC.unpack(value)
            stamp = seconds * SECOND + rest
        elif kind in _TTL:
            ttl = int.from_bytes(value[:4], sys.byteorder) & 0xFF
        elif kind in _TOS:
            tos = int.from_bytes(value[:4], sys.byteorder) & 0xFF
        elif level == socket.IPPROTO_IP:
            local = value[4:8]
            to_many = local != value[8:12]
            # No interface: the way back is the routing table's to choose.
            way_back = [(level, kind, bytes(4) + local + bytes(4))]
        else:
            local = value[:16]
            to_many = local[0] == _MULTICAST
            way_back = [(level, kind, value)]
    return Arrival(stamp, ttl, tos, local, to_many, way_back)
