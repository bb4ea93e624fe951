"""Cut-off sets, services and redundancy equal the definition: remove it and look."""

import random
from collections.abc import Iterator

import networkx as nx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networkx.generators.atlas import graph_atlas_g

from bellrock.model.inventory import Inventory, Service
from bellrock.model.status import Status
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from topology.analysis import Design, analyse
from topology.graph import Layout, subdivide
from topology.network import Network
from topology.reach import Reach, Standing
from topology.reading import Reading
from topology.state import NetworkState


def check(net: Inventory, down: set[str]) -> None:
    """Compare every answer about `net` with the elements `down` failed."""
    reading = Reading(Network.of(net), down)
    kinds = {element: kind for element, kind, _ in definition.elements(net)}

    cut = definition.cut_off(net, down)
    assert {e.id: set(e.sites_cut) for e in reading.elements} == cut
    for element in reading.elements:
        assert element.kind == kinds[element.id]
        assert element.on_site == definition.on_site(
            net, element.id, element.kind, cut[element.id]
        )
        people = sum(net.sites[site].people for site in cut[element.id])
        assert element.people_cut == people

    services = definition.services_cut(net, down)
    listed = (*reading.elements, *reading.service_elements)
    assert {e.id: set(e.services_cut) for e in listed if e.services_cut} == services
    assert not any(element.sites_cut for element in reading.service_elements)

    found = reading.redundancy
    assert found.levels == definition.redundancy(net, down)
    assert found.shared == definition.falsely_diverse(net, down)
    assert found.false_diversity == found.shared.keys()
    assert found.single_equipment == definition.single_equipment(net, down)


def check_unknown(net: Inventory, state: NetworkState) -> None:
    """Compare what is published with what both readings of the unknown agree on."""
    best = definition.redundancy(net, set(state.down))
    worst = definition.redundancy(net, set(state.down | state.unknown))
    designed = definition.redundancy(net, set())
    analysis = analyse(Design(net), state)
    assert analysis.sites.keys() == best.keys()
    for site, found in analysis.sites.items():
        status = {(True, True): Status.UP, (False, False): Status.DOWN}
        reached = best[site] > 0, worst[site] > 0
        assert found.reachable is status.get(reached, Status.UNKNOWN)
        assert found.redundancy == (best[site] if best[site] == worst[site] else None)
        assert found.designed == designed[site]
    assert set(analysis.redundancy_lost) == {
        site for site in best if best[site] == worst[site] < designed[site]
    }
    assert analysis.sites_unknown == sum(worst[s] == 0 < best[s] for s in best)


def placements(graph: "nx.Graph[int]") -> Iterator[Inventory]:
    """Give the nodes of a graph roles in several ways: gateways, sites, risks."""
    nodes = sorted(graph)
    links = {f"l{a}{b}": (f"d{a}", f"d{b}") for a, b in graph.edges}
    alone = {f"d{n}": f"s{n}" for n in nodes}
    paired = {f"d{n}": f"s{n // 2}" for n in nodes}
    ends = {f"d{n}": f"s{min(n, len(nodes) - 1 - n)}" for n in nodes}
    carried = {f"d{n}": f"s{n}" if n % 2 else f"ex{n}" for n in nodes}
    duct = {"duct": ("duct", [*links][:2])}
    mixed = {"mixed": ("power", [*[*links][-1:], f"d{nodes[-1]}", "d0"])}
    last = f"s{nodes[-1]}"
    records = Service("records", "Records", (last,), False, frozenset(alone.values()))
    pair = Service("pair", "Pair", ("s0", last), True, frozenset(alone.values()))
    for gateway in nodes:
        yield network(alone, links, [f"d{gateway}"], groups=duct)
    yield network(alone, links, ["d0"], groups=mixed, services=[records, pair])
    yield network(paired, links, ["d0"], groups=mixed)
    yield network(ends, links, ["d0"], groups=duct)
    yield network(paired, links, [f"d{nodes[-1]}"], groups=duct | mixed)
    yield network(carried, links, ["d0", f"d{nodes[-1]}"], groups=duct | mixed)


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6])
def test_every_connected_graph_of_up_to_six_nodes(size: int) -> None:
    graphs = [g for g in graph_atlas_g()[1:] if len(g) == size and nx.is_connected(g)]
    assert len(graphs) == [1, 1, 2, 6, 21, 112][size - 1]  # OEIS A001349
    for graph in graphs:
        for net in placements(graph):
            check(net, set())


@pytest.mark.parametrize("seed", range(10))
def test_random_multigraphs(seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(300):
        net, state = from_tape(rng.randbytes(TAPE))
        check(net, set(state.down))
        check_unknown(net, state)


@settings(max_examples=1000, deadline=None, database=None)
@given(st.binary(min_size=TAPE, max_size=TAPE))
def test_multigraphs_that_hypothesis_thinks_of(tape: bytes) -> None:
    net, state = from_tape(tape)
    check(net, set(state.down))
    check_unknown(net, state)


def test_random_multigraphs_are_as_varied_as_they_claim() -> None:
    rng = random.Random(0)
    drawn = [from_tape(rng.randbytes(TAPE)) for _ in range(300)]
    seen = {
        name
        for net, state in drawn
        for name, present in {
            "parallel links": len({frozenset((k.a, k.b)) for k in net.links.values()})
            < len(net.links),
            "several gateways": len(net.gateways) > 1,
            "no gateway": not net.gateways,
            "a site with three devices": any(
                len(definition.devices_at(net, site)) > 2
                for site in definition.user_sites(net)
            ),
            "a link within a user site": any(
                definition.on_premises(net, link, "link", site)
                for link in net.links
                for site in definition.user_sites(net)
            ),
            "a site without devices": any(
                not definition.devices_at(net, site) for site in net.sites
            ),
            "a group with devices and links": any(
                bool(members & set(net.devices)) and bool(members & set(net.links))
                for _, kind, members in definition.elements(net)
                if kind == "risk_group"
            ),
            "a group with a gateway": any(
                members & net.gateways
                for _, kind, members in definition.elements(net)
                if kind == "risk_group"
            ),
            "false diversity": bool(definition.falsely_diverse(net, set(state.down))),
            "redundancy 2": 2 in definition.redundancy(net, set()).values(),
            "cut off now": 0 in definition.redundancy(net, set(state.down)).values(),
            "a service lost": bool(definition.services_cut(net, set(state.down))),
            "something down": bool(state.down),
            "something unknown": bool(state.unknown),
        }.items()
        if present
    }
    assert len(seen) == 14, seen


def test_dominators_are_those_of_networkx() -> None:
    rng = random.Random(1)
    for _ in range(500):
        net, state = from_tape(rng.randbytes(TAPE))
        graph = subdivide(Layout.of(net).network, state.down)
        rooted = graph.to_directed()
        rooted.add_node("")
        rooted.add_edges_from(("", root) for root in net.gateways if root in graph)
        expected = dict(nx.immediate_dominators(rooted, ""))
        expected.pop("", None)  # networkx before 3.6 has the root dominate itself

        network = Network.of(net)
        standing = Standing.of(network, network.down(state.down))
        reach = Reach.of(standing, network.arrays.gateway)
        names = (*network.ids[: network.nodes], "")
        above = enumerate(reach.above.tolist())
        assert {names[x]: names[y] for x, y in above if y >= 0} == expected
