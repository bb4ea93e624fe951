"""When each target's turn comes: spread evenly over the interval, for ever.

Pure arithmetic on the times it is given; it never looks at a clock.
"""

from bisect import bisect_right
from collections.abc import Hashable, Iterable
from itertools import count
from typing import Generic, TypeVar

Member = TypeVar("Member", bound=Hashable)

_GOLDEN = 0.618_033_988_749_894_9


class Pacer(Generic[Member]):
    """Gives every member one slot in each interval, at its own phase.

    The phases are multiples of the golden ratio, modulo one: however many members
    there are, no two gaps between neighbours differ by more than a factor of 2.62
    (the three-gap theorem), and a newcomer moves nobody else's slot.

    Parameters
    ----------
    interval : int
        Nanoseconds between two slots of one member.
    patience : int
        Nanoseconds by which a slot may be late. Later ones are dropped and
        counted: after a stall they would all leave at once.
    start : int
        Nanoseconds at which to begin.
    into : int
        How far into the interval to begin, so that engines started together do
        not send together.
    """

    def __init__(self, interval: int, patience: int, start: int, into: int = 0) -> None:
        self._interval = interval
        self._patience = patience
        self._origin = start - into
        self._at = start
        self._index: dict[Member, int] = {}
        self._phases: list[int] = []
        self._ring: list[Member] = []
        self.skipped = 0

    def assign(self, members: Iterable[Member]) -> None:
        """Take these members instead; those that stay keep their phase."""
        wanted = dict.fromkeys(members)
        kept = {
            member: self._index[member] for member in wanted if member in self._index
        }
        taken = set(kept.values())
        free = (index for index in count() if index not in taken)
        self._index = {
            member: kept[member] if member in kept else next(free) for member in wanted
        }
        turns = sorted((self._phase(index), index) for index in self._index.values())
        by_index = {index: member for member, index in self._index.items()}
        self._phases = [phase for phase, _ in turns]
        self._ring = [by_index[index] for _, index in turns]

    def resume(self, now: int) -> None:
        """Go on from here: nobody missed a turn while nothing ran."""
        self._at = max(self._at, now)

    def due(self, now: int) -> list[Member]:
        """Return whose slots have come since the last call, in order.

        Parameters
        ----------
        now : int
            Nanoseconds; going back is as good as standing still.
        """
        if now <= self._at:
            return []
        first = self._slots_before(self._at)
        last = self._slots_before(now)
        if now - self._at > self._patience:
            fresh = self._slots_before(now - self._patience)
            self.skipped += fresh - first
            first = fresh
        self._at = now
        size = len(self._ring)
        return [self._ring[slot % size] for slot in range(first, last)]

    def _phase(self, index: int) -> int:
        return int(index * _GOLDEN % 1.0 * self._interval)

    def _slots_before(self, now: int) -> int:
        lap, into = divmod(now - self._origin, self._interval)
        return lap * len(self._ring) + bisect_right(self._phases, into)
