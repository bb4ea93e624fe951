"""Worst cases against failing each element and routing everything again."""

import random
import tracemalloc
from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Demand, Device, ElementKind, Inventory, RiskGroup
from tests.topology.traffic.networks import (
    TAPE,
    by_definition,
    from_tape,
    network,
    wire,
)
from topology.arrays import Arrays, Ints
from topology.kernels.sweep import Swept
from topology.traffic.demands import Demands
from topology.traffic.n1 import WorstCases, n1
from topology.traffic.study import Study


def near(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def studied(inventory: Inventory, down: frozenset[str] = frozenset()) -> Study:
    return Study.of(Arrays.of(inventory), Demands.of(inventory), down)


def worst_of(inventory: Inventory, *down: str) -> WorstCases:
    return n1(Arrays.of(inventory), Demands.of(inventory), down)


def elements(inventory: Inventory) -> list[str]:
    sites = {device.site for device in inventory.devices.values()}
    groups = {g for link in inventory.links.values() for g in link.risk_groups}
    groups |= {g for each in inventory.devices.values() for g in each.risk_groups}
    return [
        *inventory.links,
        *inventory.devices,
        *(site for site in inventory.sites if site in sites),
        *(group for group in inventory.risk_groups if group in groups),
    ]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=TAPE))
def test_every_failure_does_what_routing_again_does(tape: bytes) -> None:
    inventory, down = from_tape(tape)
    found = studied(inventory, down)
    capacity = found.arrays.circuits.capacity
    for element in found.alive.tolist():
        failed = found.elements.ids[element]
        load, unrouted = by_definition(inventory, down | {failed})
        after = found.after([failed])
        assert after.load.tolist() == near(load), failed
        assert after.unrouted == near(unrouted), failed
        swept = found.sweep(np.array([[element]], np.int32))
        used = [each / most for each, most in zip(load, capacity, strict=True)]
        known = [each for each in used if each == each]
        assert found.base.unrouted + swept.lost[0] == near(unrouted)
        assert swept.over[0] == sum(each > 1 + 1e-9 for each in known)
        if known:
            assert swept.peak[0] == near(max(known))
            assert used[swept.peak_arc[0]] == near(max(known))
        else:
            assert swept.peak_arc[0] == -1


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=TAPE))
def test_the_worst_is_the_worst_of_all_failures(tape: bytes) -> None:
    inventory, down = from_tape(tape)
    found = n1(Arrays.of(inventory), Demands.of(inventory), down)
    base, lost = by_definition(inventory, down)
    after = {each: by_definition(inventory, down | {each}) for each in found_ids(found)}
    assert found.base.load.tolist() == near(base)
    for arc, worst in enumerate(found.worst_load.tolist()):
        loads = {each: load[arc] for each, (load, _) in after.items()}
        assert worst == near(max([base[arc], *loads.values()]))
        cause = found.name(int(found.worst_failure[arc]))
        if cause is None:
            assert worst == near(base[arc])
        else:
            earlier = list(loads.values())[: list(loads).index(cause[1])]
            assert loads[cause[1]] == near(worst)
            assert all(load <= worst * (1 - 1e-10) for load in earlier)
    unrouted = {each: rate for each, (_, rate) in after.items()}
    assert found.worst_unrouted == near(max([lost, *unrouted.values()]))
    cause = found.name(found.worst_unrouted_failure)
    assert (cause is None) == (found.worst_unrouted == near(lost))
    if cause is not None:
        assert unrouted[cause[1]] == near(found.worst_unrouted)
    standing = [e for e in elements(inventory) if has_up(inventory, down, e)]
    assert found.failures == len(standing)


def found_ids(found: WorstCases) -> tuple[str, ...]:
    return found.elements.ids


def has_up(inventory: Inventory, down: frozenset[str], element: str) -> bool:
    """Tell whether some member of an element is up, written out once more."""

    def device_up(name: str) -> bool:
        device = inventory.devices[name]
        return not down & {name, device.site, *device.risk_groups}

    def link_up(name: str) -> bool:
        link = inventory.links[name]
        ends = device_up(link.a.device) and device_up(link.b.device)
        return ends and not down & {name, *link.risk_groups}

    devices = [
        device.id
        for device in inventory.devices.values()
        if element in (device.id, device.site, *device.risk_groups)
    ]
    links = [
        link.id
        for link in inventory.links.values()
        if element in (link.id, *link.risk_groups)
    ]
    return any(map(device_up, devices)) or any(map(link_up, links))


