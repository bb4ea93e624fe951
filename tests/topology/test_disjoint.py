"""Disjoint paths are as many as networkx finds."""

import random
from math import inf

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from topology.disjoint import disjoint
from topology.network import Network
from topology.reach import Standing
from topology.reading import Reading


def by_flow(net: Inventory, down: set[str], site: str, *, by_device: bool) -> int:
    """Return the maximum flow from the site's devices to the gateways."""
    own = definition.devices_at(net, site)
    graph: nx.DiGraph[object] = nx.DiGraph()
    graph.add_nodes_from(["source", "sink"])
    for device in net.devices.keys() - down:
        through = 1 if by_device and device not in own else inf
        graph.add_edge((device, "in"), (device, "out"), capacity=through)
        if device in own:
            graph.add_edge("source", (device, "in"), capacity=inf)
        if device in net.gateways:
            graph.add_edge((device, "out"), "sink", capacity=inf)
    for link in net.links.values():
        ends = link.a.device, link.b.device
        if {link.id, *ends} & down:
            continue
        for one, other in (ends, ends[::-1]):
            graph.add_edge((one, "out"), (link.id, one), capacity=1)
            graph.add_edge((link.id, one), (other, "in"), capacity=1)
    return int(nx.maximum_flow_value(graph, "source", "sink"))


def check(net: Inventory, down: set[str]) -> int:
    found = Network.of(net)
    standing = Standing.of(found, found.down(down))
    paths = disjoint(standing).by_site
    assert paths.keys() == definition.user_sites(net)
    levels = Reading(found, down).redundancy.levels
    for site, (links, devices) in paths.items():
        assert links == by_flow(net, down, site, by_device=False)
        assert devices == by_flow(net, down, site, by_device=True)
        assert (links > 0) == (levels[site] > 0)
        assert devices >= 2 or levels[site] < 2
    return max((links for links, _ in paths.values()), default=0)


@pytest.mark.parametrize("seed", range(4))
def test_random_multigraphs(seed: int) -> None:
    rng = random.Random(seed)
    most = 0
    for _ in range(150):
        net, state = from_tape(rng.randbytes(TAPE))
        most = max(most, check(net, set(state.down)))
    assert most >= 3


@settings(max_examples=200, deadline=None, database=None)
@given(st.binary(min_size=TAPE, max_size=TAPE))
def test_multigraphs_that_hypothesis_thinks_of(tape: bytes) -> None:
    net, state = from_tape(tape)
    check(net, set(state.down))


@pytest.mark.parametrize("seed", range(5))
def test_larger_networks_in_which_paths_have_to_be_undone(seed: int) -> None:
    rng = random.Random(seed)
    graph = nx.gnm_random_graph(24, 52, seed=seed)
    links = {f"l{a}-{b}": (f"d{a}", f"d{b}") for a, b in graph.edges}
    devices = {f"d{n}": f"dc{n}" if n < 4 else f"s{n // 2}" for n in range(24)}
    check(network(devices, links, ["d0", "d1", "d2", "d3"]), set())
    check(
        network(devices, links, ["d0", "d1", "d2"]),
        set(rng.sample([*devices, *links], 8)),
    )
