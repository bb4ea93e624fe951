"""Which ways the lab's routers take once they all know which of its wires work."""

from collections.abc import Iterable

import networkx as nx

from tests.lab.description import NOC, Description, Wire

Hop = tuple[str, str, str]
"""A node, another one, and an interface by which the first sends to the second."""

_COST, _AWAY = 10, 65535
"""FRR's for a fast interface, and the monitor's host's, which is no way through."""


def best_ways(lab: Description, without: Iterable[Wire] = ()) -> set[Hop]:
    """Return the first hops of all shortest paths between any two nodes.

    Parameters
    ----------
    without : iterable of Wire
        Those that are cut.
    """
    ends = [
        (here, there, _AWAY if here.node == NOC else _COST)
        for wire in set(lab.wires) - set(without)
        for here, there in (wire.plugs, wire.plugs[::-1])
    ]
    backwards: nx.DiGraph[str] = nx.DiGraph()
    backwards.add_nodes_from(lab.addresses)
    for here, there, cost in ends:
        backwards.add_edge(there.node, here.node, weight=cost)
    ways = set()
    for other in lab.addresses:
        far = nx.single_source_dijkstra_path_length(backwards, other)
        ways |= {
            (here.node, other, here.interface)
            for here, there, cost in ends
            if there.node in far and far[here.node] == far[there.node] + cost
        }
    return ways
