"""What two inventories declare otherwise, and what that does."""

import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Demand, RiskGroup
from tests.topology.networks import TAPE, network
from tests.topology.planning.scenarios import by_hand, drawn, loaded
from topology.planning.changes import Change, Changes, Entry, changes
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.report import report

anything = st.binary(min_size=TAPE, max_size=TAPE), st.integers(0, 2**32)
some = settings(max_examples=100, deadline=None, database=None)

NET = network(
    devices={"gw": "dc", "pe": "ex", "cpe": "school"},
    links={"core": ("gw", "pe"), "tail": ("pe", "cpe")},
    gateways=["gw"],
    groups={"duct": ("duct", ["core"])},
)


@some
@given(*anything)
def test_two_inventories_compare_as_the_scenario_between_them(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    scenario = replace(drawn(net, rng), down=())
    now, rewritten = Outlook(net), Outlook(by_hand(net, scenario))
    asked = report(Comparison(now, now.after(scenario)), worst=True)
    compared = report(Comparison(now, rewritten), worst=True)
    assert rounded(asked) == rounded(compared)


def rounded(value: object) -> object:
    """Leave out the digits of floats in which sums of another order may differ."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    if isinstance(value, list):
        return [rounded(each) for each in value]
    return value


@some
@given(*anything)
def test_what_a_scenario_changes_is_what_is_declared_otherwise(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    scenario = replace(drawn(net, rng), down=(), grow=())
    assert not changes(net, net)
    found = changes(net, by_hand(net, scenario))
    added = [("link", link.id) for link in scenario.links]
    added += [("risk_group", group.id) for group in scenario.risk_groups]
    added += [("gateway", name) for name in sorted(scenario.gateways_added)]
    assert [(each.kind, each.id) for each in found.added] == added
    gone = [("gateway", name) for name in sorted(scenario.gateways_removed)]
    assert [(each.kind, each.id) for each in found.removed] == gone
    links = {each.id: each for each in found.changed if each.kind == "link"}
    assert links.keys() <= scenario.metric.keys() | scenario.capacity.keys()
    for name, pair in scenario.metric.items():
        link = net.links[name]
        told = {change.field for change in links[name].changes} if name in links else ()
        assert ("metric_ab" in told) == (link.metric_ab != pair[0])
        assert ("metric_ba" in told) == (link.metric_ba != pair[1])


def test_order_and_parts_make_no_difference() -> None:
    demands = (Demand("school", "dc", 1e6), Demand("school", "dc", 2e6))
    whole = (Demand("school", "dc", 3e6),)
    assert not changes(replace(NET, demands=demands), replace(NET, demands=whole))
    links = dict(reversed([*NET.links.items()]))
    links["core"] = replace(links["core"], risk_groups=("b", "a"))
    other = {**links, "core": replace(links["core"], risk_groups=("a", "b"))}
    assert not changes(replace(NET, links=links), replace(NET, links=other))


def test_names_and_places_are_not_compared() -> None:
    school = NET.sites["school"]
    sites = {**NET.sites, "school": replace(school, name="Primary", lat=1.0, lon=1.0)}
    assert not changes(NET, replace(NET, name="Another", sites=sites))


def test_everything_that_matters_is_compared() -> None:
    core = NET.links["core"]
    moved = replace(
        NET,
        sites={**NET.sites, "school": replace(NET.sites["school"], people=9)},
        links={"core": replace(core, capacity_ab=1e9, supplier="x", risk_groups=())},
        risk_groups={"duct": RiskGroup("duct", "power", "Duct")},
        demands=(Demand("school", "dc", 1e6),),
    )
    assert changes(NET, moved) == Changes(
        added=(Entry("demand", "school->dc"),),
        removed=(Entry("link", "tail"),),
        changed=(
            Entry("site", "school", (Change("people", 0, 9),)),
            Entry(
                "link",
                "core",
                (
                    Change("capacity_ab", None, 1e9),
                    Change("risk_groups", ["duct"], []),
                    Change("supplier", None, "x"),
                ),
            ),
            Entry("risk_group", "duct", (Change("kind", "duct", "power"),)),
        ),
    )


def test_a_falsely_diverse_site_that_is_gone_is_not_told_of() -> None:
    links = {"core": ("gw", "pe"), "one": ("pe", "cpe"), "two": ("gw", "cpe")}
    devices = {"gw": "dc", "gw2": "dc2", "pe": "ex", "cpe": "school"}
    duct = {"duct": ("duct", ["one", "two"])}
    net = network(devices, links | {"x": ("gw2", "pe")}, ["gw", "gw2"], groups=duct)
    assert Outlook(net).redundancy.false_diversity == {"school"}
    left = {name: net.sites[name] for name in ("dc", "dc2", "ex")}
    without = replace(
        net,
        sites=left,
        devices={name: d for name, d in net.devices.items() if d.site in left},
        links={name: net.links[name] for name in ("core", "x")},
    )
    gone = Comparison(Outlook(net), Outlook(without))
    assert gone.falsely_diverse_removed == frozenset()
    assert gone.spofs_removed >= {"duct"}


def test_sites_only_in_one_inventory_are_neither_restored_nor_less_redundant() -> None:
    without = replace(
        NET,
        sites={name: NET.sites[name] for name in ("dc", "ex")},
        devices={name: NET.devices[name] for name in ("gw", "pe")},
        links={"core": NET.links["core"]},
    )
    alone = replace(NET, links={"core": NET.links["core"]})
    gone = Comparison(Outlook(alone), Outlook(without))
    assert gone.before.cut_off == {"school"}
    assert gone.sites_restored == gone.redundancy_lost == frozenset()
    come = Comparison(Outlook(without), Outlook(NET))
    assert come.sites_cut == come.redundancy_gained == frozenset()
    came_cut_off = Comparison(Outlook(without), Outlook(alone))
    assert came_cut_off.sites_cut == {"school"}
