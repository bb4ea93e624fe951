"""Ways to tell a share in use from a device's tables."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.snmp.ber import Oid
from collectors.snmp.plans.plan import number, rows
from collectors.snmp.table import Cell, Table

Which = Callable[[Oid, Sequence[Cell]], bool]
"""Whether a row counts, from its index and from the cells that were asked for it."""


@dataclass(frozen=True, slots=True)
class Usage:
    """Where a device says how much of something is in use.

    Attributes
    ----------
    name : str
        The object's, as its MIB has it; no two the same.
    columns : tuple of Oid
        What to read.
    share : callable
        Returns the share, 0 to 1, from a table of these columns; None if they do not
        say.
    """

    name: str
    columns: tuple[Oid, ...]
    share: Callable[[Table], float | None]


def _every(_: Oid, __: Sequence[Cell]) -> bool:
    return True


def percent(
    name: str, column: Oid, *also: Oid, which: Which = _every, idle: bool = False
) -> Usage:
    """Return the mean of a column of percentages.

    Parameters
    ----------
    also : Oid
        Columns that `which` looks at.
    which : callable
        Which rows count.
    idle : bool
        Whether they are of what is not in use.
    """

    def share(table: Table) -> float | None:
        found = [
            percentage / 100
            for index, (cell, *cells) in rows(table, column, *also)
            if which(index, cells)
            and (percentage := number(cell)) is not None
            and 0 <= percentage <= 100
        ]
        if not found:
            return None
        mean = sum(found) / len(found)
        return 1 - mean if idle else mean

    return Usage(name, (column, *also), share)


def used(
    name: str,
    amount: Oid,
    *also: Oid,
    total: Oid | None = None,
    free: Oid | None = None,
    which: Which = _every,
) -> Usage:
    """Return the share of amounts in use: of a total, or of used and free together.

    All rows that count are added up.
    """
    other = total or free
    assert other is not None

    def share(table: Table) -> float | None:
        taken = whole = 0
        for index, (one, two, *cells) in rows(table, amount, other, *also):
            inside, rest = number(one), number(two)
            if inside is None or rest is None or not which(index, cells):
                continue
            taken += inside
            whole += rest if free is None else inside + rest
        return ratio(taken, whole)

    return Usage(name, (amount, other, *also), share)


def available(name: str, total: Oid, *spare: Oid) -> Usage:
    """Return the share of a total that is none of what is spare, all scalars."""

    def share(table: Table) -> float | None:
        for _, (whole, first, *others) in rows(table, total, *spare):
            free, most = number(first), number(whole)
            if free is not None and most is not None:
                free += sum(number(other) or 0 for other in others)
                return ratio(most - free, most)
        return None

    return Usage(name, (total, *spare), share)


def ratio(part: int, whole: int) -> float | None:
    """Return a share; None if it is none, from 0 to 1."""
    if whole <= 0 or not 0 <= part <= whole:
        return None
    return part / whole
