"""Extensions of STAMP packets: type, length, value behind the base packet (RFC 8972).

What a session-sender asks for with them, and what it reads in the answer; see
:mod:`probes.stamp.extended` for the other end.
"""

import hmac
import ipaddress
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

from probes.stamp.packet import HMAC_SIZE, sign

UNRECOGNISED, MALFORMED, INTEGRITY = 0x80, 0x40, 0x20
"""The flags U, M and I; a sender sets U alone, and a reflector clears what is well."""

HEADER = 4
"""Bytes of an extension before its value: flags, type, and the value's length."""

_HEADER = struct.Struct("!BBH")
_WORD = struct.Struct("!I")
_COUNTS = struct.Struct("!III")
_IPV4_SIZE = 4


class Kind(IntEnum):
    """Types of extensions (RFC 8972, table 2)."""

    PADDING = 1
    LOCATION = 2
    TIMESTAMPS = 3
    CLASS_OF_SERVICE = 4
    DIRECT_MEASUREMENT = 5
    ACCESS_REPORT = 6
    FOLLOW_UP = 7
    HMAC = 8


class Place(IntEnum):
    """Types of what a Location extension holds (RFC 8972, table 5)."""

    SOURCE_MAC = 1
    SOURCE_EUI48 = 2
    SOURCE_EUI64 = 3
    DESTINATION = 4
    DESTINATION_IPV4 = 5
    DESTINATION_IPV6 = 6
    SOURCE = 7
    SOURCE_IPV4 = 8
    SOURCE_IPV6 = 9


LENGTHS: Mapping[int, int] = {
    Kind.TIMESTAMPS: 4,
    Kind.CLASS_OF_SERVICE: 4,
    Kind.DIRECT_MEASUREMENT: 12,
    Kind.ACCESS_REPORT: 4,
    Kind.FOLLOW_UP: 16,
    Kind.HMAC: HMAC_SIZE,
}
"""Bytes of the values that have one length only."""

PORTS = 4
"""Bytes of a Location's two ports, before what else it holds."""

PLACE_LENGTHS: Mapping[int, int] = {
    **dict.fromkeys((Place.SOURCE_MAC, Place.SOURCE_EUI48, Place.SOURCE_EUI64), 8),
    **dict.fromkeys(
        (Place.DESTINATION, Place.DESTINATION_IPV4, Place.DESTINATION_IPV6), 16
    ),
    **dict.fromkeys((Place.SOURCE, Place.SOURCE_IPV4, Place.SOURCE_IPV6), 16),
}


class Extension(NamedTuple):
    """One extension.

    Attributes
    ----------
    at : int
        Where its header begins, in the bytes it was read from.
    size : int
        Bytes of its value as it claims; there may be fewer.
    """

    at: int
    flags: int
    kind: int
    size: int

    @property
    def end(self) -> int:
        """Where it ends, if it is as long as it says."""
        return self.at + HEADER + self.size


def walk(
    data: bytes | bytearray, at: int, end: int | None = None
) -> Iterator[Extension]:
    """Yield extensions one after another; the last may claim more than there is.

    Up to 3 bytes behind the last are no extension, and not told of.
    """
    last = len(data) if end is None else end
    while at + HEADER <= last:
        found = Extension(at, *_HEADER.unpack_from(data, at))
        yield found
        at = found.end


def extension(kind: int, value: bytes) -> bytes:
    """Build one as a session-sender must: marked as not understood yet."""
    return _HEADER.pack(UNRECOGNISED, kind, len(value)) + value


def padding(size: int) -> bytes:
    """Return an Extra Padding extension of `size` bytes in all; 0 for none.

    A reflector that knows no extensions sends it back as it is.
    """
    return extension(Kind.PADDING, bytes(size - HEADER)) if size else b""


def class_of_service(dscp: int) -> bytes:
    """Ask for an answer marked with `dscp`, and what the question arrived with."""
    return extension(Kind.CLASS_OF_SERVICE, struct.pack("!HH", dscp << 10, 0))


