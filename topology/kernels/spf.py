"""Shortest paths towards one node, and traffic pushed along them (ECMP).

Nodes and arcs are numbers. Metrics are positive integers: equal paths compare equal,
and an arc of the shortest-path graph always leads to a smaller distance.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.heap import pop, push
from topology.kernels.jit import borrowing

Ints = npt.NDArray[np.int32]
Longs = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FAR = 1 << 60
"""The distance of a node that has no way; no sum of metrics comes near it."""


class Wiring(NamedTuple):
    """A directed graph, parallel arcs allowed.

    Attributes
    ----------
    tail, head : array of int32, shape (arcs,)
    metric : array of int64, shape (arcs,)
    out_start, in_start : array of int32, shape (nodes + 1,)
    out_arc, in_arc : array of int32
        Arcs leaving and entering each node, in rows. Arcs that are in no row are not
        part of the graph, though they have a number.
    """

    tail: Ints
    head: Ints
    metric: Longs
    out_start: Ints
    out_arc: Ints
    in_start: Ints
    in_arc: Ints


@borrowing
def toward(
    wiring: Wiring,
    target: int,
    distance: Longs,
    ways: Ints,
    order: Ints,
    keys: Longs,
    values: Ints,
) -> int:
    """Find the distance of each node to `target` (Dijkstra, backwards).

    Parameters
    ----------
    distance : array of int64, shape (nodes,)
        Written: the distance, `FAR` where there is no way.
    ways : array of int32, shape (nodes,)
        Written: how many arcs of shortest paths leave each node.
    order : array of int32, shape (nodes,)
        Written: the nodes that have a way, nearest first.
    keys, values : array, shape (arcs + 1,) or more
        Scratch.

    Returns
    -------
    int
        How many nodes have a way.
    """
    distance[:] = FAR
    ways[:] = 0
    distance[target] = 0
    waiting = push(keys, values, 0, 0, target)
    settled = 0
    while waiting > 0:
        near, node, waiting = pop(keys, values, waiting)
        if near > distance[node]:
            continue
        order[settled] = node
        settled += 1
        for i in range(wiring.in_start[node], wiring.in_start[node + 1]):
            arc = wiring.in_arc[i]
            before = wiring.tail[arc]
            length = near + wiring.metric[arc]
            if length < distance[before]:
                distance[before] = length
                ways[before] = 1
                waiting = push(keys, values, waiting, length, before)
            elif length == distance[before]:
                ways[before] += 1
    return settled


@borrowing
def spread(
    wiring: Wiring,
    settled: int,
    order: Ints,
    distance: Longs,
    ways: Ints,
    flow: Floats,
    load: Floats,
) -> None:
    """Push `flow` down the shortest paths, farthest node first, adding to `load`.

    Parameters
    ----------
    settled, order, distance, ways
        As `toward` left them.
    flow : array of float64, shape (nodes,)
        What enters at each node; becomes what passes through it.
    load : array of float64, shape (arcs,)
    """
    for i in range(settled - 1, 0, -1):
        node = order[i]
        if flow[node] == 0.0:
            continue
        part = flow[node] / ways[node]
        for j in range(wiring.out_start[node], wiring.out_start[node + 1]):
            arc = wiring.out_arc[j]
            after = wiring.head[arc]
            if distance[node] == distance[after] + wiring.metric[arc]:
                load[arc] += part
                flow[after] += part
