"""Who has no shortest path of the old length after a failure, and how long the new is.

Failures only make distances longer. So a node keeps its distance unless all arcs of its
shortest paths failed or lead to nodes that lost theirs; Dijkstra is needed among those.
"""

from topology.kernels.broken import Broken
from topology.kernels.heap import pop, push
from topology.kernels.jit import borrowing
from topology.kernels.spf import FAR, Ints, Wiring
from topology.kernels.work import CHANGED, STRANDED, UNTOLD, Bools, Marks, Toward, Work


@borrowing
def bereft(
    wiring: Wiring, inside: Bools, toward: Toward, gone: Ints, work: Work
) -> int:
    """Collect the nodes of whose shortest paths an arc failed; return how many.

    Parameters
    ----------
    inside : array of bool, shape (arcs,)
        Which arcs `wiring` has.
    gone : array of int32
        The failed arcs, each once; all arcs of a dead node are among them.
    """
    head, distance, left = wiring.head, toward.distance, work.left
    count = 0
    for arc in gone:
        if not inside[arc] or distance[head[arc]] >= FAR:
            continue
        node = wiring.tail[arc]
        if distance[node] == distance[head[arc]] + wiring.metric[arc]:
            if left[node] == UNTOLD:
                left[node] = toward.ways[node]
                work.changed[count] = node
                count += 1
            left[node] -= 1
    return count


@borrowing
def strand(
    wiring: Wiring, toward: Toward, broken: Broken, count: int, work: Work
) -> tuple[int, int]:
    """Go on to the nodes all of whose shortest paths go through stranded ones.

    Parameters
    ----------
    count : int
        How many nodes `bereft` collected.

    Returns
    -------
    stranded, changed : int
        How many there are of each.
    """
    distance, ways = toward.distance, toward.ways
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
        for i in range(wiring.in_start[node], wiring.in_start[node + 1]):
            arc = wiring.in_arc[i]
            before = wiring.tail[arc]
            # What has no way is at no distance that fits.
            if (
                broken.failed[arc]
                or distance[before] != distance[node] + wiring.metric[arc]
            ):
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
def search(
    wiring: Wiring, toward: Toward, broken: Broken, stranded: int, work: Work
) -> None:
    """Find the new length from each stranded node (Dijkstra, from their edge in)."""
    mark, length, nodes = work.mark, work.length, work.stranded
    keys, values = work.keys, work.values
    waiting = 0
    for i in range(stranded):
        best = _best(wiring, toward, broken, mark, nodes[i])
        length[nodes[i]] = best
        if best < FAR:
            waiting = push(keys, values, waiting, best, nodes[i])
    while waiting > 0:
        near, node, waiting = pop(keys, values, waiting)
        if near > length[node]:
            continue
        for i in range(wiring.in_start[node], wiring.in_start[node + 1]):
            arc = wiring.in_arc[i]
            before = wiring.tail[arc]
            if broken.failed[arc] or not mark[before] & STRANDED:
                continue
            longer = near + wiring.metric[arc]
            if longer < length[before]:
                length[before] = longer
                waiting = push(keys, values, waiting, longer, before)


@borrowing
def _best(
    wiring: Wiring, toward: Toward, broken: Broken, mark: Marks, node: int
) -> int:
    """Return the least length from a node by neighbours that are not stranded."""
    distance, best = toward.distance, FAR
    for i in range(wiring.out_start[node], wiring.out_start[node + 1]):
        arc = wiring.out_arc[i]
        after = wiring.head[arc]
        if (
            not broken.failed[arc]
            and not mark[after] & STRANDED
            and distance[after] < FAR
        ):
            best = min(best, distance[after] + wiring.metric[arc])
    return best
