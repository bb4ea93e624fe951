"""Which two elements cut a site off together, where neither does alone.

To cut a site off, one of the two must stand on any way that it has now, and the other
on the way that it has without the first. So only what stands on one way is tried as the
first, and only what stands on one other as the second.
"""

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import kernel

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]
Pairs = npt.NDArray[np.int32]
Network = tuple[Ints, Ints, Ints, Bools, Bools]
"""Rows of arcs that begin at each device (two arrays), heads, what is up, gateways."""
Work = tuple[Ints, Ints, Ints, Ints]
"""How often each node has failed; the arc by which a device was found, the search that
found it last; room for a queue."""
Elements = tuple[Ints, Ints, Ints, Ints, Bools]
"""Rows of the nodes of each element, rows of the elements of each node, and which
elements to try."""


@kernel
def cutting_pairs(
    network: Network, elements: Elements, devices: Ints, off: Bools, looks: int
) -> tuple[Pairs, int]:
    """Find the pairs that cut off one site.

    Parameters
    ----------
    network : tuple of array
    elements : tuple of array
    devices : array of int32
        Devices of the site.
    off : array of bool, shape (E,)
        Elements that are not the site's own.
    looks : int
        Searches to make at most.

    Returns
    -------
    pairs : array of int32, shape (p, 2)
        Elements. None for a site that is not reached.
    left : int
        Searches that were not made; -1 if there were too few, and pairs may be missing.

    Notes
    -----
    O(t u (n + m)) at worst, t and u the elements on a way of the site's and on another.
    """
    n = len(network[0]) - 1
    total = len(off)
    work = (
        np.zeros(len(network[3]), np.int32),
        np.empty(n, np.int32),
        np.full(n, -1, np.int32),
        np.empty(n, np.int32),
    )
    listed = np.full(total, -1, np.int32)  # the search whose list has an element
    alone = np.zeros(total, np.int8)  # 1 does not cut alone, 2 does, 3 has been first
    firsts = np.empty(total, np.int32)
    seconds = np.empty(total, np.int32)
    found = np.empty((64, 2), np.int32)
    count = 0

    # What is left is the number of the search, too: no two have the same.
    looks -= 1
    end = _way(network, devices, work, looks)
    length = _on_way(network, elements, off, end, work[1], listed, firsts, looks)
    for first in firsts[:length]:
        if looks < 1:
            return found[:count], -1
        _fail(elements, first, work[0], 1)
        looks -= 1
        end = _way(network, devices, work, looks)
        others = _on_way(network, elements, off, end, work[1], listed, seconds, looks)
        for second in seconds[:others]:
            # What was first has been tried with this one.
            if alone[second] >= 2:
                continue
            if looks < 2:
                return found[:count], -1
            _fail(elements, second, work[0], 1)
            looks -= 1
            if _way(network, devices, work, looks) < 0:
                if alone[second] == 0:
                    _fail(elements, first, work[0], -1)
                    looks -= 1
                    end = _way(network, devices, work, looks)
                    alone[second] = 2 if end < 0 else 1
                    _fail(elements, first, work[0], 1)
                if alone[second] == 1:
                    found = _with_room(found, count)
                    found[count, 0] = first
                    found[count, 1] = second
                    count += 1
            _fail(elements, second, work[0], -1)
        _fail(elements, first, work[0], -1)
        alone[first] = 3
    return found[:count], looks


@kernel
def _with_room(found: Pairs, count: int) -> Pairs:
    """Return `found`, or a longer copy of it if it is full."""
    if count < len(found):
        return found
    grown = np.empty((2 * count, 2), np.int32)
    grown[:count] = found
    return grown


@kernel
def _fail(elements: Elements, element: int, failed: Ints, by: int) -> None:
    """Add to how many failures there are of the nodes of an element."""
    start, members = elements[0], elements[1]
    for index in range(start[element], start[element + 1]):
        failed[members[index]] += by


@kernel
def _way(
    network: Network,
    devices: Ints,
    work: Work,
    search: int,
) -> int:
    """Return the gateway nearest to `devices` by number of links, -1 if there is none.

    `came` is the arc over which each device on the way was found, -1 at its beginning.
    """
    start, arcs, head, up, gateway = network
    failed, came, seen, queue = work
    n = len(start) - 1
    length = 0
    for device in devices:
        if up[device] and failed[device] == 0:
            seen[device] = search
            came[device] = -1
            queue[length] = device
            length += 1
    done = 0
    while done < length:
        here: int = queue[done]
        done += 1
        if gateway[here]:
            return here
        for index in range(start[here], start[here + 1]):
            arc = arcs[index]
            there = head[arc]
            link = n + (arc >> 1)
            if not up[link] or not up[there] or seen[there] == search:
                continue
            if failed[link] == 0 and failed[there] == 0:
                seen[there] = search
                came[there] = arc
                queue[length] = there
                length += 1
    return -1


@kernel
def _on_way(
    network: Network,
    elements: Elements,
    off: Bools,
    end: int,
    came: Ints,
    listed: Ints,
    items: Ints,
    search: int,
) -> int:
    """List the elements to try that stand on the way to `end`; return how many.

    None if `end` is -1. The way is gone back, to a device of the site's own.
    """
    _, _, of_start, of, tried = elements
    head = network[2]
    n = len(came)
    length = 0
    node = end
    arc = -1
    while node >= 0:
        for element in of[of_start[node] : of_start[node + 1]]:
            if tried[element] and off[element] and listed[element] != search:
                listed[element] = search
                items[length] = element
                length += 1
        if node >= n:
            node = head[arc ^ 1]
            continue
        arc = came[node]
        node = n + (arc >> 1) if arc >= 0 else -1
    return length
