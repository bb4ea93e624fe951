"""What circuits are worth, against building them and looking again."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.document import parse
from bellrock.inventory.candidates import understand
from bellrock.model.candidate import Candidate
from bellrock.model.inventory import End, Inventory, Link, RiskGroup, Site
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from tests.topology.woven import woven
from topology.augment.choice import (
    Limits,
    best_of_all,
    most_possible,
    states_needed,
    step_by_step,
)
from topology.augment.report import augment_report
from topology.augment.state import State
from topology.network import Network


@dataclass(frozen=True)
class Case:
    inventory: Inventory
    candidates: tuple[Candidate, ...]

    def state(self) -> State:
        built = Network.of(self.inventory)
        return State(built, self.candidates, built.people)

    def worth(self, chosen: Iterable[int]) -> int:
        """People times steps, by building `chosen` and looking."""
        before = definition.redundancy(self.inventory, set())
        after = definition.redundancy(self.with_added(chosen), set())
        people = {site.id: site.people for site in self.inventory.sites.values()}
        return sum(people[site] * (after[site] - before[site]) for site in before)

    def with_added(self, chosen: Iterable[int]) -> Inventory:
        links = [self.candidates[number].link for number in chosen]
        more = {link.id: link for link in links}
        return replace(self.inventory, links={**self.inventory.links, **more})

    def eased(self, number: int) -> int:
        """People times failures that cut them off now and would no longer."""
        people = {site.id: site.people for site in self.inventory.sites.values()}
        saved = self._cut_off(self.inventory) - self._cut_off(self.with_added([number]))
        return sum(people[site] for _, site in saved)

    def _cut_off(self, net: Inventory) -> set[tuple[str, str]]:
        """Failures, and sites off whose premises they are, that they cut off.

        Those that are cut off anyway are so by the failure "".
        """
        users = definition.user_sites(net)
        reached = definition.reached(net, set())
        now = definition.reached(self.inventory, set())
        found = {("", site) for site in users - reached}
        for element, kind, members in definition.elements(net):
            for site in now - definition.reached(net, members):
                if not definition.on_premises(net, element, kind, site):
                    found.add((element, site))
        return found


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Draw a network and up to six circuits more, some in its ducts or a new one."""
    inventory = draw(woven())
    tape = draw(st.one_of(st.none(), st.binary(max_size=TAPE)))
    if tape is not None:
        inventory, _ = from_tape(tape)
    new = RiskGroup("r-new", "duct", "New")
    groups = {**inventory.risk_groups, "r-new": new}
    inventory = replace(inventory, risk_groups=groups)
    devices = [*inventory.devices]
    if len(devices) < 2:
        return Case(inventory, ())
    ends = st.lists(st.sampled_from(devices), min_size=2, max_size=2, unique=True)
    candidates = []
    for number in range(draw(st.integers(1, 6))):
        a, b = draw(ends)
        shared = tuple(sorted(draw(st.sets(st.sampled_from([*groups]), max_size=2))))
        link = Link(f"c{number}", End(a), End(b), risk_groups=shared)
        candidates.append(Candidate(link, draw(st.sampled_from([1.0, 2.0, 5.0]))))
    return Case(inventory, tuple(candidates))


@settings(deadline=None)  # the first call compiles
@given(cases())
def test_every_circuit_is_worth_what_building_it_shows(case: Case) -> None:
    state = case.state()
    worth = state.worth
    for number in range(len(case.candidates)):
        assert worth.gain[number] == case.worth([number])
        assert worth.eased[number] == case.eased(number)
        rises = worth.raised[:, [number]].tocoo().coords[0].tolist()
        before = definition.redundancy(case.inventory, set())
        after = definition.redundancy(case.with_added([number]), set())
        names = {state.network.arrays.sites[site] for site in rises}
        assert names == {site for site in before if after[site] > before[site]}


