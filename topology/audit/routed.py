"""What every routed way from a device to its nearest gateway passes.

Traffic follows the IGP's shortest paths. What lies on all of them from a device is a
chain, as dominators are: the tree of the chains is built in one pass over the devices
from the nearest to the farthest, as in the dominator tree of any acyclic graph.
"""

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce

import networkx as nx

from topology.graph import Layout
from topology.routing import directed

_NOWHERE = ""


@dataclass(frozen=True, slots=True)
class Routed:
    """The tree of what lies on all shortest paths to a gateway.

    Attributes
    ----------
    onward : mapping of str to str
        From each device and link to the next one towards the gateways that every
        shortest path passes; empty where there is none.
    """

    onward: Mapping[str, str]

    def passes(self, device: str) -> tuple[str, ...]:
        """Return the devices and links on every shortest path, `device` itself first.

        Nothing if it reaches no gateway.
        """
        found = []
        while device in self.onward:
            found.append(device)
            device = self.onward[device]
        return tuple(found)


def routed(layout: Layout) -> Routed:
    """Build the tree for the network with everything up.

    Notes
    -----
    O((n + m) log n) for the distances [1]_ and one step per arc and level of the tree
    for the chains. Backup links are used by nothing else while another way is there, so
    they are left out, as in the loads.

    References
    ----------
    .. [1] E. W. Dijkstra, "A note on two problems in connexion with graphs", 1959.

    Examples
    --------
    >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
    >>> line = Inventory(
    ...     id="n", name="n", risk_groups={}, gateways=frozenset({"p"}),
    ...     sites={"x": Site("x", "x", "datacentre")},
    ...     devices={d: Device(d, "x") for d in ("p", "q", "r")},
    ...     links={"pq": Link("pq", End("p"), End("q")),
    ...            "qr": Link("qr", End("r"), End("q"))},
    ... )
    >>> routed(Layout.of(line)).passes("r")
    ('r', 'qr', 'q', 'pq', 'p')
    """
    graph = directed(layout.inventory, backup=False)
    gateways = layout.inventory.gateways & graph.nodes
    if not gateways:
        return Routed({})
    distance: dict[str, float] = nx.multi_source_dijkstra_path_length(
        graph.reverse(copy=False), gateways, weight="metric"
    )
    tree = _Tree()
    for device in sorted(distance, key=distance.__getitem__):
        if device in gateways:
            tree.add(device, _NOWHERE)
            continue
        ways = []
        for _, far, data in graph.edges(device, data=True):
            if distance.get(far, math.inf) + data["metric"] == distance[device]:
                # Metrics are positive, so a link leads nearer from one side only.
                link, _ = data["arc"]
                tree.add(link, far)
                ways.append(link)
        tree.add(device, reduce(tree.common, ways))
    return Routed(tree.above)


class _Tree:
    """Nodes with one parent each, added parents first."""

    def __init__(self) -> None:
        self.above: dict[str, str] = {}
        self._depth: defaultdict[str, int] = defaultdict(int)

    def add(self, node: str, above: str) -> None:
        self.above[node] = above
        self._depth[node] = self._depth[above] + 1

    def common(self, one: str, other: str) -> str:
        """Return the nearest node on the chains of both."""
        while one != other:
            if self._depth[one] < self._depth[other]:
                one, other = other, one
            one = self.above[one]
        return one
