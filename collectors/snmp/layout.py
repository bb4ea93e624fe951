"""Where the numbers of an answer stood, so that the next like it needs no parsing.

A device answers the same question with the same octets but for the numbers in it, and
these nearly always at the same places: a counter outgrows its octets once in days. One
comparison of all that is not a number tells whether it is so; any other answer is
parsed by the rules, and its layout learned in turn.
"""

import operator
import struct
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from hashlib import blake2b, sha256
from typing import Any, NamedTuple, TypeVar, cast

from collectors.snmp import ber
from collectors.snmp.ber import Oid
from collectors.snmp.message import ErrorStatus, Pdu, PduType, read_envelope
from collectors.snmp.values import Absent, Integer32, Value, locate

_UNSIGNED = {1: "B", 2: "H", 3: "I", 4: "I", 5: "Q", 6: "Q", 7: "Q", 8: "Q"}
_SIGNED = {1: "b", 2: "h", 4: "i"}
_WIDTHS = {code: struct.calcsize(f">{code}") for code in "bBhHiIQ"}
_ID_OCTETS = 4
_SIGN = 0x80
_ABSENT = frozenset(Absent)
_DIGEST = 16

_T = TypeVar("_T")


@lru_cache(maxsize=8192)
def shared(value: _T) -> _T:
    """Return the one copy of what many devices have alike."""
    return value


class _Number(NamedTuple):
    """The octets of a number, and how they are read.

    Attributes
    ----------
    base : int
        What the octets before it add: three are read as four.
    positive : bool
        Whether it is read right only as long as its sign is clear.
    """

    start: int
    stop: int
    code: str
    base: int = 0
    positive: bool = False


class Layout:
    """All octets of one answer that are not numbers, and where the numbers stand."""

    __slots__ = (
        *(
            "_arrange",
            "_based",
            "_bases",
            "_constants",
            "_error_index",
            "_fixed",
            "_kinds",
        ),
        *("_length", "_mask", "_unpack"),
    )

    def __init__(
        self, octets: bytes, numbers: Sequence[_Number], at: Sequence[int], pdu: Pdu
    ) -> None:
        values = [value for _, value in pdu.varbinds]
        self._length = len(octets)
        self._mask = _mask(numbers, len(octets))
        self._fixed = self._digest(octets)
        self._unpack = struct.Struct(_format(numbers, len(octets))).unpack
        self._bases = tuple(number.base for number in numbers if number.base)
        self._based = tuple(at for at, number in enumerate(numbers) if number.base)
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
        # Without an error it means nothing, and some agents put something there.
        self._error_index = pdu.error_index

    def values(self, octets: bytes, number: int) -> tuple[Value | int, ...] | None:
        """Return the values in the answer to request `number`, numbers as plain ints.

        None if the octets have another layout, or answer something else.
        """
        if len(octets) != self._length or self._digest(octets) != self._fixed:
            return None
        found = [*self._unpack(octets), *self._constants]
        if found[0] != number:
            return None
        for at, base in zip(self._based, self._bases, strict=True):
            found[at] -= base
        return self._arrange(found)

    def _digest(self, octets: bytes) -> bytes:
        """Return what stands for all octets that are not numbers, in less room."""
        fixed = int.from_bytes(octets, "little") & self._mask
        return sha256(fixed.to_bytes(self._length, "little")).digest()

    def typed(self, octets: bytes, number: int) -> list[Value] | None:
        """Return the values in the answer to request `number`, each of its type.

        None if the octets have another layout, or answer something else.
        """
        values = self.values(octets, number)
        if values is None:
            return None
        return [
            cast("Value", value if kind is None else kind(value))
            for kind, value in zip(self._kinds, values, strict=True)
        ]

    def read(self, octets: bytes, names: Sequence[Oid]) -> Pdu | None:
        """Return what the parser would; None if the octets have another layout.

        Parameters
        ----------
        names : sequence of Oid
            Those in the answer that this is the layout of.
        """
        if len(octets) != self._length:
            return None
        number = self._unpack(octets)[0]
        values = self.typed(octets, number)
        if values is None:
            return None
        varbinds = list(zip(names, values, strict=True))
        return Pdu(PduType.RESPONSE, number, varbinds, error_index=self._error_index)


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
    at, end = _number_at(octets)
    start, at = ber.read_expected(octets, at, end, ber.INTEGER)
    numbers = [_number(octets, start, at, Integer32)]
    if at - start != _ID_OCTETS:
        return None
    for _ in ("error status", "error index"):
        at = ber.read_header(octets, at, end)[2]
    positions = []
    for position, ((_, _, _, start, stop), (_, value)) in enumerate(
        zip(locate(octets, at, end), pdu.varbinds, strict=True)
    ):
        if isinstance(value, int) and not isinstance(value, Absent):
            numbers.append(_number(octets, start, stop, type(value)))
            positions.append(position)
    known = [number for number in numbers if number is not None]
    if len(known) < len(numbers):
        return None
    return Layout(octets, known, positions, pdu)


def names(octets: bytes) -> bytes:
    """Return a digest of the names in an answer, and of which have nothing under them.

    No two answers that a parser tells apart by these have the same.
    """
    at, end = _number_at(octets)
    for _ in ("request id", "error status", "error index"):
        at = ber.read_header(octets, at, end)[2]
    told = (
        b"%c%c%b"
        # With its length before it, a name is told from the beginning of a longer one.
        % (tag if tag in _ABSENT else 0, named - name, octets[name:named])
        for name, named, tag, _, _ in locate(octets, at, end)
    )
    return blake2b(b"".join(told), digest_size=_DIGEST).digest()


def _number_at(octets: bytes) -> tuple[int, int]:
    """Return where the number of an answer's PDU is, and where the PDU ends."""
    at, end = read_envelope(octets)
    for _ in ("version or engine id", "community or context"):
        at = ber.read_header(octets, at, end)[2]
    return ber.read_header(octets, at, end)[1], end


def _number(octets: bytes, start: int, stop: int, kind: type[Value]) -> _Number | None:
    width = stop - start
    if kind is Integer32 and width != 3:
        return _Number(start, stop, _SIGNED[width])
    if kind is Integer32 and octets[start] & _SIGN:
        return None
    if width in (5, 9) and octets[start] == 0:
        # The zero that keeps the sign clear stays what it is.
        start, width = start + 1, width - 1
    code = _UNSIGNED[width]
    before = _WIDTHS[code] - width
    base = shared(int.from_bytes(octets[start - before : start]) << 8 * width)
    return _Number(start, stop, code, base, kind is Integer32)


def _mask(numbers: Sequence[_Number], length: int) -> int:
    mask = bytearray(b"\xff" * length)
    for number in numbers:
        mask[number.start : number.stop] = bytes(number.stop - number.start)
        if number.positive:
            mask[number.start] = _SIGN
    return int.from_bytes(mask, "little")


def _format(numbers: Sequence[_Number], length: int) -> str:
    def parts() -> Iterator[str]:
        at = 0
        for number in numbers:
            yield f"{number.stop - _WIDTHS[number.code] - at}x{number.code}"
            at = number.stop
        yield f"{length - at}x"

    return ">" + "".join(parts())
