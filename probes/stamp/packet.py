"""The STAMP test packets on the wire: RFC 8762, and RFC 8972's session identifier.

Both modes say the same in different places: without authentication in 44 octets, with
it in 112, of which the last 16 are an HMAC-SHA-256, cut short, of the rest.

Times are integer nanoseconds since 1970; on the wire they are NTP's 64 bits (seconds
since 1900 and a binary fraction, which begin anew in 2036) unless a packet says PTP.
"""

import hmac
import struct
from typing import NamedTuple, Protocol

from probes.clock import SECOND
from probes.stamp.estimate import PTP_FORMAT, UNKNOWN

BASE = 44
"""Bytes of a base packet without authentication (RFC 8762, figures 2 and 5)."""

SIGNED_BASE = 112
"""Bytes of a base packet with authentication (RFC 8762, figures 4 and 6)."""

SHORTEST_REPLY = 38
"""Bytes of a reply that hold all we need; TWAMP-Light may stop anywhere after."""

WORD = 1 << 32
"""How many sequence numbers there are; they begin anew after the last."""

SHORTEST_REQUEST = 41
"""Bytes that a reflector can answer in full without saying more than it was asked.

A TWAMP-Light sender that reckons with answers pads its 14 octets to these (RFC 5357,
section 4.1.2); what is shorter would make us send more than we were sent.
"""

HMAC_SIZE = 16

_COVERED = SIGNED_BASE - HMAC_SIZE
_REQUEST = struct.Struct("!IQHH")
_REQUEST_BASE = struct.Struct("!IQHH28x")
_REPLY = struct.Struct("!IQHHQIQ2x")
_REPLY_BASE = struct.Struct("!IQHHQIQHxxB3x")
_SIGNED_REQUEST = struct.Struct("!I12xQHH")
_SIGNED_REQUEST_BASE = struct.Struct("!I12xQHH68x")
_SIGNED_REPLY = struct.Struct("!I12xQHH4xQ8xI12xQ")
_SIGNED_REPLY_BASE = struct.Struct("!I12xQHH4xQ8xI12xQH6xB15x")

EPOCH_NS = 2_208_988_800 * SECOND
"""From 1900, where NTP begins, to 1970."""

HALF_ERA = 1 << 63
"""NTP's first bit: times before 1968, or after 2036, are without it."""

_ERA = 1 << 64
_LAST_OF_ERA = _ERA - 1
_FRACTION = WORD - 1


class Request(NamedTuple):
    """What a session-sender says; `timestamp` as it is on the wire.

    Attributes
    ----------
    session : int
        The session's identifier (RFC 8972, section 3); 0 where there is none.
    """

    sequence: int
    timestamp: int
    error_estimate: int
    session: int = 0


class Reply(NamedTuple):
    """What a session-reflector says, times as they are on the wire.

    Attributes
    ----------
    number : int
        The reflector's own count, or a copy of the sender's if it keeps none.
    session : int
        As asked; 0 from a reflector that does not know RFC 8972.
    sequence, timestamp : int
        The sender's, as the reflector copied them.
    """

    number: int
    sent: int
    error_estimate: int
    session: int
    received: int
    sequence: int
    timestamp: int


Replied = tuple[int, int, int, int, int, int, int]
"""A :class:`Reply` as it is read, without the names: one is read for each packet."""


class Mode(Protocol):
    """How packets are laid out: with authentication, or without."""

    @property
    def base(self) -> int:
        """Bytes before the extensions."""

    @property
    def key(self) -> bytes | None:
        """What extensions are signed with; None without authentication."""

    def request(self, sequence: int, time: int, estimate: int, session: int) -> bytes:
        """Build a session-sender's base packet; `time` as it is on the wire."""

    def read_request(self, data: bytes | bytearray, size: int) -> Request | None:
        """Read a session-sender's packet of `size` bytes; None if it is not one."""

    def quoted(self, data: bytes) -> Request | None:
        """Read a session-sender's packet as an ICMP error quotes it, unsigned."""

    def reply(self, reply: Reply, estimate: int, ttl: int) -> bytes:
        """Build a session-reflector's base packet; `estimate` is the sender's."""

    def read_reply(self, data: bytes) -> Replied | None:
        """Read a session-reflector's packet; None if it is not one."""


class Unsigned:
    """The unauthenticated mode."""

    base = BASE
    key = None

    def request(self, sequence: int, time: int, estimate: int, session: int) -> bytes:
        """Build a session-sender's base packet."""
        return _REQUEST_BASE.pack(sequence, time, estimate, session)

    def read_request(self, data: bytes | bytearray, size: int) -> Request | None:
        """Read a session-sender's packet; None if it is shorter than an answer."""
        if size < SHORTEST_REQUEST:
            return None
        return Request._make(_REQUEST.unpack_from(data))

    def quoted(self, data: bytes) -> Request | None:
        """Read what there is of our packet; None if cut before 16 bytes."""
        if len(data) < _REQUEST.size:
            return None
        return Request._make(_REQUEST.unpack_from(data))

    def reply(self, reply: Reply, estimate: int, ttl: int) -> bytes:
        """Build a session-reflector's base packet."""
        return _REPLY_BASE.pack(*reply, estimate, ttl)

    def read_reply(self, data: bytes) -> Replied | None:
        """Read a session-reflector's packet; None if it is too short to be one."""
        if len(data) < SHORTEST_REPLY:
            return None
        return _REPLY.unpack_from(data)


