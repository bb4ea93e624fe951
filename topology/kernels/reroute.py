"""What one failure does to the traffic towards one target, and nothing more.

Failures only make distances longer. So a node keeps its shortest paths unless an arc of
them failed, or all of them go through nodes that lost theirs; Dijkstra is needed among
the latter alone, and flows are mended as differences from the farthest node on.

Tuples are taken apart before a loop: each look into one costs a count of references.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.heap import pop, push
from topology.kernels.jit import borrowing, kernel
from topology.kernels.ledger import Ledger, add
from topology.kernels.spf import FAR, Floats, Ints, Longs, Wiring

Bools = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint8]

UNTOLD = -1
STRANDED, CHANGED, MET = 1, 2, 4
"""What a node is: without a path of the old length; with other arcs than before in its
shortest paths; in line to be looked at, since its flow may differ."""


class Work(NamedTuple):
    """Scratch, left as it was found: marks zero, `left` untold, `more` zero.

    Attributes
    ----------
    left : array of int32, shape (nodes,)
        Arcs of a changed node's old shortest paths that it has still.
    length : array of int64, shape (nodes,)
        New distance of each stranded node.
    more : array of float64, shape (nodes,)
        bit/s that pass a node beside what did.
    """

    mark: Marks
    left: Ints
    length: Longs
    more: Floats
    stranded: Ints
    changed: Ints
    met: Ints
    keys: Longs
    values: Ints


class Nudges(NamedTuple):
    """What enters at some nodes more than before, or less.

    Attributes
    ----------
    node : array of int32, shape (entries,)
    amount : array of float64, shape (entries,)
        bit/s.
    reached : array of bool, shape (entries,)
        Written: whether the node has a way still; if not, nothing enters.
    tally : array of int32, shape (1,)
        How many are meant.
    """

    node: Ints
    amount: Floats
    reached: Bools
    tally: Ints


@kernel
def workplace(nodes: int, arcs: int) -> Work:
    """Make the scratch for a graph of this size."""
    return Work(
        np.zeros(nodes, np.uint8),
        np.full(nodes, UNTOLD, np.int32),
        np.zeros(nodes, np.int64),
        np.zeros(nodes, np.float64),
        np.empty(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.empty(nodes, np.int32),
        np.empty(arcs + nodes + 1, np.int64),
        np.empty(arcs + nodes + 1, np.int32),
    )


@kernel
def nudges(entries: int) -> Nudges:
    """Make room for nudges; there are none."""
    return Nudges(
        np.empty(entries, np.int32),
        np.empty(entries, np.float64),
        np.empty(entries, np.bool_),
        np.zeros(1, np.int32),
    )


@borrowing
def reroute(
    wiring: Wiring,
    inside: Bools,
    target: int,
    distance: Longs,
    ways: Ints,
    flow: Floats,
    gone: Ints,
    failed: Bools,
    nudged: Nudges,
    work: Work,
    ledger: Ledger,
    cut: Ints,
) -> int:
    """Mend the traffic towards `target`, which is not dead itself.

    Parameters
    ----------
    inside : array of bool, shape (arcs,)
        Which arcs `wiring` has.
    distance, ways, flow
        Before the failure, as `toward` and `spread` left them.
    gone : array of int32
        The failed arcs, each once; all arcs of a dead node are among them.
    failed : array of bool, shape (arcs,)
        The same, as marks.
    nudged : Nudges
        What enters otherwise beside the failure.
    ledger : Ledger
        Gets the differences.
    cut : array of int32, shape (nodes,)
        Written: the nodes that had a way and have none.

    Returns
    -------
    int
        How many were cut.
    """
    changed = _bereft(wiring, inside, distance, ways, gone, work.left, work.changed)
    stranded, changed = _strand(wiring, distance, ways, failed, changed, work)
    _search(wiring, distance, failed, stranded, work)
    mark, length, left, more = work.mark, work.length, work.left, work.more
    lost = 0
    for node in work.stranded[:stranded]:
        if length[node] >= FAR:
            cut[lost] = node
            lost += 1
    met, waiting = _take_back(
        wiring, target, distance, ways, flow, changed, work, ledger
    )
    met, waiting = _enter(target, distance, nudged, met, waiting, work)
    met = _pass_on(
        wiring, target, distance, ways, flow, failed, met, waiting, work, ledger
    )
    for node in work.changed[:changed]:
        mark[node] = 0
        left[node] = UNTOLD
    for node in work.met[:met]:
        mark[node] = 0
        more[node] = 0.0
    return lost


@borrowing
def _bereft(
    wiring: Wiring,
    inside: Bools,
    distance: Longs,
    ways: Ints,
    gone: Ints,
    left: Ints,
    changed: Ints,
) -> int:
    """Collect the nodes of whose shortest paths an arc failed."""
    tail, head, metric = wiring.tail, wiring.head, wiring.metric
    count = 0
    for arc in gone:
        if not inside[arc] or distance[head[arc]] >= FAR:
            continue
        node = tail[arc]
        if distance[node] == distance[head[arc]] + metric[arc]:
            if left[node] == UNTOLD:
                left[node] = ways[node]
                changed[count] = node
                count += 1
            left[node] -= 1
    return count


@borrowing
def _strand(
    wiring: Wiring,
    distance: Longs,
    ways: Ints,
    failed: Bools,
    count: int,
    work: Work,
) -> tuple[int, int]:
    """Go on to the nodes all of whose shortest paths go through stranded ones.

    Returns
    -------
    stranded, changed : int
        How many there are of each.
    """
    tail, metric = wiring.tail, wiring.metric
    in_start, in_arc = wiring.in_start, wiring.in_arc
    mark, left, stranded, changed = work.mark, work.left, work.stranded, work.changed
    size = 0
    for i in range(count):
        mark[changed[i]] |= CHANGED
        if left[changed[i]] == 0:
            mark[changed[i]] |= STRANDED
            stranded[size] = changed[i]
            size += 1
    at = 0
    while at < size:
        node = stranded[at]
        at += 1
        for i in range(in_start[node], in_start[node + 1]):
            arc = in_arc[i]
            before = tail[arc]
            # What has no way is at no distance that fits.
            if failed[arc] or distance[before] != distance[node] + metric[arc]:
                continue
            if left[before] == UNTOLD:
                left[before] = ways[before]
                mark[before] |= CHANGED
                changed[count] = before
                count += 1
            left[before] -= 1
            if left[before] == 0:
                mark[before] |= STRANDED
                stranded[size] = before
                size += 1
    return size, count


@borrowing
def _search(
    wiring: Wiring, distance: Longs, failed: Bools, stranded: int, work: Work
) -> None:
    """Find the new length from each stranded node (Dijkstra, from their edge in)."""
    tail, metric = wiring.tail, wiring.metric
    in_start, in_arc = wiring.in_start, wiring.in_arc
    mark, length, nodes = work.mark, work.length, work.stranded
    keys, values = work.keys, work.values
    waiting = 0
    for i in range(stranded):
        best = _best(wiring, distance, failed, mark, nodes[i])
        length[nodes[i]] = best
        if best < FAR:
            waiting = push(keys, values, waiting, best, nodes[i])
    while waiting > 0:
        near, node, waiting = pop(keys, values, waiting)
        if near > length[node]:
            continue
        for i in range(in_start[node], in_start[node + 1]):
            arc = in_arc[i]
            before = tail[arc]
            if failed[arc] or not mark[before] & STRANDED:
                continue
            if near + metric[arc] < length[before]:
                length[before] = near + metric[arc]
                waiting = push(keys, values, waiting, near + metric[arc], before)


@borrowing
def _best(
    wiring: Wiring, distance: Longs, failed: Bools, mark: Marks, node: int
) -> int:
    """Return the least length from a node by neighbours that are not stranded."""
    head, metric = wiring.head, wiring.metric
    out_start, out_arc = wiring.out_start, wiring.out_arc
    best = FAR
    for i in range(out_start[node], out_start[node + 1]):
        arc = out_arc[i]
        after = head[arc]
        if not failed[arc] and not mark[after] & STRANDED and distance[after] < FAR:
            best = min(best, distance[after] + metric[arc])
    return best


@borrowing
def _meet(
    node: int,
    target: int,
    far: int,
    mark: Marks,
    met: Ints,
    keys: Longs,
    values: Ints,
    count: int,
    waiting: int,
) -> tuple[int, int]:
    """Put a node in line, once, the farthest first; the target has nothing to pass."""
    if mark[node] & MET:
        return count, waiting
    mark[node] |= MET
    met[count] = node
    if far < FAR and node != target:
        waiting = push(keys, values, waiting, -far, node)
    return count + 1, waiting


@borrowing
def _take_back(
    wiring: Wiring,
    target: int,
    distance: Longs,
    ways: Ints,
    flow: Floats,
    changed: int,
    work: Work,
    ledger: Ledger,
) -> tuple[int, int]:
    """Take back what changed nodes passed on before the failure.

    Returns
    -------
    met, waiting : int
        How many nodes there are in line, and of those in the heap.
    """
    head, metric = wiring.head, wiring.metric
    out_start, out_arc = wiring.out_start, wiring.out_arc
    mark, length, more, met = work.mark, work.length, work.more, work.met
    keys, values, nodes = work.keys, work.values, work.changed
    load, marked, booked, tally = ledger
    count, waiting = 0, 0
    for i in range(changed):
        node = nodes[i]
        far = length[node] if mark[node] & STRANDED else distance[node]
        count, waiting = _meet(
            node, target, far, mark, met, keys, values, count, waiting
        )
        if flow[node] == 0.0:
            continue
        part = flow[node] / ways[node]
        for j in range(out_start[node], out_start[node + 1]):
            arc = out_arc[j]
            after = head[arc]
            if distance[node] == distance[after] + metric[arc]:
                add(load, marked, booked, tally, arc, -part)
                more[after] -= part
                far = length[after] if mark[after] & STRANDED else distance[after]
                count, waiting = _meet(
                    after, target, far, mark, met, keys, values, count, waiting
                )
    return count, waiting


@borrowing
def _enter(
    target: int, distance: Longs, nudged: Nudges, count: int, waiting: int, work: Work
) -> tuple[int, int]:
    """Let enter what enters otherwise."""
    mark, length, more, met = work.mark, work.length, work.more, work.met
    keys, values = work.keys, work.values
    for i in range(nudged.tally[0]):
        node = nudged.node[i]
        far = length[node] if mark[node] & STRANDED else distance[node]
        nudged.reached[i] = far < FAR
        if far < FAR:
            more[node] += nudged.amount[i]
            count, waiting = _meet(
                node, target, far, mark, met, keys, values, count, waiting
            )
    return count, waiting


@borrowing
def _pass_on(
    wiring: Wiring,
    target: int,
    distance: Longs,
    ways: Ints,
    flow: Floats,
    failed: Bools,
    count: int,
    waiting: int,
    work: Work,
    ledger: Ledger,
) -> int:
    """Pass on what differs, farthest node first; return how many nodes were met."""
    head, metric = wiring.head, wiring.metric
    out_start, out_arc = wiring.out_start, wiring.out_arc
    mark, length, more, met = work.mark, work.length, work.more, work.met
    keys, values = work.keys, work.values
    load, marked, booked, tally = ledger
    while waiting > 0:
        below, node, waiting = pop(keys, values, waiting)
        through, parts = more[node], ways[node]
        if mark[node] & CHANGED:
            through += flow[node]
            parts = 0
            for j in range(out_start[node], out_start[node + 1]):
                arc = out_arc[j]
                after = head[arc]
                far = length[after] if mark[after] & STRANDED else distance[after]
                parts += not failed[arc] and far + metric[arc] == -below
        if through == 0.0:
            continue
        for j in range(out_start[node], out_start[node + 1]):
            arc = out_arc[j]
            after = head[arc]
            far = length[after] if mark[after] & STRANDED else distance[after]
            if not failed[arc] and far + metric[arc] == -below:
                add(load, marked, booked, tally, arc, through / parts)
                more[after] += through / parts
                count, waiting = _meet(
                    after, target, far, mark, met, keys, values, count, waiting
                )
    return count
