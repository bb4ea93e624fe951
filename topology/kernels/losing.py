"""Demands that lose their way, and what they leave in the folded trees."""

from typing import NamedTuple

import numpy as np

from topology.kernels.broken import Bools
from topology.kernels.fold import NONE
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, add
from topology.kernels.route import tree_arcs
from topology.kernels.spf import Ints
from topology.kernels.traffic import FIRST, Traffic
from topology.kernels.work import Nudges, nudge


class Lost(NamedTuple):
    """The demands that lost their way; none between failures.

    Attributes
    ----------
    drop, dropped : array, shape (demands,)
        Marks, and a list.
    touch : array of bool, shape (targets,)
        Marks of the targets to be looked at.
    last, previous : array of int32, shapes (targets,) and (demands,)
        The demands to each target that never get to the core any more: the last of
        them, and the one before each; -1 for none.
    arcs : array of int32
        Scratch.
    tally : array of int32, shape (1,)
        How many of `dropped` are meant.
    """

    drop: Bools
    dropped: Ints
    touch: Bools
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
        np.full(targets, NONE, np.int32),
        np.full(demands, NONE, np.int32),
        np.empty(2 * devices + 1, np.int32),
        np.zeros(1, np.int32),
    )


@borrowing
def lose(start: int, stop: int, traffic: Traffic, lost: Lost, ledger: Ledger) -> float:
    """Take a range of demands off their trees, those that have a way; return bit/s."""
    total = 0.0
    for demand in range(start, stop):
        if _loses(demand, traffic, lost):
            total += _take_off(demand, traffic, lost, ledger)
    return total


@borrowing
def _loses(demand: int, traffic: Traffic, lost: Lost) -> bool:
    """Mark a demand as lost; return whether it had a way until now."""
    if lost.drop[demand] or traffic.carried.way[demand] == 0:
        return False
    lost.drop[demand] = True
    lost.dropped[lost.tally[0]] = demand
    lost.tally[0] += 1
    return True


@borrowing
def _take_off(demand: int, traffic: Traffic, lost: Lost, ledger: Ledger) -> float:
    """Take a demand off its trees; return its rate."""
    carried, climb = traffic.carried, traffic.climb
    source, target = carried.source[demand], carried.target[demand]
    rate, arcs = carried.rate[demand], lost.arcs
    count = tree_arcs(
        source, target, climb.up, climb.depth, climb.root, climb.head, arcs
    )
    for i in range(count):
        add(ledger, arcs[i], -rate)
    return float(rate)


@borrowing
def drop_branches(members: Ints, traffic: Traffic, lost: Lost, ledger: Ledger) -> float:
    """Drop what no longer gets out of the trees, or into them.

    Demands that cross the core are held ready for `drop_at`, those of other blocks left
    alone; those that stay in one tree are lost with the first block.

    Returns
    -------
    float
        bit/s of those that stay in one tree.
    """
    up, branches = traffic.net.up, traffic.branches
    n = len(traffic.climb.up)
    total = 0.0
    for member in members:
        if not up[member]:
            continue
        device = member
        if member < n:
            for i in range(
                branches.meet_start[member], branches.meet_start[member + 1]
            ):
                total += _drop(branches.meet_demand[i], traffic, lost, ledger)
        else:
            device = branches.under[member - n]
        if device != NONE and traffic.climb.up[device] != NONE:
            low, high = branches.first[device], branches.last[device]
            for end in (0, 1):
                total += _drop_branch(low, high, end, traffic, lost, ledger)
    return total


@borrowing
def _drop_branch(
    low: int, high: int, end: int, traffic: Traffic, lost: Lost, ledger: Ledger
) -> float:
    """Drop what leaves (end 0) or enters (1) a range of a tree's devices."""
    branches, carried = traffic.branches, traffic.carried
    first, at, n = branches.first, branches.at, len(traffic.climb.up)
    start, demands, others = branches.from_start, branches.from_demand, carried.target
    if end:
        start, demands, others = branches.to_start, branches.to_demand, carried.source
    total = 0.0
    for place in range(low, high):
        for i in range(start[at[place]], start[at[place] + 1]):
            other = others[demands[i]]
            if other >= n or not low <= first[other] < high:
                total += _drop(demands[i], traffic, lost, ledger)
    return total


@borrowing
def _drop(demand: int, traffic: Traffic, lost: Lost, ledger: Ledger) -> float:
    """Lose a demand before it enters the core, if it is not lost yet."""
    targets = traffic.targets
    if traffic.carried.row[demand] == NONE:
        if targets.before > 0:
            return 0.0
        return lose(demand, demand + 1, traffic, lost, ledger)
    row = traffic.carried.row[demand] - targets.before
    if 0 <= row < len(targets.node) and _loses(demand, traffic, lost):
        lost.previous[demand] = lost.last[row]
        lost.last[row] = demand
        lost.touch[row] = True
    return 0.0


@borrowing
def drop_at(
    row: int,
    traffic: Traffic,
    lost: Lost,
    first: Nudges,
    second: Nudges,
    ledger: Ledger,
) -> float:
    """Take what was dropped on its way to a target off the trees, and out of the core.

    Parameters
    ----------
    first, second : Nudges
        Get what the planes carried of it.

    Returns
    -------
    float
        How much that is, bit/s.
    """
    total = 0.0
    demand = lost.last[row]
    lost.last[row] = NONE
    while demand != NONE:
        rate = _take_off(demand, traffic, lost, ledger)
        if traffic.carried.way[demand] == FIRST:
            nudge(first, traffic.targets.source[demand], -rate)
        else:
            nudge(second, traffic.targets.source[demand], -rate)
        total += rate
        demand = lost.previous[demand]
    return total


@borrowing
def find(lost: Lost) -> None:
    """Forget what was lost."""
    for i in range(lost.tally[0]):
        lost.drop[lost.dropped[i]] = False
    lost.tally[0] = 0
