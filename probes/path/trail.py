"""One flow, as far as it was followed: who answered, and where it ends."""

from collections.abc import Callable, Sequence

from bellrock.model.route import Ending, Flow, Hop
from probes.path.exchange import ARRIVED, EXPIRED, REFUSED, Seen
from probes.path.level import Level

WINDOW = 4
"""TTLs asked ahead of the answers: more would ask the target for nothing many times,
and hosts ration what they answer."""

_GAP = 4
"""Silent hops in a row after which a flow is given up."""

_LAST_WORDS = {ARRIVED: Ending.REACHED, REFUSED: Ending.UNREACHABLE}

Step = tuple[int, str | None, str | None]
"""The TTL of a next hop, the router before it, and the next hop; None is a silent one.

The router before the first next hop is empty: it is us.
"""


class Trail:
    """What is known of one flow, by TTL.

    Parameters
    ----------
    flow : int
        Which one, counted from 0.
    max_ttl : int
        The farthest to look.
    window : int
        TTLs to ask ahead of the answers.

    Attributes
    ----------
    seen : list of Seen or None
        The first answer at each TTL; the first entry is never used.
    others : dict of int to list of str
        Who else answered.
    tries, out : list of int
        Packets sent, and those of them that are on their way.
    outstanding : int
        Packets on their way, at all TTLs.
    hungry : bool
        Whether there would have been more to ask when it was last followed.
    news : bool
        Whether it is to be followed again.
    last, ending : int and Ending, or None
        The TTL where it ends, and why; None until that is known.
    """

    def __init__(self, flow: int, max_ttl: int, window: int = WINDOW) -> None:
        self.flow = flow
        self.seen: list[Seen | None] = [None] * (max_ttl + 1)
        self.others: dict[int, list[str]] = {}
        self.tries = [0] * (max_ttl + 1)
        self.out = [0] * (max_ttl + 1)
        self.outstanding = 0
        self.hungry = False
        self.news = False
        self.last: int | None = None
        self.ending: Ending | None = None
        self._reach = max_ttl
        self._window = window

    @property
    def length(self) -> int:
        """The TTL where it ends; until that is known, the farthest that answered."""
        if self.last is not None:
            return self.last
        return max((ttl for ttl, seen in enumerate(self.seen) if seen), default=0)

    def sent(self, ttl: int) -> None:
        """Take note of a packet on its way."""
        self.tries[ttl] += 1
        self.out[ttl] += 1
        self.outstanding += 1

    def settled(self, ttl: int) -> None:
        """Take note that a packet is on its way no more."""
        self.out[ttl] -= 1
        self.outstanding -= 1

    def heard(self, ttl: int, seen: Seen) -> None:
        """Take an answer."""
        known = self.seen[ttl]
        if known is None:
            self.seen[ttl] = seen
            if seen.kind is not EXPIRED:
                self._reach = min(self._reach, ttl)
        elif seen.address != known.address:
            others = self.others.setdefault(ttl, [])
            if seen.address not in others:
                others.append(seen.address)

    def follow(
        self, levels: Sequence[Level], farthest: Callable[[int], int]
    ) -> list[int]:
        """Find where it ends; return the TTLs that are to be asked before that.

        Parameters
        ----------
        levels : sequence of Level
            By TTL.
        farthest : callable
            Returns of a flow how far any other came: a branch may be silent up to
            there. Asked only where it matters.
        """
        self.last = self.ending = None
        self.hungry = False
        front = self._front(levels, farthest)
        if self.ending is not None:
            return []
        end = min(self._reach + 1, front + self._window)
        self.hungry = end <= self._reach
        return [
            ttl
            for ttl in range(front, end)
            if self.seen[ttl] is None
            and not self.out[ttl]
            and self.tries[ttl] < levels[ttl].allowed(self.flow)
        ]

    def steps(self) -> list[Step]:
        """Return each router that it went through, with its next hop."""
        found: list[Step] = []
        near: str | None = ""
        for ttl in range(1, self.length + 1):
            seen = self.seen[ttl]
            # Who says that there is no way is an end, and no next hop.
            there = seen is not None and seen.kind is not REFUSED
            far = seen.address if seen is not None and there else None
            found.append((ttl, near, far))
            near = far
        if self.ending is Ending.SILENT:
            # Its next hop is unknown, but it was asked for.
            found.append((len(found) + 1, near, None))
        return found

    def found(self, port: int, destination_port: int) -> Flow:
        """Return it as far as it is known; `port` is its own."""
        last = self.length
        hops = tuple(self._hop(ttl) for ttl in range(1, last + 1))
        end = self.seen[last]
        refused = self.ending is Ending.UNREACHABLE and end is not None
        return Flow(
            port,
            destination_port,
            hops,
            self.ending or Ending.SILENT,
            code=end.code if refused and end is not None else None,
        )

    def _front(self, levels: Sequence[Level], farthest: Callable[[int], int]) -> int:
        """Return the first TTL that may be answered yet; 0 if it ends before."""
        last = silent = beyond = 0
        visited: dict[str, int] = {}
        for ttl, seen in enumerate(self.seen[1:], 1):
            if seen is None:
                if self.out[ttl] or self.tries[ttl] < levels[ttl].allowed(self.flow):
                    return ttl
                silent += 1
                if silent == _GAP:
                    beyond = farthest(self.flow)
                if silent >= _GAP and ttl >= beyond:
                    return self._ends(last, Ending.SILENT)
                continue
            last, silent = ttl, 0
            if seen.kind is not EXPIRED:
                return self._ends(ttl, _LAST_WORDS[seen.kind])
            if visited.get(seen.address, ttl) < ttl - 1:
                return self._ends(ttl, Ending.LOOP)
            visited[seen.address] = ttl
        far = last == len(self.seen) - 1
        return self._ends(last, Ending.TOO_FAR if far else Ending.SILENT)

    def _ends(self, last: int, ending: Ending) -> int:
        self.last, self.ending = last, ending
        return 0

    def _hop(self, ttl: int) -> Hop:
        seen = self.seen[ttl]
        if seen is None:
            return Hop(ttl, None)
        others = tuple(self.others.get(ttl, ()))
        return Hop(ttl, seen.address, seen.rtt, others, seen.labels)
