"""The largest packet that each flow gets through undivided, by asking few times.

What routers say is taken (RFC 1191, RFC 8201) and then tried; where larger packets
vanish without a word the size is searched for, as RFC 8899 has it. A lost packet alone
says nothing of its size: only when a small one sent after it is answered, time and
again, is the size to blame. Nothing here sends, waits or looks at a clock.
"""

from collections import Counter, deque
from typing import NamedTuple

from bellrock.model.route import MtuSource

_PAIRS_TO_BELIEVE = 3
_PAIRS_FROM_THEN_ON = 2
_MOST_MISSES = 4
_MOST_PACKETS = 80
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 1.0
_EASED = 0.85


class Mtu(NamedTuple):
    """What was found for one flow; `size` in bytes of IP packet."""

    size: int
    source: MtuSource
    told_by: str | None = None


class Search:
    """The search for the MTU of one flow.

    Parameters
    ----------
    base : int
        Bytes that are assumed to get through everywhere: 576, or 1280 for IPv6.
    top : int
        Bytes our own interface takes; the first size tried.
    hints : set of int
        MTUs found on other flows: likely here too. What is found is added.
    answers : bool
        Whether the target answers at all; if not, all there is to know is what routers
        tell.
    """

    def __init__(
        self, base: int, top: int, hints: set[int], *, answers: bool = True
    ) -> None:
        self.found: Mtu | None = None
        self.done = top < base
        self._base = base
        self._top = top
        self._hints = hints
        self._answers = answers
        self._low = 0
        self._high = top + 1
        self._told: tuple[int, str] | None = None
        self._vanish = False
        self._missed = False
        self._pairs: Counter[int] = Counter()
        self._misses = 0
        self._size = top
        self._left = _MOST_PACKETS

    @property
    def doubtful(self) -> bool:
        """Whether a large packet was lost, and its size may be to blame or may not."""
        return bool(self._pairs) and not self._vanish and not self._missed

    def next(self) -> int:
        """Return the size to send now; only while it is not done."""
        self._left -= 1
        if self._missed:
            return self._base
        self._size = self._candidate()
        return self._size

    def passed(self, size: int) -> None:
        """Take note that the target answered a packet of this size."""
        self._misses = 0
        if size >= self._high:
            # It was only late, or who spoke of its size was wrong.
            self._high, self._vanish, self._told = self._top + 1, False, None
        self._low = max(self._low, size)
        if self._missed:
            self._blame(self._size)
        self._settle()

    def refused(self, size: int, mtu: int, by: str) -> bool:
        """Take a router's word, if it can be true; return whether it is taken."""
        if mtu == 0 and size > self._base:
            # Routers older than RFC 1191 name no size.
            self._high = min(self._high, size)
        elif self._base <= mtu < size and mtu >= self._low:
            self._high = min(self._high, mtu + 1)
            self._told = (mtu, by)
        else:
            return False
        self._vanish = self._missed = False
        self._settle()
        return True

    def lost(self, size: int) -> bool:
        """Take note of no answer; return whether it was a small packet that is lost."""
        if not self._answers:
            self._give_up()
            return False
        small = size == self._base
        self._misses += small
        self._missed = not small
        self._settle()
        return small

    def _candidate(self) -> int:
        if self._told and self._told[0] + 1 == self._high:
            return self._told[0]
        if not self._vanish and not self._low and self._high > self._top:
            return self._top
        if not self._low:
            return self._base
        for hint in self._hints:
            if self._low < hint < self._high:
                return hint
            if hint == self._low and hint + 1 < self._high:
                return hint + 1
        return (self._low + self._high) // 2

    def _blame(self, size: int) -> None:
        """Count that a small packet came through where a large one did not."""
        self._missed = False
        self._pairs[size] += 1
        need = _PAIRS_FROM_THEN_ON if self._vanish else _PAIRS_TO_BELIEVE
        if self._pairs[size] >= need and size > self._low:
            self._high, self._vanish = min(self._high, size), True

    def _settle(self) -> None:
        if self._low and self._high - self._low == 1:
            source = MtuSource.SEARCHED if self._vanish else MtuSource.PASSED
            told = self._told and self._told[0] == self._low and not self._vanish
            by = self._told[1] if told and self._told else None
            self.found = Mtu(self._low, source, by)
            self._hints.add(self._low)
            self.done = True
        elif self._misses >= _MOST_MISSES or self._left <= 0:
            self._give_up()

    def _give_up(self) -> None:
        if self._told:
            self.found = Mtu(self._told[0], MtuSource.TOLD, self._told[1])
        self.done = True


class Sizing:
    """The searches of all flows to one target, those that matter most first.

    Parameters
    ----------
    searches : dict of int to Search
        By flow, in the order of their turns.
    wait : float
        Seconds to leave between two packets: hosts ration what they answer.
    """

    def __init__(self, searches: dict[int, Search], *, wait: float = 0.0) -> None:
        self.searches = searches
        self._wait = wait
        self._before = -_LONGEST_WAIT
        self._turns = deque(searches)
        self._out = 0

    @property
    def done(self) -> bool:
        """Whether every search has ended."""
        return not self._out and not self._turns

    @property
    def _hole(self) -> bool:
        """Whether packets are known to vanish in some flow: likely in more."""
        found = (search.found for search in self.searches.values())
        return any(each and each.source is MtuSource.SEARCHED for each in found)

    def next(self, now: float) -> tuple[int, int] | None:
        """Return a flow and the size to send in it; None to wait, or when done."""
        while self._turns:
            flow = self._turns[0]
            search = self.searches[flow]
            if search.done:
                self._turns.popleft()
                continue
            # Who has one answer a second left, and gave it to the small packet, has
            # none for the large one right after it: that would be lost each time.
            wait = _LONGEST_WAIT if search.doubtful and not self._hole else self._wait
            if now < self._before + wait:
                return None
            self._turns.popleft()
            self._out += 1
            self._before = now
            return flow, search.next()
        return None

    def passed(self, flow: int, size: int, *, late: bool = False) -> None:
        """See :meth:`Search.passed`; a late answer is to a packet told lost."""
        search = self.searches[flow]
        if not late or not search.done:
            search.passed(size)
        if not late:
            self._wait = 0.0 if self._wait < _FIRST_WAIT / 4 else self._wait * _EASED
            self._again(flow)

    def refused(self, flow: int, size: int, mtu: int, by: str) -> bool:
        """See :meth:`Search.refused`."""
        taken = self.searches[flow].refused(size, mtu, by)
        if taken:
            self._again(flow)
        return taken

    def lost(self, flow: int, size: int) -> None:
        """See :meth:`Search.lost`."""
        if self.searches[flow].lost(size):
            self._wait = min(_LONGEST_WAIT, max(_FIRST_WAIT, 2 * self._wait))
        self._again(flow)

    def unsent(self, flow: int) -> None:
        """Take back a packet that this machine had no room for."""
        self._again(flow)

    def _again(self, flow: int) -> None:
        self._out -= 1
        # What is begun is ended first: half a search is no answer.
        self._turns.appendleft(flow)
