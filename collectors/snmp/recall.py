"""How a table was read last time: the next reading of it is expected to be the same.

A walk asks on from the last row it was told. As long as every answer names the same
variables as last time it would ask the same again, so that is asked; and where each
cell stands in the answers is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from operator import itemgetter

from collectors.snmp.ber import Oid
from collectors.snmp.layout import shared
from collectors.snmp.question import Question
from collectors.snmp.table import Table
from collectors.snmp.values import Absent, Value, VarBind

Cut = Callable[[list[Value]], tuple[Value, ...]]
"""Takes a column out of the values of all answers."""


class Step:
    """One question of a walk, and what its answer named."""

    __slots__ = ("_ends", "_layout", "_oids", "question")

    def __init__(self, question: Question, varbinds: Sequence[VarBind]) -> None:
        self.question = question
        self._layout = question.layout
        self._oids, self._ends = _names(varbinds)

    def named(self, varbinds: Sequence[VarBind]) -> bool:
        """Return whether the answer that has just come names the same."""
        layout = self.question.layout
        if layout is not None and layout is self._layout:
            # Read by the layout of an answer that did.
            return True
        self._layout = layout
        return _names(varbinds) == (self._oids, self._ends)


def _names(varbinds: Sequence[VarBind]) -> tuple[tuple[Oid, ...], tuple[int, ...]]:
    """Return every name in an answer, and the positions with nothing under it."""
    return shared(tuple(oid for oid, _ in varbinds)), tuple(
        at for at, (_, value) in enumerate(varbinds) if isinstance(value, Absent)
    )


@dataclass(slots=True)
class Recall:
    """The questions of a walk, and where in their answers the cells were.

    Attributes
    ----------
    steps : list of Step
        In order.
    """

    steps: list[Step] = field(default_factory=list)
    _cells: dict[Oid, dict[int, int]] = field(default_factory=dict)
    _rows: list[Oid] = field(default_factory=list)
    _columns: dict[Oid, Cut] = field(default_factory=dict)
    _size: int = 0

    def add(self, question: Question, varbinds: Sequence[VarBind]) -> int:
        """Take in a step; return where its values begin among those of all."""
        begin, self._size = self._size, self._size + len(varbinds)
        self.steps.append(Step(question, varbinds))
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
