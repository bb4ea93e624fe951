"""How far something spreads over what is up, and who is lost when several fail."""

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import kernel

Ints = npt.NDArray[np.int32]
Offsets = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Spanning = tuple[Ints, Ints, Ints, Ints]


@kernel
def spread(start: Ints, arcs: Ints, head: Ints, up: Bools, sources: Bools) -> Bools:
    """Return the devices joined to `sources` by what is up, in O(n + m).

    Parameters
    ----------
    start, arcs : array of int32
        Arcs that begin at each device, as rows.
    head : array of int32, shape (2 m,)
    up : array of bool, shape (n + m,)
    sources : array of bool, shape (n,)
        Those that are down are none.

    Returns
    -------
    array of bool, shape (n,)
    """
    n = len(start) - 1
    found = np.zeros(n, np.bool_)
    queue = np.empty(n, np.int32)
    length = 0
    for device in range(n):
        if sources[device] and up[device]:
            found[device] = True
            queue[length] = device
            length += 1
    done = 0
    while done < length:
        here = queue[done]
        done += 1
        for index in range(start[here], start[here + 1]):
            arc = arcs[index]
            there = head[arc]
            if up[n + (arc >> 1)] and up[there] and not found[there]:
                found[there] = True
                queue[length] = there
                length += 1
    return found


@kernel
def components(start: Ints, arcs: Ints, head: Ints, up: Bools) -> Ints:
    """Return the number of the component of each device, -1 if it is down; O(n + m)."""
    n = len(start) - 1
    part = np.full(n, -1, np.int32)
    queue = np.empty(n, np.int32)
    parts = 0
    for device in range(n):
        if part[device] >= 0 or not up[device]:
            continue
        part[device] = parts
        queue[0] = device
        length = 1
        while length > 0:
            length -= 1
            here = queue[length]
            for index in range(start[here], start[here + 1]):
                arc = arcs[index]
                there = head[arc]
                if up[n + (arc >> 1)] and up[there] and part[there] < 0:
                    part[there] = parts
                    queue[length] = there
                    length += 1
        parts += 1
    return part


@kernel
def spanning(start: Ints, arcs: Ints, head: Ints, up: Bools, roots: Bools) -> Spanning:
    """Return a breadth-first tree whose branches are intervals, in O(n + m).

    Returns
    -------
    line : array of int32, shape (reached,)
        Devices so ordered that each is followed by its branch.
    place, size : array of int32, shape (n,)
        ``line[place[d]:place[d] + size[d]]`` is `d` and its branch; place is -1 where
        not reached.
    below : array of int32, shape (m,)
        The device that the tree reaches over a link, -1 if it uses it for none.
    """
    n = len(start) - 1
    m = len(up) - n
    parent = np.full(n, -1, np.int32)
    place = np.full(n, -1, np.int32)
    size = np.zeros(n, np.int32)
    below = np.full(m, -1, np.int32)
    queue = np.empty(n, np.int32)
    length = 0
    for device in range(n):
        if roots[device] and up[device]:
            size[device] = 1
            queue[length] = device
            length += 1
    done = 0
    while done < length:
        here = queue[done]
        done += 1
        for index in range(start[here], start[here + 1]):
            arc = arcs[index]
            there = head[arc]
            if up[n + (arc >> 1)] and up[there] and size[there] == 0:
                size[there] = 1
                parent[there] = here
                below[arc >> 1] = there
                queue[length] = there
                length += 1
    for index in range(length - 1, -1, -1):
        if parent[queue[index]] >= 0:
            size[parent[queue[index]]] += size[queue[index]]
    line = np.empty(length, np.int32)
    vacant = np.empty(n, np.int32)
    top = 0
    for index in range(length):
        here = queue[index]
        if parent[here] < 0:
            place[here] = top
            top += size[here]
        else:
            place[here] = vacant[parent[here]]
            vacant[parent[here]] += size[here]
        vacant[here] = place[here] + 1
        line[place[here]] = here
    return line, place, size, below