def direct_measurement(sent: int) -> bytes:
    """Tell how many packets of the session were sent; ask for the other counts."""
    return extension(Kind.DIRECT_MEASUREMENT, _COUNTS.pack(sent & 0xFFFF_FFFF, 0, 0))


LOCATION = extension(
    Kind.LOCATION,
    bytes(PORTS)
    + b"".join(
        extension(place, bytes(PLACE_LENGTHS[place]))
        for place in (Place.DESTINATION, Place.SOURCE)
    ),
)
"""Asks which addresses and ports a packet arrived with: another than ours is NAT."""


def signature(key: bytes, sequence: int, before: bytes | bytearray) -> bytes:
    """Return the HMAC of a packet's number and of the extensions before it."""
    return sign(key, _WORD.pack(sequence) + before)


@dataclass(slots=True)
class Told:
    """What the extensions of an answer say; None where nothing.

    Attributes
    ----------
    dscp, ecn : int or None
        Marks that the question arrived with.
    refused : bool
        Whether the mark that we wanted on the answer is not allowed over there.
    received, sent : int or None
        Packets of the session that the far end counted, this one and its answer too.
    source, destination : tuple of str and int, or None
        Address and port that the question arrived with; the address may be empty.
    """

    dscp: int | None = None
    ecn: int | None = None
    refused: bool = False
    received: int | None = None
    sent: int | None = None
    source: tuple[str, int] | None = None
    destination: tuple[str, int] | None = None


NOTHING = Told()


def read(data: bytes, base: int, key: bytes | None, number: int) -> Told:
    """Read the extensions of an answer, as far as they are to be believed.

    What the reflector did not understand (TWAMP-Light sends back what it was sent) or
    marks as malformed is passed over; if anything failed its integrity check, all is.

    Parameters
    ----------
    base : int
        Bytes of the base packet.
    key : bytes or None
        What the extensions must be signed with; None where they need not be.
    number : int
        The sequence number of the answer itself.
    """
    told = Told()
    signed = key is None
    for found in walk(data, base):
        if found.end > len(data) or found.flags & MALFORMED:
            break
        if found.flags & INTEGRITY:
            return NOTHING
        at = found.at + HEADER
        if found.kind == Kind.HMAC and key is not None:
            true = signature(key, number, data[base : found.at])
            if not hmac.compare_digest(data[at : found.end], true):
                return NOTHING
            signed = True
        elif not found.flags & UNRECOGNISED:
            _understand(told, data, found, at)
    return told if signed else NOTHING


def _understand(told: Told, data: bytes, found: Extension, at: int) -> None:
    if found.size != LENGTHS.get(found.kind, found.size):
        return
    if found.kind == Kind.CLASS_OF_SERVICE:
        marks = int.from_bytes(data[at : at + 2])
        told.dscp, told.ecn = marks >> 4 & 0x3F, marks >> 2 & 3
        told.refused = bool(marks & 3)
    elif found.kind == Kind.DIRECT_MEASUREMENT:
        _, told.received, told.sent = _COUNTS.unpack_from(data, at)
    elif found.kind == Kind.LOCATION and found.size >= PORTS:
        _locate(told, data, at, found.end)


def _locate(told: Told, data: bytes, at: int, end: int) -> None:
    destination, source = struct.unpack_from("!HH", data, at)
    told.destination, told.source = ("", destination), ("", source)
    for found in walk(data, at + PORTS, end):
        if found.end > end or found.flags & MALFORMED:
            return
        value = data[found.at + HEADER : found.end]
        if found.flags & UNRECOGNISED or len(value) != 16:
            continue
        if found.kind in (Place.DESTINATION_IPV4, Place.SOURCE_IPV4):
            address = str(ipaddress.IPv4Address(value[:_IPV4_SIZE]))
        else:
            address = str(ipaddress.IPv6Address(value))
        if found.kind in (Place.DESTINATION_IPV4, Place.DESTINATION_IPV6):
            told.destination = address, destination
        elif found.kind in (Place.SOURCE_IPV4, Place.SOURCE_IPV6):
            told.source = address, source
