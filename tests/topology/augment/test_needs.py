"""What sites need, and the bound made of it, against building sets and looking."""

from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.candidate import Candidate
from bellrock.model.inventory import End, Link, Site
from tests.topology import definition
from tests.topology.augment.test_choice import Case, cases, pair, ring
from tests.topology.networks import network
from topology.augment.choice import (
    Limits,
    best_of_all,
    costs,
    most_covered,
    most_possible,
)
from topology.augment.needs import Needs, most_by_needs


@settings(deadline=None)  # the first call compiles
@given(cases())
def test_who_gains_has_every_need_met_for_every_step(case: Case) -> None:
    state = case.state()
    names = state.network.arrays.sites
    # Each site by itself, so that its group says what it alone needs.
    needs = {}
    for number, site in enumerate(names):
        alone = np.zeros(len(names), np.int64)
        alone[number] = 1
        one = Case(case.inventory, case.candidates).state()
        one.weight = np.where(one.network.user, alone, 0)
        needs[site] = Needs.of(one, np.ones(len(case.candidates), np.bool_))
    before = definition.redundancy(case.inventory, set())
    for size in range(1, 4):
        for chosen in combinations(range(len(case.candidates)), size):
            after = definition.redundancy(case.with_added(chosen), set())
            for site in before:
                steps = after[site] - before[site]
                if steps <= 0:
                    continue
                (group,) = needs[site].groups
                assert steps <= group.steps
                for need, allows in group.needs:
                    met = {*needs[site].circuits[need].tolist()} & {*chosen}
                    assert steps <= allows * len(met)


@settings(deadline=None, max_examples=200)
@given(cases(), st.integers(1, 4), st.sampled_from([float("inf"), 8.0, 6.0, 3.0]))
def test_no_set_gains_more_than_either_bound(
    case: Case, count: int, budget: float
) -> None:
    sets = [
        chosen
        for size in range(count + 1)
        for chosen in combinations(range(len(case.candidates)), size)
        if sum(case.candidates[n].cost for n in chosen) <= budget
    ]
    most = max(case.worth(chosen) for chosen in sets)
    state, limits = case.state(), Limits(count, budget)
    everything = np.ones(len(case.candidates), np.bool_)
    assert most_covered(state, limits, everything) >= most
    needs = Needs.of(state, costs(state) <= budget)
    assert most_by_needs(needs, costs(state), count, budget, 10**9) >= most
    assert most_possible(state, limits) >= most


def chain(length: int, schools: int) -> Case:
    """Schools each of which only `length` circuits in a row save, by other devices."""
    devices = {"core": "dc", "core2": "dc2", "pe": "ex"}
    links = {"trunk": ("core", "pe")}
    candidates = []
    for school in range(schools):
        cpe = f"cpe{school}"
        devices[cpe] = f"school{school}"
        links[f"tail{school}"] = ("pe", cpe)
        hops = [f"far{school}-{n}" for n in range(length - 1)]
        devices |= {hop: f"ex-{hop}" for hop in hops}
        for a, b in pairwise(["core2", *hops, cpe]):
            candidates.append(Candidate(Link(f"{a}-{b}", End(a), End(b)), 2.0))
    sites = [
        Site(f"school{n}", f"School {n}", "school", people=100) for n in range(schools)
    ]
    net = network(devices, links, ["core", "core2"], sites=sites)
    return Case(net, tuple(candidates))


@pytest.mark.parametrize(("count", "most"), [(1, 0), (2, 100), (3, 150), (4, 200)])
def test_half_a_way_is_no_more_than_half_of_what_a_whole_one_gains(
    count: int, most: int
) -> None:
    state, limits = chain(2, schools=5).state(), Limits(count)
    assert best_of_all(state, limits).gain == count // 2 * 100
    assert most_possible(state, limits) == most
    everything = np.ones(len(state.candidates), np.bool_)
    assert most_covered(state, limits, everything) == count * 100


def test_whoever_needs_more_than_there_is_to_spend_gains_nothing() -> None:
    state = chain(2, schools=5).state()
    assert best_of_all(state, Limits(2, budget=3.0)).gain == 0
    assert most_possible(state, Limits(2, budget=3.0)) == 0
    assert most_possible(state, Limits(2, budget=4.0)) == 100


def test_a_site_that_is_cut_off_needs_two_ways_for_two_steps() -> None:
    net = network(
        {"core": "dc", "core2": "dc2", "cpe": "school"},
        {},
        ["core", "core2"],
        sites=[Site("school", "School", "school", people=300)],
    )
    ends = [("core", "cpe"), ("core2", "cpe")]
    found = [
        Candidate(Link(f"c{n}", End(a), End(b)), 1.0) for n, (a, b) in enumerate(ends)
    ]
    state = Case(net, tuple(found)).state()
    for count, most in ((1, 300), (2, 600)):
        assert best_of_all(state, Limits(count)).gain == most
        assert most_possible(state, Limits(count)) == most


def test_one_circuit_alone_is_bounded_by_the_best_there_is() -> None:
    assert most_possible(pair().state(), Limits(1)) == 0
    assert most_possible(ring().state(), Limits(1)) == 160


def test_too_many_needs_to_look_at_leave_the_bound_that_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("topology.augment.needs.MOST_ENTRIES", 3)
    state = chain(2, schools=5).state()
    assert most_possible(state, Limits(3)) == 300


def test_weights_of_nobody_are_no_groups() -> None:
    case = chain(2, schools=1)
    sites = {
        name: replace(site, people=0) for name, site in case.inventory.sites.items()
    }
    state = Case(replace(case.inventory, sites=sites), case.candidates).state()
    assert Needs.of(state, np.ones(2, np.bool_)).groups == []
    assert most_possible(state, Limits(2)) == 0
