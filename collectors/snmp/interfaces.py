"""IF-MIB (RFC 2863): the interfaces of a device, their state and counters.

Rows are told apart by ifName: ifIndex may move whenever a device restarts.
"""

from collections import Counter
from collections.abc import Iterable

from bellrock.model.observation import InterfaceReading, Outcome, Status
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.failure import Failure
from collectors.snmp.session import Session
from collectors.snmp.text import plain
from collectors.snmp.values import Absent, Value
from collectors.snmp.walk import Table, walk

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
    if not table:
        raise Failure(
            Outcome.UNSUPPORTED,
            "the device shows no interfaces (IF-MIB): not there, or not in our view",
        )
    if any(len(index) != 1 for index in table):
        raise Malformed("an interface whose index is not one number")
    missing = [
        (index, fallback)
        for index, row in table.items()
        for column, fallback in FALLBACKS.items()
        if _says_nothing(column, row.get(column))
    ]
    values = await session.get([column + index for index, column in missing])
    for (index, column), value in zip(missing, values, strict=True):
        table[index][column] = value


def _says_nothing(column: Oid, value: Value) -> bool:
    """Whether there is no value, or one that means there is none."""
    return value is None or (column in (NAME, HIGH_SPEED) and not value)


def readings(table: Table, *, complete: bool) -> tuple[InterfaceReading, ...]:
    """Return the interfaces in `table`, by index.

    Parameters
    ----------
    complete : bool
        False after a failure: rows without ifName are left out, since what the next
        complete poll calls them is not known.
    """
    rows = {
        index[0]: row
        for index, row in sorted(table.items())
        if len(index) == 1 and (complete or row.get(NAME))
    }
    names = _names((index, row) for index, row in rows.items())
    return tuple(_reading(names[index], index, row) for index, row in rows.items())


def _names(rows: Iterable[tuple[int, dict[Oid, Value]]]) -> dict[int, str]:
    """Return a name for each index, no two the same."""
    wanted = {
        index: plain(row.get(NAME)) or plain(row.get(DESCR)) or str(index)
        for index, row in rows
    }
    shared = Counter(wanted.values())
    taken = {name for name, count in shared.items() if count == 1}
    for index, name in wanted.items():
        if shared[name] > 1:
            unique = f"{name}#{index}"
            while unique in taken:
                unique += f"#{index}"
            taken.add(unique)
            wanted[index] = unique
    return wanted


def _reading(name: str, index: int, row: dict[Oid, Value]) -> InterfaceReading:
    admin = _number(row, ADMIN_STATUS)
    oper = _number(row, OPER_STATUS)
    return InterfaceReading(
        name=name,
        index=index,
        status=_STATUS.get(oper, Status.UNKNOWN) if oper else Status.UNKNOWN,
        enabled=None if admin is None else admin == 1,
        speed=_speed(row),
        receive_bytes=_number(row, HC_IN_OCTETS, IN_OCTETS),
        transmit_bytes=_number(row, HC_OUT_OCTETS, OUT_OCTETS),
        receive_errors=_number(row, IN_ERRORS),
        transmit_errors=_number(row, OUT_ERRORS),
        receive_discards=_number(row, IN_DISCARDS),
        transmit_discards=_number(row, OUT_DISCARDS),
    )


def _speed(row: dict[Oid, Value]) -> float | None:
    """bit/s; None for zero, which agents say where there is no speed to speak of."""
    if megabits := _number(row, HIGH_SPEED):
        return megabits * 1e6
    bits = _number(row, SPEED)
    return float(bits) if bits and bits != _SPEED_UNKNOWN else None


def _number(row: dict[Oid, Value], *columns: Oid) -> int | None:
    """Return the first of `columns` that holds a number as numbers should be."""
    for column in columns:
        value = row.get(column)
        if isinstance(value, int) and not isinstance(value, Absent) and value >= 0:
            return int(value)
    return None
