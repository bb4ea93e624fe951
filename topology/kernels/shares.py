"""Which share of each demand every arc carries: the routing matrix, as triplets."""

import numpy as np

from topology.kernels.fold import Forest
from topology.kernels.jit import kernel
from topology.kernels.route import Bytes, Crossing, tree_arcs
from topology.kernels.spf import FAR, Floats, Ints, Longs, Wiring, toward


@kernel
def core_shares(
    wiring: Wiring, crossing: Crossing, plane: int, way: Bytes, last: int
) -> tuple[Ints, Ints, Floats]:
    """Follow each demand that has no way yet by itself over one plane.

    Parameters
    ----------
    plane : int
        Number of `wiring`, from 1 on.
    way : array of int8, shape (k,)
        The plane that carries each demand, 0 for none; written where this one does.
    last : int
        Arcs from this one on are left out: those of sites.

    Returns
    -------
    arc, demand : array of int32, shape (shares,)
    share : array of float64, shape (shares,)
        More than 0, at most 1.
    """
    targets, start, source, _ = crossing
    nodes, arcs = len(wiring.out_start) - 1, len(wiring.tail)
    distance, ways = np.empty(nodes, np.int64), np.empty(nodes, np.int32)
    order, rank = np.empty(nodes, np.int32), np.empty(nodes, np.int32)
    keys, values = np.empty(arcs + 1, np.int64), np.empty(arcs + 1, np.int32)
    flow = np.zeros(nodes)
    passed, parts = np.empty(arcs, np.int32), np.empty(arcs)
    found_arc, found_demand = np.empty(1024, np.int32), np.empty(1024, np.int32)
    found_share = np.empty(1024)
    count = 0
    for i in range(len(targets)):
        settled = toward(wiring, targets[i], distance, ways, order, keys, values)
        for r in range(settled):
            rank[order[r]] = r
        for demand in range(start[i], start[i + 1]):
            node = source[demand]
            if way[demand] != 0 or distance[node] >= FAR:
                continue
            way[demand] = plane
            flow[node] = 1.0
            more = follow(
                wiring, rank[node], order, distance, ways, flow, last, passed, parts
            )
            while count + more > len(found_arc):
                found_arc = np.concatenate((found_arc, found_arc))
                found_demand = np.concatenate((found_demand, found_demand))
                found_share = np.concatenate((found_share, found_share))
            found_arc[count : count + more] = passed[:more]
            found_demand[count : count + more] = demand
            found_share[count : count + more] = parts[:more]
            count += more
    return found_arc[:count], found_demand[:count], found_share[:count]


@kernel
def follow(
    wiring: Wiring,
    farthest: int,
    order: Ints,
    distance: Longs,
    ways: Ints,
    flow: Floats,
    last: int,
    passed: Ints,
    parts: Floats,
) -> int:
    """Push `flow` to the target; write which arcs it passes, and how much of it.

    Parameters
    ----------
    farthest : int
        Where in `order` the node stands at which it enters.
    flow : array of float64, shape (nodes,)
        Nothing but there; nothing anywhere afterwards.

    Returns
    -------
    int
        How many arcs below `last` were written.
    """
    count = 0
    for r in range(farthest, 0, -1):
        node = order[r]
        if flow[node] == 0.0:
            continue
        part = flow[node] / ways[node]
        flow[node] = 0.0
        for j in range(wiring.out_start[node], wiring.out_start[node + 1]):
            arc = wiring.out_arc[j]
            after = wiring.head[arc]
            if distance[node] == distance[after] + wiring.metric[arc]:
                flow[after] += part
                if arc < last:
                    passed[count] = arc
                    parts[count] = part
                    count += 1
    flow[order[0]] = 0.0
    return count


@kernel
def tree_shares(
    source: Ints, target: Ints, forest: Forest, head: Ints
) -> tuple[Ints, Ints]:
    """Return the arcs of trees that each demand passes whole, and the demand."""
    arcs = np.empty(2 * len(forest.up) + 1, np.int32)
    found_arc, found_demand = np.empty(1024, np.int32), np.empty(1024, np.int32)
    count = 0
    for demand in range(len(source)):
        passed = tree_arcs(
            source[demand],
            target[demand],
            forest.up,
            forest.depth,
            forest.root,
            head,
            arcs,
        )
        while count + passed > len(found_arc):
            found_arc = np.concatenate((found_arc, found_arc))
            found_demand = np.concatenate((found_demand, found_demand))
        found_arc[count : count + passed] = arcs[:passed]
        found_demand[count : count + passed] = demand
        count += passed
    return found_arc[:count], found_demand[:count]