@settings(deadline=None, max_examples=60)
@given(cases(), st.integers(1, 3), st.sampled_from([float("inf"), 6.0, 3.0]))
def test_the_best_set_is_that_of_trying_all(
    case: Case, count: int, budget: float
) -> None:
    state, limits = case.state(), Limits(count, budget)
    sets = [
        chosen
        for size in range(count + 1)
        for chosen in combinations(range(len(case.candidates)), size)
        if sum(case.candidates[n].cost for n in chosen) <= budget
    ]
    worth = {chosen: case.worth(chosen) for chosen in sets}
    most = max(worth.values())
    cheapest = min(
        sum(case.candidates[n].cost for n in chosen)
        for chosen, gain in worth.items()
        if gain == most
    )
    best = best_of_all(state, limits)
    assert (best.gain, best.cost) == (most, cheapest)
    assert worth[best.chosen] == most
    assert most_possible(state, limits) >= most
    assert states_needed(state, limits) >= 1

    built = list(step_by_step(state, limits))
    chosen = tuple(number for number, _ in built)
    assert len(set(chosen)) == len(chosen) <= count
    assert sum(case.candidates[n].cost for n in chosen) <= budget
    assert case.worth(chosen) <= most


@settings(deadline=None, max_examples=60)
@given(cases(), st.integers(1, 3))
def test_a_risk_group_of_the_candidates_file_is_one_like_any_other(
    case: Case, count: int
) -> None:
    """The inventory knows nothing of it; building and looking is told."""
    told = {**case.inventory.risk_groups}
    del told["r-new"]
    links = [each.link for each in case.candidates]
    entries = [
        {
            **{"id": link.id, "a": str(link.a), "b": str(link.b), "cost": price.cost},
            "risk_groups": [*link.risk_groups],
        }
        for link, price in zip(links, case.candidates, strict=True)
    ]
    file: dict[str, object] = {"candidates": entries}
    if any("r-new" in link.risk_groups for link in links):
        file["risk_groups"] = [{"id": "r-new", "kind": "duct"}]
    if not entries:
        return
    document = parse(json.dumps(file).encode(), Path("c.yaml"))
    inventory = replace(case.inventory, risk_groups=told)
    read = Case(inventory, understand(document, inventory))
    state, limits = read.state(), Limits(count)
    most = max(
        case.worth(chosen)
        for size in range(count + 1)
        for chosen in combinations(range(len(entries)), size)
    )
    assert state.worth.gain.tolist() == [case.worth([n]) for n in range(len(entries))]
    assert best_of_all(state, limits).gain == most
    assert most_possible(state, limits) >= most
    built = [number for number, _ in step_by_step(state, limits)]
    report = augment_report(inventory, state, limits)
    assert report["protected"] == case.worth(built)


def ring() -> Case:
    """Two schools in a row behind an exchange; a way back would make it a ring."""
    net = network(
        {"core": "dc", "core2": "dc2", "a": "north", "b": "middle", "c": "south"},
        {"l1": ("core", "a"), "l2": ("a", "b"), "l3": ("core2", "c")},
        ["core", "core2"],
        sites=[
            Site("north", "North", "school", people=100),
            Site("middle", "Middle", "school", people=10),
            Site("south", "South", "school", people=50),
        ],
        groups={"duct": ("duct", ["l1"])},
    )
    link = Link("new", End("b"), End("c"))
    alike = replace(link, id="alike", risk_groups=("duct",))
    return Case(net, (Candidate(link, 4.0), Candidate(alike, 2.0)))


def test_a_circuit_that_closes_a_ring_protects_all_on_it() -> None:
    case = ring()
    (first, state), *_ = step_by_step(case.state(), Limits(1))
    assert case.candidates[first].link.id == "new"
    assert case.state().worth.gain.tolist() == [160, 50]
    assert sorted(state.level.tolist()) == [-1, -1, 2, 2, 2]


