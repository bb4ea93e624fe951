"""What an SNMP variable can hold (RFC 3416, section 3), as Python types.

Numbers are ints, strings are bytes, object identifiers are tuples, so that a reader
who only wants the number writes ``isinstance(value, int)``; the class tells the
SNMP type apart. Equality is that of the plain Python value. Null is None.
"""

from collections.abc import Callable, Iterator
from enum import IntEnum

from collectors.snmp import ber
from collectors.snmp.ber import Malformed, Oid

_IP_ADDRESS = 0x40
_COUNTER32 = 0x41
_GAUGE32 = 0x42
_TIME_TICKS = 0x43
_OPAQUE = 0x44
_COUNTER64 = 0x46


class Integer32(int):
    """INTEGER, -2**31 to 2**31-1."""

    __slots__ = ()


class Counter32(int):
    """Wraps at 2**32."""

    __slots__ = ()


class Gauge32(int):
    """Gauge32 or Unsigned32; they share a tag."""

    __slots__ = ()


class TimeTicks(int):
    """Hundredths of a second; wraps after 497 days."""

    __slots__ = ()


class Counter64(int):
    """Wraps at 2**64."""

    __slots__ = ()


class OctetString(bytes):
    """Text in any encoding, or no text at all."""

    __slots__ = ()


class IpAddress(bytes):
    """Four octets."""

    __slots__ = ()


class Opaque(bytes):
    """Anything; obsolete."""

    __slots__ = ()


class Absent(IntEnum):
    """Why there is no value; the numbers are the tags (RFC 3416, section 3)."""

    NO_SUCH_OBJECT = 0x80
    NO_SUCH_INSTANCE = 0x81
    END_OF_MIB_VIEW = 0x82


Value = (
    Integer32
    | Counter32
    | Gauge32
    | TimeTicks
    | Counter64
    | OctetString
    | IpAddress
    | Opaque
    | Oid
    | Absent
    | None
)
VarBind = tuple[Oid, Value]


def _ip_address(content: bytes) -> IpAddress:
    if len(content) != 4:
        raise Malformed(f"IpAddress of {len(content)} octets")
    return IpAddress(content)


def _empty(content: bytes, value: Absent | None) -> Absent | None:
    if content:
        raise Malformed(f"{len(content)} octets where none are due")
    return value


_PARSERS: dict[int, Callable[[bytes], Value]] = {
    ber.INTEGER: lambda content: Integer32(ber.parse_integer(content)),
    ber.OCTET_STRING: OctetString,
    ber.NULL: lambda content: _empty(content, None),
    ber.OBJECT_IDENTIFIER: ber.parse_oid,
    _IP_ADDRESS: _ip_address,
    _COUNTER32: lambda content: Counter32(ber.parse_unsigned(content, 4)),
    _GAUGE32: lambda content: Gauge32(ber.parse_unsigned(content, 4)),
    _TIME_TICKS: lambda content: TimeTicks(ber.parse_unsigned(content, 4)),
    _OPAQUE: Opaque,
    _COUNTER64: lambda content: Counter64(ber.parse_unsigned(content, 8)),
    0x80: lambda content: _empty(content, Absent.NO_SUCH_OBJECT),
    0x81: lambda content: _empty(content, Absent.NO_SUCH_INSTANCE),
    0x82: lambda content: _empty(content, Absent.END_OF_MIB_VIEW),
}

_NUMBERS: dict[type, tuple[int, int, int]] = {
    Integer32: (ber.INTEGER, -(2**31), 2**31 - 1),
    Counter32: (_COUNTER32, 0, 2**32 - 1),
    Gauge32: (_GAUGE32, 0, 2**32 - 1),
    TimeTicks: (_TIME_TICKS, 0, 2**32 - 1),
    Counter64: (_COUNTER64, 0, 2**64 - 1),
}
_STRINGS: dict[type, int] = {
    OctetString: ber.OCTET_STRING,
    IpAddress: _IP_ADDRESS,
    Opaque: _OPAQUE,
}


Place = tuple[int, int, int, int, int]
"""Where a variable binding lies: its name from where to where, then its value's tag,
and the value's octets from where to where."""


def locate(data: bytes, at: int, end: int) -> Iterator[Place]:
    """Return where each variable binding of the list `data[at:end]` lies."""
    at, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    if stop != end:
        raise Malformed(f"octet {stop}: {end - stop} octets after the last variable")
    while at < end:
        # Nearly always name and value are as short as this takes.
        name = at + 4
        if name < end and data[at] == ber.SEQUENCE and data[at + 1] < 0x80:
            named, stop = name + data[at + 3], at + 2 + data[at + 1]
            if (
                named + 2 <= stop <= end
                and data[at + 2] == ber.OBJECT_IDENTIFIER
                and (data[at + 3] | data[named + 1]) < 0x80
                and named + 2 + data[named + 1] == stop
            ):
                yield name, named, data[named], named + 2, stop
                at = stop
                continue
        start, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
        name, named = ber.read_expected(data, start, stop, ber.OBJECT_IDENTIFIER)
        tag, value, at = ber.read_header(data, named, stop)
        if at != stop:
            raise Malformed(f"octet {at}: octets after a value")
        yield name, named, tag, value, stop


def read_varbinds(data: bytes, at: int, end: int) -> list[VarBind]:
    """Return the variable bindings whose list is exactly `data[at:end]`."""
    varbinds = []
    for name, named, tag, start, stop in locate(data, at, end):
        parse = _PARSERS.get(tag)
        if parse is None:
            raise Malformed(f"octet {named}: unknown type 0x{tag:02x}")
        varbinds.append((ber.parse_oid(data[name:named]), parse(data[start:stop])))
    return varbinds


def write_varbinds(varbinds: list[VarBind]) -> bytes:
    """Return the list of variable bindings; the inverse of :func:`read_varbinds`."""
    return ber.write(
        ber.SEQUENCE,
        b"".join(
            ber.write(ber.SEQUENCE, ber.write_oid(oid) + write_value(value))
            for oid, value in varbinds
        ),
    )


def write_value(value: Value) -> bytes:
    """Return one value.

    Raises
    ------
    ValueError
        If the value does not fit its type.
    TypeError
        If it is a plain int or bytes, whose SNMP type nobody could tell.
    """
    if value is None:
        return bytes((ber.NULL, 0))
    if isinstance(value, Absent):
        return bytes((value, 0))
    if isinstance(value, tuple):
        return ber.write_oid(value)
    kind = type(value)
    if isinstance(value, int) and kind in _NUMBERS:
        tag, lowest, highest = _NUMBERS[kind]
        if not lowest <= value <= highest:
            raise ValueError(f"{value} does not fit {kind.__name__}")
        return ber.write_integer(value, tag)
    if isinstance(value, bytes) and kind in _STRINGS:
        if kind is IpAddress and len(value) != 4:
            raise ValueError(f"IpAddress of {len(value)} octets")
        return ber.write(_STRINGS[kind], value)
    raise TypeError(f"{kind.__name__} is no SNMP type")
