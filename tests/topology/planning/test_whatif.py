"""A what-if is what an analysis says of the inventory with the scenario written in."""

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory, RiskGroup
from bellrock.model.scenario import Growth, Scenario
from tests.topology import definition
from tests.topology.networks import TAPE, network
from tests.topology.planning.scenarios import by_hand, drawn, fallen, loaded
from topology.arrays import Arrays
from topology.network import Network
from topology.planning.applied import apply
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.report import worst_summary
from topology.routing import ecmp_loads
from topology.traffic.demands import Demands

anything = st.binary(min_size=TAPE, max_size=TAPE), st.integers(0, 2**32)
some = settings(max_examples=150, deadline=None, database=None)


def check(outlook: Outlook, net: Inventory, down: set[str], closed: set[str]) -> None:
    """Compare every answer with the definition's, of `net` with `down` removed."""
    levels = definition.redundancy(net, down)
    assert outlook.levels == levels
    assert outlook.cut_off == {s for s, n in levels.items() if n == 0} - closed
    assert outlook.spofs == definition.cut_off(net, down).keys()
    found = outlook.redundancy
    assert found.false_diversity == definition.falsely_diverse(net, down).keys()
    assert found.single_equipment == definition.single_equipment(net, down)
    assert outlook.lacking == {
        service.id: {
            site
            for site in service.used_by - closed
            if not definition.has_service(net, service, site, down)
        }
        for service in net.services.values()
    }
    expected = ecmp_loads(net, frozenset(down))
    assert outlook.unrouted == pytest.approx(expected.unrouted)
    assert outlook.demand == pytest.approx(sum(d.rate for d in net.demands))
    for number in range(2 * len(net.links)):
        load = expected.by_arc.get(outlook.loading.arc(number), 0.0)
        assert outlook.loading.load[number] == pytest.approx(load)
    over = {
        (link.id, way): expected.by_arc.get((link.id, way), 0.0) / capacity
        for link in net.links.values()
        for way, capacity in (("ab", link.capacity_ab), ("ba", link.capacity_ba))
        if capacity is not None
    }
    over = {arc: ratio for arc, ratio in over.items() if ratio > 1 + 1e-9}
    assert outlook.over == pytest.approx(over)
    assert [*outlook.over.values()] == sorted(outlook.over.values(), reverse=True)


