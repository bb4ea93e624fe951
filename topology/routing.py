"""Where traffic goes: shortest paths on the IGP metric, split equally (ECMP).

The definition, straight from networkx: one Dijkstra a destination, then flow pushed
down the shortest-path graph from the farthest device to the nearest.
"""

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import networkx as nx

from bellrock.model.inventory import Inventory

Arc = tuple[str, str]
"""A link id and the direction, ``ab`` or ``ba``."""


@dataclass(frozen=True, slots=True)
class Loads:
    """Traffic on every link, and what found no way.

    Attributes
    ----------
    by_arc : dict of (link, direction) to float
        bit/s; arcs without traffic are left out.
    unrouted : float
        bit/s of demand whose source or destination site could not be used.
    """

    by_arc: dict[Arc, float]
    unrouted: float


def directed(
    inventory: Inventory, down: frozenset[str] = frozenset(), *, backup: bool
) -> "nx.MultiDiGraph[str]":
    """Build the routed network: up devices, and an arc a direction of each up link.

    Arcs carry which ``arc`` (link, direction) they are and the IGP ``metric`` of their
    sending interface. Backup links are there only if `backup` is true.
    """
    graph: nx.MultiDiGraph[str] = nx.MultiDiGraph()
    graph.add_nodes_from(inventory.devices.keys() - down)
    for link in inventory.links.values():
        a, b = link.a.device, link.b.device
        if link.id in down or a not in graph or b not in graph:
            continue
        if backup or not link.backup:
            graph.add_edge(a, b, metric=link.metric_ab, arc=(link.id, "ab"))
            graph.add_edge(b, a, metric=link.metric_ba, arc=(link.id, "ba"))
    return graph


def ecmp_loads(inventory: Inventory, down: frozenset[str] = frozenset()) -> Loads:
    """Route every declared demand over the links that are up.

    A demand enters at the up devices of its source site that reach the destination at
    the lowest total metric, in equal parts; the nearest device of the destination
    site attracts it. At each device it splits equally over the arcs of its shortest
    paths, parallel arcs counted each. Backup links carry only the demands that have
    no other way.

    Parameters
    ----------
    inventory : Inventory
        The declared network with its demands.
    down : frozenset of str
        Ids of the devices and links that are down.

    Notes
    -----
    O(T (E + N) log N) for T distinct destination sites. Metrics are integers, so that
    equal paths compare equal.
    """
    waiting: dict[str, dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for demand in inventory.demands:
        waiting[demand.target][demand.source] += demand.rate
    loads: dict[Arc, float] = defaultdict(float)
    for backup in (False, True):
        graph = directed(inventory, down, backup=backup)
        for target, sources in waiting.items():
            if sources:
                waiting[target] = _route(graph, inventory, target, sources, loads)
    unrouted = sum(sum(sources.values()) for sources in waiting.values())
    return Loads(dict(loads), unrouted)


def _route(
    graph: "nx.MultiDiGraph[str]",
    inventory: Inventory,
    target: str,
    sources: dict[str, float],
    loads: dict[Arc, float],
) -> dict[str, float]:
    """Add what `sources` send to `target` to `loads`; return what finds no way."""
    devices_of: dict[str, list[str]] = defaultdict(list)
    for device in inventory.devices.values():
        if device.id in graph and (device.site in sources or device.site == target):
            devices_of[device.site].append(device.id)
    distance: dict[str, float] = {}
    if devices_of[target]:
        distance = nx.multi_source_dijkstra_path_length(
            graph.reverse(copy=False), set(devices_of[target]), weight="metric"
        )
    left: dict[str, float] = {}
    flow: dict[str, float] = defaultdict(float)
    for source, rate in sources.items():
        entries = _nearest(devices_of[source], distance)
        if not entries:
            left[source] = rate
        for entry in entries:
            flow[entry] += rate / len(entries)
    _push(graph, distance, flow, loads)
    return left


def _nearest(devices: Iterable[str], distance: dict[str, float]) -> list[str]:
    """Return the devices at the lowest distance; none if none has any."""
    able = [device for device in devices if device in distance]
    best = min((distance[device] for device in able), default=0)
    return [device for device in able if distance[device] == best]


def _push(
    graph: "nx.MultiDiGraph[str]",
    distance: dict[str, float],
    flow: dict[str, float],
    loads: dict[Arc, float],
) -> None:
    """Move `flow` towards distance 0, farthest device first, adding to `loads`."""
    for device in sorted(distance, key=distance.__getitem__, reverse=True):
        if not flow[device] or distance[device] == 0:
            continue
        arcs = [
            (onward, data["arc"])
            for onward, parallel in graph[device].items()
            for data in parallel.values()
            if distance.get(onward, math.inf) + data["metric"] == distance[device]
        ]
        for onward, arc in arcs:
            part = flow[device] / len(arcs)
            loads[arc] += part
            flow[onward] += part
