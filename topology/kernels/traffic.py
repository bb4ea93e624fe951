"""The traffic of a network as it is, from which failures are worked out.

Targets may be taken in blocks, since what flows to one has nothing to do with what
flows to another: whatever has a row for a target has those of one block.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.broken import Bools, Net
from topology.kernels.jit import kernel
from topology.kernels.route import Bytes, Paths
from topology.kernels.spf import FAR, Floats, Ints, Wiring

FIRST = 1
"""Number of the first plane."""


class Climb(NamedTuple):
    """The folded trees, to be climbed (see `topology.kernels.fold.Forest`).

    Attributes
    ----------
    head : array of int32, shape (2 m,)
        The device at which each arc ends.
    """

    up: Ints
    depth: Ints
    root: Ints
    head: Ints


class Branches(NamedTuple):
    """What hangs on what, and the demands there.

    Attributes
    ----------
    first, last, at : array of int32, shape (n,)
        See `topology.kernels.fold.Forest`.
    under : array of int32, shape (m,)
        The device that hangs by each link, -1 for none.
    from_start, from_demand, to_start, to_demand : array of int32
        Demands from and to each device, in rows.
    meet_start, meet_demand : array of int32
        Demands that stay in one tree, by the device nearest to the root they pass.
    """

    first: Ints
    last: Ints
    at: Ints
    under: Ints
    from_start: Ints
    from_demand: Ints
    to_start: Ints
    to_demand: Ints
    meet_start: Ints
    meet_demand: Ints


class Carried(NamedTuple):
    """The demands: k that cross the core, and then those that stay in one tree.

    Attributes
    ----------
    source, target : array of int32, shape (demands,)
        Devices; other numbers are nodes of sites.
    rate : array of float64, shape (demands,)
        bit/s.
    way : array of int8, shape (demands,)
        The plane that carries each, 0 for none. It is the same for all that have the
        nodes in common between which they cross the core.
    row : array of int32, shape (demands,)
        Which of all targets each crosses the core to, -1 if it stays in one tree.
    """

    source: Ints
    target: Ints
    rate: Floats
    way: Bytes
    row: Ints


class Targets(NamedTuple):
    """The nodes of the core to which something is carried, those of a block (t).

    Attributes
    ----------
    node : array of int32, shape (t,)
    start : array of int32, shape (t + 1,)
        The demands to target i are ``start[i]:start[i + 1]``.
    source : array of int32, shape (k,)
        The nodes they come from, in ascending order for each target.
    row_at : array of int32, shape (nodes,)
        The target that each node is, -1 for none.
    second : array of bool, shape (t,)
        Whether the second plane carries something there.
    before : int
        How many targets are in blocks before this one.
    """

    node: Ints
    start: Ints
    source: Ints
    row_at: Ints
    second: Bools
    before: int


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


class Traffic(NamedTuple):
    """All of it, and what it hangs on.

    Attributes
    ----------
    second : Plane
        The second plane if `backed`, else the first again.
    """

    net: Net
    climb: Climb
    branches: Branches
    carried: Carried
    targets: Targets
    first: Plane
    second: Plane
    backed: bool


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
