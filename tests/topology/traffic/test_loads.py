"""Loads against the definition, and what is sent arrives or is counted."""

from collections import defaultdict
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Demand, Inventory, Site
from tests.topology.traffic.networks import (
    TAPE,
    by_definition,
    from_tape,
    network,
    wire,
)
from topology.arrays import Arrays
from topology.traffic.demands import Demands
from topology.traffic.loads import Loads, loads


def found(inventory: Inventory, down: frozenset[str] = frozenset()) -> Loads:
    return loads(Arrays.of(inventory), Demands.of(inventory), down)


# The first call compiles, which no deadline is for.
@settings(max_examples=1000, deadline=None)
@given(st.binary(max_size=TAPE))
def test_loads_are_the_definitions(tape: bytes) -> None:
    inventory, down = from_tape(tape)
    load, unrouted = by_definition(inventory, down)
    ours = found(inventory, down)
    assert ours.load.tolist() == pytest.approx(load, rel=1e-9, abs=1e-9)
    assert ours.unrouted == pytest.approx(unrouted, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(st.binary(max_size=TAPE))
def test_what_is_sent_arrives_or_is_counted(tape: bytes) -> None:
    inventory, down = from_tape(tape)
    # Towards one site at a time, so that what arrives is not sent on.
    for site in inventory.sites:
        demands = tuple(
            each
            for each in inventory.demands
            if each.target == site and each.source != site
        )
        ours = found(replace(inventory, demands=demands), down)
        balance: defaultdict[str, float] = defaultdict(float)
        for number, link in enumerate(inventory.links.values()):
            a = inventory.devices[link.a.device].site
            b = inventory.devices[link.b.device].site
            over = float(ours.load[2 * number] - ours.load[2 * number + 1])
            balance[a] -= over
            balance[b] += over
        sent = sum(demand.rate for demand in demands)
        assert balance[site] + ours.unrouted == pytest.approx(sent, rel=1e-9, abs=1e-9)
        assert sum(balance.values()) == pytest.approx(0.0, abs=1e-9)
        for other in inventory.sites.keys() - {site}:
            most = sum(each.rate for each in demands if each.source == other)
            assert -most - 1e-9 <= balance[other] <= 1e-9


def test_demands_that_grow_carry_loads_that_grow() -> None:
    inventory = network(wire("l", "a", "b"), demands=(Demand("a", "b", 3.0),))
    grown = Demands.of(inventory).grown(1.5)
    assert loads(Arrays.of(inventory), grown).load.tolist() == [4.5, 0.0]


@pytest.mark.parametrize("factor", [0.0, -1.0, float("nan"), float("inf")])
def test_demands_do_not_grow_by_nothing_or_less(factor: float) -> None:
    inventory = network(wire("l", "a", "b"), demands=(Demand("a", "b", 3.0),))
    with pytest.raises(ValueError, match="more than nothing"):
        Demands.of(inventory).grown(factor)


def test_an_empty_network_carries_nothing() -> None:
    empty = Inventory("e", "e", {}, {}, {}, {}, frozenset())
    assert found(empty).load.tolist() == []
    assert found(empty).unrouted == 0.0


def test_a_site_without_devices_gets_and_sends_nothing() -> None:
    inventory = network(
        wire("l", "a", "b"), demands=(Demand("a", "b", 3.0), Demand("c", "a", 4.0))
    )
    sites = {**inventory.sites, "c": Site("c", "c", "gp")}
    ours = found(replace(inventory, sites=sites))
    assert (ours.load.tolist(), ours.unrouted) == ([3.0, 0.0], 4.0)


def test_a_demand_of_a_site_that_is_not_there_is_refused() -> None:
    inventory = network(wire("l", "a", "b"), demands=(Demand("a", "x", 3.0),))
    with pytest.raises(ValueError, match="demand from a to x: there is no site x"):
        Demands.of(inventory)


@pytest.mark.parametrize("rate", [-1.0, float("nan"), float("inf")])
def test_a_demand_that_is_no_rate_is_refused(rate: float) -> None:
    inventory = network(wire("l", "a", "b"), demands=(Demand("a", "b", rate),))
    with pytest.raises(ValueError, match="demand from a to b: a rate of"):
        Demands.of(inventory)


@pytest.mark.parametrize("metric", [0, -3])
def test_a_metric_that_is_not_positive_is_refused(metric: int) -> None:
    inventory = network(wire("l", "a", "b", metric), demands=(Demand("a", "b", 1.0),))
    with pytest.raises(ValueError, match=f"link l: a metric of {metric}"):
        found(inventory)


def test_metrics_too_large_to_add_exactly_are_refused() -> None:
    inventory = network(wire("l", "a", "b", 1 << 58))
    with pytest.raises(ValueError, match="so large"):
        found(inventory)


def test_a_link_from_a_device_to_itself_carries_nothing() -> None:
    loop = network(
        wire("loop", "a", "a", 1), wire("l", "a", "b"), demands=(Demand("a", "b", 2.0),)
    )
    assert found(loop).load.tolist() == [0.0, 0.0, 2.0, 0.0]


def test_demands_of_one_pair_are_one_row_and_those_of_nothing_none() -> None:
    told = (Demand("a", "b", 1.0), Demand("a", "b", 2.0), Demand("b", "a", 0.0))
    demands = Demands.of(network(wire("l", "a", "b"), demands=told))
    assert len(demands) == 1
    np.testing.assert_array_equal(demands.rate, [3.0])