@kernel
def lost_together(
    start: Ints,
    arcs: Ints,
    head: Ints,
    up: Bools,
    tree: Spanning,
    sets_start: Ints,
    sets_item: Ints,
    site_of: Ints,
    wanted: Bools,
) -> tuple[Offsets, Ints]:
    """Return the sites that each set of nodes cuts off when all of it fails.

    Parameters
    ----------
    start, arcs, head, up
        As for `spread`.
    tree : tuple of array
        What `spanning` returned for them and the roots.
    sets_start, sets_item : array of int32
        Nodes of each set (k), as rows.
    site_of : array of int32, shape (n,)
    wanted : array of bool, shape (s,)
        Sites to speak of.

    Returns
    -------
    start : array of int64, shape (k + 1,)
    item : array of int32
        Sites lost with each set, as rows: those with reached devices of which none is
        reached any more.

    Notes
    -----
    Only the branches that a set stands under are searched again, from their edge with
    the rest, which is reached without them: O(branches and their links) a set.
    """
    line = tree[0]
    n = len(start) - 1
    sets = len(sets_start) - 1
    reached_at = np.zeros(len(wanted), np.int32)
    for device in line:
        reached_at[site_of[device]] += 1
    failed = np.full(len(up), -1, np.int32)  # the set that a node last failed in
    cut = np.full(n, -1, np.int32)  # the set that last cut a device off
    gone = np.zeros(len(wanted), np.int32)
    branch = np.empty(n, np.int32)
    queue = np.empty(n, np.int32)
    found_start = np.zeros(sets + 1, np.int64)
    found = np.empty(1024, np.int32)
    total = 0
    for each in range(sets):
        members = sets_item[sets_start[each] : sets_start[each + 1]]
        for node in members:
            failed[node] = each
        length = _under(each, members, tree, cut, branch)
        _rescue(each, start, arcs, head, up, failed, cut, branch[:length], queue)
        for device in branch[:length]:
            if cut[device] == each:
                gone[site_of[device]] += 1
        for device in branch[:length]:
            site = site_of[device]
            if gone[site] == reached_at[site] and wanted[site]:
                if total == len(found):
                    grown = np.empty(2 * total, np.int32)
                    grown[:total] = found
                    found = grown
                found[total] = site
                total += 1
            gone[site] = 0
        found_start[each + 1] = total
    return found_start, found[:total].copy()


@kernel
def _under(each: int, members: Ints, tree: Spanning, cut: Ints, branch: Ints) -> int:
    """Mark the branches under `members` in `cut`; list them, and return how many."""
    line, place, size, below = tree
    n = len(place)
    length = 0
    for node in members:
        device = node if node < n else below[node - n]
        if device < 0 or place[device] < 0:
            continue
        at = place[device]
        end = at + size[device]
        while at < end:
            here = line[at]
            if cut[here] == each:
                at += size[here]  # its whole branch is marked, from another member
                continue
            cut[here] = each
            branch[length] = here
            length += 1
            at += 1
    return length


@kernel
def _rescue(
    each: int,
    start: Ints,
    arcs: Ints,
    head: Ints,
    up: Bools,
    failed: Ints,
    cut: Ints,
    branch: Ints,
    queue: Ints,
) -> None:
    """Take out of `cut` what is still joined to anything outside of the branches."""
    n = len(cut)
    length = 0
    for here in branch:
        if failed[here] == each:
            continue
        for index in range(start[here], start[here + 1]):
            arc = arcs[index]
            link = n + (arc >> 1)
            there = head[arc]
            if up[link] and failed[link] != each and up[there] and cut[there] != each:
                queue[length] = here
                length += 1
                break
    # Only now, or a device would be taken for one outside that is one of these.
    for here in queue[:length]:
        cut[here] = -1
    done = 0
    while done < length:
        here = queue[done]
        done += 1
        for index in range(start[here], start[here + 1]):
            arc = arcs[index]
            link = n + (arc >> 1)
            there = head[arc]
            # What fails itself stays cut off.
            if up[link] and max(failed[link], failed[there]) < each == cut[there]:
                cut[there] = -1
                queue[length] = there
                length += 1
