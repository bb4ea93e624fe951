"""What sites need at once to gain a step, and how far circuits can meet that.

A site that gains a step is reached after every failure off its premises that cuts it
off now. For each of them that takes

- a circuit that leaves what the failure leaves the site on (its islands), and
- a circuit that leads from what is still reached to its *region*, the islands from
  which circuits could lead on to those of the site.

Every way from a gateway to the site has one of each: where it leaves what is reached
for the last time, and where it comes to the site's islands for the last time. It may be
the same, and neither fails itself. These are the site's *needs*: sets of circuits of
each of which one must be built. A site that is cut off now has one pair of needs for
its first step, and two circuits of each for both steps: were there only one, its
failure would cut the site off again.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from topology.arrays import Bools, Floats, Ints
from topology.augment.state import State

MOST_ENTRIES = 1_000_000
"""Circuits in needs, all added up, that are looked at, at most."""

Indices = npt.NDArray[np.integer]

_ROUNDING = 1e-9
"""More than what sums of floats may be off by, in parts of the sum."""


@dataclass(frozen=True, slots=True)
class Group:
    """Sites with the same needs.

    Attributes
    ----------
    weight : int
        What a step counts, over all of them.
    steps : int
        Steps that each can gain.
    needs : tuple of (int, int)
        Number of a need, and the steps that one circuit of it may allow.
    """

    weight: int
    steps: int
    needs: tuple[tuple[int, int], ...]


@dataclass(frozen=True, eq=False)
class Needs:
    """The needs of all sites that can still gain something.

    Attributes
    ----------
    circuits : list of array of int32
        By number of a need, the usable candidates that meet it.
    groups : list of Group
    """

    circuits: list[Ints]
    groups: list[Group]

    @classmethod
    def of(cls, state: State, usable: Bools) -> "Needs":
        """Collect what every site needs; alike sets and sites are put together."""
        numbers: dict[bytes, int] = {}
        sets: list[Ints] = []
        by_site: dict[int, set[tuple[int, int]]] = {}
        for site, circuits, allows in _all(state, usable):
            number = numbers.setdefault(circuits.tobytes(), len(sets))
            if number == len(sets):
                sets.append(circuits)
            by_site.setdefault(site, set()).add((number, allows))
        weights: dict[tuple[int, tuple[tuple[int, int], ...]], int] = {}
        for site, needs in by_site.items():
            key = 2 if state.level[site] == 0 else 1, tuple(sorted(needs))
            weights[key] = weights.get(key, 0) + int(state.weight[site])
        groups = [Group(weight, *key) for key, weight in weights.items() if weight]
        return cls(sets, groups)


def _all(state: State, usable: Bools) -> Iterator[tuple[int, Ints, int]]:
    """Yield every need: whose it is, its circuits, and what each of them allows."""
    found = state.islands
    circuit = found.circuit[usable[found.circuit[:, 1]]]
    cases, case = np.unique(found.site[:, 1:], axis=0, return_inverse=True)
    case = case.reshape(-1).astype(np.int32)
    shape = (found.islands, len(state.candidates))
    on = _table(case, found.site[:, 0], (len(cases), found.islands))
    leaving = on @ _table(circuit[:, 0], circuit[:, 1], shape)

    region = _regions(circuit, found.islands)
    near = _table(case, region[found.site[:, 0]], (len(cases), found.islands))
    across = circuit[circuit[:, 2] == 1]
    entering = near @ _table(region[across[:, 0]], across[:, 1], shape)

    site_of = state.network.arrays.site_of
    a, b = site_of[state.proposed.a], site_of[state.proposed.b]
    for number, site in enumerate(cases[:, 1].tolist()):
        circuits = _row(leaving, number)
        # One within the site does not cut it off when it fails, as redundancy has it.
        within = (a[circuits] == site) & (b[circuits] == site)
        yield site, circuits, 2 if within.any() else 1
        yield site, _row(entering, number), 1


def _regions(circuit: Ints, islands: int) -> Ints:
    """Return for each island the region that it is in; shape (islands,).

    Islands of a failure are in one region if circuits between such could join them.
    """
    between = circuit[circuit[:, 2] == 0]
    # The same circuit joins other islands after another failure.
    _, use = np.unique(between[:, [1, 3]], axis=0, return_inverse=True)
    nodes = islands + len(between)
    joined = _table(between[:, 0], islands + use.reshape(-1), (nodes, nodes))
    _, region = connected_components(joined, directed=False)
    found: Ints = region[:islands].astype(np.int32)
    return found


def _table(row: Indices, column: Indices, shape: tuple[int, int]) -> csr_array:
    return csr_array((np.ones(len(row), np.int64), (row, column)), shape=shape)


def _row(table: csr_array, row: int) -> Ints:
    columns = table.indices[table.indptr[row] : table.indptr[row + 1]]
    return np.unique(columns).astype(np.int32)


def most_by_needs(
    needs: Needs, cost: Floats, count: int, budget: float, most: int
) -> int:
    """Return a number that no set of circuits within the limits can gain more than.

    Parameters
    ----------
    needs : Needs
        Of all sites.
    cost : array of float64, shape (c,)
        Of each candidate.
    count, budget
        Circuits and their cost, at most.
    most : int
        Such a number that is known already, returned where this one is no better.

    Notes
    -----
    Let x be 1 for circuits that are built and y the steps that a group of sites gains.
    Whatever set is built, y is at most the number of circuits that meet each of its
    needs, and the sums of x and of costs keep to the limits. The best of all such x and
    y, fractions allowed, is therefore at least what the best set gains: a linear
    programme, of which the maximum of a coverage function is the case of one need for
    each site. What is returned is not the value that the solver found but that of its
    prices p >= 0, by weak duality: over 0 <= v <= u with A v <= b,

        w v  <=  p b + (w - p A) v  <=  p b + sum of u max(0, w - p A)

    holds for *any* such p, however inexact. Sites whose needs have no circuit in common
    and are more than `count`, or cost more than `budget` met at their cheapest, gain
    nothing and are left out beforehand.
    """
    groups = [g for g in needs.groups if _within_reach(g, needs, cost, count, budget)]
    numbers = sorted({number for group in groups for number, _ in group.needs})
    entries = sum(len(needs.circuits[number]) for number in numbers)
    entries += sum(len(group.needs) for group in groups)
    if not groups:
        return 0
    if entries > MOST_ENTRIES:
        return most
    return min(most, _relaxed(needs, groups, numbers, cost, count, budget))


def _within_reach(
    group: Group, needs: Needs, cost: Floats, count: int, budget: float
) -> bool:
    """Tell whether a step is possible as far as needs without a common circuit say."""
    taken: set[int] = set()
    number, spent = 0, 0.0
    for need in sorted(
        {n for n, _ in group.needs}, key=lambda n: len(needs.circuits[n])
    ):
        circuits = needs.circuits[need]
        if not len(circuits):
            return False
        if taken.isdisjoint(circuits.tolist()):
            taken.update(circuits.tolist())
            number += 1
            spent += float(cost[circuits].min())
    return number <= count and spent <= budget * (1 + _ROUNDING)


def _relaxed(
    needs: Needs,
    groups: list[Group],
    numbers: list[int],
    cost: Floats,
    count: int,
    budget: float,
) -> int:
    """Return the bound of the linear programme; see `most_by_needs`.

    Its columns are the steps of each group, how often each need is met, and the
    circuits; its rows say that steps keep to needs, needs to circuits, circuits to the
    limits.
    """
    used = np.unique(np.concatenate([needs.circuits[number] for number in numbers]))
    place = {number: len(groups) + k for k, number in enumerate(numbers)}
    first = len(groups) + len(numbers)
    row: list[int] = []
    column: list[int] = []
    value: list[float] = []
    rows = 0

    def add(columns: list[int], values: list[float]) -> None:
        nonlocal rows
        row.extend([rows] * len(columns))
        column.extend(columns)
        value.extend(values)
        rows += 1

    for k, group in enumerate(groups):
        for number, allows in group.needs:
            add([k, place[number]], [1.0, -float(allows)])
    for number in numbers:
        at = (first + np.searchsorted(used, needs.circuits[number])).tolist()
        add([place[number], *at], [1.0, *[-1.0] * len(at)])
    every = list(range(first, first + len(used)))
    add(every, [1.0] * len(every))
    limits = [float(count)]
    if np.isfinite(budget):
        add(every, (cost[used] / budget).tolist())
        limits.append(1.0)
    matrix = coo_array((value, (row, column)), shape=(rows, first + len(used))).tocsr()
    right = np.append(np.zeros(rows - len(limits)), limits)
    upper = np.concatenate(
        (
            [float(group.steps) for group in groups],
            [float(min(len(needs.circuits[number]), count)) for number in numbers],
            np.ones(len(used)),
        )
    )
    weight = np.zeros(len(upper))
    weight[: len(groups)] = [group.weight for group in groups]
    scale = weight.max()
    solved = linprog(
        -weight / scale,
        A_ub=matrix,
        b_ub=right,
        bounds=np.column_stack((np.zeros(len(upper)), upper)),
        method="highs",
    )
    prices = np.zeros(rows)
    if solved.ineqlin is not None and solved.ineqlin.marginals is not None:
        prices = np.maximum(-solved.ineqlin.marginals, 0.0) * scale
    left = np.maximum(weight - prices @ matrix, 0.0)
    return int(np.floor((prices @ right + left @ upper) * (1 + _ROUNDING)))