class Signed:
    """The authenticated mode: what has no true HMAC is never believed.

    Parameters
    ----------
    key : bytes
        The secret that both ends share.
    """

    base = SIGNED_BASE

    def __init__(self, key: bytes) -> None:
        self.key = key

    def request(self, sequence: int, time: int, estimate: int, session: int) -> bytes:
        """Build a session-sender's base packet."""
        covered = _SIGNED_REQUEST_BASE.pack(sequence, time, estimate, session)
        return covered + sign(self.key, covered)

    def read_request(self, data: bytes | bytearray, size: int) -> Request | None:
        """Read a session-sender's packet; None if it is short or not truly signed."""
        if size < SIGNED_BASE or not self._true(data):
            return None
        return Request._make(_SIGNED_REQUEST.unpack_from(data))

    def quoted(self, data: bytes) -> Request | None:
        """Read what there is of our packet; None if cut before 28 bytes."""
        if len(data) < _SIGNED_REQUEST.size:
            return None
        return Request._make(_SIGNED_REQUEST.unpack_from(data))

    def reply(self, reply: Reply, estimate: int, ttl: int) -> bytes:
        """Build a session-reflector's base packet."""
        covered = _SIGNED_REPLY_BASE.pack(*reply, estimate, ttl)
        return covered + sign(self.key, covered)

    def read_reply(self, data: bytes) -> Reply | None:
        """Read a session-reflector's packet; None if it is short or not truly signed.

        The HMAC of what we sent is as true: it is told from an answer by its copy of
        our number and time, which is zero there.
        """
        if len(data) < SIGNED_BASE or not self._true(data):
            return None
        return self.peek(data)

    def peek(self, data: bytes) -> Reply:
        """Read a session-reflector's packet of 112 bytes or more, true or not."""
        return Reply._make(_SIGNED_REPLY.unpack_from(data))

    def _true(self, data: bytes | bytearray) -> bool:
        said = bytes(data[_COVERED:SIGNED_BASE])
        return hmac.compare_digest(said, sign(self.key, bytes(data[:_COVERED])))


UNSIGNED = Unsigned()


def sign(key: bytes, covered: bytes) -> bytes:
    """Return the HMAC of RFC 8762, section 4.4: HMAC-SHA-256, its first 16 octets."""
    return hmac.digest(key, covered, "sha256")[:HMAC_SIZE]


def to_ntp(time: int) -> int:
    """Write nanoseconds since 1970 as an NTP timestamp.

    Examples
    --------
    >>> hex(to_ntp(1_500_000_000))
    '0x83aa7e8180000000'
    """
    return ((time + EPOCH_NS << 32) // SECOND) & _LAST_OF_ERA


def from_ntp(timestamp: int) -> int:
    """Read an NTP timestamp as nanoseconds since 1970, of the years 1968 to 2104.

    Examples
    --------
    >>> from_ntp(0x83AA7E8180000000)
    1500000000
    """
    if timestamp < HALF_ERA:
        timestamp += _ERA
    return (timestamp * SECOND >> 32) - EPOCH_NS


def times(reply: Reply) -> tuple[int, int]:
    """Return when a reflector received and sent; nanoseconds since 1970.

    Of PTP's format they are nanoseconds of whatever its clock counts, mostly TAI.
    """
    if reply.error_estimate & PTP_FORMAT:
        return _from_ptp(reply.received), _from_ptp(reply.sent)
    return from_ntp(reply.received), from_ntp(reply.sent)


def reflect(
    packet: bytes,
    *,
    received_ns: int,
    sending_ns: int,
    sequence: int | None,
    ttl: int,
    error_estimate: int = UNKNOWN,
) -> bytes | None:
    """Build the answer of a session-reflector that knows no extensions.

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
        None if `packet` is shorter than what an answer has to say.

    Examples
    --------
    >>> reflect(b"", received_ns=0, sending_ns=0, sequence=None, ttl=64)
    >>> len(reflect(bytes(50), received_ns=0, sending_ns=0, sequence=7, ttl=64))
    50
    """
    asked = UNSIGNED.read_request(packet, len(packet))
    if asked is None:
        return None
    reply = Reply(
        asked.sequence if sequence is None else sequence % WORD,
        to_ntp(sending_ns),
        error_estimate,
        asked.session,
        to_ntp(received_ns),
        asked.sequence,
        asked.timestamp,
    )
    answer = UNSIGNED.reply(reply, asked.error_estimate, ttl) + packet[BASE:]
    return answer[: len(packet)]


def _from_ptp(timestamp: int) -> int:
    return (timestamp >> 32) * SECOND + (timestamp & _FRACTION)
