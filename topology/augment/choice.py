"""Which circuits to build: one after the other, and the best of all sets.

What a set of circuits is worth is the people at user sites that gain a step of
redundancy, counted once for each step. It grows with the set, but not in a submodular
way: two circuits that close a ring together may protect thousands whom neither
protects alone. So building the best next one each time carries no guarantee, and none
is given; how much better another choice could be is bounded instead (`most_possible`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from math import comb

import numpy as np

from topology.arrays import Bools, Floats
from topology.augment.needs import Needs, most_by_needs
from topology.augment.state import State, Weights

MOST_STATES = 50_000
"""Networks that are looked at, at most, for the best of all sets."""

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Limits:
    """How much may be built.

    Attributes
    ----------
    count : int
        Circuits, at most.
    budget : float
        Cost of all of them, at most.
    """

    count: int
    budget: float = float("inf")


def step_by_step(state: State, limits: Limits) -> Iterator[tuple[int, State]]:
    """Build the circuit that gains most for its cost, then the next.

    Where none gains anything by itself, it is the one that spares most people most
    failures for its cost; of equals the one that gains more, then the cheaper. Ends
    where nothing affordable does either.

    Yields
    ------
    int
        Number of the candidate.
    State
        The network with it.
    """
    cost = costs(state)
    left = limits.budget
    built = np.zeros(len(cost), np.bool_)
    for _ in range(limits.count):
        worth = state.worth
        affordable = (cost <= left) & ~built
        value = np.where(affordable, worth.gain, 0)
        ease = np.where(affordable, worth.eased, 0)
        order = np.lexsort(
            (np.arange(len(cost)), cost, -ease, -value, -ease / cost, -value / cost)
        )
        if not len(order) or (value[order[0]], ease[order[0]]) <= (0, 0):
            return
        chosen = int(order[0])
        left -= float(cost[chosen])
        built[chosen] = True
        state = state.with_added([chosen])
        yield chosen, state


def costs(state: State) -> Floats:
    """Return what each candidate costs; shape (c,)."""
    return np.array([c.cost for c in state.candidates], np.float64)


def most_possible(state: State, limits: Limits) -> int:
    """Return a number that no set of circuits within `limits` can gain more than.

    Notes
    -----
    The smaller of `most_covered` and of `topology.augment.needs.most_by_needs`, where
    the proofs are; what the best circuit gains, where only one may be built.
    """
    cost = costs(state)
    usable = cost <= limits.budget
    if limits.count == 1:
        return int(state.worth.gain[usable].max(initial=0))
    most = most_covered(state, limits, usable)
    needs = Needs.of(state, usable)
    return most_by_needs(needs, cost, limits.count, limits.budget, most)


def most_covered(state: State, limits: Limits, allowed: Bools) -> int:
    """Return such a number in less time: as if each site needed one circuit only.

    Parameters
    ----------
    allowed : array of bool, shape (c,)
        The candidates that there are.

    Notes
    -----
    A site gains nothing unless one of a certain few candidates is built (see
    `State.needed_by`). People at sites for which one of those is built are a coverage
    function of the set, at least the gain, and submodular; so for any set A it is at
    most that of A and the largest shares that single candidates add to it
    (Nemhauser, Wolsey and Fisher 1978). [1]_ We take A grown step by step, and the
    least of the bounds on the way; with a budget a fractional knapsack bounds the sum.

    References
    ----------
    .. [1] G. L. Nemhauser, L. A. Wolsey and M. L. Fisher, "An analysis of
       approximations for maximizing submodular set functions I", Mathematical
       Programming 14, 1978.
    """
    needed, cost = state.needed_by, costs(state)
    usable = allowed & (cost <= limits.budget)
    stake = state.at_stake.copy()
    covered, least = 0, int(stake.sum())
    for _ in range(limits.count):
        share = np.where(usable, stake @ needed, 0)
        least = min(least, covered + _largest(share, cost, limits))
        best = int(np.argmax(share)) if len(share) else -1
        if best < 0 or share[best] == 0:
            break
        covered += int(share[best])
        stake[needed[:, [best]].tocoo().coords[0]] = 0
    return least


def _largest(share: Weights, cost: Floats, limits: Limits) -> int:
    """Return the most that `limits` allow to take of `share`, the last in part."""
    most = int(np.sort(share)[::-1][: limits.count].sum())
    if limits.budget == float("inf"):
        return most
    order = np.argsort(-share / cost, kind="stable")
    before = np.cumsum(cost[order]) - cost[order]
    part = np.clip((limits.budget - before) / cost[order], 0.0, 1.0)
    return min(most, int(np.floor((share[order] * part).sum() * (1 + 1e-12))))


@dataclass(frozen=True, slots=True)
class Best:
    """The set that gains most; of equals the one that costs least, then comes first."""

    chosen: tuple[int, ...]
    gain: int
    cost: float


def states_needed(state: State, limits: Limits) -> int:
    """Return how many networks `best_of_all` may have to look at."""
    useful = int(np.count_nonzero(state.useful & (costs(state) <= limits.budget)))
    return sum(comb(useful, size) for size in range(min(limits.count, useful + 1)))


def best_of_all(state: State, limits: Limits, progress: Progress | None = None) -> Best:
    """Find the best of all sets of circuits, by branch and bound.

    Notes
    -----
    All sets of one circuit less than `limits` allow are built, and every last circuit
    judged at once; what cannot gain more than the best so far even by `most_covered`
    is left out. See `states_needed` for how many that may be.
    """
    return _Search(state, limits).run(progress)


class _Search:
    def __init__(self, state: State, limits: Limits) -> None:
        self.root = state
        self.limits = limits
        self.cost = costs(state)
        usable = state.useful & (self.cost <= limits.budget)
        self.order = np.flatnonzero(usable)
        self.best = Best((), 0, 0.0)

    def run(self, progress: Progress | None) -> Best:
        self._try((), 0, self.root, 0)
        if self.limits.count > 1:
            for place, first in enumerate(self.order.tolist()):
                self._go_on((first,), place + 1)
                if progress is not None:
                    progress(place + 1, len(self.order))
        return self.best

    def _go_on(self, chosen: tuple[int, ...], start: int) -> None:
        """Look at the sets that begin with `chosen` and go on from `start`."""
        spent = float(self.cost[list(chosen)].sum())
        if start >= len(self.order) or spent > self.limits.budget:
            return
        state = self.root.with_added(chosen)
        gain = _gained(self.root, state)
        left = Limits(self.limits.count - len(chosen), self.limits.budget - spent)
        allowed = np.zeros(len(self.cost), np.bool_)
        allowed[self.order[start:]] = True
        could = gain + most_covered(state, left, allowed)
        if could < self.best.gain or (
            could == self.best.gain and spent >= self.best.cost
        ):
            return
        self._try(chosen, gain, state, start)
        if left.count > 1:
            for place, following in islice(enumerate(self.order.tolist()), start, None):
                self._go_on((*chosen, following), place + 1)

    def _try(
        self, chosen: tuple[int, ...], gain: int, state: State, start: int
    ) -> None:
        """Judge every circuit from `start` on as the last one, after `chosen`."""
        spent = float(self.cost[list(chosen)].sum())
        last = self.order[start:]
        last = last[self.cost[last] <= self.limits.budget - spent]
        if not len(last):
            return
        more: Weights = state.worth.gain[last]
        best = np.lexsort((last, self.cost[last], -more))[0]
        found = Best(
            (*chosen, int(last[best])),
            gain + int(more[best]),
            spent + float(self.cost[last[best]]),
        )
        if (-found.gain, found.cost) < (-self.best.gain, self.best.cost):
            self.best = found


def _gained(before: State, after: State) -> int:
    """Return the people at sites that gained steps of redundancy, once for each."""
    steps = np.maximum(after.level, 0).astype(np.int64) - np.maximum(before.level, 0)
    return int((steps * before.weight).sum())
