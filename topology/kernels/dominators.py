"""One tree that says what every device and link cuts off.

A node dominates another if it lies on every path from the roots to it. Reach is
undirected, so the immediate dominator of a device is the node by which its block
(biconnected component) is entered from a virtual root that is joined to all roots: one
depth-first search with low-links (Hopcroft and Tarjan 1973) finds them all.
"""

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import kernel

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Tree = tuple[Ints, Ints, Ints]
Numbers = npt.NDArray[np.int64]
Pair = tuple[Ints, Ints]


@kernel
def dominators(start: Ints, arcs: Ints, head: Ints, up: Bools, roots: Bools) -> Tree:
    """Return the dominator tree of devices (n) and links (m).

    Parameters
    ----------
    start, arcs : array of int32
        Arcs that begin at each device, as rows.
    head : array of int32, shape (2 m,)
    up : array of bool, shape (n + m,)
    roots : array of bool, shape (n,)
        Those that are down are no roots.

    Returns
    -------
    above : array of int32, shape (n + m,)
        Immediate dominator: a node, n + m for the virtual root, -1 if not reached.
    first, end : array of int32, shape (n + m + 1,)
        What node `x` dominates, itself included, has ``first[x] <= first < end[x]``.
        All three are the virtual root's as well; -1 for what is not reached, and for
        links that dominate nothing but themselves.

    Notes
    -----
    O(n + m), whatever the depth: the search keeps its own stack.
    """
    n = len(start) - 1
    root = len(up)
    seen, pre, low, parent, via = _search(start, arcs, head, up, roots)
    above = np.full(root, -1, np.int32)
    order = np.empty(root, np.int32)
    placed = 0
    for here in seen:
        before = parent[here]
        if before < 0:
            above[here] = root
        elif low[here] > pre[before]:
            link = n + via[here]
            above[link] = before
            above[here] = link
            order[placed] = link
            placed += 1
        elif low[here] == pre[before]:
            above[here] = before
        else:
            above[here] = above[before]
        order[placed] = here
        placed += 1
    first, end = _intervals(order[:placed], above)

    for link in range(root - n):
        one = head[2 * link + 1]
        other = head[2 * link]
        if not up[n + link] or above[n + link] >= 0 or pre[one] * pre[other] == 0:
            continue
        # Not the only way to anywhere: it belongs to the block in which the end that
        # was found later lies.
        later = one if pre[one] > pre[other] else other
        above[n + link] = later if one == other else above[later]
    return above, first, end


@kernel
def _search(
    start: Ints, arcs: Ints, head: Ints, up: Bools, roots: Bools
) -> tuple[Ints, Numbers, Numbers, Ints, Ints]:
    """Return devices in the order of a depth-first search, and what it learns of each.

    That is, by device: its number in that order, from 1, or 0; the least number that
    its branch is joined to; and from where and over which link it was found, -1 for
    those found from the virtual root, whose number is 0.
    """
    n = len(start) - 1
    pre = np.zeros(n, np.int64)
    low = np.zeros(n, np.int64)
    parent = np.full(n, -1, np.int32)
    via = np.full(n, -1, np.int32)
    following = start[:n].copy()
    seen = np.empty(n, np.int32)
    stack = np.empty(n, np.int32)
    count = 0
    for source in range(n):
        if not roots[source] or not up[source] or pre[source] > 0:
            continue
        seen[count] = source
        count += 1
        pre[source] = count
        stack[0] = source
        depth = 1
        while depth > 0:
            here = stack[depth - 1]
            if following[here] == start[here + 1]:
                depth -= 1
                if depth > 0:
                    low[parent[here]] = min(low[parent[here]], low[here])
                continue
            arc = arcs[following[here]]
            following[here] += 1
            link = arc >> 1
            there = head[arc]
            if link == via[here] or not up[n + link] or not up[there]:
                continue
            if pre[there] > 0:
                low[here] = min(low[here], pre[there])
                continue
            seen[count] = there
            count += 1
            pre[there] = count
            low[there] = 0 if roots[there] else count
            parent[there] = here
            via[there] = link
            stack[depth] = there
            depth += 1
    return seen[:count], pre, low, parent, via


@kernel
def _intervals(order: Ints, above: Ints) -> Pair:
    """Return where each node's branch begins and ends, dominators before nodes."""
    root = len(above)
    first = np.full(root + 1, -1, np.int32)
    end = np.full(root + 1, -1, np.int32)
    size = np.ones(root + 1, np.int32)
    for index in range(len(order) - 1, -1, -1):
        size[above[order[index]]] += size[order[index]]
    vacant = np.empty(root + 1, np.int32)
    first[root] = 0
    end[root] = size[root]
    vacant[root] = 1
    for here in order:
        first[here] = vacant[above[here]]
        vacant[above[here]] += size[here]
        vacant[here] = first[here] + 1
        end[here] = first[here] + size[here]
    return first, end


@kernel
def last_common(
    start: Ints, devices: Ints, wanted: Bools, above: Ints, first: Ints, end: Ints
) -> Ints:
    """Return the last node on every path to the devices of each row.

    Parameters
    ----------
    start, devices : array of int32
        Devices of each site (s), as rows.
    wanted : array of bool, shape (s,)
    above, first, end : array of int32
        As `dominators` returns them.

    Returns
    -------
    array of int32, shape (s,)
        The nearest common dominator of the reached devices: a node, the virtual root,
        or -1 where none is reached or the row is not wanted.

    Notes
    -----
    O(log n) for each device of a site with several: each node knows one that is
    farther up, chosen so that any climb takes a logarithm of its length (E. W. Myers,
    "An applicative random-access stack", 1983). The tables for that are only made if
    there is such a site.
    """
    sites = len(start) - 1
    last = np.full(sites, -1, np.int32)
    jump = np.empty(0, np.int32)
    for site in range(sites):
        if not wanted[site]:
            continue
        for index in range(start[site], start[site + 1]):
            device = devices[index]
            if above[device] < 0:
                continue
            if last[site] < 0:
                last[site] = device
                continue
            if len(jump) == 0:
                jump = _jumps(above, first, end)
            last[site] = _common(last[site], device, above, first, end, jump)
    return last


@kernel
def _common(
    one: int, other: int, above: Ints, first: Ints, end: Ints, jump: Ints
) -> int:
    """Return the nearest node that dominates both."""
    target = first[other]
    while target < first[one] or target >= end[one]:
        far = jump[one]
        too_far = first[far] <= target < end[far]
        one = above[one] if too_far else far
    return one


@kernel
def _jumps(above: Ints, first: Ints, end: Ints) -> Ints:
    """Return, for each node of the tree, one farther up."""
    root = len(above)
    order = np.full(end[root], -1, np.int32)
    for node in range(root + 1):
        if first[node] >= 0:
            order[first[node]] = node
    jump = np.full(root + 1, root, np.int32)
    depth = np.zeros(root + 1, np.int32)
    for index in range(1, len(order)):
        node = order[index]
        up = above[node]
        depth[node] = depth[up] + 1
        far = jump[up]
        if depth[up] - depth[far] == depth[far] - depth[jump[far]]:
            jump[node] = jump[far]
        else:
            jump[node] = up
    return jump
