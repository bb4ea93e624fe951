"""The STAMP test packets on the wire: RFC 8762, unauthenticated mode.

Times are integer nanoseconds since 1970; on the wire they are NTP's 64 bits (seconds
since 1900 and a binary fraction, which begin anew in 2036) unless a packet says PTP.
"""

import struct
from typing import NamedTuple

from probes.clock import SECOND
from probes.stamp.estimate import UNKNOWN

BASE = 44
"""Bytes of a base packet, either way (RFC 8762, figures 2 and 5)."""

SHORTEST_REPLY = 38
"""Bytes of a reply that hold all we need; TWAMP-Light may stop anywhere after."""

_REQUEST = struct.Struct("!IQH")
_REQUEST_BASE = struct.Struct("!IQH30x")
_REPLY = struct.Struct("!IQH2xQIQH")
_REPLY_BASE = struct.Struct("!IQHHQIQHxxB3x")
_HEADER = struct.Struct("!IQHH")

_EPOCH = 2_208_988_800
_ERA = 1 << 64
_PTP_FORMAT = 0x4000
_SECONDS = 1 << 32
_PADDING_TLV = 0x8001


class Request(NamedTuple):
    """What a session-sender says; `timestamp` as it is on the wire."""

    sequence: int
    timestamp: int
    error_estimate: int


class Reply(NamedTuple):
    """What a session-reflector says.

    Attributes
    ----------
    sequence : int
        The reflector's own count, or a copy of the sender's if it keeps none.
    held : int
        Nanoseconds from receiving to sending by the reflector's clock; may be
        anything if that clock was stepped.
    request : Request
        The sender's packet, as the reflector copied it.
    """

    sequence: int
    held: int
    request: Request


def to_ntp(time: int) -> int:
    """Write nanoseconds since 1970 as an NTP timestamp.

    Examples
    --------
    >>> hex(to_ntp(1_500_000_000))
    '0x83aa7e8180000000'
    """
    seconds, rest = divmod(time, SECOND)
    return ((seconds + _EPOCH << 32) + (rest << 32) // SECOND) % _ERA


def padding(size: int) -> bytes:
    """Return an Extra Padding TLV of `size` bytes in all (RFC 8972, section 4.1).

    A reflector that knows no extensions sends it back as it is.

    Parameters
    ----------
    size : int
        Bytes with the TLV's own 4; 0 for none.
    """
    if size == 0:
        return b""
    return struct.pack("!HH", _PADDING_TLV, size - 4) + bytes(size - 4)


def pack_request(request: Request, padded: bytes = b"") -> bytes:
    """Build a session-sender's packet."""
    return _REQUEST_BASE.pack(*request) + padded


def read_request(data: bytes) -> Request | None:
    """Read what there is of a session-sender's packet; None if cut before 14 bytes."""
    if len(data) < _REQUEST.size:
        return None
    return Request(*_REQUEST.unpack_from(data))


def read_reply(data: bytes) -> Reply | None:
    """Read a reflector's packet; None if it is too short to be one."""
    if len(data) < SHORTEST_REPLY:
        return None
    sequence, sent, estimate, received, *request = _REPLY.unpack_from(data)
    if estimate & _PTP_FORMAT:
        held = _from_ptp(sent) - _from_ptp(received)
    else:
        ticks = (sent - received) % _ERA
        held = (ticks - _ERA if ticks >= _ERA // 2 else ticks) * SECOND >> 32
    return Reply(sequence, held, Request(*request))


def reflect(
    packet: bytes,
    *,
    received_ns: int,
    sending_ns: int,
    sequence: int | None,
    ttl: int,
    error_estimate: int = UNKNOWN,
) -> bytes | None:
    """Build a session-reflector's answer to `packet`.

    Parameters
    ----------
    packet : bytes
        What came. Anything beyond the base packet is sent back as it is, which is
        what a reflector without extensions must do (RFC 8762, section 4.3).
    received_ns, sending_ns : int
        Nanoseconds since 1970 at which it came (T2) and the answer leaves (T3).
    sequence : int or None
        The session's own count; None copies the sender's (a stateless reflector).
    ttl : int
        TTL or hop limit it came with, 0 to 255.
    error_estimate : int
        Error Estimate field of the reflector's clock; the default claims nothing.

    Returns
    -------
    bytes or None
        Exactly as long as `packet`, so that nobody can be flooded through us;
        None if `packet` is shorter than a base packet.

    Examples
    --------
    >>> reflect(b"", received_ns=0, sending_ns=0, sequence=None, ttl=64)
    >>> len(reflect(bytes(50), received_ns=0, sending_ns=0, sequence=7, ttl=64))
    50
    """
    if len(packet) < BASE:
        return None
    asked, timestamp, estimate, session = _HEADER.unpack_from(packet)
    base = _REPLY_BASE.pack(
        asked if sequence is None else sequence % _SECONDS,
        to_ntp(sending_ns),
        error_estimate,
        session,
        to_ntp(received_ns),
        asked,
        timestamp,
        estimate,
        ttl,
    )
    return base + packet[BASE:]


def _from_ptp(timestamp: int) -> int:
    return (timestamp >> 32) * SECOND + timestamp % _SECONDS
