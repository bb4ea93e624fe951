"""Exact availability against going through every state, and against pen and paper."""

import math

import pytest
from hypothesis import given, settings

from bellrock.model.inventory import Inventory, Service, Site
from tests.topology.availability import definition
from tests.topology.availability.networks import Failing, asked_about, failing
from tests.topology.networks import network
from topology.availability.cutsets import CutSets, cut_sets
from topology.availability.exact import exact
from topology.availability.faults import Faults
from topology.availability.simulate import simulate
from topology.kernels.terms import Core, sum_cases


def check(sets: CutSets, case: Failing, lost: definition.Lost) -> None:
    for number, site in asked_about(sets.asked):
        for outside in (False, True):
            parts = definition.fallible(case.inventory, site, outside=outside)
            wanted = definition.share_lost(lost, site, parts, case.down)
            if lost(site, set()):
                wanted = 1.0
            found = exact(sets, number, outside=outside)
            assert found.exact
            assert found.low == pytest.approx(wanted, rel=1e-5, abs=1e-12)
            assert found.high == pytest.approx(wanted, rel=1e-5, abs=1e-12)


@settings(deadline=None)  # the first call compiles
@given(failing(most=9))
def test_sites_are_cut_off_as_often_as_all_states_say(case: Failing) -> None:
    sets = cut_sets(case.faults().of_gateways())
    check(sets, case, definition.cut_off(case.inventory, case.gone))


@settings(deadline=None)
@given(failing(most=8))
def test_services_are_lost_as_often_as_all_states_say(case: Failing) -> None:
    faults = case.faults()
    for service in case.inventory.services.values():
        lost = definition.without(case.inventory, service, case.gone)
        check(cut_sets(faults.of_service(service)), case, lost)


@settings(deadline=None, max_examples=50)
@given(failing(most=9))
def test_an_interval_holds_the_share_when_time_is_short(case: Failing) -> None:
    sets = cut_sets(case.faults().of_gateways())
    lost = definition.cut_off(case.inventory, case.gone)
    for number, site in asked_about(sets.asked):
        parts = definition.fallible(case.inventory, site, outside=False)
        wanted = definition.share_lost(lost, site, parts, case.down)
        for most in (1, 2, 5):
            found = exact(sets, number, most=most)
            assert found.low - 1e-9 <= wanted <= found.high + 1e-9
            assert found.cases <= most


@settings(deadline=None, max_examples=50)
@given(failing(most=9))
def test_sites_looked_at_together_or_alone_are_told_the_same(case: Failing) -> None:
    faults = case.faults()
    together = cut_sets(faults.of_gateways())
    in_pairs = cut_sets(faults.of_gateways())
    roots = [together.asked.roots[0].tolist()]
    for number in together.asked.sites:
        alone = cut_sets(faults.ask(roots, [number]))
        for outside in (False, True):
            found = exact(alone, number, outside=outside).low
            whole = exact(together, number, outside=outside).low
            assert whole == pytest.approx(found, rel=1e-9, abs=1e-15)
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr("topology.availability.reduce.AT_ONCE", 2)
                two = exact(in_pairs, number, outside=outside).low
            assert two == pytest.approx(found, rel=1e-9, abs=1e-15)


def small(down: dict[str, float], inventory: Inventory) -> CutSets:
    all_down = dict.fromkeys(Failing(inventory, {}).inventory.devices, 0.0)
    all_down |= dict.fromkeys(inventory.links, 0.0)
    all_down |= dict.fromkeys(inventory.sites, 0.0)
    all_down |= dict.fromkeys(inventory.risk_groups, 0.0)
    return cut_sets(Failing(inventory, all_down | down).faults().of_gateways())


def test_in_a_row_all_must_be_up() -> None:
    row = network(
        {"core": "dc", "pe": "ex", "cpe": "school"},
        {"trunk": ("core", "pe"), "tail": ("pe", "cpe")},
        ["core"],
    )
    down = {"core": 0.1, "trunk": 0.2, "pe": 0.3, "tail": 0.4, "cpe": 0.5}
    sets = small(down, row)
    school = sets.asked.faults.arrays.site_number["school"]
    by_hand = 1 - 0.9 * 0.8 * 0.7 * 0.6 * 0.5
    assert exact(sets, school).low == pytest.approx(by_hand)
    assert sets.whole[school] == pytest.approx(by_hand)
    own_left_out = 1 - 0.9 * 0.8 * 0.7 * 0.6
    assert exact(sets, school, outside=True).low == pytest.approx(own_left_out)
    assert sets.outside[school] == pytest.approx(own_left_out)


def three_ways(shared: bool) -> Inventory:
    return network(
        {"core": "dc", "cpe": "school"},
        {"one": ("core", "cpe"), "two": ("core", "cpe"), "three": ("core", "cpe")},
        ["core"],
        groups={"duct": ("duct", ["one", "two"] if shared else [])},
    )


def test_three_side_by_side_fail_together_and_two_are_not_enough() -> None:
    sets = small({"one": 0.1, "two": 0.2, "three": 0.3}, three_ways(shared=False))
    school = sets.asked.faults.arrays.site_number["school"]
    assert exact(sets, school).low == pytest.approx(0.1 * 0.2 * 0.3)
    assert sets.whole[school] == 0  # no cut set of two: as its description says


