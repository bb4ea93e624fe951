"""Which packet to send next, given what the others found: all branches, few packets.

Every flow is followed from the first hop to where it ends. More flows are added until
each router that was seen has had enough of them go through it (see
:mod:`probes.path.stopping`). Nothing here sends, waits or looks at a clock.
"""

from collections import deque

from bellrock.model.route import Flow
from probes.path.exchange import REFUSED, Ask, Kind, Seen
from probes.path.level import Level
from probes.path.next_hops import NextHops
from probes.path.spread import Spread
from probes.path.trail import WINDOW, Trail

__all__ = ["Ask", "Discovery", "Kind", "Seen"]


class Discovery:
    """The search for all ways to one target.

    Parameters
    ----------
    flows : int
        The most to follow.
    least : int
        How many to follow even if fewer would do.
    max_ttl : int
        The farthest to look.
    failure : float
        Probability, at most, of missing a next hop of a router that balances evenly.

    Notes
    -----
    Answers cost what they change: a flow is looked at again only once there may be
    something to ask in it (:attr:`Trail.news`), a router only once flows have come to
    it or gone (:class:`NextHops`).
    """

    def __init__(
        self, *, flows: int, least: int = 1, max_ttl: int, failure: float
    ) -> None:
        self.single = False
        """One packet of a flow at a time: what comes back does not say which it is."""
        self._most, self._least = flows, least
        self._max_ttl = max_ttl
        self._failure = failure
        self._levels = [Level() for _ in range(max_ttl + 1)]
        self._trails: list[Trail] = []
        self._news: list[Trail] = []
        self._next_hops = NextHops(failure)
        self._queue: deque[Ask] = deque()
        self._spread: Spread | None = None
        self._out = 0
        self._resume = 0.0
        self.done = False
        self._add(1, WINDOW)

    @property
    def flows(self) -> int:
        """How many are followed by now."""
        return len(self._trails)

    def next(self, now: float) -> Ask | None:
        """Return what to send now, which counts as sent; None to wait or when done."""
        while not self._queue:
            if self.done:
                return None
            self._refill(now)
            if self._queue:
                break
            if self._out or self._waiting(now):
                return None
            if not self._advance():
                self.done = True
        ask = self._queue.popleft()
        flow, ttl = ask
        trail = self._trails[flow]
        self._levels[ttl].sent(now, again=trail.tries[ttl] > 0)
        trail.sent(ttl)
        self._out += 1
        return ask

    def answered(self, ask: Ask, seen: Seen, *, late: bool = False) -> None:
        """Take an answer; a late one is to a packet that was told lost."""
        flow, ttl = ask
        trail, level = self._trails[flow], self._levels[ttl]
        if not late:
            self._settle(trail, level, ttl)
        first = trail.seen[ttl] is None
        again = first and trail.tries[ttl] > 1
        if level.heard(refused=seen.kind is REFUSED, again=again):
            self._all_news()
        trail.heard(ttl, seen)
        if first and trail.ending is not None:
            self._next_hops.count(trail)
        if trail.hungry or not trail.outstanding:
            self._tell(trail)

    def lost(self, ask: Ask) -> None:
        """Take note that no answer came in time."""
        flow, ttl = ask
        trail, level = self._trails[flow], self._levels[ttl]
        self._settle(trail, level, ttl)
        if level.lost(again=trail.tries[ttl] > 1):
            self._all_news()
        self._tell(trail)

    def unsent(self, ask: Ask) -> None:
        """Take back a packet that this machine had no room for."""
        flow, ttl = ask
        trail = self._trails[flow]
        self._settle(trail, self._levels[ttl], ttl)
        trail.tries[ttl] -= 1
        self._tell(trail)

    def found(self, ports: list[int], destination_port: int) -> tuple[Flow, ...]:
        """Return every flow as far as it is known; `ports` are the flows' own."""
        return tuple(
            trail.found(port, destination_port)
            for trail, port in zip(self._trails, ports, strict=False)
            if any(trail.tries)
        )

    @property
    def wait(self) -> float:
        """Seconds that the hop which rations most wants left between two packets."""
        return max(level.wait for level in self._levels)

    @property
    def incomplete(self) -> frozenset[int]:
        """TTLs at which some router's next hops may be more than were seen."""
        if all(trail.ending for trail in self._trails):
            return self._next_hops.incomplete()
        return NextHops.of(self._trails, self._failure).incomplete()

    @property
    def per_packet(self) -> frozenset[int]:
        """TTLs at which packets of one flow are spread."""
        return frozenset(
            ttl
            for trail in self._trails
            for ttl in trail.others
            if trail.last is None or ttl <= trail.last
        )

    def _add(self, flows: int, window: int) -> None:
        for flow in range(len(self._trails), len(self._trails) + flows):
            trail = Trail(flow, self._max_ttl, window)
            self._trails.append(trail)
            self._tell(trail)

    def _tell(self, trail: Trail) -> None:
        if not trail.news:
            trail.news = True
            self._news.append(trail)

    def _all_news(self) -> None:
        for trail in self._trails:
            self._tell(trail)

    def _settle(self, trail: Trail, level: Level, ttl: int) -> None:
        level.settled()
        trail.settled(ttl)
        self._out -= 1

    def _refill(self, now: float) -> None:
        """Queue what may be sent now."""
        if self._spread is not None:
            ready = self._spread.ready(
                self._trails, self._levels, now, single=self.single
            )
            self._queue.extend(ready)
        elif self._news:
            wants = self._wants(now)
            # A packet of each flow in turn, each to another hop than the one before.
            depth = max((ask.ttl for ask in wants), default=1)
            wants.sort(key=lambda ask: ((ask.ttl - ask.flow) % depth, ask.flow))
            self._queue.extend(wants)

    def _wants(self, now: float) -> list[Ask]:
        """Follow the flows that there is news of; return what they lack."""
        wants: list[Ask] = []
        rationed: set[int] = set()
        news, self._news = self._news, []
        news.sort(key=lambda trail: trail.flow)
        for trail in news:
            trail.news = False
            free = not (self.single and trail.outstanding)
            for ttl in trail.follow(self._levels, self._farthest):
                level = self._levels[ttl]
                if not free or level.ready > now or ttl in rationed:
                    trail.hungry = True
                    continue
                if level.wait:
                    rationed.add(ttl)
                free = not self.single
                wants.append(Ask(trail.flow, ttl))
            if trail.ending is not None:
                self._next_hops.count(trail)
        return wants

    def _farthest(self, flow: int) -> int:
        """Return how far any flow before this one came; of the first, 0."""
        return max((trail.last or 0 for trail in self._trails[:flow]), default=0)

    def _waiting(self, now: float) -> bool:
        """Tell whether something is put off rather than finished."""
        if self._spread is not None:
            return self._spread.waiting
        if now < self._resume:
            return True
        unended = [trail for trail in self._trails if trail.ending is None]
        for trail in unended:
            self._tell(trail)
        later = (each.ready for each in self._levels if each.ready > now)
        self._resume = min(later, default=now)
        return bool(unended)

    def _advance(self) -> bool:
        """Go on once all trails have ended; return whether there is more to do."""
        if self._spread is not None:
            return False
        flows = len(self._trails)
        lacking = max(self._next_hops.lacking(), self._least - flows)
        more = min(lacking, self._most - flows)
        if more > 0:
            depth = max(trail.last or 0 for trail in self._trails)
            self._add(more, depth or WINDOW)
            return True
        self._spread = Spread(self._trails, self._failure)
        return self._spread.waiting
