"""A table of a device's: its rows by index, its columns as lists beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.snmp.ber import Oid
from collectors.snmp.values import Value


@dataclass(slots=True)
class Table:
    """What was read of a table; a cell that the device left out is None.

    Attributes
    ----------
    rows : list of Oid
        The index of each row, in the order in which they were met.
    columns : dict of Oid to list of Value
        One value a row.
    """

    rows: list[Oid] = field(default_factory=list)
    columns: dict[Oid, list[Value]] = field(default_factory=dict)
    _numbers: dict[Oid, int] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows)

    def put(self, index: Oid, column: Oid, value: Value) -> int:
        """Set a cell, whose row may be new; return the number of the row."""
        number = self._numbers.get(index)
        if number is None:
            number = self._numbers[index] = len(self.rows)
            self.rows.append(index)
            for cells in self.columns.values():
                cells.append(None)
        self.set(number, column, value)
        return number

    def set(self, row: int, column: Oid, value: Value) -> None:
        """Set a cell of a row that is there, by its number."""
        cells = self.columns.get(column)
        if cells is None:
            cells = self.columns[column] = [None] * len(self.rows)
        cells[row] = value

    def column(self, column: Oid) -> Sequence[Value]:
        """Return a column; empty cells if nobody put anything in."""
        return self.columns.get(column) or [None] * len(self.rows)

    def clear(self) -> None:
        """Forget everything."""
        self.rows, self.columns, self._numbers = [], {}, {}
