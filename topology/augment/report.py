"""Which circuits to build next, whom each protects and at what price: for programs."""

from collections.abc import Callable, Sequence
from typing import Literal, TypedDict

import numpy as np

from bellrock.model.candidate import Candidate
from bellrock.model.inventory import Inventory
from topology.augment.choice import (
    Limits,
    best_of_all,
    costs,
    most_possible,
    step_by_step,
)
from topology.augment.state import State
from topology.network import Network


class RaisedReport(TypedDict):
    """A site whose redundancy changes, and how many people it serves."""

    id: str
    people: int
    before: int
    after: int


class PickReport(TypedDict):
    """One circuit to build.

    ``protected`` counts people (or sites, see ``counted``) that gain a step once those
    ranked before it are built; ``eased`` the same times failures that they survive now.
    """

    rank: int
    id: str
    a: str
    b: str
    cost: float
    km: float | None
    risk_groups: list[str]
    protected: int
    per_cost: float
    eased: int
    sites: list[RaisedReport]


class AugmentReport(TypedDict):
    """What ``bellrock augment --format json`` prints.

    ``protected`` is what all picks gain together, ``upper_bound`` a number that no
    choice within the limits can gain more than, and ``at_stake`` what there is to gain
    at all: a step for sites at redundancy 1, two for those at 0. ``useful`` counts the
    candidates that may help at all, if only with others.
    """

    network: str
    method: Literal["greedy", "exact"]
    counted: Literal["people", "sites"]
    candidates: int
    useful: int
    cost: float
    protected: int
    upper_bound: int
    at_stake: int
    cut_off: int
    picks: list[PickReport]


def start(inventory: Inventory, candidates: Sequence[Candidate]) -> State:
    """Return the network as it is, with each site's people as its weight.

    Where no user site has people, each counts as one.
    """
    network = Network.of(inventory)
    weight = network.people
    if not weight[network.user].any():
        weight = np.ones(len(weight), np.int64)
    return State(network, candidates, weight)


def augment_report(
    inventory: Inventory,
    state: State,
    limits: Limits,
    *,
    exact: bool = False,
    progress: Callable[[int, int], None] | None = None,
) -> AugmentReport:
    """Report which circuits to build.

    Parameters
    ----------
    state : State
        What `start` returned.
    exact : bool
        Whether to look for the best of all sets rather than the best next one each
        time. See `topology.augment.choice.states_needed` for how long that takes.
    """
    if exact:
        best = best_of_all(state, limits, progress)
        built = _ordered(state, best.chosen)
        bound = best.gain
    else:
        built = []
        for pick in step_by_step(state, limits):
            built.append(pick)
            if progress is not None:
                progress(len(built), limits.count)
        bound = most_possible(state, limits)
    picks = []
    before = state
    for rank, (number, after) in enumerate(built, start=1):
        picks.append(_pick(inventory, before, after, number, rank))
        before = after
    people = state.network.people[state.network.user].any()
    return AugmentReport(
        network=inventory.id,
        method="exact" if exact else "greedy",
        counted="people" if people else "sites",
        candidates=len(state.candidates),
        useful=int(np.count_nonzero(state.useful)),
        cost=sum(pick["cost"] for pick in picks),
        protected=sum(pick["protected"] for pick in picks),
        upper_bound=bound,
        at_stake=int(state.at_stake.sum()),
        cut_off=int(np.count_nonzero(before.level == 0)),
        picks=picks,
    )


def _ordered(state: State, chosen: Sequence[int]) -> list[tuple[int, State]]:
    """Return a set in the order in which one would build it."""
    left = list(chosen)
    built = []
    while left:
        worth = state.worth
        price = costs(state)[left]
        order = np.lexsort(
            (price, -worth.eased[left] / price, -worth.gain[left] / price)
        )
        following = left.pop(int(order[0]))
        state = state.with_added([following])
        built.append((following, state))
    return built


def _pick(
    inventory: Inventory, before: State, after: State, number: int, rank: int
) -> PickReport:
    candidate = before.candidates[number]
    names, worth = before.network.arrays.sites, before.worth
    changed = np.flatnonzero(before.level != after.level).tolist()
    changed.sort(key=lambda site: (-int(before.weight[site]), names[site]))
    gain = int(worth.gain[number])
    return PickReport(
        rank=rank,
        id=candidate.link.id,
        a=str(candidate.link.a),
        b=str(candidate.link.b),
        cost=candidate.cost,
        km=candidate.km,
        risk_groups=list(candidate.link.risk_groups),
        protected=gain,
        per_cost=gain / candidate.cost,
        eased=int(worth.eased[number]),
        sites=[
            RaisedReport(
                id=names[site],
                people=inventory.sites[names[site]].people,
                before=int(before.level[site]),
                after=int(after.level[site]),
            )
            for site in changed
        ],
    )
