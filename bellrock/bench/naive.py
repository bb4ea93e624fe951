"""Cut-off sets by their definition: remove the element with networkx, and look.

The peer of our analysis: what anybody would write first, without its waste. The graph
is built once, and mended after each look instead of copied before it.
"""

import random
import time
from collections.abc import Iterable, Sequence

import networkx as nx

from topology.graph import NOTHING, Layout

_SEED = 1811


class RemoveAndLook:
    """An inventory as a multigraph of its devices."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._graph: nx.MultiGraph[str] = nx.MultiGraph()
        self._graph.add_nodes_from(layout.inventory.devices)
        self._edges = {
            link.id: (link.a.device, link.b.device, link.id)
            for link in layout.inventory.links.values()
        }
        self._mend(self._edges.values())
        self._reached = self._sites_reached(NOTHING)

    def cut_off(self, element: str) -> frozenset[str]:
        """Return the user sites that `element` cuts off when it fails."""
        members = self._layout.expand([element])
        devices = members - self._edges.keys()
        links = {link for *_, link in self._graph.edges(devices, keys=True)}
        # By name: an edge of a device comes the other way round, and may be a member.
        gone = {self._edges[link] for link in links | (members - devices)}
        for a, b, link in gone:
            self._graph.remove_edge(a, b, key=link)
        reached = self._sites_reached(devices)
        self._mend(gone)
        return self._reached - reached - {element}

    def _mend(self, edges: Iterable[tuple[str, str, str]]) -> None:
        for a, b, link in edges:
            self._graph.add_edge(a, b, key=link)

    def _sites_reached(self, down: frozenset[str]) -> frozenset[str]:
        inventory = self._layout.inventory
        found: set[str] = set()
        for gateway in inventory.gateways - down:
            if gateway not in found:
                found |= nx.node_connected_component(self._graph, gateway)
        sites = {inventory.devices[device].site for device in found}
        return self._layout.user_sites & sites


def sample(
    layout: Layout, size: int, among: Sequence[str] = ()
) -> tuple[float, dict[str, frozenset[str]]]:
    """Look at some of the elements only: `among` those given, or all there are.

    Returns
    -------
    seconds : float
        CPU time that all elements would take at this pace.
    cut : dict of str to frozenset of str
        What each element of the sample cuts off.
    """
    elements = among or sorted(layout.kinds)
    chosen = random.Random(_SEED).sample(elements, min(size, len(elements)))
    looker = RemoveAndLook(layout)
    begun = time.process_time()
    cut = {element: looker.cut_off(element) for element in chosen}
    pace = (time.process_time() - begun) / len(chosen)
    return pace * len(elements), cut
