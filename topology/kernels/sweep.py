"""One failure after the other: the worst for each arc, and how bad each is."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.broken import Net
from topology.kernels.failure import Plane, Targets, case, fail
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, opened, put_back
from topology.kernels.losing import Branches, Carried, Climb
from topology.kernels.spf import FAR, Floats, Ints, Wiring

NONE = -1
SLACK = 1e-9
"""How much more, in proportion, is more: sums of the same parts differ in the end."""
FULL = 1 + SLACK
"""Utilisation above which a link is over 100 %."""


class Swept(NamedTuple):
    """What failures (f) do to arcs (2 m).

    Attributes
    ----------
    worst : array of float64, shape (2 m,)
        The highest load of each arc, bit/s, that before any failure included.
    cause : array of int32, shape (2 m,)
        The first of the failures with that load; -1 if none is worse than before.
    lost : array of float64, shape (f,)
        bit/s that lose their way.
    peak : array of float64, shape (f,)
        The highest utilisation, nan if no capacity is known.
    peak_arc : array of int32, shape (f,)
        Where it is; -1 if it is nowhere.
    over : array of int32, shape (f,)
        How many arcs are over 100 %.
    """

    worst: Floats
    cause: Ints
    lost: Floats
    peak: Floats
    peak_arc: Ints
    over: Ints


@kernel
def sweep(
    net: Net,
    climb: Climb,
    branches: Branches,
    carried: Carried,
    targets: Targets,
    first: Plane,
    second: Plane,
    backed: bool,
    base: Floats,
    capacity: Floats,
    fullest: Ints,
    start: Ints,
    member: Ints,
    failures: npt.NDArray[np.int32],
) -> Swept:
    """Let each of `failures` happen to the network as it is now.

    Parameters
    ----------
    base : array of float64, shape (arcs,)
        Loads as they are.
    capacity : array of float64, shape (2 m,)
        bit/s, nan where unknown.
    fullest : array of int32
        Arcs of known capacity, the highest utilisation first.
    start, member : array of int32
        Devices and links of each element, in rows.
    failures : array of int32, shape (f, width)
        The elements that fail together, each of which is in range.
    """
    arcs, count = len(capacity), len(failures)
    swept = Swept(
        base[:arcs].copy(),
        np.full(arcs, NONE, np.int32),
        np.zeros(count),
        np.full(count, np.nan),
        np.full(count, NONE, np.int32),
        np.zeros(count, np.int32),
    )
    ledger = opened(base)
    room = case(
        len(base),
        len(targets.row_at),
        len(net.core),
        len(carried.rate),
        len(targets.node),
    )
    members = np.empty(failures.shape[1] * (len(net.up) + 1), np.int32)
    noise = 1e-12 * carried.rate.sum()
    over = 0
    for arc in fullest:
        over += base[arc] / capacity[arc] > FULL
    for i in range(count):
        size = 0
        for element in failures[i]:
            found = member[start[element] : start[element + 1]]
            members[size : size + len(found)] = found
            size += len(found)
        swept.lost[i] = fail(
            members[:size],
            net,
            climb,
            branches,
            carried,
            targets,
            first,
            second,
            backed,
            room,
            ledger,
        )
        swept.over[i] = over
        _note(i, ledger, base, capacity, fullest, noise, swept)
        put_back(ledger, base)
    return swept


@kernel
def after(
    members: Ints,
    net: Net,
    climb: Climb,
    branches: Branches,
    carried: Carried,
    targets: Targets,
    first: Plane,
    second: Plane,
    backed: bool,
    base: Floats,
) -> tuple[Floats, float]:
    """Return the loads after one failure, and what it makes lose its way, bit/s."""
    ledger = opened(base)
    room = case(
        len(base),
        len(targets.row_at),
        len(net.core),
        len(carried.rate),
        len(targets.node),
    )
    lost = fail(
        members,
        net,
        climb,
        branches,
        carried,
        targets,
        first,
        second,
        backed,
        room,
        ledger,
    )
    return ledger.load, lost


@borrowing
def _note(
    failure: int,
    ledger: Ledger,
    base: Floats,
    capacity: Floats,
    fullest: Ints,
    noise: float,
    swept: Swept,
) -> None:
    """Note what a failure did to the arcs that it changed, and to the fullest other."""
    load, marked, changed, tally = ledger
    worst, cause = swept.worst, swept.cause
    peak, where, over = -1.0, NONE, 0
    for i in range(tally[0]):
        arc = changed[i]
        if arc >= len(capacity):
            continue
        if load[arc] > worst[arc] * (1 + SLACK) + noise:
            worst[arc] = load[arc]
            cause[arc] = failure
        # Nothing compares with nan, the utilisation of what has no known capacity.
        used = load[arc] / capacity[arc]
        over += used > FULL
        over -= base[arc] / capacity[arc] > FULL
        if used > peak:
            peak, where = used, arc
    for arc in fullest:
        if not marked[arc]:
            if base[arc] / capacity[arc] > peak:
                peak, where = base[arc] / capacity[arc], arc
            break
    swept.over[failure] += over
    if where != NONE:
        swept.peak[failure] = peak
        swept.peak_arc[failure] = where


@kernel
def users(
    wiring: Wiring,
    distance: npt.NDArray[np.int64],
    flow: npt.NDArray[np.float64],
) -> tuple[Ints, Ints]:
    """Return the targets (rows) towards which something flows over each arc, in rows.

    Parameters
    ----------
    distance, flow : array, shape (rows, nodes)
        As `topology.kernels.route.route` left them.
    """
    arcs = len(wiring.tail)
    start = np.zeros(arcs + 1, np.int32)
    row = np.empty(0, np.int32)
    for filling in (False, True):
        if filling:
            row = np.empty(start[arcs], np.int32)
        for i in range(len(distance)):
            for node in range(distance.shape[1]):
                if flow[i, node] == 0.0 or distance[i, node] in (0, FAR):
                    continue
                for j in range(wiring.out_start[node], wiring.out_start[node + 1]):
                    arc = wiring.out_arc[j]
                    onward = distance[i, wiring.head[arc]] + wiring.metric[arc]
                    if distance[i, node] == onward:
                        if filling:
                            start[arc] -= 1
                            row[start[arc]] = i
                        else:
                            start[arc] += 1
        if not filling:
            start[:] = np.cumsum(start)
    return start, row
