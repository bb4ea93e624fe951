"""How a table was read last time: the next reading of it is expected to be the same.

A walk asks on from the last row it was told. As long as every answer names the same
variables as last time it would ask the same again, so that is asked; and where each
cell stands in the answers is known.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.layout import learn, names, picker, shared
from collectors.snmp.message import ErrorStatus, Pdu, PduType
from collectors.snmp.question import Question
from collectors.snmp.table import Cell, Table, cell

Cut = Callable[[Sequence[Cell]], tuple[Cell, ...]]
"""Takes a column out of the values of all answers."""


class Step:
    """One question of a walk, and what its answer named."""

    __slots__ = ("_ended", "_names", "question")

    def __init__(self, question: Question, ended: int | None = None) -> None:
        self.question = question
        self._names = question.names
        self._ended = ended

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
        question = self.question
        layout = question.layout
        if layout is not None and question.names == self._names:
            values = layout.values(octets, number)
            if values is not None:
                return values
        pdu = parse(octets)
        if self._ended is not None:
            same = pdu.error_status, pdu.error_index - 1
            return () if same == (ErrorStatus.NO_SUCH_NAME, self._ended) else None
        if pdu.type is not PduType.RESPONSE or pdu.error_status != ErrorStatus.NO_ERROR:
            return None
        if pdu.request_id != number:
            raise Malformed("the answer is to another request")
        question.layout, question.names = learn(octets, pdu), names(octets)
        if question.names != self._names:
            return None
        question.names = self._names
        return [cell(value) for _, value in pdu.varbinds]


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

    def add(self, question: Question, variables: int) -> int:
        """Take in a step; return where its values begin among those of all."""
        begin, self._size = self._size, self._size + variables
        self.steps.append(Step(question))
        return begin

    def end(self, question: Question, position: int) -> None:
        """Take in a step that found nothing behind the variable there but an error."""
        self.steps.append(Step(question, position))

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
