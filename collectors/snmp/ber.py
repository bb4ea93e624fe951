"""BER as SNMP uses it (RFC 3417, section 8): definite lengths, one-octet tags.

Every read is bounds-checked against the element that encloses it, and whatever is
wrong raises :class:`Malformed`: the octets come from anybody who can send a datagram.
Lengths and integers longer than they need be are read, since agents do send them.
"""

from functools import lru_cache

_LONGEST_OID = 128
_LARGEST_ARC = 0xFFFFFFFF

INTEGER = 0x02
OCTET_STRING = 0x04
NULL = 0x05
OBJECT_IDENTIFIER = 0x06
SEQUENCE = 0x30

Oid = tuple[int, ...]
"""An object identifier as its numbers, so that tuples sort as MIBs do."""


class Malformed(ValueError):  # noqa: N818 - named as the outcome is
    """The octets are not what SNMP allows; the text says where and what."""


def read_header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Return the tag at `at` and where its content starts and stops, within `end`."""
    start = at + 2
    if start > end:
        raise Malformed(f"octet {at}: cut short, a tag and a length expected")
    length = data[at + 1]
    if length & 0x80:
        count = length & 0x7F
        if not 1 <= count <= 4:
            raise Malformed(f"octet {at + 1}: length of {count} octets")
        if start + count > end:
            raise Malformed(f"octet {at + 1}: cut short within a length")
        length = int.from_bytes(data[start : start + count])
        start += count
    if length > end - start:
        raise Malformed(f"octet {at}: {length} octets announced, {end - start} left")
    return data[at], start, start + length


def read_expected(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Return where the content of the element at `at` lies; it must have `tag`."""
    found, start, stop = read_header(data, at, end)
    if found != tag:
        raise Malformed(f"octet {at}: tag 0x{found:02x} where 0x{tag:02x} is due")
    return start, stop


def read_integer(data: bytes, at: int, end: int) -> tuple[int, int]:
    """Return the INTEGER (-2**31 to 2**31-1) at `at` and where it stops."""
    start, stop = read_expected(data, at, end, INTEGER)
    return parse_integer(data[start:stop]), stop


def read_octets(data: bytes, at: int, end: int) -> tuple[bytes, int]:
    """Return the OCTET STRING at `at` and where it stops."""
    start, stop = read_expected(data, at, end, OCTET_STRING)
    return data[start:stop], stop


def parse_integer(content: bytes) -> int:
    """Return the signed 32-bit number in an INTEGER's content octets."""
    if not 1 <= len(content) <= 4:
        raise Malformed(f"integer of {len(content)} octets")
    return int.from_bytes(content, signed=True)


def parse_unsigned(content: bytes, width: int) -> int:
    """Return the number in the content of an unsigned type of `width` octets.

    Some agents leave out the leading zero that keeps the sign clear; the type is
    unsigned, so nothing else can be meant.
    """
    if len(content) == width + 1 and content[0] == 0:
        content = content[1:]
    if not 1 <= len(content) <= width:
        raise Malformed(f"unsigned integer of {len(content)} octets, at most {width}")
    return int.from_bytes(content)


def parse_oid(content: bytes) -> Oid:
    """Return the numbers in an OBJECT IDENTIFIER's content octets (X.690, 8.19).

    No octets at all read as 0.0: Net-SNMP reads it so, and agents do send it.
    """
    if not content:
        return (0, 0)
    # One octet a number, nearly always.
    arcs = tuple(content) if content.isascii() else _long_arcs(content)
    if len(arcs) >= _LONGEST_OID:
        raise Malformed(f"object identifier of more than {_LONGEST_OID} numbers")
    first = min(arcs[0] // 40, 2)
    return (first, arcs[0] - 40 * first, *arcs[1:])


@lru_cache(maxsize=1024)
def _long_arcs(content: bytes) -> tuple[int, ...]:
    if content[-1] & 0x80:
        raise Malformed("object identifier cut short within a number")
    arcs: list[int] = []
    arc = 0
    fresh = True
    for octet in content:
        if fresh and octet == 0x80:
            raise Malformed("object identifier with a padded number")
        fresh = not octet & 0x80
        arc = arc << 7 | octet & 0x7F
        # The first number holds two (40 * a + b), so it may exceed 32 bits a little.
        if arc > _LARGEST_ARC + 80 * (not arcs):
            raise Malformed("object identifier with a number over 32 bits")
        if fresh:
            arcs.append(arc)
            arc = 0
    return tuple(arcs)


def write(tag: int, content: bytes) -> bytes:
    """Return one element."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    if size < 0x100:
        return bytes((tag, 0x81, size)) + content
    if size < 0x10000:
        return bytes((tag, 0x82, size >> 8, size & 0xFF)) + content
    raise ValueError(f"{size} octets do not fit a datagram")


def write_integer(number: int, tag: int = INTEGER) -> bytes:
    """Return `number` in as few octets as its two's complement needs."""
    width = (number if number >= 0 else number + 1).bit_length() // 8 + 1
    return bytes((tag, width)) + number.to_bytes(width, signed=True)


def write_octets(octets: bytes) -> bytes:
    """Return an OCTET STRING."""
    return write(OCTET_STRING, octets)


def write_oid(oid: Oid) -> bytes:
    """Return an OBJECT IDENTIFIER.

    Raises
    ------
    ValueError
        If `oid` is none: fewer than two or more than 128 numbers, one of them
        negative or over 32 bits, or a second of 40 and more under a first of 0 or 1.
    """
    if not 2 <= len(oid) <= _LONGEST_OID:
        raise ValueError(f"object identifier of {len(oid)} numbers")
    first, second, *rest = oid
    if not 0 <= first <= 2 or second < 0 or (first < 2 and second >= 40):
        raise ValueError(f"no object identifier starts {first}.{second}")
    if not 0 <= min(oid) <= max(oid) <= _LARGEST_ARC:
        raise ValueError("object identifier with a number outside 32 bits")
    return write(
        OBJECT_IDENTIFIER, b"".join(map(_write_arc, (40 * first + second, *rest)))
    )


def _write_arc(arc: int) -> bytes:
    if arc < 0x80:
        return bytes((arc,))
    octets = bytearray((arc & 0x7F,))
    while arc := arc >> 7:
        octets.append(arc & 0x7F | 0x80)
    octets.reverse()
    return bytes(octets)
