"""A plan: a few tables that are read together, and what becomes of them."""

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass

from bellrock.model.neighbourhood import Address, Facts
from bellrock.model.observation import Interfaces, Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.failure import Failure
from collectors.snmp.session import Session
from collectors.snmp.table import Cell, Table
from collectors.snmp.values import Value
from collectors.snmp.walk import walk

_LONGEST_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Asked:
    """A device that a plan asks, and what is known of it already.

    Attributes
    ----------
    interfaces : Interfaces
        As this poll read them.
    addresses : tuple of Address
        Its own, as it last told any; none if that plan is off.
    notes : dict of str to str
        What the plan found out of the device, kept until it restarts.
    max_rows : int
        Of one table, beyond which it is taken for endless.
    """

    session: Session
    interfaces: Interfaces
    addresses: tuple[Address, ...]
    notes: dict[str, str]
    max_rows: int

    async def walk(self, *columns: Oid) -> Table:
        """Return every row of `columns`, which may be of several tables.

        A scalar counts as a column whose only row is 0.

        Raises
        ------
        Failure, Malformed
            As :func:`collectors.snmp.walk.walk`.
        """
        table = Table()
        await walk(self.session, columns, table, max_rows=self.max_rows)
        return table

    async def get(self, *oids: Oid) -> list[Value]:
        """Return the values of `oids`; absent ones as such."""
        return await self.session.get(oids)

    def names(self) -> dict[int, str]:
        """Return the name of each interface by its ifIndex."""
        return dict(zip(self.interfaces.index, self.interfaces.name, strict=True))


@dataclass(frozen=True, slots=True)
class Plan:
    """What is read together, by name.

    Attributes
    ----------
    name : str
        As in the settings, and in ``DeviceReading.plans``.
    read : callable
        Reads it; raises Failure (``unsupported`` if the device has none of it) or
        Malformed, and nothing else whatever the device answers.
    """

    name: str
    read: Callable[[Asked], Awaitable[Facts]]


def rows(table: Table, *columns: Oid) -> Iterator[tuple[Oid, tuple[Cell, ...]]]:
    """Yield index and cells of each row that has anything in these columns."""
    cells = zip(*map(table.column, columns), strict=True)
    for index, row in zip(table.rows, cells, strict=True):
        if any(cell is not None for cell in row):
            yield index, row


def scalar(table: Table, column: Oid) -> Cell:
    """Return the value of a scalar that was walked as a column; None if not there."""
    for index, (value,) in rows(table, column):
        if index == (0,):
            return value
    return None


def number(value: Value | Cell) -> int | None:
    """Return a number; None for whatever is none.

    Some agents write theirs as text.
    """
    if isinstance(value, int):
        return int(value)
    if isinstance(value, bytes) and len(value) <= _LONGEST_NUMBER and value.isdigit():
        return int(value)
    return None


def unsupported(what: str) -> Failure:
    """Return what to raise where the device shows nothing of a MIB."""
    return Failure(
        Outcome.UNSUPPORTED,
        f"the device shows no {what}: not there, or not in our view",
    )
