"""How many paths that have nothing in common lead from a site to the gateways.

Unit maximum flow by augmenting paths, devices split in two: state ``2 d`` is a device
as it is entered, ``2 d + 1`` as it is left. A path may undo a part of an earlier one by
going back along it.
"""

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import kernel

Ints = npt.NDArray[np.int32]
Signs = npt.NDArray[np.int8]
Bools = npt.NDArray[np.bool_]
Network = tuple[Ints, Ints, Ints, Bools, Bools]
"""Rows of arcs that begin at each device (two arrays), heads, what is up, gateways."""


@kernel
def disjoint_paths(
    network: Network,
    sites_start: Ints,
    sites_item: Ints,
    wanted: Bools,
    by_device: bool,
) -> Ints:
    """Count disjoint paths from each site.

    Parameters
    ----------
    network : tuple of array
    sites_start, sites_item : array of int32
        Devices of each site (s), as rows.
    wanted : array of bool, shape (s,)
    by_device : bool
        Whether paths may not share a device, that at their end included, beside those
        of the site. They never share a link.

    Returns
    -------
    array of int32, shape (s,)
        0 where nothing is reached or the site is not wanted.

    Notes
    -----
    O(k (n + m)) for a site with k paths, and far less where as many are found as there
    are ways out of the site: then it is not looked for another.
    """
    start, _, head, up, _ = network
    n = len(start) - 1
    count = np.zeros(len(wanted), np.int32)
    flow = np.zeros(len(head) // 2, np.int8)  # 1 from a to b, -1 from b to a
    used = np.zeros(n, np.bool_)
    own = np.zeros(n, np.bool_)
    seen = np.full(2 * n, -1, np.int32)
    came = np.empty(2 * n, np.int32)
    queue = np.empty(2 * n, np.int32)
    trail = np.empty(2 * n, np.int32)  # links that paths were found over
    search = 0
    for site in range(len(wanted)):
        devices = sites_item[sites_start[site] : sites_start[site + 1]]
        if not wanted[site] or len(devices) == 0:
            continue
        for device in devices:
            own[device] = up[device]
        most = _ways_out(network, devices, own, seen, search, by_device)
        search += 1
        length = 0
        while count[site] < most:
            end = _augment(
                network, devices, own, flow, used, by_device, seen, came, queue, search
            )
            search += 1
            if end < 0:
                break
            length = _take(end, head, came, flow, used, trail, length)
            count[site] += 1
        if length > len(trail):
            flow[:] = 0
            used[:] = False
        for link in trail[:length]:
            flow[link] = 0
            used[head[2 * link]] = False
            used[head[2 * link + 1]] = False
        for device in devices:
            own[device] = False
    return count


@kernel
def _ways_out(
    network: Network,
    devices: Ints,
    own: Bools,
    seen: Ints,
    search: int,
    by_device: bool,
) -> int:
    """Return how many links lead out of a site, or devices that they lead to."""
    start, arcs, head, up, _ = network
    n = len(start) - 1
    ways = 0
    for device in devices:
        if not own[device]:
            continue
        for index in range(start[device], start[device + 1]):
            arc = arcs[index]
            there = head[arc]
            if not up[n + (arc >> 1)] or not up[there] or own[there]:
                continue
            if by_device and seen[2 * there] == search:
                continue
            seen[2 * there] = search
            ways += 1
    return ways


@kernel
def _augment(
    network: Network,
    devices: Ints,
    own: Bools,
    flow: Signs,
    used: Bools,
    by_device: bool,
    seen: Ints,
    came: Ints,
    queue: Ints,
    search: int,
) -> int:
    """Look for one more path; return the state at its end, -1 if there is none.

    `came` is the arc by which each state was reached, -1 from its device's other state,
    -2 at the beginning.
    """
    start, arcs, head, up, gateway = network
    n = len(start) - 1
    length = 0
    for device in devices:
        if own[device]:
            seen[2 * device] = seen[2 * device + 1] = search
            came[2 * device + 1] = -2
            queue[length] = 2 * device + 1
            length += 1
    done = 0
    while done < length:
        state: int = queue[done]
        done += 1
        here = state >> 1
        leaving = state & 1
        free = not by_device or not used[here]
        if not leaving and free and gateway[here]:
            return state
        other = state ^ 1
        inside = not by_device or used[here] if leaving else free
        if inside and seen[other] != search:
            seen[other] = search
            came[other] = -1
            queue[length] = other
            length += 1
        for index in range(start[here], start[here + 1]):
            arc = arcs[index]
            there = head[arc]
            if not up[n + (arc >> 1)] or not up[there]:
                continue
            along = flow[arc >> 1] * (1 - 2 * (arc & 1))
            # Out over a free link into a device, or back along a path into one's exit.
            if along != (0 if leaving else -1):
                continue
            onward = 2 * there + 1 - leaving
            if seen[onward] != search:
                seen[onward] = search
                came[onward] = arc
                queue[length] = onward
                length += 1
    return -1


@kernel
def _take(
    end: int,
    head: Ints,
    came: Ints,
    flow: Signs,
    used: Bools,
    trail: Ints,
    length: int,
) -> int:
    """Send a unit along the path that ends at the state `end`.

    Its links are noted in `trail` as far as there is room; returns how many there are.
    """
    used[end >> 1] = True
    state = end
    while came[state] != -2:
        arc = came[state]
        if arc < 0:
            # Entered and left, or left no more.
            used[state >> 1] = (state & 1) == 1
            state ^= 1
            continue
        if length < len(trail):
            trail[length] = arc >> 1
        length += 1
        entered = (state & 1) == 0
        flow[arc >> 1] = (1 - 2 * (arc & 1)) if entered else 0
        state = 2 * head[arc ^ 1] + (1 if entered else 0)
    return length
