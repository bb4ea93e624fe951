"""What the joint failure of some devices and links does to every load.

Only targets towards which something flows over what failed are looked at, and of their
traffic only what has to move (`topology.kernels.reroute`).
"""

from typing import NamedTuple

import numpy as np

from topology.kernels.broken import FALLEN, GONE, Bools, Broken, Net, mend, take_down
from topology.kernels.broken import whole as nothing_broken
from topology.kernels.fold import NONE
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, add
from topology.kernels.losing import (
    ROWS,
    Branches,
    Bytes,
    Carried,
    Climb,
    Lost,
    drop_branches,
    find,
    lose,
    none_lost,
    touch,
)
from topology.kernels.reroute import Nudges, Work, nudges, reroute, workplace
from topology.kernels.route import Paths
from topology.kernels.spf import Floats, Ints, Wiring

FIRST = 1
"""Number of the first plane."""


class Plane(NamedTuple):
    """The shortest paths in a plane, and who is on each arc.

    Attributes
    ----------
    inside : array of bool, shape (arcs,)
        Which arcs `wiring` has.
    start, row : array of int32
        The rows of `paths` (targets) towards which something flows over each arc.
    """

    wiring: Wiring
    inside: Bools
    paths: Paths
    start: Ints
    row: Ints


class Targets(NamedTuple):
    """The nodes of the core to which something is carried (t).

    Attributes
    ----------
    node : array of int32, shape (t,)
    start : array of int32, shape (t + 1,)
        The demands (k) to target i are ``start[i]:start[i + 1]``.
    source : array of int32, shape (k,)
        The nodes they come from, in ascending order for each target.
    row_at : array of int32, shape (nodes,)
        The target that each node is, -1 for none.
    second : array of bool, shape (t,)
        Whether the second plane carries something there.
    """

    node: Ints
    start: Ints
    source: Ints
    row_at: Ints
    second: Bools


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
def case(arcs: int, nodes: int, devices: int, demands: int, targets: int) -> Case:
    """Make room for the failures of a network, one at a time."""
    return Case(
        nothing_broken(arcs, nodes),
        none_lost(demands, targets, devices),
        workplace(nodes, arcs),
        nudges(demands + nodes + 1),
        nudges(demands + nodes + 1),
        np.empty(nodes, np.int32),
    )


@borrowing
def fail(
    members: Ints,
    net: Net,
    climb: Climb,
    branches: Branches,
    carried: Carried,
    targets: Targets,
    first: Plane,
    second: Plane,
    backed: bool,
    case: Case,
    ledger: Ledger,
) -> float:
    """Let devices and links fail together; add to `ledger` what that changes.

    Parameters
    ----------
    members : array of int32
        Devices d as d and links l as n + l; those that are down change nothing.
    second : Plane
        The second plane if `backed`, else the first again.

    Returns
    -------
    float
        bit/s of the demands that had a way and have none.
    """
    broken, lost = case.broken, case.lost
    take_down(net, members, broken)
    gone = broken.gone[: broken.tally[GONE]]
    total = drop_branches(members, net.up, branches, carried, climb, lost, ledger)
    _look(first.start, first.row, gone, lost)
    if backed:
        _look(second.start, second.row, gone, lost)
    for node in broken.fallen[: broken.tally[FALLEN]]:
        if targets.row_at[node] != NONE:
            touch(targets.row_at[node], lost.touch, lost.rows, lost.tally)
    for i in range(lost.tally[ROWS]):
        row = lost.rows[i]
        if broken.dead[targets.node[row]]:
            _abandon(first.wiring, first.paths, row, ledger)
            if backed:
                _abandon(second.wiring, second.paths, row, ledger)
            start, stop = targets.start[row], targets.start[row + 1]
            total += lose(start, stop, carried, climb, lost, ledger)
        else:
            total += _settle(
                row, climb, carried, targets, first, second, backed, case, ledger
            )
    load, marked, changed, tally = ledger
    for arc in gone:
        add(load, marked, changed, tally, arc, -load[arc])
    mend(broken)
    find(lost)
    return total