def test_what_two_ways_share_fails_both() -> None:
    down = {"one": 0.1, "two": 0.2, "three": 0.3, "duct": 0.05}
    sets = small(down, three_ways(shared=True))
    school = sets.asked.faults.arrays.site_number["school"]
    by_hand = 0.3 * (0.05 + 0.95 * 0.1 * 0.2)
    assert exact(sets, school).low == pytest.approx(by_hand)
    assert sets.whole[school] == pytest.approx(0.3 * 0.05)


def test_a_site_is_not_charged_with_its_own_failure() -> None:
    row = network({"core": "dc", "cpe": "school"}, {"tail": ("core", "cpe")}, ["core"])
    sets = small({"school": 0.3, "tail": 0.1}, row)
    school = sets.asked.faults.arrays.site_number["school"]
    assert exact(sets, school).low == pytest.approx(0.1)
    assert sets.whole[school] == pytest.approx(0.1)


def test_rare_failures_are_not_lost_in_rounding() -> None:
    sets = small({"one": 1e-9, "two": 1e-9, "three": 1e-9}, three_ways(shared=False))
    school = sets.asked.faults.arrays.site_number["school"]
    found = exact(sets, school)
    assert found.exact
    assert math.isclose(found.low, 1e-27, rel_tol=1e-6)


def test_a_service_that_needs_all_its_hosts_needs_each_way() -> None:
    net = network(
        {"a": "dc1", "b": "dc2", "cpe": "school"},
        {"one": ("a", "cpe"), "two": ("b", "cpe")},
        ["a", "b"],
    )
    down = dict.fromkeys((*net.devices, *net.links, *net.sites), 0.0)
    faults = Failing(net, down | {"one": 0.1, "two": 0.2}).faults()
    school = faults.arrays.site_number["school"]
    for needs_all, by_hand in ((True, 1 - 0.9 * 0.8), (False, 0.1 * 0.2)):
        hosts, users = ("dc1", "dc2"), frozenset({"school"})
        asked = faults.of_service(Service("v", "V", hosts, needs_all, users))
        assert exact(cut_sets(asked), school).low == pytest.approx(by_hand)


@settings(deadline=None, max_examples=20)
@given(failing(most=9))
def test_simulation_agrees_within_its_interval(case: Failing) -> None:
    asked = case.faults().of_gateways()
    sets = cut_sets(asked)
    # 20 networks of up to 6 sites: at 95 % some would miss, at 4 intervals' width none.
    for number, found in simulate(asked, 2_000, seed=1).items():
        share, half = exact(sets, number).low, (found.high - found.low) / 2
        assert abs(found.share - share) <= 4 * half + 1e-12


def test_the_interval_holds_the_exact_share_as_often_as_it_says() -> None:
    down = {"one": 0.1, "two": 0.2, "three": 0.3, "duct": 0.05, "school": 0.2}
    sets = small(down, three_ways(shared=True))
    asked = sets.asked
    school = asked.faults.arrays.site_number["school"]
    share = exact(sets, school).low
    runs = [simulate(asked, 2_000, seed=seed)[school] for seed in range(400)]
    held = sum(run.low <= share <= run.high for run in runs)
    assert 0.94 * 400 <= held < 400  # 95 % or a little more, and not always
    assert len({run.share for run in runs}) > 10
    mean = sum(run.share for run in runs) / 400
    assert mean == pytest.approx(share, rel=0.02)


def test_the_same_seed_gives_the_same_answer() -> None:
    asked = small({"one": 0.1, "two": 0.2, "three": 0.3}, three_ways(False)).asked
    assert simulate(asked, 30_000, seed=7) == simulate(asked, 30_000, seed=7)
    assert simulate(asked, 30_000, seed=7) != simulate(asked, 30_000, seed=8)


def test_what_is_left_the_same_for_many_sites_is_summed_once() -> None:
    """Two schools behind one exchange, each with and without its own equipment."""
    net = network(
        {"p1": "dc", "p2": "dc2", "pe": "ex", "s": "south", "n": "north"},
        {
            **{"one": ("p1", "pe"), "two": ("p2", "pe"), "core": ("p1", "p2")},
            **{"tail-s": ("pe", "s"), "tail-n": ("pe", "n")},
        },
        ["p1", "p2"],
        sites=[Site(name, name, "school") for name in ("south", "north")],
    )
    sets = cut_sets(Faults(net).of_gateways())
    with pytest.MonkeyPatch.context() as patch:
        asked: list[float] = []

        def counting(core: Core, least: float, most: int) -> tuple[float, float, int]:
            asked.append(least)
            return sum_cases(core, least, most)

        patch.setattr("topology.availability.reduce.sum_cases", counting)
        sites = [*sets.asked.sites]
        found = {
            (site, outside): exact(sets, site, outside=outside)
            for site in sites
            for outside in (False, True)
        }
    assert len(sites) == 2
    assert len(asked) == len(set(asked))
    assert found[sites[0], True].low == pytest.approx(found[sites[1], True].low)
    assert found[sites[0], True].high < found[sites[0], False].low
