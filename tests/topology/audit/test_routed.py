"""What lies on all shortest paths, against removing it and looking."""

from dataclasses import replace

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from tests.topology.networks import TAPE, from_tape
from topology.audit.routed import routed
from topology.graph import Layout, network_graph


def varied(inventory: Inventory, tape: bytes) -> Inventory:
    """Give the links metrics and backups off the tape, so that ways differ."""
    links = {
        name: replace(
            *(link,),
            metric_ab=1 + byte % 3,
            metric_ba=1 + byte // 3 % 3,
            backup=byte > 230,
        )
        for (name, link), byte in zip(
            inventory.links.items(), tape.ljust(20, b"\0"), strict=False
        )
    }
    return replace(inventory, links=links)


def distances(inventory: Inventory, down: frozenset[str]) -> dict[str, float]:
    graph = network_graph(inventory, down)
    for link in inventory.links.values():
        if link.backup and graph.has_edge(link.a.device, link.b.device, link.id):
            graph.remove_edge(link.a.device, link.b.device, link.id)
            graph.remove_edge(link.b.device, link.a.device, link.id)
    gateways = inventory.gateways & graph.nodes
    if not gateways:
        return {}
    away = nx.multi_source_dijkstra_path_length(
        graph.reverse(), gateways, weight="metric"
    )
    return dict(away)


@given(st.binary(max_size=TAPE), st.binary(max_size=20))
def test_it_is_on_every_shortest_path_if_without_it_the_way_is_longer(
    tape: bytes, more: bytes
) -> None:
    inventory = varied(from_tape(tape)[0], more)
    everything = distances(inventory, frozenset())
    ways = routed(Layout.of(inventory))
    elements = [*inventory.devices, *inventory.links]
    longer: dict[str, set[str]] = {device: {device} for device in everything}
    for element in elements:
        left = distances(inventory, frozenset({element}))
        for device, distance in everything.items():
            if left.get(device) != distance:
                longer[device].add(element)
    for device in inventory.devices:
        assert set(ways.passes(device)) == longer.get(device, set())


def test_it_is_told_from_the_device_on() -> None:
    inventory, _ = from_tape(b"")
    (device,) = inventory.devices
    assert routed(Layout.of(inventory)).passes(device) == (device,)
