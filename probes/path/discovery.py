"""Which packet to send next, given what the others found: all branches, few packets.

Every flow is followed from the first hop to where it ends. More flows are added until
each router that was seen has had enough of them go through it (see
:mod:`probes.path.stopping`). Nothing here sends, waits or looks at a clock.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from bellrock.model.route import Ending, Flow, Hop
from probes.path.stopping import flows_needed

WINDOW = 4
"""TTLs asked ahead of the answers: more would ask the target for nothing many times,
and hosts ration what they answer."""

_GAP = 4
"""Silent hops in a row after which a flow is given up."""

_ATTEMPTS = 4
_ATTEMPTS_IN_SILENCE = 2
_FLOWS_IN_SILENCE = 6
_FIRST_WAIT = 0.1
_LONGEST_WAIT = 1.0
_EASED = 0.85
_IN_VAIN = 4


class Kind(Enum):
    """What an answer means for its flow."""

    EXPIRED = auto()
    ARRIVED = auto()
    REFUSED = auto()


class Ask(NamedTuple):
    """A packet to send: which flow, counted from 0, and how far."""

    flow: int
    ttl: int


class Seen(NamedTuple):
    """An answer: who, after how many seconds, and what it said."""

    kind: Kind
    address: str
    rtt: float | None = None
    code: int | None = None
    labels: tuple[int, ...] = ()


@dataclass(slots=True)
class _Level:
    """What is known of one TTL, whatever the flow.

    Attributes
    ----------
    asked, answered, refused : int
        Flows that asked it, answers, and how many of these said that there is no way.
    wait : float
        Seconds to leave between two packets: routers ration what they answer.
    ready : float
        When the next may be sent.
    out, forgiven : int
        Packets on their way, and those among them that were when the wait was last
        made longer: that they are lost too says nothing new.
    vain : int
        Packets in a row that were sent again and not answered either.
    """

    asked: int = 0
    answered: int = 0
    refused: int = 0
    wait: float = 0.0
    ready: float = 0.0
    out: int = 0
    forgiven: int = 0
    vain: int = 0

    @property
    def split(self) -> bool:
        """Whether some routers here are silent, rather than slow to answer."""
        return self.vain >= _IN_VAIN

    @property
    def worth_waiting(self) -> bool:
        """Whether who does not answer now may say something new later."""
        return self.answered > self.refused and not self.split


@dataclass(slots=True)
class _Trail:
    """One flow, as far as it was followed."""

    seen: dict[int, Seen] = field(default_factory=dict)
    others: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    tries: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    out: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    window: int = WINDOW
    last: int | None = None
    ending: Ending | None = None
    news: bool = True


class Discovery:
    """The search for all ways to one target.

    Parameters
    ----------
    flows : int
        The most to follow.
    max_ttl : int
        The farthest to look.
    failure : float
        Probability, at most, of missing a next hop of a router that balances evenly.
    """

    def __init__(self, *, flows: int, max_ttl: int, failure: float) -> None:
        self.single = False
        """One packet of a flow at a time: what comes back does not say which it is."""
        self._most = flows
        self._max_ttl = max_ttl
        self._failure = failure
        self._levels: dict[int, _Level] = defaultdict(_Level)
        self._trails = [_Trail()]
        self._queue: deque[Ask] = deque()
        self._spread: deque[Ask] | None = None
        self._out = 0
        self._resume = 0.0
        self.done = False

    @property
    def flows(self) -> int:
        """How many are followed by now."""
        return len(self._trails)

    def next(self, now: float) -> Ask | None:
        """Return what to send now, which counts as sent; None to wait or when done."""
        if self.done:
            return None
        while not self._queue:
            if self._refill(now):
                break
            if self._out or self._waiting(now):
                return None
            if not self._advance():
                self.done = True
                return None
        ask = self._queue.popleft()
        trail, level = self._trails[ask.flow], self._levels[ask.ttl]
        level.asked += not trail.tries[ask.ttl]
        level.ready = now + level.wait
        trail.tries[ask.ttl] += 1
        trail.out[ask.ttl] += 1
        level.out += 1
        self._out += 1
        return ask

    def answered(self, ask: Ask, seen: Seen, *, late: bool = False) -> None:
        """Take an answer; a late one is to a packet that was told lost."""
        trail, level = self._trails[ask.flow], self._levels[ask.ttl]
        if not late:
            self._settle(trail, level, ask)
        if not level.worth_waiting:
            self._all_news()
        level.answered += 1
        level.refused += seen.kind is Kind.REFUSED
        level.wait = 0.0 if level.wait < _FIRST_WAIT / 4 else level.wait * _EASED
        if trail.tries[ask.ttl] > 1 and ask.ttl not in trail.seen:
            level.vain = 0
        known = trail.seen.get(ask.ttl)
        if known is None:
            trail.seen[ask.ttl] = seen
        elif seen.address != known.address:
            others = trail.others[ask.ttl]
            if seen.address not in others:
                others.append(seen.address)
        trail.news = True

    def lost(self, ask: Ask) -> None:
        """Take note that no answer came in time."""
        trail, level = self._trails[ask.flow], self._levels[ask.ttl]
        self._settle(trail, level, ask)
        if level.worth_waiting:
            self._slow_down(level, again=trail.tries[ask.ttl] > 1)
        trail.news = True

    def unsent(self, ask: Ask) -> None:
        """Take back a packet that this machine had no room for."""
        trail = self._trails[ask.flow]
        self._settle(trail, self._levels[ask.ttl], ask)
        trail.tries[ask.ttl] -= 1
        trail.news = True

    def found(self, ports: list[int], destination_port: int) -> tuple[Flow, ...]:
        """Return every flow as far as it is known; `ports` are the flows' own."""
        return tuple(
            self._flow(trail, port, destination_port)
            for trail, port in zip(self._trails, ports, strict=False)
            if trail.tries
        )

    @property
    def wait(self) -> float:
        """Seconds that the hop which rations most wants left between two packets."""
        return max((level.wait for level in self._levels.values()), default=0.0)

    @property
    def incomplete(self) -> frozenset[int]:
        """TTLs at which some router's next hops may be more than were seen."""
        return frozenset(ttl for ttl, _ in self._lacking())

    @property
    def per_packet(self) -> frozenset[int]:
        """TTLs at which packets of one flow are spread."""
        return frozenset(
            ttl
            for trail in self._trails
            for ttl, others in trail.others.items()
            if others and (trail.last is None or ttl <= trail.last)
        )

    def _slow_down(self, level: _Level, *, again: bool) -> None:
        """Take a loss where others are answered.

        The router rations its answers, or the network loses some: later it may be
        answered. Or it is one of several routers, and the only silent one.
        """
        level.vain += again
        if level.split:
            level.wait = 0.0
            self._all_news()
        elif not level.forgiven:
            level.wait = min(_LONGEST_WAIT, max(_FIRST_WAIT, 2 * level.wait))
            level.forgiven = level.out

    def _all_news(self) -> None:
        for trail in self._trails:
            trail.news = True

    def _settle(self, trail: _Trail, level: _Level, ask: Ask) -> None:
        if level.forgiven:
            level.forgiven -= 1
        level.out -= 1
        trail.out[ask.ttl] -= 1
        self._out -= 1

    def _allowed(self, flow: int, ttl: int) -> int:
        level = self._levels[ttl]
        if level.answered:
            return _ATTEMPTS if level.worth_waiting else 1
        if flow == 0:
            return _ATTEMPTS_IN_SILENCE
        return 1 if level.asked < _FLOWS_IN_SILENCE else 0

    def _refill(self, now: float) -> bool:
        """Queue what the trails lack; return whether there is any."""
        if self._spread is not None:
            self._respread(now)
        else:
            wants: list[Ask] = []
            for flow, trail in enumerate(self._trails):
                if trail.news:
                    trail.news = False
                    self._follow(flow, trail, now, wants)
            # A packet of each flow in turn, each to another hop than the one before.
            depth = max((ask.ttl for ask in wants), default=1)
            wants.sort(key=lambda ask: ((ask.ttl - ask.flow) % depth, ask.flow))
            self._queue.extend(wants)
        return bool(self._queue)

    def _respread(self, now: float) -> None:
        put_off: deque[Ask] = deque()
        for ask in self._spread or ():
            level = self._levels[ask.ttl]
            busy = self.single and self._busy(ask.flow)
            if busy or level.ready > now or self._queued(ask.ttl, level):
                put_off.append(ask)
            else:
                self._queue.append(ask)
        self._spread = put_off

    def _busy(self, flow: int) -> bool:
        queued = any(ask.flow == flow for ask in self._queue)
        return queued or any(self._trails[flow].out.values())

    def _queued(self, ttl: int, level: _Level) -> bool:
        return bool(level.wait) and any(ask.ttl == ttl for ask in self._queue)

    def _waiting(self, now: float) -> bool:
        """Tell whether something is put off rather than finished."""
        if self._spread or now < self._resume:
            return True
        unended = [trail for trail in self._trails if trail.ending is None]
        for trail in unended:
            trail.news = True
        later = (each.ready for each in self._levels.values() if each.ready > now)
        self._resume = min(later, default=now)
        return bool(unended)

    def _follow(self, flow: int, trail: _Trail, now: float, wants: list[Ask]) -> None:
        """Find where a trail ends; queue what it lacks up to there."""
        trail.last = trail.ending = None
        last, silent, lacking = 0, 0, 0
        visited: dict[str, int] = {}
        for ttl in range(1, self._max_ttl + 1):
            seen = trail.seen.get(ttl)
            if seen is None and self._lacks(flow, trail, ttl):
                lacking = lacking or ttl
                if ttl >= lacking + trail.window or ttl > self._reach(trail):
                    return
                self._want(Ask(flow, ttl), trail, now, wants)
                continue
            if lacking:
                continue
            if seen is None:
                silent += 1
                if silent >= _GAP and ttl >= self._farthest(flow):
                    trail.last, trail.ending = last, Ending.SILENT
                    return
                continue
            last, silent = ttl, 0
            if seen.kind is not Kind.EXPIRED:
                arrived = seen.kind is Kind.ARRIVED
                trail.ending = Ending.REACHED if arrived else Ending.UNREACHABLE
                trail.last = ttl
                return
            if visited.get(seen.address, ttl) < ttl - 1:
                trail.last, trail.ending = ttl, Ending.LOOP
                return
            visited[seen.address] = ttl
        if not lacking:
            far = last == self._max_ttl
            trail.last, trail.ending = last, Ending.TOO_FAR if far else Ending.SILENT

    def _reach(self, trail: _Trail) -> int:
        """Return the TTL beyond which nothing is to be asked for."""
        ends = (ttl for ttl, seen in trail.seen.items() if seen.kind != Kind.EXPIRED)
        return min(ends, default=self._max_ttl)

    def _farthest(self, flow: int) -> int:
        """Return how far any other flow came: a branch may be silent up to there."""
        if flow == 0:
            return 0
        return max((trail.last or 0 for trail in self._trails[:flow]), default=0)

    def _lacks(self, flow: int, trail: _Trail, ttl: int) -> bool:
        return trail.out[ttl] > 0 or trail.tries[ttl] < self._allowed(flow, ttl)

    def _want(self, ask: Ask, trail: _Trail, now: float, wants: list[Ask]) -> None:
        level = self._levels[ask.ttl]
        if trail.out[ask.ttl] or level.ready > now:
            return
        if level.wait and any(other.ttl == ask.ttl for other in wants):
            return
        if self.single and (
            any(trail.out.values()) or any(other.flow == ask.flow for other in wants)
        ):
            return
        wants.append(ask)

    def _advance(self) -> bool:
        """Go on once all trails have ended; return whether there is more to do."""
        if self._spread is not None:
            return False
        lacking = max((lack for _, lack in self._lacking()), default=0)
        more = min(lacking, self._most - len(self._trails))
        if more > 0:
            depth = max(trail.last or 0 for trail in self._trails)
            window = depth or WINDOW
            self._trails.extend(_Trail(window=window) for _ in range(more))
            return True
        self._spread = deque(self._repeats())
        return bool(self._spread)

    def _repeats(self) -> Iterator[Ask]:
        """Ask one flow again wherever there are branches, to see if it keeps to one."""
        times = flows_needed(1, self._failure) - 1
        levels: dict[int, set[str]] = defaultdict(set)
        first: dict[int, int] = {}
        for flow, trail in enumerate(self._trails):
            for ttl, seen in trail.seen.items():
                if trail.last is not None and ttl <= trail.last:
                    levels[ttl].add(seen.address)
                    first.setdefault(ttl, flow)
        for ttl, addresses in sorted(levels.items()):
            if len(addresses) > 1:
                yield from [Ask(first[ttl], ttl)] * times

    def _lacking(self) -> Iterator[tuple[int, int]]:
        """Yield, by TTL of its next hops, each router that lacks flows.

        With how many to add for its sake: half of what would bring the flows it lacks,
        since other routers gain by them too.
        """
        following: dict[tuple[int, str | None], Counter[str | None]] = defaultdict(
            Counter
        )
        for trail in self._trails:
            near: str | None = ""
            last = max(trail.seen, default=0) if trail.last is None else trail.last
            # Of one that ends in silence the next hop is unknown, but it was asked for.
            beyond = trail.ending is Ending.SILENT
            for ttl in range(1, last + beyond + 1):
                seen = trail.seen.get(ttl)
                # Who says that there is no way is an end, and no next hop.
                there = seen is not None and seen.kind is not Kind.REFUSED
                far = seen.address if seen is not None and there else None
                following[ttl, near][far] += 1
                near = far
        if not following:
            lacking = flows_needed(1, self._failure) - len(self._trails)
            if lacking > 0:
                yield 1, lacking
        for (ttl, router), next_hops in following.items():
            if router is None and not any(next_hops):
                continue
            if len(next_hops) > 1:
                # Of those that are silent it is not known which they are.
                next_hops.pop(None, None)
            through = next_hops.total()
            lacking = flows_needed(len(next_hops), self._failure) - through
            if lacking > 0:
                # Of more flows no greater share goes through it than of these.
                yield ttl, lacking * len(self._trails) // (2 * through) or 1

    def _flow(self, trail: _Trail, port: int, destination_port: int) -> Flow:
        last = max(trail.seen, default=0) if trail.last is None else trail.last
        hops = tuple(self._hop(trail, ttl) for ttl in range(1, last + 1))
        end = trail.seen.get(last)
        refused = trail.ending is Ending.UNREACHABLE and end is not None
        return Flow(
            port,
            destination_port,
            hops,
            trail.ending or Ending.SILENT,
            code=end.code if refused and end is not None else None,
        )

    def _hop(self, trail: _Trail, ttl: int) -> Hop:
        seen = trail.seen.get(ttl)
        if seen is None:
            return Hop(ttl, None)
        others = tuple(trail.others.get(ttl, ()))
        return Hop(ttl, seen.address, seen.rtt, others, seen.labels)
