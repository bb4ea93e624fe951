"""What was declared is worked out again from the loads that it makes."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Demand, Inventory
from tests.topology.networks import network
from topology.arrays import Arrays, Floats
from topology.estimate.accuracy import n1_error, try_out
from topology.estimate.demands import Estimate, estimate
from topology.estimate.gravity import gravity
from topology.estimate.pairs import Pattern, hubs
from topology.estimate.totals import totals
from topology.traffic.demands import Demands
from topology.traffic.loads import loads

ONE_HUB = network(
    {"gw": "dc", "pe1": "ex1", "pe2": "ex2", "a": "gp", "b": "school", "c": "library"},
    {
        "core1": ("pe1", "gw"),
        "core2": ("pe2", "gw"),
        "ring": ("pe1", "pe2"),
        "ta": ("a", "pe1"),
        "tb": ("b", "pe2"),
        "tc1": ("c", "pe1"),
        "tc2": ("c", "pe2"),
    },
    ["gw"],
)


def measured(inventory: Inventory) -> tuple[Arrays, Floats]:
    arrays = Arrays.of(inventory)
    return arrays, loads(arrays, Demands.of(inventory)).load


def again(inventory: Inventory, pattern: Pattern = Pattern.HUBS) -> Estimate:
    arrays, load = measured(inventory)
    return estimate(inventory, arrays, load, pattern)


def rates(inventory: Inventory, found: Estimate) -> dict[tuple[str, str], float]:
    sites, demands = list(inventory.sites), found.demands
    return {
        (sites[source], sites[target]): rate
        for source, target, rate in zip(
            demands.source.tolist(),
            demands.target.tolist(),
            demands.rate.tolist(),
            strict=True,
        )
    }


SITES = ("gp", "school", "library")


# The first call compiles, which no deadline is for.
@settings(deadline=None)
@given(st.lists(st.integers(0, 1000), min_size=6, max_size=6))
def test_where_there_is_one_hub_nothing_is_guessed(sizes: list[int]) -> None:
    told = [Demand(s, "dc", n * 1e6) for s, n in zip(SITES, sizes, strict=False)]
    told += [Demand("dc", s, n * 1e6) for s, n in zip(SITES, sizes[3:], strict=False)]
    inventory = replace(ONE_HUB, demands=tuple(told))
    found = rates(inventory, again(inventory))
    for demand in told:
        rate = found.get((demand.source, demand.target), 0.0)
        assert rate == pytest.approx(demand.rate, rel=1e-3, abs=1e3)


def test_a_stub_sends_and_receives_exactly_what_its_link_carries() -> None:
    two = replace(ONE_HUB, gateways=frozenset({"gw", "pe1"}))
    told = (Demand("gp", "dc", 3e6), Demand("school", "ex1", 5e6))
    inventory = replace(two, demands=(*told, Demand("dc", "school", 7e6)))
    found = again(inventory)
    by_source = np.bincount(found.demands.source, found.demands.rate, minlength=6)
    by_target = np.bincount(found.demands.target, found.demands.rate, minlength=6)
    gp, school = (list(inventory.sites).index(s) for s in ("gp", "school"))
    assert found.exact[[gp, school]].all()
    assert by_source[gp] == pytest.approx(3e6, rel=1e-9)
    assert by_target[school] == pytest.approx(7e6, rel=1e-9)


def test_a_site_with_two_ways_is_no_stub() -> None:
    arrays, load = measured(replace(ONE_HUB, demands=(Demand("gp", "dc", 1e6),)))
    stub = dict(zip(arrays.sites, totals(arrays, load).stub.tolist(), strict=True))
    assert (stub["gp"], stub["library"], stub["dc"]) == (True, False, False)


def test_a_site_of_which_nothing_is_measured_is_left_out_and_named() -> None:
    inventory = replace(
        ONE_HUB, demands=(Demand("gp", "dc", 1e6), Demand("school", "dc", 2e6))
    )
    arrays, load = measured(inventory)
    load[2 * arrays.link_number["ta"]] = np.nan
    found = estimate(inventory, arrays, load, Pattern.HUBS)
    assert [s for s, out in zip(arrays.sites, found.left_out, strict=True) if out] == [
        "gp"
    ]
    assert rates(inventory, found)["school", "dc"] == pytest.approx(2e6, rel=1e-6)


def test_idle_links_mean_no_demands() -> None:
    found = again(ONE_HUB)
    assert len(found.demands) == 0
    assert found.unexplained == 0


def test_hubs_are_gateways_hosts_and_data_centres() -> None:
    assert hubs(ONE_HUB) == {"dc"}


def test_gravity_fits_both_totals_where_only_some_pairs_are_allowed() -> None:
    source, target = np.array([0, 0, 1, 2], np.int32), np.array([2, 1, 2, 0], np.int32)
    sent, received = np.array([4.0, 2.0, 1.0]), np.array([1.0, 1.0, 5.0])
    found = gravity(source, target, sent, received)
    assert np.bincount(source, found).tolist() == pytest.approx([4, 2, 1])
    assert np.bincount(target, found).tolist() == pytest.approx([1, 1, 5])


def mesh(size: int, seed: int) -> Inventory:
    """Return a ring with chords, a school at each node, and traffic between all."""
    generator = np.random.default_rng(seed)
    nodes = range(size)
    links = {f"r{i}": (f"p{i}", f"p{(i + 1) % size}") for i in nodes}
    links |= {f"x{i}": (f"p{i}", f"p{(i + size // 3) % size}") for i in nodes[::2]}
    links |= {f"t{i}": (f"c{i}", f"p{i}") for i in nodes}
    devices = {f"p{i}": f"pop{i}" for i in nodes} | {f"c{i}": f"s{i}" for i in nodes}
    net = network(devices, links, ["p0"])
    weight = generator.lognormal(0, 1, size)
    rate = np.outer(weight, weight) * generator.lognormal(0, 0.7, (size, size)) * 1e6
    demands = [
        Demand(f"s{i}", f"s{j}", float(rate[i, j]))
        for i in nodes
        for j in nodes
        if i != j
    ]
    return replace(net, demands=tuple(demands))


@pytest.mark.parametrize("seed", range(3))
def test_a_mesh_comes_out_nearer_than_gravity_and_explains_what_was_measured(
    seed: int,
) -> None:
    inventory = mesh(12, seed)
    arrays, load = measured(inventory)
    found = estimate(inventory, arrays, load, Pattern.MESH)
    assert found.unexplained < 0.01
    truth = Demands.of(inventory)
    told = totals(arrays, load)
    rate = gravity(truth.source, truth.target, told.sent, told.received)
    guess = replace(truth, rate=rate)
    ours = n1_error(arrays, truth, found.demands)
    assert ours < 0.6 * n1_error(arrays, truth, guess)
    assert ours < 0.03


def test_the_right_demands_have_no_error_and_none_at_all_are_all_wrong() -> None:
    inventory = mesh(6, 0)
    arrays, truth = Arrays.of(inventory), Demands.of(inventory)
    assert n1_error(arrays, truth, truth) == 0
    assert n1_error(arrays, truth, replace(truth, rate=truth.rate * 0)) == 1
    assert n1_error(arrays, replace(truth, rate=truth.rate * 0), truth) == 0


def test_a_trial_knows_the_truth_and_repeats_itself() -> None:
    inventory = mesh(8, 0)
    arrays, load = measured(inventory)
    found = estimate(inventory, arrays, load, Pattern.MESH)
    done: list[int] = []
    both = [
        try_out(*(inventory, arrays, found, Pattern.MESH), trials=2, notify=done.append)
        for _ in range(2)
    ]
    assert both[0] == both[1]
    assert done == [1, 2, 1, 2]
    assert 0 < both[0].worst < 0.1


def test_what_was_down_all_the_time_carried_nothing() -> None:
    told = (Demand("gp", "dc", 3e6), Demand("school", "dc", 5e6))
    inventory = replace(ONE_HUB, demands=told)
    arrays = Arrays.of(inventory)
    load = loads(arrays, Demands.of(inventory), {"core2"}).load
    found = estimate(inventory, arrays, load, Pattern.HUBS, {"core2"})
    assert rates(inventory, found)["school", "dc"] == pytest.approx(5e6, rel=1e-6)
    assert found.unexplained < 1e-6
    wrong = estimate(inventory, arrays, load, Pattern.HUBS)
    assert wrong.unexplained > 0.1


def test_more_pairs_than_can_be_worked_out_are_refused() -> None:
    size = 400
    devices = {"gw": "dc"} | {f"c{i}": f"s{i}" for i in range(size)}
    net = network(devices, {f"t{i}": (f"c{i}", "gw") for i in range(size)}, ["gw"])
    arrays = Arrays.of(net)
    load = np.ones(2 * size)
    with pytest.raises(ValueError, match="more than 250,000 pairs"):
        estimate(net, arrays, load, Pattern.MESH)
    assert len(estimate(net, arrays, load, Pattern.HUBS).demands) == 2 * size
