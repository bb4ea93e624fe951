"""IF-MIB (RFC 2863): the interfaces of a device, their state and counters.

Rows are told apart by ifName: ifIndex may move whenever a device restarts.
"""

from collections.abc import Sequence
from contextlib import suppress
from functools import lru_cache
from typing import cast

from bellrock.model.observation import Interfaces, Outcome
from bellrock.model.status import Status
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.failure import Failure
from collectors.snmp.naming import Naming
from collectors.snmp.session import Session
from collectors.snmp.table import Cell, Table, cell
from collectors.snmp.walk import walk

Numbers = tuple[int | None, ...]
"""A column, None where the device said nothing of use."""

_IF_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1)
_IF_X_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)

NAME: Oid = (*_IF_X_ENTRY, 1)
HIGH_SPEED: Oid = (*_IF_X_ENTRY, 15)
ADMIN_STATUS: Oid = (*_IF_ENTRY, 7)
OPER_STATUS: Oid = (*_IF_ENTRY, 8)
HC_IN_OCTETS: Oid = (*_IF_X_ENTRY, 6)
HC_OUT_OCTETS: Oid = (*_IF_X_ENTRY, 10)
IN_DISCARDS: Oid = (*_IF_ENTRY, 13)
IN_ERRORS: Oid = (*_IF_ENTRY, 14)
OUT_DISCARDS: Oid = (*_IF_ENTRY, 19)
OUT_ERRORS: Oid = (*_IF_ENTRY, 20)
DESCR: Oid = (*_IF_ENTRY, 2)
SPEED: Oid = (*_IF_ENTRY, 5)
IN_OCTETS: Oid = (*_IF_ENTRY, 10)
OUT_OCTETS: Oid = (*_IF_ENTRY, 16)

COLUMNS: tuple[Oid, ...] = (
    NAME,
    ADMIN_STATUS,
    OPER_STATUS,
    HIGH_SPEED,
    HC_IN_OCTETS,
    HC_OUT_OCTETS,
    IN_ERRORS,
    OUT_ERRORS,
    IN_DISCARDS,
    OUT_DISCARDS,
)
"""What every poll reads of every interface."""

FALLBACKS: dict[Oid, Oid] = {
    NAME: DESCR,
    HIGH_SPEED: SPEED,
    HC_IN_OCTETS: IN_OCTETS,
    HC_OUT_OCTETS: OUT_OCTETS,
}
"""What is asked where a row has nothing in the first: old or plain agents."""

_NUMBERS = frozenset((*COLUMNS, *FALLBACKS.values())) - {NAME, DESCR}
_SPEED_UNKNOWN = 2**32 - 1  # ifSpeed's largest: see ifHighSpeed, it says
_STATUS = {1: Status.UP, 2: Status.DOWN, 6: Status.DOWN, 7: Status.DOWN}
"""ifOperStatus up; down, notPresent, lowerLayerDown."""


async def read_interfaces(session: Session, table: Table, *, max_rows: int) -> None:
    """Read the interfaces into `table`, which keeps what was read on a failure.

    Raises
    ------
    Failure, Malformed
        As :func:`collectors.snmp.walk.walk`, and ``unsupported`` without IF-MIB.
    """
    await walk(session, COLUMNS, table, max_rows=max_rows)
    if not table.rows:
        raise Failure(
            Outcome.UNSUPPORTED,
            "the device shows no interfaces (IF-MIB): not there, or not in our view",
        )
    if set(map(len, table.rows)) != {1}:
        raise Malformed("an interface whose index is not one number")
    missing = [
        (row, fallback)
        for column, fallback in FALLBACKS.items()
        for row in _empty(column, table.column(column))
    ]
    if missing:
        oids = [column + table.rows[row] for row, column in missing]
        found = zip(missing, await session.get(oids), strict=True)
        for (row, column), value in found:
            table.set(row, column, cell(value))


def _empty(column: Oid, cells: Sequence[Cell]) -> list[int]:
    """Return the numbers of rows with no value, or one that means there is none."""
    if column in (NAME, HIGH_SPEED):
        return [] if all(cells) else [row for row, cell in enumerate(cells) if not cell]
    if None not in cells:
        return []
    return [row for row, cell in enumerate(cells) if cell is None]


def readings(table: Table, naming: Naming, *, complete: bool) -> Interfaces:
    """Return the interfaces in `table`, by index.

    Parameters
    ----------
    naming : Naming
        Of the device, kept from poll to poll.
    complete : bool
        False after a failure: rows without ifName are left out, since what the next
        complete poll calls them is not known.
    """
    if not complete:
        named = zip(table.rows, table.column(NAME), strict=True)
        table = table.only(
            [n for n, (row, name) in enumerate(named) if name and len(row) == 1]
        )
    none = (None,) * len(table)
    numbers = {
        column: _numbers(table.column(column)) if column in table.columns else none
        for column in _NUMBERS
    }
    return Interfaces(
        *naming.called(
            *(table.rows, table.column(NAME), table.column(DESCR)), complete=complete
        ),
        _statuses(numbers[OPER_STATUS]),
        _enabled(numbers[ADMIN_STATUS]),
        _speeds(numbers[HIGH_SPEED], numbers[SPEED]),
        _first(numbers[HC_IN_OCTETS], numbers[IN_OCTETS]),
        _first(numbers[HC_OUT_OCTETS], numbers[OUT_OCTETS]),
        *(numbers[column] for column in (IN_ERRORS, OUT_ERRORS)),
        *(numbers[column] for column in (IN_DISCARDS, OUT_DISCARDS)),
    )


def _numbers(cells: Sequence[Cell]) -> Numbers:
    """Return a column's numbers; None for whatever is none as numbers should be."""
    with suppress(TypeError, ValueError):
        # Nearly always they are all numbers, and there are some.
        if min(cast("Sequence[int]", cells)) >= 0:
            return cast("Numbers", tuple(cells))
    return tuple(
        cell if isinstance(cell, int) and cell >= 0 else None for cell in cells
    )


def _first(these: Numbers, others: Numbers) -> Numbers:
    """Return these numbers, others where there are none."""
    if None not in these:
        return these
    pairs = zip(these, others, strict=True)
    return tuple(other if this is None else this for this, other in pairs)


# What hardly ever changes, and is the same on many devices, is not made anew.


@lru_cache(maxsize=4096)
def _statuses(codes: Numbers) -> tuple[Status, ...]:
    return tuple(_STATUS.get(code or 0, Status.UNKNOWN) for code in codes)


@lru_cache(maxsize=4096)
def _enabled(codes: Numbers) -> tuple[bool | None, ...]:
    return tuple(None if code is None else code == 1 for code in codes)


@lru_cache(maxsize=4096)
def _speeds(megabits: Numbers, bits: Numbers) -> Numbers:
    return tuple(map(_speed, megabits, bits))


def _speed(megabits: int | None, bits: int | None) -> int | None:
    """bit/s; None for zero, which agents say where there is no speed to speak of."""
    if megabits:
        return megabits * 1_000_000
    return bits if bits and bits != _SPEED_UNKNOWN else None
