"""The declared network as a graph, and where everything in it stands.

Devices are nodes; a link is two arcs keyed by its id, because parallel circuits must
stay two things and because capacity and metric may differ per direction.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass

import networkx as nx

from bellrock.model.inventory import ElementKind, Inventory, Link

NOTHING: frozenset[str] = frozenset()


def network_graph(
    inventory: Inventory, down: Set[str] = NOTHING
) -> "nx.MultiDiGraph[str]":
    """Return the devices and links that are not in `down`.

    Parameters
    ----------
    inventory : Inventory
        The declared network.
    down : set of str
        Ids of devices and links to leave out; other ids are ignored.

    Returns
    -------
    nx.MultiDiGraph
        Nodes are device ids with attribute ``site``. Each link whose ends are both
        present is two arcs with the link's id as key and the attributes ``capacity``
        (bit/s or None) and ``metric`` (positive int) of that direction.

    Examples
    --------
    >>> from bellrock.model.inventory import Device, End
    >>> pair = Inventory(
    ...     id="n", name="n", sites={}, risk_groups={}, gateways=frozenset(),
    ...     devices={"pe": Device("pe", "x"), "cpe": Device("cpe", "y")},
    ...     links={"tail": Link("tail", End("pe"), End("cpe"), metric_ba=7)},
    ... )
    >>> list(network_graph(pair).edges(keys=True, data="metric"))
    [('pe', 'cpe', 'tail', 10), ('cpe', 'pe', 'tail', 7)]
    >>> list(network_graph(pair, down={"cpe"}).edges)
    []
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    for device in inventory.devices.values():
        if device.id not in down:
            graph.add_node(device.id, site=device.site)
    for link in inventory.links.values():
        a, b = link.a.device, link.b.device
        if link.id in down or a not in graph or b not in graph:
            continue
        graph.add_edge(
            a, b, key=link.id, capacity=link.capacity_ab, metric=link.metric_ab
        )
        graph.add_edge(
            b, a, key=link.id, capacity=link.capacity_ba, metric=link.metric_ba
        )
    return graph


def subdivide(
    network: "nx.MultiDiGraph[str]", down: Set[str] = NOTHING
) -> "nx.Graph[str]":
    """Return the undirected graph in which links are nodes as well as devices.

    Losing a link is then losing a node, so one method answers for both. Elements in
    `down` are left out; reach is the same in both directions, so arcs are not needed.
    """
    graph: nx.Graph[str] = nx.Graph()
    graph.add_nodes_from(device for device in network if device not in down)
    for a, b, link in network.edges(keys=True):
        if a in graph and b in graph and link not in down:
            graph.add_edge(a, link)
    return graph


@dataclass(frozen=True)
class Layout:
    """An inventory with the look-ups every analysis needs, built once.

    Attributes
    ----------
    network : nx.MultiDiGraph
        Everything declared, all up (see `network_graph`). Not to be changed.
    user_sites : frozenset of str
        The sites that results speak of.
    devices : mapping of str to tuple of str
        Devices by site; sites without devices are absent.
    members : mapping of str to frozenset of str
        Devices and links that fail together, by site or risk group; elements without
        members are absent.
    premises : mapping of str to str
        The site on whose premises an element lies entirely: a device's site, a link's
        if both ends are there, a risk group's if all members are. Others are absent.
    kinds : mapping of str to ElementKind
        Every declared element.
    """

    inventory: Inventory
    network: "nx.MultiDiGraph[str]"
    user_sites: frozenset[str]
    devices: Mapping[str, tuple[str, ...]]
    members: Mapping[str, frozenset[str]]
    premises: Mapping[str, str]
    kinds: Mapping[str, ElementKind]

    @classmethod
    def of(cls, inventory: Inventory) -> "Layout":
        """Arrange `inventory`."""
        devices: defaultdict[str, list[str]] = defaultdict(list)
        groups: defaultdict[str, set[str]] = defaultdict(set)
        premises: dict[str, str] = {}
        for device in inventory.devices.values():
            devices[device.site].append(device.id)
            premises[device.id] = device.site
            for group in device.risk_groups:
                groups[group].add(device.id)
        for link in inventory.links.values():
            site = _site_of(inventory, link)
            if site is not None:
                premises[link.id] = site
            for group in link.risk_groups:
                groups[group].add(link.id)
        for group, members in groups.items():
            where = {premises.get(member) for member in members}
            site = where.pop()
            if site is not None and not where:
                premises[group] = site
        together = {site: frozenset(inside) for site, inside in devices.items()}
        together |= {group: frozenset(members) for group, members in groups.items()}
        return cls(
            inventory=inventory,
            network=network_graph(inventory),
            user_sites=inventory.user_sites(),
            devices={site: tuple(inside) for site, inside in devices.items()},
            members=together,
            premises=premises,
            kinds=_kinds(inventory),
        )

    def expand(self, elements: Iterable[str]) -> frozenset[str]:
        """Return `elements` with sites and risk groups replaced by their members.

        Raises
        ------
        KeyError
            If an id is not a declared element.
        """
        expanded: set[str] = set()
        for element in elements:
            if self.kinds[element] in (ElementKind.DEVICE, ElementKind.LINK):
                expanded.add(element)
            else:
                expanded |= self.members.get(element, NOTHING)
        return frozenset(expanded)


def _site_of(inventory: Inventory, link: Link) -> str | None:
    """Return the one site that both ends of `link` are at."""
    a, b = inventory.devices[link.a.device].site, inventory.devices[link.b.device].site
    return a if a == b else None


def _kinds(inventory: Inventory) -> dict[str, ElementKind]:
    return (
        dict.fromkeys(inventory.sites, ElementKind.SITE)
        | dict.fromkeys(inventory.risk_groups, ElementKind.RISK_GROUP)
        | dict.fromkeys(inventory.devices, ElementKind.DEVICE)
        | dict.fromkeys(inventory.links, ElementKind.LINK)
    )
