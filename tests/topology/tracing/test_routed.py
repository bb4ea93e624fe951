"""Traced ways beside the ones that networkx finds, and off the declared links."""

import random
from dataclasses import replace

import networkx as nx
from hypothesis import event, given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from tests.topology.networks import network
from tests.topology.tracing.walks import world
from topology.discovery.mismatch import Why
from topology.graph import Layout
from topology.tracing.book import Book
from topology.tracing.routed import Routed, strays
from topology.tracing.way import Hop, Joiner, Way

RING = network(
    {"p": "dc", "a": "ex1", "b": "ex2", "cpe": "gp"},
    {"1": ("p", "a"), "2": ("a", "cpe"), "3": ("p", "b"), "4": ("b", "cpe")},
    ["p"],
)


def way(*hops: tuple[str, str]) -> Way:
    return Way(tuple(Hop("", d, links=(k,) if k else ()) for d, k in hops))


def dearer(net: Inventory, link: str, metric: int) -> Inventory:
    other = replace(net.links[link], metric_ab=metric, metric_ba=metric)
    return replace(net, links={**net.links, link: other})


@settings(max_examples=300)
@given(st.integers(0, 2**32))
def test_a_way_agrees_if_networkx_finds_it_among_the_shortest(seed: int) -> None:
    here = world(seed)
    draw = random.Random(seed)
    net = here.net
    for link in net.links:
        net = dearer(net, link, draw.randint(1, 3))
    joiner = Joiner(Layout.of(net), Book(net, here.told))
    graph: nx.Graph[str] = nx.Graph()
    for each in net.links.values():
        graph.add_edge(each.a.device, each.b.device, metric=each.metric_ab)
    for walk in here.walks:
        at = [n for n, device in enumerate(walk.devices) if device in net.gateways]
        found = Routed(net, frozenset()).agrees(
            [joiner.way(walk.seen, walk.devices[-1])]
        )
        if not at:
            assert found is None
            continue
        inner = list(walk.devices[at[-1] :])
        shortest = nx.all_shortest_paths(graph, inner[0], inner[-1], weight="metric")
        event(f"{found}")
        assert found is (inner in list(shortest))


def test_both_of_two_equal_ways_agree_and_one_dear_way_is_enough_to_disagree() -> None:
    one, other = (
        way(("p", ""), ("a", "1"), ("cpe", "2")),
        way(("p", ""), ("b", "3"), ("cpe", "4")),
    )
    assert Routed(RING, frozenset()).agrees([one, other]) is True
    dear = dearer(RING, "4", 11)
    assert Routed(dear, frozenset()).agrees([one, other]) is False
    assert Routed(dear, frozenset({"2"})).agrees([other]) is True


def test_what_cannot_be_compared_is_unknown() -> None:
    one = way(("p", ""), ("a", "1"), ("cpe", "2"))
    assert Routed(RING, frozenset()).agrees([]) is None
    assert Routed(RING, frozenset({"a"})).agrees([one]) is None
    silent = Way((one.hops[0], Hop(None, anyone=True), *one.hops[1:]))
    assert Routed(RING, frozenset()).agrees([silent]) is None
    guessed = replace(RING.links["3"], metric_declared=False)
    net = replace(RING, links={**RING.links, "3": guessed})
    assert Routed(net, frozenset()).agrees([one]) is None


def test_a_backup_is_right_only_where_nothing_else_leads_there() -> None:
    cheap = replace(dearer(RING, "3", 1), links={})
    links = {**dearer(RING, "3", 1).links}
    links["3"] = replace(links["3"], backup=True)
    net = replace(cheap, links=links)
    over_backup = way(("p", ""), ("b", "3"), ("cpe", "4"))
    assert Routed(net, frozenset()).agrees([over_backup]) is False
    assert Routed(net, frozenset({"1"})).agrees([over_backup]) is True


def test_devices_in_a_row_without_a_link_are_told_once() -> None:
    there = way(("p", ""), ("cpe", ""))
    back = way(("cpe", ""), ("p", ""))
    [found] = strays([there, back, way(("p", ""), ("a", "1"))])
    assert (found.link, found.why) == ("cpe - p", Why.PATH)
    assert found.detail == (
        "packets to cpe go from p straight to cpe, and no link is declared between them"
    )


def test_nothing_is_said_of_what_lies_between_unknown_hops() -> None:
    unknown = Way((Hop("", "p"), Hop(None), Hop("", "cpe")))
    assert strays([unknown]) == []