def test_a_circuit_in_the_duct_of_the_one_there_is_protects_nobody() -> None:
    net = network(
        {"core": "dc", "core2": "dc2", "cpe": "school"},
        {"one": ("core", "cpe")},
        ["core", "core2"],
        sites=[Site("school", "School", "school", people=300)],
        groups={"duct": ("duct", ["one"])},
    )
    inside = Link("inside", End("core2"), End("cpe"), risk_groups=("duct",))
    apart = Link("apart", End("core2"), End("cpe"))
    case = Case(net, (Candidate(inside, 1.0), Candidate(apart, 9.0)))
    assert case.state().worth.gain.tolist() == [0, 300]
    # It still spares them the failures of the circuit, its router and that's site.
    assert case.state().worth.eased.tolist() == [900, 1200]


def pair() -> Case:
    """A school that two circuits together protect, and neither alone."""
    net = network(
        {"core": "dc", "core2": "dc2", "pe": "ex", "cpe": "school", "far": "ex-far"},
        {"trunk": ("core", "pe"), "tail": ("pe", "cpe")},
        ["core", "core2"],
        sites=[Site("school", "School", "school", people=300)],
    )
    up = Link("up", End("core2"), End("far"))
    down = Link("down", End("far"), End("cpe"))
    other = Link("other", End("core2"), End("far"))
    found = (Candidate(down, 5.0), Candidate(other, 6.0), Candidate(up, 5.0))
    return Case(net, found)


def test_two_circuits_may_be_worth_what_neither_is() -> None:
    case = pair()
    assert case.state().worth.gain.tolist() == [0, 0, 0]
    assert list(step_by_step(case.state(), Limits(2))) == []
    assert most_possible(case.state(), Limits(2)) == 300
    best = best_of_all(case.state(), Limits(2))
    assert (best.chosen, best.gain, best.cost) == ((0, 2), 300, 10.0)


def test_a_budget_is_kept() -> None:
    case = ring()
    ((only, _),) = step_by_step(case.state(), Limits(2, budget=3.0))
    assert case.candidates[only].link.id == "alike"
    assert best_of_all(case.state(), Limits(2, budget=3.0)).gain == 50
    assert most_possible(case.state(), Limits(1, budget=0.5)) == 0


def test_nobody_to_protect_is_no_error() -> None:
    net = network({"core": "dc"}, {}, ["core"])
    state = Case(net, ()).state()
    assert list(step_by_step(state, Limits(3))) == []
    assert best_of_all(state, Limits(3)).chosen == ()
    assert most_possible(state, Limits(3)) == 0
    assert np.array_equal(state.useful, np.zeros(0, np.bool_))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_the_number_of_networks_looked_at_is_told_before(count: int) -> None:
    case = pair()
    useful = int(case.state().useful.sum())
    assert useful == 3
    wanted = sum(1 for size in range(count) for _ in combinations(range(useful), size))
    assert states_needed(case.state(), Limits(count)) == wanted


def two_devices(groups: dict[str, tuple[str, list[str]]]) -> Inventory:
    return network(
        {"core": "dc", "core2": "dc2", "one": "school", "two": "school"},
        {"l1": ("core", "one")},
        ["core", "core2"],
        sites=[Site("school", "School", "school", people=300)],
        groups=groups,
    )


def test_a_circuit_to_a_device_that_nothing_reaches_saves_the_site_it_is_at() -> None:
    link = Link("new", End("core2"), End("two"))
    case = Case(two_devices({}), (Candidate(link, 1.0),))
    assert case.worth([0]) == 300
    assert case.state().worth.gain.tolist() == [300]
    assert most_possible(case.state(), Limits(1)) == 300


def test_a_circuit_on_the_power_feed_of_all_equipment_saves_nobody() -> None:
    link = Link("new", End("core2"), End("two"), risk_groups=("feed",))
    net = two_devices({"feed": ("power", ["one", "two"])})
    case = Case(net, (Candidate(link, 1.0),))
    assert case.worth([0]) == 0
    assert case.state().worth.gain.tolist() == [0]


def test_what_fails_with_a_gateway_stays_cut_off_by_that() -> None:
    net = two_devices({"duct": ("duct", ["core", "one", "two"])})
    case = Case(net, (Candidate(Link("new", End("core2"), End("one")), 1.0),))
    assert case.worth([0]) == 0
    assert case.state().worth.gain.tolist() == [0]
