"""What fails when devices and links do: arcs, and nodes of the core."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.fold import NONE
from topology.kernels.jit import borrowing, kernel
from topology.kernels.spf import Ints

Bools = npt.NDArray[np.bool_]

GONE, FALLEN = 0, 1
"""Places in `Broken.tally`."""


class Net(NamedTuple):
    """Devices (n) and links (m) as they are before a failure.

    Attributes
    ----------
    up : array of bool, shape (n + m,)
    start, arc : array of int32
        The arcs that fail with each device, in rows: of its links that are up, and of
        its site's nodes.
    core : array of int32, shape (n,)
        The core's node of each device, -1 if it is down or in a tree.
    """

    up: Bools
    start: Ints
    arc: Ints
    core: Ints


class Broken(NamedTuple):
    """What has failed; nothing between failures.

    Attributes
    ----------
    failed, gone : array, shape (arcs,)
        Arcs: marks, and a list.
    dead, fallen : array, shape (nodes,)
        Nodes of the core: marks, and a list.
    tally : array of int32, shape (2,)
        How many of `gone` and of `fallen` are meant.
    """

    failed: Bools
    gone: Ints
    dead: Bools
    fallen: Ints
    tally: Ints


@kernel
def whole(arcs: int, nodes: int) -> Broken:
    """Make room for what fails; nothing has."""
    return Broken(
        np.zeros(arcs, np.bool_),
        np.empty(arcs, np.int32),
        np.zeros(nodes, np.bool_),
        np.empty(nodes, np.int32),
        np.zeros(2, np.int32),
    )


@borrowing
def take_down(net: Net, members: Ints, broken: Broken) -> None:
    """Let devices d and links n + l fail; those that are down change nothing."""
    up, start, arcs, core = net
    failed, gone, dead, fallen, tally = broken
    n = len(core)
    for member in members:
        if not up[member]:
            continue
        if member >= n:
            _break(failed, gone, tally, 2 * (member - n))
            _break(failed, gone, tally, 2 * (member - n) + 1)
            continue
        for i in range(start[member], start[member + 1]):
            _break(failed, gone, tally, arcs[i])
        node = core[member]
        if node != NONE and not dead[node]:
            dead[node] = True
            fallen[tally[FALLEN]] = node
            tally[FALLEN] += 1


@borrowing
def _break(failed: Bools, gone: Ints, tally: Ints, arc: int) -> None:
    if not failed[arc]:
        failed[arc] = True
        gone[tally[GONE]] = arc
        tally[GONE] += 1


@borrowing
def mend(broken: Broken) -> None:
    """Let all be up again that failed."""
    failed, gone, dead, fallen, tally = broken
    for i in range(tally[GONE]):
        failed[gone[i]] = False
    for i in range(tally[FALLEN]):
        dead[fallen[i]] = False
    tally[:] = 0
