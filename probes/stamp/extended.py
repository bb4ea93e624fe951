"""What a session-reflector makes of the extensions it is sent (RFC 8972, section 4).

They go back in the same order and the same length, with what was asked for filled in.
"""

import hmac
import ipaddress
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import islice

from probes.stamp.tlv import (
    HEADER,
    INTEGRITY,
    LENGTHS,
    MALFORMED,
    PLACE_LENGTHS,
    PORTS,
    UNRECOGNISED,
    Extension,
    Kind,
    Place,
    signature,
    walk,
)

_NTP, _FREE_RUNNING = 1, 5
_IN_SOFTWARE = 2
_ACCESSES = (1, 2)
_REFUSED = 1
_FOLLOW_UP = struct.Struct("!IQB3x")
_COUNTS = struct.Struct("!II")
_MOST = 32
"""Extensions that are answered; there are eight types. More are work for nothing."""


@dataclass(slots=True)
class Seen:
    """What is known of a packet and its session when its answer is written.

    Attributes
    ----------
    sequence, number : int
        Of the packet, and of its answer.
    tos : int
        The octet of DSCP and ECN that the packet arrived with.
    source, destination : tuple of str and int, or None
        Address and port it came from and was sent to, or None: not to be told.
    received, sent : int
        Packets of the session so far, this one and its answer too.
    before : tuple of int, or None
        Number and time (as on the wire) of the answer before; None if not kept.
    synchronised : bool
        Whether our clock is.
    permitted : frozenset of int, or None
        Code points that answers may be marked with; None for any.
    """

    sequence: int
    number: int
    tos: int
    source: tuple[str, int] | None
    destination: tuple[str, int] | None
    received: int
    sent: int
    before: tuple[int, int] | None
    synchronised: bool
    permitted: frozenset[int] | None = None


def respond(asked: bytes, seen: Seen, key: bytes | None) -> tuple[bytes, int]:
    """Write the extensions of an answer.

    Parameters
    ----------
    asked : bytes
        All that came behind the base packet.
    key : bytes or None
        What they must be signed with, and will be; None without authentication.

    Returns
    -------
    extensions : bytes
        As long as `asked`.
    dscp : int
        Code point to mark the answer with.
    """
    data = bytearray(asked)
    marked = seen.tos >> 2
    if asked[1:2] == b"\0":
        # No extension has type 0: it is the padding of an older sender.
        return asked, marked
    if len(list(islice(walk(data, 0), _MOST + 1))) > _MOST:
        data[0] = MALFORMED
        return bytes(data), marked
    if not _true(data, seen, key):
        for found in walk(data, 0):
            data[found.at] |= INTEGRITY
        return bytes(data), marked
    for found in walk(data, 0):
        if found.end > len(data) or not _well_formed(found):
            _malformed(data, found)
            break
        data[found.at] = 0
        at = found.at + HEADER
        if found.kind == Kind.CLASS_OF_SERVICE:
            marked = _class_of_service(data, at, seen)
        elif found.kind == Kind.HMAC and key is not None:
            data[at : found.end] = signature(key, seen.number, data[: found.at])
        elif (fill := _FILL.get(found.kind)) is not None:
            fill(data, found, seen)
        else:
            data[found.at] = UNRECOGNISED
    return bytes(data), marked


def _malformed(data: bytearray, found: Extension) -> None:
    """Mark it; what is behind it goes back as it came."""
    data[found.at] = MALFORMED
    if found.kind == Kind.FOLLOW_UP:
        at = found.at + HEADER
        end = min(found.end, at + _FOLLOW_UP.size - HEADER, len(data))
        data[at:end] = bytes(end - at)


def _true(data: bytearray, seen: Seen, key: bytes | None) -> bool:
    """Tell whether the extensions are signed as they must be, in the right place.

    Only padding may follow the HMAC, and only padding alone may go without.
    """
    found = list(walk(data, 0))
    signed = [each for each in found if each.kind == Kind.HMAC]
    if not signed:
        return key is None or all(each.kind == Kind.PADDING for each in found)
    first = signed[0]
    behind = [each for each in found if each.at > first.at]
    if key is None or any(each.kind != Kind.PADDING for each in behind):
        return False
    said = bytes(data[first.at + HEADER : first.end])
    return hmac.compare_digest(said, signature(key, seen.sequence, data[: first.at]))


