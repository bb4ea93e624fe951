"""Where the numbers of an answer stood, so that the next like it needs no parsing.

A device answers the same question with the same octets but for the numbers in it, and
these nearly always at the same places: a counter outgrows its octets once in days. One
comparison of all that is not a number tells whether it is so; any other answer is
parsed by the rules, and its layout learned in turn.
"""

import operator
import struct
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

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
        *("_arrange", "_bases", "_constants", "_error_index", "_fixed", "_kinds"),
        *("_length", "_mask", "_oids", "_unpack"),
    )

    def __init__(
        self, octets: bytes, numbers: Sequence[_Number], at: Sequence[int], pdu: Pdu
    ) -> None:
        values = [value for _, value in pdu.varbinds]
        self._length = len(octets)
        self._mask = shared(_mask(numbers, len(octets)))
        self._fixed = int.from_bytes(octets, "little") & self._mask
        self._unpack = _struct(_format(numbers, len(octets))).unpack
        bases = tuple(number.base for number in numbers)
        self._bases = shared(bases) if any(bases) else None
        others = sorted(set(range(len(values))).difference(at))
        self._constants = tuple(values[position] for position in others)
        # The first number is the request's.
        places = {position: 1 + n for n, position in enumerate((*at, *others))}
        self._arrange = picker(tuple(places[n] for n in range(len(values))))
        self._kinds = shared(
            tuple(
                type(value) if n in set(at) else None for n, value in enumerate(values)
            )
        )
        self._oids = shared(tuple(oid for oid, _ in pdu.varbinds))
        # Without an error it means nothing, and some agents put something there.
        self._error_index = pdu.error_index

    def values(self, octets: bytes, number: int) -> tuple[Value | int, ...] | None:
        """Return the values in the answer to request `number`, numbers as plain ints.

        None if the octets have another layout, or answer something else.
        """
        found = self._numbers(octets)
        if found is None or found[0] != number:
            return None
        return self._arrange(found + self._constants)

    def read(self, octets: bytes) -> Pdu | None:
        """Return what the parser would; None if the octets have another layout."""
        found = self._numbers(octets)
        if found is None:
            return None
        values = self._arrange(found + self._constants)
        varbinds = [
            (oid, value if kind is None else kind(value))
            for oid, kind, value in zip(self._oids, self._kinds, values, strict=True)
        ]
        return Pdu(PduType.RESPONSE, found[0], varbinds, error_index=self._error_index)

    def _numbers(self, octets: bytes) -> tuple[int, ...] | None:
        if len(octets) != self._length:
            return None
        if int.from_bytes(octets, "little") & self._mask != self._fixed:
            return None
        found: tuple[int, ...] = self._unpack(octets)
        if self._bases is None:
            return found
        return tuple(map(operator.sub, found, self._bases))


@lru_cache(maxsize=8192)
def picker(places: tuple[int, ...]) -> Callable[[Sequence[Any]], tuple[Any, ...]]:
    """Return what takes the items at `places` out of a sequence, as a tuple."""
    if len(places) == 1:
        (place,) = places
        return lambda items: (items[place],)
    return operator.itemgetter(*places) if places else lambda _: ()


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
