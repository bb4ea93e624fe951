"""Where the numbers of an answer stood, so that the next like it needs no parsing.

A device answers the same question with the same octets but for the numbers in it, and
these nearly always at the same places: a counter outgrows its octets once in days. One
comparison of all that is not a number tells whether it is so; any other answer is
parsed by the rules, and its layout learned in turn.
"""

import operator
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from collectors.snmp import ber
from collectors.snmp.message import ErrorStatus, Pdu, PduType, read_envelope
from collectors.snmp.values import Absent, Integer32, Value, locate

_UNSIGNED = {1: "B", 2: "H", 3: "I", 4: "I", 5: "Q", 6: "Q", 7: "Q", 8: "Q"}
_SIGNED = {1: "b", 2: "h", 4: "i"}
_ID_OCTETS = 4

_T = TypeVar("_T")


@lru_cache(maxsize=8192)
def shared(value: _T) -> _T:
    """Return the one copy of what many devices have alike."""
    return value


_struct = lru_cache(maxsize=8192)(struct.Struct)


@dataclass(frozen=True, slots=True)
class _Number:
    """The octets of a number, and how they are read.

    Attributes
    ----------
    base : int
        What the octets before it add: three are read as four.
    """

    start: int
    stop: int
    code: str
    base: int = 0


class Layout:
    """All octets of one answer that are not numbers, and where the numbers stand."""

    __slots__ = (
        *("_at", "_bases", "_error_index", "_fixed", "_kinds", "_length", "_mask"),
        *("_oids", "_unpack", "_values"),
    )

    def __init__(
        self, octets: bytes, numbers: Sequence[_Number], at: Sequence[int], pdu: Pdu
    ) -> None:
        values = [value for _, value in pdu.varbinds]
        self._length = len(octets)
        self._mask = shared(_mask(numbers, len(octets)))
        self._fixed = int.from_bytes(octets, "little") & self._mask
        self._unpack = _struct(_format(numbers, len(octets))).unpack
        self._bases = shared(tuple(number.base for number in numbers))
        self._at = shared(tuple(at))
        self._kinds = shared(tuple(type(values[position]) for position in at))
        self._oids = shared(tuple(oid for oid, _ in pdu.varbinds))
        self._values = values
        # Without an error it means nothing, and some agents put something there.
        self._error_index = pdu.error_index

    def read(self, octets: bytes) -> Pdu | None:
        """Return what the parser would; None if the octets have another layout."""
        if len(octets) != self._length:
            return None
        if int.from_bytes(octets, "little") & self._mask != self._fixed:
            return None
        number, *found = map(operator.sub, self._unpack(octets), self._bases)
        values = self._values.copy()
        for at, kind, value in zip(self._at, self._kinds, found, strict=True):
            values[at] = kind(value)
        varbinds = list(zip(self._oids, values, strict=True))
        return Pdu(PduType.RESPONSE, number, varbinds, error_index=self._error_index)


def learn(octets: bytes, pdu: Pdu) -> Layout | None:
    """Return the layout of an answer; None if it has none worth keeping.

    Parameters
    ----------
    octets : bytes
        A version 2c message or a version 3 scoped PDU; either has two fields before
        its PDU.
    pdu : Pdu
        As the parser read it from `octets`.
    """
    if pdu.type is not PduType.RESPONSE or pdu.error_status != ErrorStatus.NO_ERROR:
        return None
    at, end = read_envelope(octets)
    for _ in ("version or engine id", "community or context"):
        at = ber.read_header(octets, at, end)[2]
    at = ber.read_header(octets, at, end)[1]
    start, at = ber.read_expected(octets, at, end, ber.INTEGER)
    numbers = [_number(octets, start, at, Integer32)]
    if at - start != _ID_OCTETS:
        return None
    for _ in ("error status", "error index"):
        at = ber.read_header(octets, at, end)[2]
    positions = []
    places = locate(octets, at, end)
    for position, (place, (_, value)) in enumerate(
        zip(places, pdu.varbinds, strict=True)
    ):
        if isinstance(value, int) and not isinstance(value, Absent):
            numbers.append(_number(octets, place.start, place.stop, type(value)))
            positions.append(position)
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    return Layout(octets, known, positions, pdu)


def _number(octets: bytes, start: int, stop: int, kind: type[Value]) -> _Number | None:
    width = stop - start
    if kind is Integer32:
        code = _SIGNED.get(width)
        return None if code is None else _Number(start, stop, code)
    if width in (5, 9) and octets[start] == 0:
        # The zero that keeps the sign clear stays what it is.
        start, width = start + 1, width - 1
    code = _UNSIGNED[width]
    before = struct.calcsize(code) - width
    base = int.from_bytes(octets[start - before : start]) << 8 * width
    return _Number(start, stop, code, base)


def _mask(numbers: Sequence[_Number], length: int) -> int:
    mask = bytearray(b"\xff" * length)
    for number in numbers:
        mask[number.start : number.stop] = bytes(number.stop - number.start)
    return int.from_bytes(mask, "little")


def _format(numbers: Sequence[_Number], length: int) -> str:
    def parts() -> Iterator[str]:
        at = 0
        for number in numbers:
            yield f"{number.stop - struct.calcsize(number.code) - at}x{number.code}"
            at = number.stop
        yield f"{length - at}x"

    return ">" + "".join(parts())
