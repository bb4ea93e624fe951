"""ECMP loads against the definition, and what is sent arrives or is counted."""

from dataclasses import replace

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.inventory import Demand, Device, End, Inventory, Link, Site
from topology.routing import Loads, directed, ecmp_loads


def network(*links: Link, demands: tuple[Demand, ...] = ()) -> Inventory:
    """Build an inventory with one device a site, named after it."""
    devices = sorted({end.device for link in links for end in (link.a, link.b)})
    return Inventory(
        id="n",
        name="n",
        sites={d: Site(d, d, "pop") for d in devices},
        devices={d: Device(d, d) for d in devices},
        links={link.id: link for link in links},
        risk_groups={},
        gateways=frozenset(),
        demands=demands,
    )


def wire(name: str, a: str, b: str, ab: int = 10, ba: int = 10) -> Link:
    return Link(name, End(a), End(b), metric_ab=ab, metric_ba=ba)


DIAMOND = network(
    wire("1", "a", "b"),
    wire("2", "a", "c"),
    wire("3", "b", "d"),
    wire("4", "c", "d"),
    wire("5", "c", "d"),
    demands=(Demand("a", "d", 12.0),),
)


def test_equal_paths_share_equally_and_parallel_arcs_count_each() -> None:
    assert ecmp_loads(DIAMOND).by_arc == {
        ("1", "ab"): 6.0,
        ("2", "ab"): 6.0,
        ("3", "ab"): 6.0,
        ("4", "ab"): 3.0,
        ("5", "ab"): 3.0,
    }


def test_each_direction_has_its_own_metric() -> None:
    ring = network(
        wire("short", "a", "b", ab=1, ba=100),
        wire("x", "b", "c"),
        wire("y", "c", "a"),
        demands=(Demand("a", "b", 1.0), Demand("b", "a", 2.0)),
    )
    assert ecmp_loads(ring).by_arc == {
        ("short", "ab"): 1.0,
        ("x", "ab"): 2.0,
        ("y", "ab"): 2.0,
    }


def test_backup_carries_only_what_has_no_other_way() -> None:
    backup = replace(wire("4g", "a", "d", 1, 1), backup=True)
    links = (*DIAMOND.links.values(), backup)
    both = network(*links, demands=DIAMOND.demands)
    assert ("4g", "ab") not in ecmp_loads(both).by_arc
    cut = ecmp_loads(both, frozenset({"1", "2"}))
    assert cut == Loads({("4g", "ab"): 12.0}, unrouted=0.0)


@pytest.mark.parametrize("down", [{"1", "2"}, {"a"}, {"d"}])
def test_what_has_no_way_is_counted(down: set[str]) -> None:
    assert ecmp_loads(DIAMOND, frozenset(down)) == Loads({}, unrouted=12.0)


def test_a_demand_within_a_site_loads_nothing() -> None:
    within = replace(DIAMOND, demands=(Demand("a", "a", 5.0),))
    assert ecmp_loads(within) == Loads({}, unrouted=0.0)


NAMES = "abcdef"
links_of = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from(NAMES),
        st.integers(1, 4),
        st.integers(1, 4),
    ).filter(lambda link: link[0] != link[1]),
    min_size=1,
    max_size=12,
)


def by_every_path(inventory: Inventory, demand: Demand) -> dict[tuple[str, str], float]:
    """Split one demand hop by hop, walking every shortest path there is."""
    graph = directed(inventory, backup=False)
    loads: dict[tuple[str, str], float] = {}

    def walk(device: str, rate: float) -> None:
        if device == demand.target:
            return
        length = nx.dijkstra_path_length(graph, device, demand.target, "metric")
        arcs = [
            (onward, data)
            for _, onward, data in graph.out_edges(device, data=True)
            if nx.has_path(graph, onward, demand.target)
            and data["metric"]
            + nx.dijkstra_path_length(graph, onward, demand.target, "metric")
            == length
        ]
        for onward, data in arcs:
            loads[data["arc"]] = loads.get(data["arc"], 0) + rate / len(arcs)
            walk(onward, rate / len(arcs))

    if nx.has_path(graph, demand.source, demand.target):
        walk(demand.source, demand.rate)
    return loads


@given(links_of)
def test_loads_equal_the_definition(wires: list[tuple[str, str, int, int]]) -> None:
    links = [wire(str(n), *each) for n, each in enumerate(wires)]
    inventory = network(*links)
    ends = sorted(inventory.devices)
    demand = Demand(ends[0], ends[-1], 8.0)
    found = ecmp_loads(replace(inventory, demands=(demand,)))
    expected = by_every_path(inventory, demand)
    assert found.by_arc == pytest.approx(expected)
    assert found.unrouted == (0.0 if expected else 8.0)
