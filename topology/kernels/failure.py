"""What the joint failure of some devices and links does to every load.

Only targets towards which something flows over what failed are looked at, and of their
traffic only what has to move (`topology.kernels.reroute`).
"""

from typing import NamedTuple

import numpy as np

from topology.kernels.broken import FALLEN, GONE, Broken, mend, take_down
from topology.kernels.broken import whole as nothing_broken
from topology.kernels.fold import NONE
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, add
from topology.kernels.losing import Lost, drop_at, drop_branches, find, lose, none_lost
from topology.kernels.reroute import reroute
from topology.kernels.spf import Ints
from topology.kernels.traffic import FIRST, Plane, Traffic
from topology.kernels.work import Nudges, Toward, Work, nudge, nudges, workplace


class Case(NamedTuple):
    """One failure while it is worked out; nothing between failures.

    Attributes
    ----------
    first, second : Nudges
        What enters otherwise in each plane.
    cut : array of int32, shape (nodes,)
        Scratch.
    """

    broken: Broken
    lost: Lost
    work: Work
    first: Nudges
    second: Nudges
    cut: Ints


@kernel
def case(traffic: Traffic) -> Case:
    """Make room for failures, one at a time."""
    arcs, nodes = len(traffic.first.inside), len(traffic.targets.row_at)
    demands = len(traffic.carried.rate)
    return Case(
        nothing_broken(arcs, nodes),
        none_lost(demands, len(traffic.targets.node), len(traffic.net.core)),
        workplace(nodes, arcs),
        nudges(demands + nodes + 1),
        nudges(demands + nodes + 1),
        np.empty(nodes, np.int32),
    )


@borrowing
def fail(
    members: Ints,
    traffic: Traffic,
    closing: bool,
    case: Case,
    ledger: Ledger,
    total: float,
) -> float:
    """Let devices and links fail together; add to `ledger` what that changes.

    Parameters
    ----------
    members : array of int32
        Devices d as d and links l as n + l; those that are down change nothing.
    traffic : Traffic
        One block after the other, all with the same ledger.
    closing : bool
        Whether it is the last.
    total : float
        What was returned for the block before; 0 for the first.

    Returns
    -------
    float
        bit/s of the demands that had a way and have none.
    """
    broken, lost, targets = case.broken, case.lost, traffic.targets
    take_down(traffic.net, members, broken)
    gone = broken.gone[: broken.tally[GONE]]
    total += drop_branches(members, traffic, lost, ledger)
    _look(traffic.first, gone, lost)
    if traffic.backed:
        _look(traffic.second, gone, lost)
    for node in broken.fallen[: broken.tally[FALLEN]]:
        if targets.row_at[node] != NONE:
            lost.touch[targets.row_at[node]] = True
    # Always in the same order: sums would differ in the last place by block.
    for row in range(len(targets.node)):
        if lost.touch[row]:
            lost.touch[row] = False
            total += _settle(row, traffic, case, ledger)
    if closing:
        for arc in gone:
            add(ledger, arc, -ledger.load[arc])
    mend(broken)
    find(lost)
    return total


@borrowing
def _look(plane: Plane, gone: Ints, lost: Lost) -> None:
    """Find the targets towards which something flows over what failed."""
    for arc in gone:
        for i in range(plane.start[arc], plane.start[arc + 1]):
            lost.touch[plane.row[i]] = True


@borrowing
def _settle(row: int, traffic: Traffic, case: Case, ledger: Ledger) -> float:
    """Mend what flows to one target; return what has no way any more, bit/s."""
    lost, first, second = case.lost, case.first, case.second
    total = drop_at(row, traffic, lost, first, second, ledger)
    if case.broken.dead[traffic.targets.node[row]]:
        total += _abandon(row, traffic, lost, ledger)
    else:
        total += _mend_both(row, traffic, case, ledger)
    first.tally[0] = second.tally[0] = 0
    return total


@borrowing
def _abandon(row: int, traffic: Traffic, lost: Lost, ledger: Ledger) -> float:
    """Take back all that flows to a target that failed; return what is lost."""
    _take_all_back(traffic.first, row, ledger)
    if traffic.backed:
        _take_all_back(traffic.second, row, ledger)
    start = traffic.targets.start
    return lose(start[row], start[row + 1], traffic, lost, ledger)


@borrowing
def _take_all_back(plane: Plane, row: int, ledger: Ledger) -> None:
    wiring = plane.wiring
    distance, ways = plane.paths.distance[row], plane.paths.ways[row]
    flow = plane.paths.flow[row]
    for node in range(len(distance)):
        # Nothing leaves the target itself, which is at no distance.
        if flow[node] == 0.0 or distance[node] == 0:
            continue
        part = flow[node] / ways[node]
        for i in range(wiring.out_start[node], wiring.out_start[node + 1]):
            arc = wiring.out_arc[i]
            if distance[node] == distance[wiring.head[arc]] + wiring.metric[arc]:
                add(ledger, arc, -part)


@borrowing
def _mend_both(row: int, traffic: Traffic, case: Case, ledger: Ledger) -> float:
    """Mend what flows to a target that is up, in both planes; return what is lost."""
    lost, nudged, cut, targets = case.lost, case.second, case.cut, traffic.targets
    start = targets.start[row]
    source = targets.source[start : targets.start[row + 1]]
    moved = nudged.tally[0]
    total = 0.0
    count = _mend(traffic.first, row, traffic, case, case.first, ledger)
    for i in range(count):
        low, high = _sent(source, start, cut[i])
        if traffic.backed:
            _move(low, high, cut[i], traffic, lost, nudged)
        else:
            total += lose(low, high, traffic, lost, ledger)
    if traffic.backed and (nudged.tally[0] > 0 or targets.second[row]):
        count = _mend(traffic.second, row, traffic, case, nudged, ledger)
        # Those that had the first plane, and those that had the second.
        for i in range(moved, nudged.tally[0]):
            if not nudged.reached[i]:
                low, high = _sent(source, start, nudged.node[i])
                total += lose(low, high, traffic, lost, ledger)
        for i in range(count):
            low, high = _sent(source, start, cut[i])
            total += lose(low, high, traffic, lost, ledger)
    return total


@borrowing
def _mend(
    plane: Plane, row: int, traffic: Traffic, case: Case, nudged: Nudges, ledger: Ledger
) -> int:
    """Reroute one plane towards a target; write the cut nodes, return how many."""
    paths = plane.paths
    toward = Toward(
        traffic.targets.node[row], paths.distance[row], paths.ways[row], paths.flow[row]
    )
    return reroute(
        plane.wiring,
        plane.inside,
        toward,
        case.broken,
        nudged,
        case.work,
        ledger,
        case.cut,
    )


@borrowing
def _sent(source: Ints, start: int, node: int) -> tuple[int, int]:
    """Return the range of the demands that come from a node, counted from `start`."""
    low, beyond = 0, len(source)
    while low < beyond:
        middle = (low + beyond) // 2
        if source[middle] < node:
            low = middle + 1
        else:
            beyond = middle
    high = low
    while high < len(source) and source[high] == node:
        high += 1
    return start + low, start + high


@borrowing
def _move(
    start: int, stop: int, node: int, traffic: Traffic, lost: Lost, second: Nudges
) -> None:
    """Let demands of a node enter the second plane, if they are not lost."""
    carried = traffic.carried
    amount = 0.0
    for demand in range(start, stop):
        if not lost.drop[demand] and carried.way[demand] == FIRST:
            amount += carried.rate[demand]
    if amount > 0.0:
        nudge(second, node, amount)
