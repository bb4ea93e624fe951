"""Where packets went, beside where the inventory has them go."""

from collections.abc import Iterable, Mapping, Sequence, Set

import networkx as nx

from bellrock.model.inventory import Inventory
from topology.discovery.mismatch import Mismatch, Why
from topology.routing import directed
from topology.tracing.way import Way


def strays(ways: Iterable[Way]) -> list[Mismatch]:
    """Return where ways go from one known device to another that no link joins.

    What is between two hops of which one is not known says nothing. Each pair of
    devices is told once, whichever way round it was passed.

    Examples
    --------
    >>> from topology.tracing.way import Hop
    >>> way = Way((Hop("", "p1"), Hop("", "pe9"), Hop(None), Hop("", "cpe")))
    >>> [(each.link, each.why.value) for each in strays([way])]
    [('p1 - pe9', 'path')]
    """
    found: dict[str, Mismatch] = {}
    for way in ways:
        for hop, after in way.steps():
            if hop.device is None or after.device is None or after.links:
                continue
            a, b = sorted((hop.device, after.device))
            detail = (
                f"packets to {way.hops[-1]} go from {hop.device} straight to "
                f"{after.device}, and no link is declared between them"
            )
            found.setdefault(f"{a} - {b}", Mismatch(f"{a} - {b}", Why.PATH, detail))
    return [found[name] for name in sorted(found)]


class Routed:
    """The ways that the declared metrics give, with what is down left out.

    Parameters
    ----------
    inventory : Inventory
        The declared network.
    down : set of str
        Devices and links that are down now.
    """

    def __init__(self, inventory: Inventory, down: Set[str]) -> None:
        self._inventory = inventory
        self._down = down
        self._certain = all(each.metric_declared for each in inventory.links.values())
        # Backup links carry what has no other way, whatever they cost.
        self._graphs = [
            directed(inventory, frozenset(down), backup=backup).reverse(copy=False)
            for backup in (False, True)
        ]
        self._away: dict[str, list[Mapping[str, float]]] = {}

    def agrees(self, ways: Sequence[Way]) -> bool | None:
        """Return whether every way is a shortest one by the declared metrics.

        Parameters
        ----------
        ways : sequence of Way
            To one device, by the address that it is known by everywhere: an address
            of one of its links is next to the far end of that link, wherever the
            device is nearest.

        Returns
        -------
        bool or None
            Of the part after the last gateway. None where that cannot be told: a hop, a
            link or some link's metric is not known, no gateway is passed, or what was
            passed is down by now. One way that is none of the shortest is enough for
            False.
        """
        if not ways or not self._certain:
            return None
        found = [self._shortest(way) for way in ways]
        if False in found:
            return False
        return None if None in found else True

    def _shortest(self, way: Way) -> bool | None:
        gateways = self._inventory.gateways
        before = [at for at, hop in enumerate(way.hops) if hop.device in gateways]
        if not before:
            return None
        inner = Way(way.hops[before[-1] :])
        cost = 0
        for hop, after in inner.steps():
            costs = {self._metric(link, after.device) for link in after.links}
            passed = {hop.device, after.device, *after.links}
            if len(costs) != 1 or not passed.isdisjoint(self._down):
                return None
            cost += costs.pop()
        start, target = inner.hops[0].device, inner.hops[-1].device
        if start is None or target is None:
            return None
        for away in self._distances(target):
            if start in away:
                return cost == away[start]
        return None

    def _metric(self, link: str, towards: str | None) -> int:
        found = self._inventory.links[link]
        return found.metric_ab if found.b.device == towards else found.metric_ba

    def _distances(self, target: str) -> list[Mapping[str, float]]:
        if target not in self._away:
            self._away[target] = [
                nx.single_source_dijkstra_path_length(graph, target, weight="metric")
                for graph in self._graphs
                if target in graph
            ]
        return self._away[target]
