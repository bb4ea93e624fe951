"""IF-MIB (RFC 2863): the interfaces of a device, their state and counters.

Rows are told apart by ifName: ifIndex may move whenever a device restarts.
"""

from collections.abc import Iterator, Sequence
from typing import cast

from bellrock.model.observation import InterfaceReading, Outcome, Status
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.failure import Failure
from collectors.snmp.naming import Naming
from collectors.snmp.session import Session
from collectors.snmp.table import Table
from collectors.snmp.text import plain
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    TimeTicks,
    Value,
)
from collectors.snmp.walk import walk

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
_UNSIGNED = frozenset((Counter32, Counter64, Gauge32, TimeTicks))
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
    if any(len(index) != 1 for index in table.rows):
        raise Malformed("an interface whose index is not one number")
    missing = [
        (row, fallback)
        for column, fallback in FALLBACKS.items()
        for row in _empty(column, table.column(column))
    ]
    values = await session.get([column + table.rows[row] for row, column in missing])
    for (row, column), value in zip(missing, values, strict=True):
        table.set(row, column, value)


def _empty(column: Oid, cells: Sequence[Value]) -> list[int]:
    """Return the numbers of rows with no value, or one that means there is none."""
    if column in (NAME, HIGH_SPEED):
        return [] if all(cells) else [row for row, cell in enumerate(cells) if not cell]
    if None not in cells:
        return []
    return [row for row, cell in enumerate(cells) if cell is None]


def readings(
    table: Table, naming: Naming, *, complete: bool
) -> tuple[InterfaceReading, ...]:
    """Return the interfaces in `table`, by index.

    Parameters
    ----------
    naming : Naming
        Of the device, kept from poll to poll.
    complete : bool
        False after a failure: rows without ifName are left out, since what the next
        complete poll calls them is not known.
    """
    order = sorted(range(len(table)), key=table.rows.__getitem__)
    rows = [n for n in order if len(table.rows[n]) == 1]
    if not complete:
        names = table.column(NAME)
        rows = [n for n in rows if names[n]]
    own, other = (_texts(table, column, rows) for column in (NAME, DESCR))
    wanted = {
        table.rows[row][0]: name or description or str(table.rows[row][0])
        for row, name, description in zip(rows, own, other, strict=True)
    }
    named = naming.names(wanted, complete=complete).values()
    return tuple(map(InterfaceReading, named, *_fields(table, rows)))


def _fields(table: Table, rows: Sequence[int]) -> Iterator[Sequence[object]]:
    """Return the columns of the readings behind the name, in the fields' order."""
    numbers = {column: _numbers(table, column, rows) for column in _NUMBERS}
    yield [table.rows[row][0] for row in rows]
    yield [_STATUS.get(oper or 0, Status.UNKNOWN) for oper in numbers[OPER_STATUS]]
    yield [None if admin is None else admin == 1 for admin in numbers[ADMIN_STATUS]]
    yield list(map(_speed, numbers[HIGH_SPEED], numbers[SPEED]))
    for column, other in (
        *((HC_IN_OCTETS, IN_OCTETS), (HC_OUT_OCTETS, OUT_OCTETS)),
        *((IN_ERRORS, None), (OUT_ERRORS, None)),
        *((IN_DISCARDS, None), (OUT_DISCARDS, None)),
    ):
        found = numbers[column]
        if other is not None and None in found:
            pairs = zip(found, numbers[other], strict=True)
            found = [second if first is None else first for first, second in pairs]
        yield found


def _texts(table: Table, column: Oid, rows: Sequence[int]) -> list[str]:
    cells = table.column(column)
    return [plain(cells[row]) for row in rows]


def _speed(megabits: int | None, bits: int | None) -> float | None:
    """bit/s; None for zero, which agents say where there is no speed to speak of."""
    if megabits:
        return megabits * 1e6
    return float(bits) if bits and bits != _SPEED_UNKNOWN else None


def _numbers(table: Table, column: Oid, rows: Sequence[int]) -> list[int | None]:
    """Return a column's numbers; None for whatever is none as numbers should be."""
    cells = table.columns.get(column)
    if cells is None:
        return [None] * len(rows)
    if len(rows) == len(cells) and _UNSIGNED.issuperset(map(type, cells)):
        return [int(cast("int", cells[row])) for row in rows]
    return [
        int(value)
        if isinstance(value := cells[row], int)
        and not isinstance(value, Absent)
        and value >= 0
        else None
        for row in rows
    ]
