"""Demands that lose their way, and what they leave in the folded trees."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.fold import NONE
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, add
from topology.kernels.route import tree_arcs
from topology.kernels.spf import Floats, Ints

Bools = npt.NDArray[np.bool_]
Bytes = npt.NDArray[np.int8]

DROPPED, ROWS = 0, 1
"""Places in `Lost.tally`."""


class Climb(NamedTuple):
    """The folded trees, to be climbed (see `topology.kernels.fold.Forest`).

    Attributes
    ----------
    head : array of int32, shape (2 m,)
        The device at which each arc ends.
    """

    up: Ints
    depth: Ints
    root: Ints
    head: Ints


class Branches(NamedTuple):
    """What hangs on what, and the demands there.

    Attributes
    ----------
    first, last, at : array of int32, shape (n,)
        See `topology.kernels.fold.Forest`.
    under : array of int32, shape (m,)
        The device that hangs by each link, -1 for none.
    from_start, from_demand, to_start, to_demand : array of int32
        Demands from and to each device, in rows.
    meet_start, meet_demand : array of int32
        Demands that stay in one tree, by the device nearest to the root they pass.
    """

    first: Ints
    last: Ints
    at: Ints
    under: Ints
    from_start: Ints
    from_demand: Ints
    to_start: Ints
    to_demand: Ints
    meet_start: Ints
    meet_demand: Ints


class Carried(NamedTuple):
    """The demands: k that cross the core, and then those that stay in one tree.

    Attributes
    ----------
    source, target : array of int32, shape (demands,)
        Devices; other numbers are nodes of sites.
    rate : array of float64, shape (demands,)
        bit/s.
    way : array of int8, shape (demands,)
        The plane that carries each, 0 for none. It is the same for all that have the
        nodes in common between which they cross the core.
    row : array of int32, shape (k,)
        Which of the targets each crosses the core to.
    """

    source: Ints
    target: Ints
    rate: Floats
    way: Bytes
    row: Ints


class Lost(NamedTuple):
    """The demands that lost their way; none between failures.

    Attributes
    ----------
    drop, dropped : array, shape (demands,)
        Marks, and a list.
    touch, rows : array, shape (targets,)
        Targets to be looked at: marks, and a list.
    last, previous : array of int32, shapes (targets,) and (k,)
        The demands to each target that never get to the core any more: the last of
        them, and the one before each; -1 for none.
    arcs : array of int32
        Scratch.
    tally : array of int32, shape (2,)
        How many of `dropped` and of `rows` are meant.
    """

    drop: Bools
    dropped: Ints
    touch: Bools
    rows: Ints
    last: Ints
    previous: Ints
    arcs: Ints
    tally: Ints


@kernel
def none_lost(demands: int, targets: int, devices: int) -> Lost:
    """Make room for demands that lose their way; none has."""
    return Lost(
        np.zeros(demands, np.bool_),
        np.empty(demands, np.int32),
        np.zeros(targets, np.bool_),
        np.empty(targets, np.int32),
        np.full(targets, NONE, np.int32),
        np.full(demands, NONE, np.int32),
        np.empty(2 * devices + 1, np.int32),
        np.zeros(2, np.int32),
    )


@borrowing
def lose(
    start: int, stop: int, carried: Carried, climb: Climb, lost: Lost, ledger: Ledger
) -> float:
    """Take a range of demands off their trees, those that have a way; return bit/s."""
    source, target, rate, way, _ = carried
    drop, dropped, arcs, tally = lost.drop, lost.dropped, lost.arcs, lost.tally
    load, marked, changed, booked = ledger
    total = 0.0
    for demand in range(start, stop):
        if drop[demand] or way[demand] == 0:
            continue
        drop[demand] = True
        dropped[tally[DROPPED]] = demand
        tally[DROPPED] += 1
        total += rate[demand]
        count = tree_arcs(
            source[demand],
            target[demand],
            climb.up,
            climb.depth,
            climb.root,
            climb.head,
            arcs,
        )
        for i in range(count):
            add(load, marked, changed, booked, arcs[i], -rate[demand])
    return total


@borrowing
def _drop(
    demand: int, carried: Carried, climb: Climb, lost: Lost, ledger: Ledger
) -> float:
    """Lose a demand before it enters the core, if it is not lost yet."""
    rate = lose(demand, demand + 1, carried, climb, lost, ledger)
    if rate > 0 and demand < len(carried.row):
        row = carried.row[demand]
        lost.previous[demand] = lost.last[row]
        lost.last[row] = demand
        touch(row, lost.touch, lost.rows, lost.tally)
    return rate


@borrowing
def touch(row: int, touched: Bools, rows: Ints, tally: Ints) -> None:
    """Have a target looked at."""
    if not touched[row]:
        touched[row] = True
        rows[tally[ROWS]] = row
        tally[ROWS] += 1


@borrowing
def drop_branches(
    members: Ints,
    up: Bools,
    branches: Branches,
    carried: Carried,
    climb: Climb,
    lost: Lost,
    ledger: Ledger,
) -> float:
    """Drop what no longer gets out of the trees, or into them; return bit/s."""
    n = len(climb.up)
    start, demands = branches.meet_start, branches.meet_demand
    total = 0.0
    for member in members:
        if not up[member]:
            continue
        device = member
        if member < n:
            for i in range(start[member], start[member + 1]):
                total += _drop(demands[i], carried, climb, lost, ledger)
        else:
            device = branches.under[member - n]
        if device != NONE and climb.up[device] != NONE:
            low, high = branches.first[device], branches.last[device]
            for end in (0, 1):
                total += _drop_branch(
                    low, high, end, branches, carried, climb, lost, ledger
                )
    return total


@borrowing
def _drop_branch(
    low: int,
    high: int,
    end: int,
    branches: Branches,
    carried: Carried,
    climb: Climb,
    lost: Lost,
    ledger: Ledger,
) -> float:
    """Drop what leaves (end 0) or enters (1) a range of a tree's devices."""
    first, at, n = branches.first, branches.at, len(climb.up)
    start, demands, others = branches.from_start, branches.from_demand, carried.target
    if end:
        start, demands, others = branches.to_start, branches.to_demand, carried.source
    total = 0.0
    for place in range(low, high):
        for i in range(start[at[place]], start[at[place] + 1]):
            other = others[demands[i]]
            if other >= n or not low <= first[other] < high:
                total += _drop(demands[i], carried, climb, lost, ledger)
    return total


@borrowing
def find(lost: Lost) -> None:
    """Forget what was lost."""
    for i in range(lost.tally[DROPPED]):
        lost.drop[lost.dropped[i]] = False
    for i in range(lost.tally[ROWS]):
        lost.touch[lost.rows[i]] = False
        lost.last[lost.rows[i]] = NONE
    lost.tally[:] = 0