@some
@given(*anything)
def test_what_if_is_the_analysis_of_the_inventory_written_by_hand(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    scenario = drawn(net, rng)
    rewritten = by_hand(net, scenario)
    down = fallen(rewritten, scenario)
    closed = {element for element in scenario.down if element in net.sites}
    check(Outlook(net).after(scenario), rewritten, down, closed)


@some
@given(*anything)
def test_mended_arrays_are_those_of_the_applied_inventory(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    scenario = drawn(net, rng)
    mended = Outlook(net).after(scenario)
    anew = Network.of(apply(net, scenario))
    ours, theirs = mended.network.arrays, anew.arrays
    assert ours.links == theirs.links
    assert ours.devices == theirs.devices
    assert ours.sites == theirs.sites
    for name in ("a", "b", "metric", "capacity", "backup"):
        column = getattr(theirs.circuits, name)
        np.testing.assert_array_equal(getattr(ours.circuits, name), column)
    np.testing.assert_array_equal(ours.gateway, theirs.gateway)
    assert members(ours) == members(theirs)
    np.testing.assert_array_equal(mended.network.user, anew.user)
    assert mended.network.services == anew.services
    demands = Demands.of(apply(net, scenario))
    np.testing.assert_array_equal(mended.demands.source, demands.source)
    np.testing.assert_array_equal(mended.demands.target, demands.target)
    np.testing.assert_allclose(mended.demands.rate, demands.rate)


def members(arrays: Arrays) -> dict[str, set[int]]:
    return {g: {*arrays.members[i].tolist()} for i, g in enumerate(arrays.groups)}


@some
@given(*anything)
def test_comparison_is_the_difference_of_what_the_definition_says(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    scenario = drawn(net, rng)
    rewritten = by_hand(net, scenario)
    down = fallen(rewritten, scenario)
    closed = {element for element in scenario.down if element in net.sites}
    before, after = (
        definition.redundancy(net, set()),
        definition.redundancy(rewritten, down),
    )
    found = Comparison(Outlook(net), Outlook(net).after(scenario))

    gone = {s for s, n in after.items() if n == 0} - closed
    was_gone = {s for s, n in before.items() if n == 0}
    assert found.sites_cut == gone - was_gone
    assert found.sites_restored == {s for s in was_gone if after.get(s, 0) > 0}
    assert found.people_cut == sum(net.sites[s].people for s in found.sites_cut)
    assert found.people_restored == sum(
        net.sites[s].people for s in found.sites_restored
    )
    both = before.keys() & after.keys()
    assert found.redundancy_lost == {s for s in both if after[s] < before[s]}
    assert found.redundancy_gained == {s for s in both if after[s] > before[s]}
    cut, was_cut = definition.cut_off(rewritten, down), definition.cut_off(net, set())
    assert found.spofs_added == cut.keys() - was_cut.keys()
    assert found.spofs_removed == was_cut.keys() - cut.keys()

    for name, service in rewritten.services.items():

        def has(where: Inventory, site: str, down: set[str], name: str = name) -> bool:
            return definition.has_service(where, where.services[name], site, down)

        # Where a gateway stood nobody was without the service.
        using = service.used_by - closed
        lacked = {s for s in net.services[name].used_by if not has(net, s, set())}
        lacks = {site for site in using if not has(rewritten, site, down)}
        lost = lacks - lacked
        back = (lacked & using) - lacks
        assert found.services_cut.get(name, set()) == lost
        assert found.services_restored.get(name, set()) == back

    one, other = ecmp_loads(net), ecmp_loads(rewritten, frozenset(down))
    moved = {
        arc
        for arc in one.by_arc.keys() | other.by_arc.keys()
        if one.by_arc.get(arc, 0) != pytest.approx(other.by_arc.get(arc, 0))
    }
    shifted = {shift.arc: shift for shift in found.shifts}
    assert moved <= shifted.keys()
    for arc, shift in shifted.items():
        assert (shift.before is None) == (arc[0] not in net.links)
        assert shift.after is not None
        assert shift.after.load == pytest.approx(other.by_arc.get(arc, 0.0))
        if arc not in moved:
            assert arc[0] in scenario.capacity


@some
@given(*anything)
def test_losing_an_element_cuts_off_what_its_cut_off_set_says(
    tape: bytes, seed: int
) -> None:
    net = loaded(tape, random.Random(seed))
    now = Outlook(net)
    sets = definition.cut_off(net, set())
    services = definition.services_cut(net, set())
    for element, _, _ in definition.elements(net):
        lost = Comparison(now, now.after(Scenario(down=(element,))))
        assert lost.sites_cut == sets.get(element, set())
        assert lost.services_cut.keys() == services.get(element, set())


@some
@given(*anything)
def test_what_goes_down_and_comes_up_again_changes_nothing(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    now = Outlook(net)
    down = [each for each in drawn(net, rng).down if not each.startswith("r-new")]
    failed = now.after(Scenario(down=(*down,)))
    there, back = Comparison(now, failed), Comparison(failed, now)
    assert there.sites_cut == back.sites_restored
    assert there.redundancy_lost == back.redundancy_gained
    assert there.spofs_added == back.spofs_removed
    assert there.services_cut == back.services_restored
    assert {shift.arc for shift in there.shifts} == {s.arc for s in back.shifts}
    assert not Comparison(now, Outlook(net)).changes_something
    assert not Comparison(now, now.after(Scenario())).changes_something


@some
@given(*anything)
def test_an_added_link_is_as_good_as_one_declared(tape: bytes, seed: int) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    if not net.links:
        return
    link = net.links[rng.choice([*net.links])]
    others = {name: each for name, each in net.links.items() if name != link.id}
    without = replace(net, links=others)
    built = Outlook(without).after(Scenario(links=(link,)))
    assert not Comparison(Outlook(net), built).changes_something
    built = Outlook(without).after(Scenario(links=(link,), down=(link.id,)))
    assert not Comparison(Outlook(without), built).shifts


@settings(max_examples=40, deadline=None, database=None)
@given(*anything)
def test_worst_cases_are_those_of_failures_on_top_of_the_scenario(
    tape: bytes, seed: int
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    scenario = drawn(net, rng)
    rewritten = by_hand(net, scenario)
    down = fallen(rewritten, scenario)
    worst = dict(ecmp_loads(rewritten, frozenset(down)).by_arc)
    for _, _, members in definition.elements(rewritten):
        failed = ecmp_loads(rewritten, frozenset(down | members)).by_arc
        for arc, load in failed.items():
            worst[arc] = max(worst.get(arc, 0.0), load)
    after = Outlook(net).after(scenario)
    found = after.worst_loading
    for number, load in enumerate(found.load.tolist()):
        assert load == pytest.approx(worst.get(found.arc(number), 0.0))
        assert found.number(found.arc(number)) == number
    told = worst_summary(after)
    busiest = max(np.nan_to_num(found.utilisation), default=0.0)
    assert (told["worst"] or {"utilisation": 0.0})["utilisation"] == busiest
    now = Outlook(net)
    assert Comparison(now, now).worst_shifts == ()


def test_scenarios_drawn_are_as_varied_as_they_claim() -> None:
    seen: set[str] = set()
    for seed in range(300):
        rng = random.Random(seed)
        net = loaded(rng.randbytes(TAPE), rng)
        scenario = drawn(net, rng)
        now = Outlook(net)
        found = Comparison(now, now.after(scenario))
        for name in Scenario.__slots__:
            if getattr(scenario, name):
                seen.add(name)
        for name in (
            *("sites_cut", "sites_restored", "services_cut", "services_restored"),
            *("redundancy_lost", "redundancy_gained", "spofs_added", "spofs_removed"),
            *("falsely_diverse_added", "falsely_diverse_removed", "shifts"),
        ):
            if getattr(found, name):
                seen.add(name)
        if found.after.over.keys() - found.before.over.keys():
            seen.add("links over")
        if found.after.closed & found.after.levels.keys():
            seen.add("a user site closed")
    assert len(seen) == 8 + 11 + 2, sorted(seen)


PAIR = network(
    devices={"gw": "dc", "pe": "ex", "cpe": "school"},
    links={"core": ("gw", "pe"), "tail": ("pe", "cpe")},
    gateways=["gw"],
    groups={"duct": ("duct", ["core"])},
)


def test_a_school_that_closes_is_not_cut_off() -> None:
    now = Outlook(PAIR)
    closed = Comparison(now, now.after(Scenario(down=("school",))))
    assert closed.sites_cut == frozenset()
    assert closed.redundancy_lost == {"school"}
    assert closed.after.redundancy.levels == {"school": 0}
    assert not closed.after.troubled


def test_a_link_added_to_a_duct_fails_with_the_duct() -> None:
    tail = PAIR.links["tail"]
    second = replace(tail, id="second", a=PAIR.links["core"].a, risk_groups=("duct",))
    now = Outlook(PAIR)
    assert now.after(Scenario(links=(second,), down=("core",))).cut_off == frozenset()
    assert now.after(Scenario(links=(second,), down=("duct",))).cut_off == {"school"}


def test_what_is_not_declared_cannot_fail_or_change() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        _ = Outlook(PAIR, frozenset({"nowhere"})).levels
    for scenario in (
        Scenario(metric={"nowhere": (1, 1)}),
        Scenario(capacity={"nowhere": (1.0, 1.0)}),
    ):
        with pytest.raises(KeyError, match="nowhere"):
            apply(PAIR, scenario)


def test_a_risk_group_without_members_fails_alone() -> None:
    empty = replace(PAIR, risk_groups={"hole": RiskGroup("hole", "duct", "Hole")})
    now = Outlook(empty)
    failed = now.after(Scenario(down=("hole",)))
    assert not Comparison(now, failed).changes_something


def test_a_scenario_counts_its_changes() -> None:
    assert Scenario(name="only a name").changes == 0
    assert Scenario(down=("a", "b"), grow=(Growth("", 2.0),)).changes == 3