@borrowing
def _look(start: Ints, row: Ints, gone: Ints, lost: Lost) -> None:
    """Find the targets towards which something flows over what failed."""
    touched, rows, tally = lost.touch, lost.rows, lost.tally
    for arc in gone:
        for i in range(start[arc], start[arc + 1]):
            touch(row[i], touched, rows, tally)


@borrowing
def _abandon(wiring: Wiring, paths: Paths, row: int, ledger: Ledger) -> None:
    """Take back all that flows to a target that failed."""
    head, metric = wiring.head, wiring.metric
    out_start, out_arc = wiring.out_start, wiring.out_arc
    distance, ways, flow = paths.distance[row], paths.ways[row], paths.flow[row]
    load, marked, changed, tally = ledger
    for node in range(len(distance)):
        # Nothing leaves the target itself, which is at no distance.
        if flow[node] == 0.0 or distance[node] == 0:
            continue
        part = flow[node] / ways[node]
        for i in range(out_start[node], out_start[node + 1]):
            arc = out_arc[i]
            if distance[node] == distance[head[arc]] + metric[arc]:
                add(load, marked, changed, tally, arc, -part)


@borrowing
def _settle(
    row: int,
    climb: Climb,
    carried: Carried,
    targets: Targets,
    first: Plane,
    second: Plane,
    backed: bool,
    case: Case,
    ledger: Ledger,
) -> float:
    """Mend what flows to one target; return what has no way any more, bit/s."""
    lost, nudged, cut = case.lost, case.second, case.cut
    node, start, stop = targets.node[row], targets.start[row], targets.start[row + 1]
    source = targets.source[start:stop]
    _nudge(row, carried, targets.source, lost, case.first, nudged)
    moved = nudged.tally[0]
    total = 0.0
    count = _mend(first, node, row, case, case.first, ledger)
    for i in range(count):
        low, high = _sent(source, start, cut[i])
        if backed:
            _move(low, high, cut[i], carried.rate, carried.way, lost.drop, nudged)
        else:
            total += lose(low, high, carried, climb, lost, ledger)
    if backed and (nudged.tally[0] > 0 or targets.second[row]):
        count = _mend(second, node, row, case, nudged, ledger)
        # Those that had the first plane, and those that had the second.
        for i in range(moved, nudged.tally[0]):
            if not nudged.reached[i]:
                low, high = _sent(source, start, nudged.node[i])
                total += lose(low, high, carried, climb, lost, ledger)
        for i in range(count):
            low, high = _sent(source, start, cut[i])
            total += lose(low, high, carried, climb, lost, ledger)
    case.first.tally[0] = nudged.tally[0] = 0
    return total


@borrowing
def _mend(
    plane: Plane, target: int, row: int, case: Case, nudged: Nudges, ledger: Ledger
) -> int:
    """Reroute one plane towards a target; write the cut nodes, return how many."""
    broken, paths = case.broken, plane.paths
    return reroute(
        plane.wiring,
        plane.inside,
        target,
        paths.distance[row],
        paths.ways[row],
        paths.flow[row],
        broken.gone[: broken.tally[GONE]],
        broken.failed,
        nudged,
        case.work,
        ledger,
        case.cut,
    )


@borrowing
def _nudge(
    row: int, carried: Carried, source: Ints, lost: Lost, first: Nudges, second: Nudges
) -> None:
    """Take what never gets to the core any more out of the planes that carried it."""
    demand = lost.last[row]
    while demand != NONE:
        nudged = first if carried.way[demand] == FIRST else second
        nudged.node[nudged.tally[0]] = source[demand]
        nudged.amount[nudged.tally[0]] = -carried.rate[demand]
        nudged.tally[0] += 1
        demand = lost.previous[demand]


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
    start: int,
    stop: int,
    node: int,
    rate: Floats,
    way: Bytes,
    drop: Bools,
    second: Nudges,
) -> None:
    """Let demands of a node enter the second plane, if they are not lost."""
    amount = 0.0
    for demand in range(start, stop):
        if not drop[demand] and way[demand] == FIRST:
            amount += rate[demand]
    if amount > 0.0:
        second.node[second.tally[0]] = node
        second.amount[second.tally[0]] = amount
        second.tally[0] += 1
