"""Which row of a device's interfaces is called what, from poll to poll.

A card that is replaced, or a tunnel that comes back, has another ifIndex; and some
agents (Net-SNMP for five minutes) keep the old row beside it, down, under the same
name. The name is the new row's then. Names that two rows have had from the first are
nobody's: each such row is told apart by its index.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from collectors.snmp.ber import Oid
from collectors.snmp.table import Cell
from collectors.snmp.text import plain

Called = tuple[tuple[str, ...], tuple[int, ...]]
"""Names, and ifIndex of each."""


@dataclass(frozen=True, slots=True)
class _Held:
    """Whose a name was, if one row's, and all rows that had it."""

    index: int | None
    rows: frozenset[int]


@dataclass(slots=True)
class Naming:
    """The names of one device's interfaces as they were in its last whole table."""

    _held: dict[str, _Held] = field(default_factory=dict)
    _alone: dict[str, int] = field(default_factory=dict)
    _asked: tuple[Sequence[object], ...] = ()
    _called: Called = ((), ())

    def called(
        self,
        rows: Sequence[Oid],
        own: Sequence[Cell],
        other: Sequence[Cell],
        *,
        complete: bool,
    ) -> Called:
        """Return names and indexes of the interfaces in `rows`.

        Parameters
        ----------
        rows : sequence of Oid
            Their ifIndex, as one number each.
        own, other : sequence of Cell
            Their ifName, and their ifDescr for where they have none.
        complete : bool
            As for :meth:`names`.
        """
        asked = rows, own, other
        if complete and asked == self._asked:
            return self._called
        wanted = {
            index: plain(first) or plain(second) or str(index)
            for (index,), first, second in zip(*asked, strict=True)
        }
        named = self.names(wanted, complete=complete)
        called = tuple(named.values()), tuple(named)
        if complete:
            self._asked, self._called = asked, called
        return called

    def names(self, wanted: Mapping[int, str], *, complete: bool) -> dict[int, str]:
        """Return a name for each index, no two the same.

        Parameters
        ----------
        wanted : mapping of int to str
            What each row is called by its device.
        complete : bool
            Whether these are all rows; from a part of them nothing is learned.
        """
        rows: dict[str, set[int]] = defaultdict(set)
        for index, name in wanted.items():
            rows[name].add(index)
        held = {
            name: _Held(self._holder(name, indexes, complete), frozenset(indexes))
            for name, indexes in rows.items()
        }
        if complete:
            # Nearly all of them belong to one row, which is all there is to know.
            self._alone = {
                name: one.index
                for name, one in held.items()
                if one.index is not None and len(one.rows) == 1
            }
            self._held = {
                name: one for name, one in held.items() if name not in self._alone
            }
        taken = {name for name, holder in held.items() if holder.index is not None}
        named = {}
        for index, name in wanted.items():
            if held[name].index != index:
                name = _apart(name, index, taken)
                taken.add(name)
            named[index] = name
        return named

    def _holder(self, name: str, indexes: set[int], complete: bool) -> int | None:
        """Return the index of the row whose name it is; None if it is nobody's."""
        before = self._held.get(name)
        if name in self._alone:
            before = _Held(self._alone[name], frozenset((self._alone[name],)))
        if len(indexes) == 1 and (complete or before is None):
            return next(iter(indexes))
        if before is None or before.index is None:
            return None
        new = indexes - before.rows
        if len(new) == 1:
            return new.pop()
        return before.index if before.index in indexes else None


def _apart(name: str, index: int, taken: set[str]) -> str:
    unique = f"{name}#{index}"
    while unique in taken:
        unique += f"#{index}"
    return unique
