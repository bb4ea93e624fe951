"""A table of a device's: its rows by index, its columns as lists beside each other."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from collectors.snmp.ber import Oid
from collectors.snmp.values import Absent, Value

Cell = Value | int
"""A value; numbers are plain ints, since a column says what they mean."""


def cell(value: Value) -> Cell:
    """Return a value as it stands in a table; one that is not there is None."""
    if isinstance(value, Absent):
        return None
    return int(value) if isinstance(value, int) else value


@dataclass(slots=True)
class Table:
    """What was read of a table; a cell that the device left out is None.

    Attributes
    ----------
    rows : sequence of Oid
        The index of each row; in order once the table is :meth:`sorted <sort>`.
    columns : dict of Oid to sequence of Cell
        One value a row.
    """

    rows: Sequence[Oid] = ()
    columns: dict[Oid, Sequence[Cell]] = field(default_factory=dict)
    _cells: dict[Oid, dict[Oid, Cell]] = field(default_factory=dict)
    _met: dict[Oid, None] = field(default_factory=dict)

    def __len__(self) -> int:
        """Return the number of rows."""
        return len(self.rows) or len(self._met)

    def put(self, index: Oid, column: Oid, value: Cell) -> None:
        """Set a cell, whose row may be new; :meth:`sort` when all are there."""
        self._met[index] = None
        self._cells.setdefault(column, {})[index] = value

    def sort(self) -> None:
        """Make the rows of all cells that were put, by index."""
        self.rows = tuple(sorted(self._met))
        self.columns = {
            column: tuple(map(cells.get, self.rows))
            for column, cells in self._cells.items()
        }
        self._cells, self._met = {}, {}

    def set(self, row: int, column: Oid, value: Cell) -> None:
        """Set a cell of a row that is there, by its number."""
        cells = list(self.column(column))
        cells[row] = value
        self.columns[column] = cells

    def column(self, column: Oid) -> Sequence[Cell]:
        """Return a column; empty cells if nobody put anything in."""
        return self.columns.get(column) or (None,) * len(self.rows)

    def only(self, rows: Sequence[int]) -> "Table":
        """Return a table of some of the rows, by their numbers."""
        return Table(
            tuple(self.rows[row] for row in rows),
            {
                column: tuple(cells[row] for row in rows)
                for column, cells in self.columns.items()
            },
        )

    def clear(self) -> None:
        """Forget everything."""
        self.rows, self.columns, self._cells, self._met = (), {}, {}, {}
