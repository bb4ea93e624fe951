"""What is worked on while the traffic towards one target is mended."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.heap import push
from topology.kernels.jit import borrowing, kernel
from topology.kernels.spf import FAR, Floats, Ints, Longs

Bools = npt.NDArray[np.bool_]
Marks = npt.NDArray[np.uint8]

UNTOLD = -1
STRANDED, CHANGED, MET = 1, 2, 4
"""What a node is: without a path of the old length; with other arcs than before in its
shortest paths; in line to be looked at, since its flow may differ."""

MEETING, WAITING = 0, 1
"""Places in `Work.tally`."""


class Toward(NamedTuple):
    """Shortest paths to one target before the failure, as `toward` and `spread` do.

    Attributes
    ----------
    target : int
        Its node.
    distance, ways, flow : array, shape (nodes,)
        A row each of `topology.kernels.route.Paths`.
    """

    target: int
    distance: Longs
    ways: Ints
    flow: Floats


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
    stranded, changed, met : array of int32, shape (nodes,)
        Lists of the nodes that are marked so.
    keys, values : array
        A heap.
    tally : array of int32, shape (2,)
        How many of `met` are meant, and of the heap.
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
    tally: Ints


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
        np.zeros(2, np.int32),
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
def nudge(nudged: Nudges, node: int, amount: float) -> None:
    """Add one, bit/s."""
    nudged.node[nudged.tally[0]] = node
    nudged.amount[nudged.tally[0]] = amount
    nudged.tally[0] += 1


@borrowing
def length_from(node: int, toward: Toward, work: Work) -> int:
    """Return how far the target is from a node after the failure."""
    lengths = work.length if work.mark[node] & STRANDED else toward.distance
    return int(lengths[node])


@borrowing
def meet(node: int, far: int, toward: Toward, work: Work) -> None:
    """Put a node in line, once, the farthest first; the target has nothing to pass."""
    mark, tally = work.mark, work.tally
    if mark[node] & MET:
        return
    mark[node] |= MET
    work.met[tally[MEETING]] = node
    tally[MEETING] += 1
    if far < FAR and node != toward.target:
        tally[WAITING] = push(work.keys, work.values, tally[WAITING], -far, node)
