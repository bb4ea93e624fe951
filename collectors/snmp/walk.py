"""Read a table: all its columns at once, row after row, only ever forward."""

from collections.abc import Iterator, Sequence

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.coping import lives
from collectors.snmp.errors import NoSuccessor
from collectors.snmp.failure import Failure, TooBig
from collectors.snmp.recall import Recall
from collectors.snmp.session import Session
from collectors.snmp.table import Cell, Table, cell
from collectors.snmp.values import Absent, Value, VarBind


async def walk(
    session: Session, columns: Sequence[Oid], table: Table, *, max_rows: int
) -> None:
    """Set `table` to every row of `columns`; it keeps what was read on a failure.

    Columns may end at different places and leave rows out.

    Raises
    ------
    Failure
        What the device or the network did, and ``malformed`` at more than `max_rows`.
    Malformed
        If the device answers what was not asked, or does not move forward.
    """
    key = tuple(columns)
    known = session.part.recalls.pop(key, None)
    grows = session.part.sizing.may_grow()
    if known is not None:
        try:
            if not grows and await _again(session, known, table):
                session.part.recalls[key] = known
                return
        except Failure as failure:
            if not await lives(session, columns, failure):
                raise
        _release(session, known)
    table.clear()
    known, at_once = Recall(), session.rows_at_once(len(columns))
    try:
        await _walk(session, key, table, known, max_rows)
    finally:
        table.sort()
    session.part.rows[key] = len(table)
    if session.rows_at_once(len(columns)) > at_once:
        # It may be read by more rows at a time, as was not known before.
        _release(session, known)
    else:
        known.close(table.rows)
        session.part.recalls[key] = known


def _release(session: Session, known: Recall) -> None:
    for step in known.steps:
        session.part.questions.release(step.question)


async def _again(session: Session, known: Recall, table: Table) -> bool:
    """Read the table as last time; return whether it is the same rows still."""
    values: list[Cell] = []
    try:
        for step in known.steps:
            taken = session.part.questions.taken(step.question)
            number, datagram = taken or await session.ask(step.question)
            octets = session.open(datagram)
            found = None
            if octets is not None:
                found = step.take(number, octets, session.parse)
            if found is None:
                return False
            values += found
    finally:
        known.fill(table, values)
    return True


async def _walk(
    session: Session,
    columns: Sequence[Oid],
    table: Table,
    known: Recall,
    max_rows: int,
) -> None:
    most = session.quirks.most_variables
    if len(columns) > most:
        for start in range(0, len(columns), most):
            lot = columns[start : start + most]
            await _walk(session, lot, table, known, max_rows)
        return
    reached = {column: column for column in columns}
    expected = session.part.rows.get(tuple(columns), -1)
    while reached:
        asked = list(reached)
        # If it is as long as it was, of what is behind it one row is enough.
        left = (expected - len(table) + 1,) if expected >= len(table) else ()
        try:
            question, varbinds = await session.get_bulk(list(reached.values()), *left)
        except NoSuccessor as end:
            known.end(end.question, end.position)
            del reached[asked[end.position]]
            continue
        except TooBig:
            if len(asked) == 1:
                raise
            # Not even one row of so many columns fits: read them in two lots.
            half = len(asked) // 2
            await _walk(session, asked[:half], table, known, max_rows)
            await _walk(session, asked[half:], table, known, max_rows)
            return
        begin = known.add(question, len(varbinds))
        for position, index, column, value in _take(varbinds, asked, reached):
            table.put(index, column, cell(value))
            known.note(index, column, begin + position)
        if len(table) > max_rows:
            raise Failure(
                Outcome.MALFORMED,
                f"the table has more than {max_rows} rows; it looks endless",
            )


def _take(
    varbinds: list[VarBind], asked: list[Oid], reached: dict[Oid, Oid]
) -> Iterator[tuple[int, Oid, Oid, Value]]:
    """Return position, row index, column and value of each cell in an answer.

    Drops from `reached` what has ended, and sets in it where the others got to.
    """
    for position, (oid, value) in enumerate(varbinds):
        column = asked[position % len(asked)]
        last = reached.get(column)
        if last is None:  # ended in an earlier row of this answer
            continue
        if isinstance(value, Absent):
            del reached[column]
            continue
        if oid <= last:
            raise Malformed("the device's answers do not move forward")
        if oid[: len(column)] != column:
            del reached[column]
            continue
        reached[column] = oid
        yield position, oid[len(column) :], column, value
