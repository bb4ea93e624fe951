"""All demands over one plane: who has a way, and what every arc carries."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.fold import NONE, Forest
from topology.kernels.jit import borrowing, kernel
from topology.kernels.spf import FAR, Floats, Ints, Wiring, spread, toward

Bytes = npt.NDArray[np.int8]


class Crossing(NamedTuple):
    """Demands (k) that cross the core, by target (t), then by source.

    Attributes
    ----------
    targets : array of int32, shape (t,)
        Nodes that attract.
    start : array of int32, shape (t + 1,)
        The demands of ``targets[i]`` are ``start[i]:start[i + 1]``.
    source : array of int32, shape (k,)
        The node that sends.
    rate : array of float64, shape (k,)
        bit/s.
    """

    targets: Ints
    start: Ints
    source: Ints
    rate: Floats


class Paths(NamedTuple):
    """Shortest paths in one plane, a row for a target.

    Attributes
    ----------
    distance : array of int64, shape (rows, nodes)
        `FAR` where there is no way.
    ways : array of int32, shape (rows, nodes)
        Arcs of shortest paths that leave each node.
    flow : array of float64, shape (rows, nodes)
        bit/s that pass each node, those that end there included.
    """

    distance: npt.NDArray[np.int64]
    ways: npt.NDArray[np.int32]
    flow: npt.NDArray[np.float64]


@kernel
def route(
    wiring: Wiring,
    crossing: Crossing,
    plane: int,
    paths: Paths,
    way: Bytes,
    load: Floats,
) -> None:
    """Route the demands that have no way yet, one target after the other.

    Parameters
    ----------
    plane : int
        Number of `wiring`, from 1 on.
    paths : Paths
        Written for target i in row ``i % rows``; with less rows than targets, those
        without demands left are skipped.
    way : array of int8, shape (k,)
        The plane that carries each demand, 0 for none; written where this one does.
    load : array of float64, shape (arcs,)
        Added to.
    """
    rows, nodes = paths.distance.shape
    targets, start, source, rate = crossing
    arcs = len(wiring.tail)
    order = np.empty(nodes, np.int32)
    keys = np.empty(arcs + 1, np.int64)
    values = np.empty(arcs + 1, np.int32)
    for i in range(len(targets)):
        waiting = False
        for demand in range(start[i], start[i + 1]):
            waiting = waiting or way[demand] == 0
        if not waiting and rows < len(targets):
            continue
        distance, ways = paths.distance[i % rows], paths.ways[i % rows]
        flow = paths.flow[i % rows]
        settled = toward(wiring, targets[i], distance, ways, order, keys, values)
        flow[:] = 0.0
        for demand in range(start[i], start[i + 1]):
            if way[demand] == 0 and distance[source[demand]] < FAR:
                way[demand] = plane
                flow[source[demand]] += rate[demand]
        spread(wiring, settled, order, distance, ways, flow, load)


@kernel
def along_trees(
    source: Ints, target: Ints, rate: Floats, forest: Forest, head: Ints, load: Floats
) -> None:
    """Add demands to the arcs of the folded trees that they pass.

    Parameters
    ----------
    source, target, rate : array, shape (demands,)
        Devices; other numbers are in no tree.
    head : array of int32, shape (2 m,)
    load : array of float64, shape (2 m,) or more
        Added to.
    """
    arcs = np.empty(2 * len(forest.up) + 1, np.int32)
    for demand in range(len(rate)):
        count = tree_arcs(
            source[demand],
            target[demand],
            forest.up,
            forest.depth,
            forest.root,
            head,
            arcs,
        )
        for arc in arcs[:count]:
            load[arc] += rate[demand]


@borrowing
def tree_arcs(
    source: int, target: int, up: Ints, depth: Ints, root: Ints, head: Ints, arcs: Ints
) -> int:
    """Write the arcs of trees between two devices to `arcs`; return how many.

    Those of one tree are joined where they meet, others at the roots of their trees.
    """
    n = len(up)
    count = 0
    if source < n and target < n and root[source] == root[target]:
        while source != target:
            if depth[source] >= depth[target]:
                arcs[count] = up[source]
                source = head[up[source]]
            else:
                arcs[count] = up[target] ^ 1
                target = head[up[target]]
            count += 1
        return count
    while source < n and up[source] != NONE:
        arcs[count] = up[source]
        source = head[up[source]]
        count += 1
    while target < n and up[target] != NONE:
        arcs[count] = up[target] ^ 1
        target = head[up[target]]
        count += 1
    return count
