"""How many flows went through each router, and how many it lacks to be known whole."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import Self

from probes.path.stopping import flows_needed
from probes.path.trail import Step, Trail

_Router = tuple[int, str | None]
"""A router, by the TTL of its next hops and by its address."""


class NextHops:
    """The next hops of each router, kept up as flows are followed to their ends.

    What a router lacks is worked out anew only where flows came or went: a flow passes
    one router at each TTL, however many there are.

    Parameters
    ----------
    failure : float
        Probability, at most, of missing a next hop of a router that balances evenly.
    """

    def __init__(self, failure: float) -> None:
        self._failure = failure
        self._routers: dict[_Router, Counter[str | None]] = defaultdict(Counter)
        self._counted: dict[int, list[Step]] = {}
        self._changed: set[_Router] = set()
        self._short: dict[_Router, tuple[int, int]] = {}

    @classmethod
    def of(cls, trails: Iterable[Trail], failure: float) -> Self:
        """Return what is known by these flows, however far they were followed."""
        found = cls(failure)
        for trail in trails:
            found.count(trail)
        return found

    def count(self, trail: Trail) -> None:
        """Count a flow as it is now, and no longer as it was counted before."""
        steps = trail.steps()
        before = self._counted.get(trail.flow)
        if before == steps:
            return
        for ttl, near, far in before or ():
            router = ttl, near
            self._routers[router][far] -= 1
            self._changed.add(router)
        for ttl, near, far in steps:
            router = ttl, near
            self._routers[router][far] += 1
            self._changed.add(router)
        self._counted[trail.flow] = steps

    def lacking(self) -> int:
        """Return how many flows to add, for the sake of the router that lacks most.

        Half of what would bring it what it lacks, since other routers gain by them too.
        """
        flows = len(self._counted)
        # Of more flows no greater share goes through it than of these.
        return max(
            (short * flows // (2 * through) or 1 for short, through in self._judged()),
            default=0,
        )

    def incomplete(self) -> frozenset[int]:
        """Return the TTLs at which there may be more next hops than were seen."""
        if not any(self._counted.values()):
            enough = len(self._counted) >= flows_needed(1, self._failure)
            return frozenset() if enough else frozenset({1})
        self._judged()
        return frozenset(ttl for ttl, _ in self._short)

    def _judged(self) -> Collection[tuple[int, int]]:
        """Return of each router that lacks flows how many, and how many it has."""
        for router in self._changed:
            self._judge(router)
        self._changed.clear()
        return self._short.values()

    def _judge(self, router: _Router) -> None:
        """Work out anew what one router lacks."""
        self._short.pop(router, None)
        next_hops = +self._routers[router]
        if router[1] is None and not any(next_hops):
            return
        if len(next_hops) > 1:
            # Of those that are silent it is not known which they are.
            del next_hops[None]
        if not next_hops:
            return
        through = next_hops.total()
        short = flows_needed(len(next_hops), self._failure) - through
        if short > 0:
            self._short[router] = short, through
