"""How a table was read last time: the next reading of it is expected to be the same.

A walk asks on from the last row it was told. As long as every answer names the same
variables as last time it would ask the same again, so that is asked; and where each
cell stands in the answers is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.layout import learn, picker, shared
from collectors.snmp.message import ErrorStatus, Pdu, PduType
from collectors.snmp.question import Question
from collectors.snmp.table import Cell, Table, cell
from collectors.snmp.values import Absent, VarBind

Cut = Callable[[Sequence[Cell]], tuple[Cell, ...]]
"""Takes a column out of the values of all answers."""


class Step:
    """One question of a walk, and what its answer named."""

    __slots__ = ("_ends", "_layout", "_oids", "question")

    def __init__(self, question: Question, varbinds: Sequence[VarBind]) -> None:
        self.question = question
        self._layout = question.layout
        self._oids, self._ends = _names(varbinds)

    def take(
        self, number: int, octets: bytes, parse: Callable[[bytes], Pdu]
    ) -> Sequence[Cell] | None:
        """Return the values in the answer to request `number`, in order.

        None if it is an error, or names anything else than the last one did.

        Raises
        ------
        Malformed
            If it is none of SNMP's, or to another request.
        """
        layout = self.question.layout
        if layout is not None and layout is self._layout:
            values = layout.values(octets, number)
            if values is not None:
                return values
        pdu = parse(octets)
        if pdu.type is not PduType.RESPONSE or pdu.error_status != ErrorStatus.NO_ERROR:
            return None
        if pdu.request_id != number:
            raise Malformed("the answer is to another request")
        if _names(pdu.varbinds) != (self._oids, self._ends):
            return None
        self._layout = self.question.layout = learn(octets, pdu)
        return [cell(value) for _, value in pdu.varbinds]


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
    _cells: dict[Oid, dict[Oid, int]] = field(default_factory=dict)
    _rows: tuple[Oid, ...] = ()
    _columns: dict[Oid, Cut] = field(default_factory=dict)
    _size: int = 0

    def add(self, question: Question, varbinds: Sequence[VarBind]) -> int:
        """Take in a step; return where its values begin among those of all."""
        begin, self._size = self._size, self._size + len(varbinds)
        self.steps.append(Step(question, varbinds))
        return begin

    def note(self, row: Oid, column: Oid, at: int) -> None:
        """Take in where a cell stood among the values of all steps."""
        self._cells.setdefault(column, {})[row] = at

    def close(self, rows: Sequence[Oid]) -> None:
        """End the walk, which found these rows."""
        self._rows = shared(tuple(rows))
        # The last of all values is none, for a hole.
        self._columns = {
            column: picker(tuple(cells.get(row, -1) for row in rows))
            for column, cells in self._cells.items()
        }
        self._cells = {}

    def fill(self, table: Table, values: Sequence[Cell]) -> None:
        """Set the whole table from the values of all steps, or of the first ones."""
        padded = (*values, *(None,) * (self._size - len(values) + 1))
        table.clear()
        table.rows = self._rows
        for column, cut in self._columns.items():
            table.columns[column] = cut(padded)
