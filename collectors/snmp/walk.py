"""Read a table: all its columns at once, row after row, only ever forward."""

from collections.abc import Sequence

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.failure import Failure, TooBig
from collectors.snmp.session import Session
from collectors.snmp.values import Absent, Value, VarBind

Table = dict[Oid, dict[Oid, Value]]
"""Value by row index and column; a cell that the device left out is not there."""


async def walk(
    session: Session, columns: Sequence[Oid], table: Table, *, max_rows: int
) -> None:
    """Add every row of `columns` to `table`, which keeps what was read on a failure.

    Columns may end at different places and leave rows out.

    Raises
    ------
    Failure
        What the device or the network did, and ``malformed`` at more than `max_rows`.
    Malformed
        If the device answers what was not asked, or does not move forward.
    """
    reached = {column: column for column in columns}
    while reached:
        asked = list(reached)
        try:
            varbinds = await session.get_bulk(list(reached.values()))
        except TooBig:
            if len(asked) == 1:
                raise
            # Not even one row of so many columns fits: read them in two lots.
            half = len(asked) // 2
            await walk(session, asked[:half], table, max_rows=max_rows)
            await walk(session, asked[half:], table, max_rows=max_rows)
            return
        _take(varbinds, asked, reached, table)
        if len(table) > max_rows:
            raise Failure(
                Outcome.MALFORMED,
                f"the table has more than {max_rows} rows; it looks endless",
            )


def _take(
    varbinds: list[VarBind], asked: list[Oid], reached: dict[Oid, Oid], table: Table
) -> None:
    """File `varbinds` under rows and columns; drop from `reached` what has ended."""
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
        table.setdefault(oid[len(column) :], {})[column] = value
