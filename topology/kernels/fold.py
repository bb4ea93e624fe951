"""Trees that hang on the rest of a network, found by taking leaves off."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import kernel

Ints = npt.NDArray[np.int32]
Bools = npt.NDArray[np.bool_]

NONE = -1


class Forest(NamedTuple):
    """Which device hangs on which; n devices.

    Attributes
    ----------
    up : array of int32, shape (n,)
        The arc by which a device hangs on another, -1 where it hangs on none.
    root : array of int32, shape (n,)
        The device that its tree hangs on; the device itself if it is in no tree.
    depth : array of int32, shape (n,)
        Arcs to the root.
    first, last : array of int32, shape (n,)
        What hangs on device d, d included, are the devices ``at[first[d]:last[d]]``.
    at : array of int32, shape (n,)
    """

    up: Ints
    root: Ints
    depth: Ints
    first: Ints
    last: Ints
    at: Ints


@kernel
def fold(
    head: Ints, start: Ints, leaving: Ints, in_use: Bools, pinned: Bools
) -> Forest:
    """Take off leaves until there are none.

    A leaf is a device with a single link left that is up. What reaches it passes its
    one neighbour, so paths need not be looked for any further than there.

    Parameters
    ----------
    head : array of int32, shape (2 m,)
        Where arcs end; arc ``2 l + 1`` is the reverse of arc ``2 l``.
    start, leaving : array of int32
        Arcs that leave each device, in rows.
    in_use : array of bool, shape (2 m,)
    pinned : array of bool, shape (2 m + n,)
        Devices (behind the arcs) that are no leaves whatever they look like, and arcs
        by which nothing may hang.
    """
    arcs = len(head)
    n = len(start) - 1
    links = np.zeros(n, np.int32)
    up = np.full(n, NONE, np.int32)
    off = np.empty(n, np.int32)
    waiting = np.empty(n, np.int32)
    size = 0
    for device in range(n):
        for i in range(start[device], start[device + 1]):
            if in_use[leaving[i]]:
                links[device] += 1
        if links[device] == 1:
            waiting[size] = device
            size += 1
    taken = 0
    while size > 0:
        size -= 1
        device = waiting[size]
        if links[device] != 1 or pinned[arcs + device]:
            continue
        for i in range(start[device], start[device + 1]):
            arc = leaving[i]
            # What was taken off before hangs on this device: its `up` is the reverse.
            if in_use[arc] and up[head[arc]] != arc ^ 1 and not pinned[arc]:
                up[device] = arc
                off[taken] = device
                taken += 1
                onto = head[arc]
                links[device] = 0
                links[onto] -= 1
                if links[onto] == 1:
                    waiting[size] = onto
                    size += 1
    return _number(n, head, up, off[:taken])


@kernel
def _number(n: int, head: Ints, up: Ints, off: Ints) -> Forest:
    """Give numbers, from each root on, so that what hangs on a device is a range."""
    root = np.arange(n).astype(np.int32)
    depth = np.zeros(n, np.int32)
    size = np.ones(n, np.int32)
    for device in off:
        size[head[up[device]]] += size[device]
    first = np.zeros(n, np.int32)
    behind = np.zeros(n, np.int32)
    next_first = 0
    for device in range(n):
        if up[device] == NONE:
            first[device] = next_first
            behind[device] = next_first + 1
            next_first += size[device]
    for i in range(len(off) - 1, -1, -1):
        device = off[i]
        parent = head[up[device]]
        root[device] = root[parent]
        depth[device] = depth[parent] + 1
        first[device] = behind[parent]
        behind[device] = first[device] + 1
        behind[parent] += size[device]
    at = np.empty(n, np.int32)
    for device in range(n):
        at[first[device]] = device
    return Forest(up, root, depth, first, (first + size).astype(np.int32), at)
