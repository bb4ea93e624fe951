"""How a table was read last time: the next reading of it is expected to be the same.

A walk asks on from the last row it was told. As long as every answer names the same
variables as last time it would ask the same again, so that is asked; and where each
cell stands in the answers is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from collectors.snmp.ber import Oid
from collectors.snmp.question import Question
from collectors.snmp.table import Table
from collectors.snmp.values import Value, VarBind

Cut = Callable[[list[Value]], tuple[Value, ...]]
"""Takes a column out of the values of all answers."""


@dataclass(slots=True)
class Recall:
    """The questions of a walk, what their answers named, and where the cells were.

    Attributes
    ----------
    steps : list of (Question, tuple of Oid)
        In order; the names of all variables in the answer.
    """

    steps: list[tuple[Question, tuple[Oid, ...]]] = field(default_factory=list)
    _cells: dict[Oid, dict[int, int]] = field(default_factory=dict)
    _rows: list[Oid] = field(default_factory=list)
    _columns: dict[Oid, Callable[[list[Value]], tuple[Value, ...]]] = field(
        default_factory=dict
    )
    _size: int = 0

    def add(self, question: Question, varbinds: Sequence[VarBind]) -> int:
        """Take in a step; return where its values begin among those of all."""
        begin, self._size = self._size, self._size + len(varbinds)
        self.steps.append((question, tuple(oid for oid, _ in varbinds)))
        return begin

    def note(self, row: int, column: Oid, at: int) -> None:
        """Take in where a cell stood among the values of all steps."""
        self._cells.setdefault(column, {})[row] = at

    def close(self, rows: Sequence[Oid]) -> None:
        """End the walk, which found these rows."""
        self._rows = list(rows)
        # The last of all values is none, for a hole; twice, so that it is a tuple.
        self._columns = {
            column: itemgetter(*(cells.get(row, -1) for row in range(len(rows))), -1)
            for column, cells in self._cells.items()
        }
        self._cells = {}

    def fill(self, table: Table, values: list[Value]) -> None:
        """Set the whole table from the values of all steps, or of the first ones."""
        padded = [*values, *[None] * (self._size - len(values) + 1)]
        table.clear()
        table.rows = self._rows.copy()
        for column, cells in self._columns.items():
            table.columns[column] = list(cells(padded)[:-1])
