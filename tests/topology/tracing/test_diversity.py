"""Diversity against its definition: take it away, and look whether a walk is left."""

from dataclasses import replace

from hypothesis import event, given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Link
from tests.topology import definition
from tests.topology.networks import network
from tests.topology.tracing.walks import SITE, Walk, World, world
from topology.graph import Layout
from topology.tracing.book import Book
from topology.tracing.diversity import (
    ADDRESS,
    Diversity,
    Doubt,
    all_diversity,
    circuits,
)
from topology.tracing.way import Hop, Joiner, Way

SEEDS = st.integers(0, 2**32)


def answer(here: World) -> Diversity | None:
    layout = Layout.of(here.net)
    joiner = Joiner(layout, Book(here.net, here.told))
    ways: dict[str, list[Way]] = {}
    for walk in here.walks:
        target = walk.devices[-1]
        ways.setdefault(target, []).append(joiner.way(walk.seen, target))
    return all_diversity(layout, ways).get(SITE)


def since_gateway(here: World, walk: Walk) -> set[str] | None:
    """Devices and links behind the last gateway; None if none was passed."""
    at = [n for n, device in enumerate(walk.devices) if device in here.net.gateways]
    return {*walk.devices[at[-1] + 1 :], *walk.links[at[-1] :]} if at else None


def entered_by(here: World, walk: Walk) -> str | None:
    inside = definition.devices_at(here.net, SITE)
    for link, device in reversed(list(zip(walk.links, walk.devices, strict=False))):
        if device not in inside:
            return link
    return None


def leaving(here: World) -> set[str]:
    inside = definition.devices_at(here.net, SITE)
    links = here.net.links.values()
    return {k.id for k in links if (k.a.device in inside) != (k.b.device in inside)}


def common(here: World) -> set[tuple[str, str]]:
    """Everything off the premises without which no walk is left, by removing it."""
    parts = [since_gateway(here, walk) or set() for walk in here.walks]
    return {
        (kind, element)
        for element, kind, members in definition.elements(here.net)
        if not definition.on_premises(here.net, element, kind, SITE)
        and all(passed & members for passed in parts)
    }


@settings(max_examples=500)
@given(SEEDS)
def test_with_every_hop_known_it_is_what_removing_says(seed: int) -> None:
    here = world(seed)
    found = answer(here)
    if found is None:
        assert len(leaving(here)) < 2
        return
    event(f"{found.diverse}")
    traced = {entered_by(here, walk) for walk in here.walks}
    past_gateways = [since_gateway(here, walk) is not None for walk in here.walks]
    if not traced >= leaving(here):
        assert found.diverse is None
        assert Doubt.UNTRACED in found.doubts
    elif all(past_gateways):
        shared = common(here)
        assert found.diverse is (not shared)
        assert {*found.shared} <= shared
        assert bool(found.shared) == bool(shared)
        assert found.doubts == ()
    else:
        assert found.diverse is not False


@settings(max_examples=1000)
@given(SEEDS)
def test_what_is_said_with_hops_hidden_is_true_of_where_packets_went(seed: int) -> None:
    here = world(seed, hidden=True)
    found = answer(here)
    if found is None:
        return
    event(f"{found.diverse}")
    assert (found.diverse is None) == bool(found.doubts)
    if found.diverse is None:
        return
    shared = common(here)
    assert found.diverse is (not shared)
    for kind, name in found.shared:
        if kind == ADDRESS:
            name, kind = f"d{int(name.rpartition('.')[2]) - 1}", "device"
        assert (kind, name) in shared


def test_only_links_that_leave_the_premises_are_circuits() -> None:
    net = network(
        {"p": "dc", "pe": "ex", "c1": "gp", "c2": "gp"},
        {"1": ("pe", "c1"), "2": ("p", "c2"), "lan": ("c1", "c2"), "x": ("p", "pe")},
        ["p"],
    )
    assert circuits(Layout.of(net)) == {"gp": ("1", "2")}
    backup = replace(net.links["2"], backup=True)
    assert circuits(Layout.of(replace(net, links={**net.links, "2": backup}))) == {
        "gp": ("1", "2")
    }