def _well_formed(found: Extension) -> bool:
    if found.kind == Kind.LOCATION:
        return found.size >= PORTS
    return found.size == LENGTHS.get(found.kind, found.size)


def _class_of_service(data: bytearray, at: int, seen: Seen) -> int:
    wanted, arrived = data[at] >> 2, seen.tos >> 2
    permitted = seen.permitted is None or wanted in seen.permitted
    value = wanted << 10 | arrived << 4 | (seen.tos & 3) << 2
    struct.pack_into("!HH", data, at, value | (0 if permitted else _REFUSED), 0)
    return wanted if permitted else arrived


def _padding(data: bytearray, found: Extension, seen: Seen) -> None:
    """Leave padding as it came."""


def _counts(data: bytearray, found: Extension, seen: Seen) -> None:
    at = found.at + HEADER + HEADER
    _COUNTS.pack_into(data, at, seen.received, seen.sent)


def _timestamps(data: bytearray, found: Extension, seen: Seen) -> None:
    clock = _NTP if seen.synchronised else _FREE_RUNNING
    at = found.at + HEADER
    data[at : found.end] = bytes((clock, _IN_SOFTWARE) * 2)


def _follow_up(data: bytearray, found: Extension, seen: Seen) -> None:
    number, time = seen.before or (0, 0)
    method = _IN_SOFTWARE if seen.before else 0
    _FOLLOW_UP.pack_into(data, found.at + HEADER, number, time, method)


def _access_report(data: bytearray, found: Extension, seen: Seen) -> None:  # noqa: ARG001 (as the others)
    # What other than 1 or 2 reports is to be discarded (section 4.6).
    if data[found.at + HEADER] >> 4 not in _ACCESSES:
        data[found.at] = UNRECOGNISED


def _location(data: bytearray, location: Extension, seen: Seen) -> None:
    at = location.at + HEADER
    ports = [0 if end is None else end[1] for end in (seen.destination, seen.source)]
    struct.pack_into("!HH", data, at, *ports)
    places = walk(data, at + PORTS, location.end)
    for found in islice(places, len(Place)):
        size = PLACE_LENGTHS.get(found.kind, found.size)
        if found.end > location.end or found.size != size:
            data[found.at] = MALFORMED
            return
        value = slice(found.at + HEADER, found.end)
        data[found.at] = 0
        if found.kind == Place.DESTINATION:
            data[found.at + 1], data[value] = _address(seen.destination, found.kind)
        elif found.kind == Place.SOURCE:
            data[found.at + 1], data[value] = _address(seen.source, found.kind)
        elif found.kind == Place.SOURCE_MAC:
            # A UDP socket sees no frames; zeros say so (section 4.2.2).
            data[found.at + 1], data[value] = Place.SOURCE_EUI64, bytes(8)
        else:
            data[found.at] = UNRECOGNISED


def _address(end: tuple[str, int] | None, asked: int) -> tuple[int, bytes]:
    """Return the type and the value that answer a question for an address."""
    if end is None:
        return asked, bytes(16)
    address = ipaddress.ip_address(end[0].partition("%")[0])
    # Type 4 is answered by 5 (IPv4) or 6 (IPv6), and 7 by 8 or 9.
    kind = asked + (1 if address.version == 4 else 2)
    return kind, address.packed.ljust(16, b"\0")


_FILL: Mapping[int, Callable[[bytearray, Extension, Seen], None]] = {
    Kind.PADDING: _padding,
    Kind.LOCATION: _location,
    Kind.TIMESTAMPS: _timestamps,
    Kind.DIRECT_MEASUREMENT: _counts,
    Kind.ACCESS_REPORT: _access_report,
    Kind.FOLLOW_UP: _follow_up,
}