RING = network(
    *(wire("ab", "a", "b"), wire("bc", "b", "c"), wire("ca", "c", "a")),
    demands=(Demand("a", "b", 6.0), Demand("c", "b", 2.0)),
)


def test_the_cause_is_named_and_what_nobody_declared_has_no_utilisation() -> None:
    links = dict(RING.links)
    links["bc"] = replace(links["bc"], capacity_ab=20.0, capacity_ba=4.0)
    found = worst_of(replace(RING, links=links))
    assert found.worst_load.tolist() == [8.0, 0.0, 0.0, 8.0, 2.0, 6.0]
    assert [found.name(cause) for cause in found.worst_failure.tolist()] == [
        *((ElementKind.LINK, "bc"), None, None, (ElementKind.LINK, "ab")),
        *((ElementKind.LINK, "bc"), (ElementKind.LINK, "ab")),
    ]
    assert np.isnan(found.worst_utilisation[[0, 1, 4, 5]]).all()
    assert found.worst_utilisation[[2, 3]].tolist() == [0.0, 2.0]
    assert (found.failures, found.overloaded) == (9, 1)
    # b's device and its site lose as much: the device is named, it comes first.
    assert found.worst_unrouted == 8.0
    assert found.name(found.worst_unrouted_failure) == (ElementKind.DEVICE, "b")


def test_failures_come_on_top_of_what_is_down() -> None:
    found = worst_of(RING, "ab")
    assert found.base.load.tolist() == [0.0, 0.0, 0.0, 8.0, 0.0, 6.0]
    assert (found.failures, found.worst_unrouted) == (8, 8.0)
    assert found.worst_load.tolist() == found.base.load.tolist()


def test_a_failure_may_push_traffic_onto_a_backup_link() -> None:
    spare = wire("4g", "a", "b", 1, 1, backup=True)
    net = network(wire("l", "a", "b"), spare, demands=(Demand("a", "b", 3.0),))
    found = worst_of(net)
    assert found.base.load.tolist() == [3.0, 0.0, 0.0, 0.0]
    assert found.worst_load.tolist() == [3.0, 0.0, 3.0, 0.0]
    assert found.name(int(found.worst_failure[2])) == (ElementKind.LINK, "l")


def stretched(inventory: Inventory) -> Inventory:
    """Return the network with metrics at the ends of their range, some demands of none.

    A sum of three of them does not fit into 32 bits, and two paths may differ by 1.
    """
    metrics = (1, 2**31 - 1, 2**31, 2**32 - 1)
    links = {
        name: replace(
            link,
            metric_ab=metrics[link.metric_ab - 1],
            metric_ba=metrics[link.metric_ba - 1],
        )
        for name, link in inventory.links.items()
    }
    demands = tuple(
        replace(each, rate=0.0 if each.rate < 1 else each.rate**3)
        for each in inventory.demands
    )
    return replace(inventory, links=links, demands=demands)


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=TAPE))
def test_metrics_as_large_as_may_be_are_added_up_exactly(tape: bytes) -> None:
    drawn, down = from_tape(tape)
    inventory = stretched(drawn)
    found = studied(inventory, down)
    for failed in found_ids(worst_of(inventory, *down)):
        load, unrouted = by_definition(inventory, down | {failed})
        after = found.after([failed])
        assert after.load.tolist() == near(load), failed
        assert after.unrouted == near(unrouted), failed


def test_what_is_lost_has_a_cause_however_little_it_is_beside_the_rest() -> None:
    told = (Demand("a", "b", 1e15), Demand("c", "d", 1e3))
    net = network(
        wire("ab", "a", "b"), wire("also", "a", "b"), wire("cd", "c", "d"), demands=told
    )
    small = worst_of(net, "a")
    assert small.base.unrouted == 1e15
    assert small.worst_unrouted == 1e15 + 1e3
    assert small.name(small.worst_unrouted_failure) == (ElementKind.LINK, "cd")


def test_a_risk_group_takes_devices_and_links_together() -> None:
    devices = {**RING.devices, "c": Device("c", "c", risk_groups=("duct",))}
    links = {**RING.links, "ab": replace(RING.links["ab"], risk_groups=("duct",))}
    groups = {"duct": RiskGroup("duct", "duct", "Duct")}
    net = replace(RING, devices=devices, links=links, risk_groups=groups)
    assert studied(net).after(["duct"]).unrouted == 8.0


