"""How often two places are cut off from each other, by summing disjoint cases."""

from typing import NamedTuple

import numpy as np

from topology.arrays import Floats, Ints
from topology.kernels.jit import kernel

SOURCE = 0

_UNKNOWN, _UP, _DOWN = 0, 1, 2


class Core(NamedTuple):
    """A graph of k nodes and f faults that take nodes down.

    Node 0 is where the ways begin and nodes 1 to r are where they must lead, each of
    them. No fault takes those down, and no way goes on behind a target.

    Attributes
    ----------
    start, item : array of int32
        Neighbours of each node, as in `topology.arrays.Rows`.
    fault_start, fault_item : array of int32
        Faults that take each node down.
    down : array of float64, shape (f,)
        Share of the time that each fault is there.
    targets : int
        How many targets there are (r).
    """

    start: Ints
    item: Ints
    fault_start: Ints
    fault_item: Ints
    down: Floats
    targets: int


@kernel
def sum_cases(core: Core, least: float, most: int) -> tuple[float, float, int]:
    """Return how often some target is cut off, summed over disjoint cases.

    Parameters
    ----------
    least : float
        Cases less likely than this are not looked into.
    most : int
        Cases to look into, at most.

    Returns
    -------
    float
        Share of the time that is certainly lost.
    float
        Share of the time in cases not looked into: the answer is between the first
        and the sum of both.
    int
        Cases looked into.

    Notes
    -----
    Find ways to all targets. Either no fault on them is there, or one is the first of
    them in some order that is: as many disjoint cases as faults, each of which is the
    same question with a few faults settled (Dotson and Gobien 1979). [1]_ A case in
    which there is no way left is lost. Each costs O(nodes and edges); their number
    grows with faults on a way to the power of the elements that must fail together.

    References
    ----------
    .. [1] W. P. Dotson and J. O. Gobien, "A new analysis technique for probabilistic
       graphs", IEEE Transactions on Circuits and Systems 26(10), 1979.
    """
    faults = len(core.down)
    state = np.zeros(faults, np.int32)
    listed = np.empty((faults + 1, faults), np.int32)
    length = np.zeros(faults + 1, np.int32)
    turn = np.zeros(faults + 1, np.int32)
    likely = np.zeros(faults + 1)
    lost = left = 0.0
    cases = depth = 1
    likely[0] = 1.0
    length[0] = faults_on_ways(core, state, listed[0])
    if length[0] < 0:
        return 1.0, 0.0, 1
    while depth > 0:
        level = depth - 1
        if turn[level] > 0:
            # What was down in the case before is up in those that follow.
            settled = listed[level, turn[level] - 1]
            state[settled] = _UP
            likely[level] *= 1.0 - core.down[settled]
        if turn[level] == length[level]:
            for k in range(length[level]):
                state[listed[level, k]] = _UNKNOWN
            depth -= 1
            continue
        fault = listed[level, turn[level]]
        turn[level] += 1
        case = likely[level] * core.down[fault]
        if case < least or cases >= most:
            left += case
            continue
        cases += 1
        state[fault] = _DOWN
        count = faults_on_ways(core, state, listed[depth])
        if count < 0:
            lost += case
            continue
        length[depth], turn[depth], likely[depth] = count, 0, case
        depth += 1
    return lost, left, cases


@kernel
def faults_on_ways(core: Core, state: Ints, out: Ints) -> int:
    """Write to `out` the unsettled faults on ways to all targets, with few of them.

    Returns
    -------
    int
        How many there are; -1 if some target cannot be reached.
    """
    above = np.full(len(core.start) - 1, -2, np.int32)
    _search(core, state, above)
    for target in range(1, core.targets + 1):
        if above[target] == -2:
            return -1
    count = 0
    for target in range(1, core.targets + 1):
        node = target
        while node >= 0:
            following = above[node]
            above[node] = -1
            for k in range(core.fault_start[node], core.fault_start[node + 1]):
                fault = core.fault_item[k]
                if state[fault] == _UNKNOWN:
                    state[fault] = _UP  # for now: listed
                    out[count] = fault
                    count += 1
            node = following
    for k in range(count):
        state[out[k]] = _UNKNOWN
    return count


@kernel
def _search(core: Core, state: Ints, above: Ints) -> None:
    """Search from the source, nodes without unsettled faults before all others."""
    near = np.empty(len(above), np.int32)
    far = np.empty(len(above), np.int32)
    near[0] = SOURCE
    above[SOURCE] = -1
    nears, fars = 1, 0
    while nears > 0:
        nears -= 1
        node = near[nears]
        # A target stands for several devices, and is no way from one to another.
        end = core.start[node] if 1 <= node <= core.targets else core.start[node + 1]
        for k in range(core.start[node], end):
            other = core.item[k]
            if above[other] != -2:
                continue
            worst = _worst_state(core, state, other)
            if worst == _DOWN:
                continue
            above[other] = node
            if worst == _UP:
                near[nears] = other
                nears += 1
            else:
                far[fars] = other
                fars += 1
        if nears == 0:
            near, far = far, near
            nears, fars = fars, 0


@kernel
def _worst_state(core: Core, state: Ints, node: int) -> int:
    """Return down if a fault takes the node down, else unknown if one may, else up."""
    worst = _UP
    for k in range(core.fault_start[node], core.fault_start[node + 1]):
        found = state[core.fault_item[k]]
        if found == _DOWN:
            return _DOWN
        if found == _UNKNOWN:
            worst = _UNKNOWN
    return worst