TWO = network(
    {"p": "dc", "q": "dc", "pe1": "ex1", "pe2": "ex2", "cpe": "gp"},
    {
        **{"x": ("p", "pe1"), "y": ("p", "pe2"), "z": ("pe1", "pe2")},
        **{"1": ("pe1", "cpe"), "2": ("pe2", "cpe")},
    },
    ["p"],
    groups={"duct": ("duct", ["1", "2"]), "bridge": ("bridge", ["x"])},
)


def without_groups(link: Link) -> Link:
    return replace(link, risk_groups=())


def of(*ways: Way) -> Diversity:
    return all_diversity(Layout.of(TWO), {"cpe": ways})["gp"]


def known(device: str, *links: str) -> Hop:
    return Hop(f"at {device}", device, links=links)


ONE = Way((known("p"), known("pe1", "x"), known("cpe", "1")))
OTHER = Way((known("p"), known("pe2", "y"), known("cpe", "2")))
ACROSS = Way((known("p"), known("pe1", "x"), known("pe2", "z"), known("cpe", "2")))


def test_what_two_circuits_share_is_named_and_its_consequences_are_not() -> None:
    assert of(ONE, OTHER) == Diversity("gp", False, (("risk_group", "duct"),))
    shared = (("device", "pe1"), ("link", "x"), ("risk_group", "duct"))
    assert of(ONE, ACROSS) == Diversity("gp", False, shared)


def test_a_circuit_nobody_traced_leaves_it_unknown() -> None:
    assert of(ONE) == Diversity("gp", None, doubts=(Doubt.UNTRACED,))
    assert of() == Diversity("gp", None, doubts=(Doubt.UNTRACED,))


def test_a_silent_hop_is_never_taken_for_a_disjoint_one() -> None:
    apart = replace(
        TWO, links={k: replace(v, risk_groups=()) for k, v in TWO.links.items()}
    )
    silent = Way((known("p"), Hop(None, anyone=True), known("pe2"), known("cpe", "2")))
    stranger = Way((known("p"), Hop("10.9.9.9"), known("pe2"), known("cpe", "2")))
    layout = Layout.of(apart)
    for way, doubt in ((silent, Doubt.SILENT), (stranger, Doubt.STRANGER)):
        found = all_diversity(layout, {"cpe": [ONE, way]})["gp"]
        assert found == Diversity("gp", None, doubts=(doubt,))
    assert all_diversity(layout, {"cpe": [ONE, OTHER, silent]})["gp"].diverse


def test_an_address_that_both_pass_is_shared_though_nobody_knows_whose_it_is() -> None:
    net = replace(
        TWO,
        risk_groups={},
        links={k: replace(v, risk_groups=()) for k, v in TWO.links.items()},
    )
    hop = Hop("10.9.9.9")
    one = Way((known("p"), hop, known("pe1"), known("cpe", "1")))
    other = Way((known("p"), hop, known("pe2"), known("cpe", "2")))
    found = all_diversity(Layout.of(net), {"cpe": [one, other]})["gp"]
    assert found == Diversity("gp", False, ((ADDRESS, "10.9.9.9"),))


def test_without_a_gateway_on_the_way_nothing_is_known() -> None:
    late = Way(ONE.hops[1:])
    assert of(late, OTHER).doubts == (Doubt.NO_GATEWAY,)


def test_what_is_before_a_hop_that_may_be_the_gateway_is_not_held_against_a_site() -> (
    None
):
    apart = replace(TWO, links={k: without_groups(v) for k, v in TWO.links.items()})
    start = (known("p"), known("pe1", "x"), Hop(None, anyone=True))
    one = Way((*start, known("pe2"), known("cpe", "1")))
    other = Way((*start, known("q"), known("cpe", "2")))
    found = all_diversity(Layout.of(apart), {"cpe": [one, other]})["gp"]
    assert found == Diversity("gp", None, doubts=(Doubt.SILENT,))