def test_an_empty_network_has_no_failures() -> None:
    found = worst_of(Inventory("e", "e", {}, {}, {}, {}, frozenset()))
    assert (found.failures, found.overloaded, found.worst_unrouted) == (0, 0, 0.0)
    assert found.name(found.worst_unrouted_failure) is None


def test_without_demands_nothing_is_loaded_by_any_failure() -> None:
    found = worst_of(replace(RING, demands=()))
    assert found.worst_load.tolist() == [0.0] * 6
    assert (found.worst_failure == -1).all()


def test_an_unknown_element_cannot_fail() -> None:
    with pytest.raises(KeyError, match="nothing"):
        studied(RING).after(["nothing"])


def sums(found: Swept) -> list[list[float]]:
    return [np.nan_to_num(column, nan=-1.0).tolist() for column in found]


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=TAPE), st.integers(1, 4000))
def test_in_however_little_room_the_answer_is_the_same_to_the_bit(
    tape: bytes, room: int
) -> None:
    inventory, down = from_tape(tape)
    arrays, demands = Arrays.of(inventory), Demands.of(inventory)
    whole = Study.of(arrays, demands, down)
    cut = Study.of(arrays, demands, down, room=room)
    assert whole.rounds == 1
    assert cut.base.load.tolist() == whole.base.load.tolist()
    assert cut.base.unrouted == whole.base.unrouted
    alone = whole.distinct[:, np.newaxis]
    assert sums(cut.sweep(alone)) == sums(whole.sweep(alone))
    pairs = np.array([*combinations(whole.distinct, 2)], np.int32).reshape(-1, 2)
    assert sums(cut.sweep(pairs[:40])) == sums(whole.sweep(pairs[:40]))
    for element in whole.distinct.tolist():
        failed = [whole.elements.ids[element]]
        one, other = cut.after(failed), whole.after(failed)
        assert one.load.tolist() == other.load.tolist()
        assert one.unrouted == other.unrouted


def test_a_backbone_in_little_room_goes_through_its_targets_in_rounds() -> None:
    dice = random.Random(1811)
    names = [f"r{n}" for n in range(40)]
    near = [(names[n], names[n - 1]) for n in range(1, 40)]
    far = [tuple(dice.sample(names, 2)) for _ in range(40)]
    links = [
        wire(f"l{n}", a, b, dice.randint(1, 9), dice.randint(1, 9), backup=n % 9 == 8)
        for n, (a, b) in enumerate([*near, *far])
    ]
    demands = [Demand(a, b, dice.random()) for a in names for b in names if a != b]
    inventory = network(*links, demands=tuple(demands))
    arrays, declared = Arrays.of(inventory), Demands.of(inventory)
    whole = n1(arrays, declared)
    for room, rounds in ((10_000, 20), (1, 40)):
        assert Study.of(arrays, declared, room=room).rounds == rounds
        cut = n1(arrays, declared, room=room)
        assert cut.worst_load.tolist() == whole.worst_load.tolist()
        assert cut.worst_failure.tolist() == whole.worst_failure.tolist()
        assert cut.worst_unrouted == whole.worst_unrouted


def test_a_study_cut_in_halves_holds_the_paths_of_one_block_at_a_time() -> None:
    names = [f"r{n}" for n in range(60)]
    links = [
        wire(f"l{n}-{far}", names[n], names[(n + far) % 60], 10 + far, 10 + far)
        for n in range(60)
        for far in (1, 7, 13)
    ]
    demands = [Demand(a, b, 1.0) for a in names for b in names if a != b]
    inventory = network(*links, demands=tuple(demands))
    room = 100_000
    study = Study.of(Arrays.of(inventory), Demands.of(inventory), room=room)
    assert study.rounds == 3
    alone = study.distinct[:, np.newaxis]
    study.sweep(alone[:1])
    one, all_of_them = held(study, alone[:1]), held(study, alone)
    assert all_of_them < one + 2 * room


def held(study: Study, failures: Ints) -> int:
    """Return the bytes that a sweep holds at the most."""
    tracemalloc.start()
    study.sweep(failures)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return peak
