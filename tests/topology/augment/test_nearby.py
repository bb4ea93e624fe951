"""Circuits between neighbours, against measuring every pair."""

from itertools import combinations
from math import acos, cos, radians, sin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory, Site
from tests.topology.networks import network
from topology.augment.nearby import EARTH, how_many, nearby


def apart(one: Site, other: Site) -> float:
    """Distance in km by the law of cosines."""
    assert one.lat is not None
    assert one.lon is not None
    assert other.lat is not None
    assert other.lon is not None
    a, b = radians(one.lat), radians(other.lat)
    turn = radians(one.lon - other.lon)
    inner = sin(a) * sin(b) + cos(a) * cos(b) * cos(turn)
    return EARTH * acos(max(-1.0, min(1.0, inner)))


@st.composite
def maps(draw: st.DrawFn) -> Inventory:
    sites = [
        Site(
            f"s{n}",
            f"S{n}",
            "school",
            lat=draw(st.integers(-90, 90)),
            lon=draw(st.integers(-180, 180)),
        )
        if draw(st.booleans())
        else Site(f"s{n}", f"S{n}", "school", lat=56 + n / 10, lon=draw(st.just(-3.0)))
        for n in range(draw(st.integers(0, 7)))
    ]
    devices = {f"d{n}{k}": f"s{n}" for n in range(len(sites)) for k in range(1 + n % 2)}
    return network(devices, {}, [], sites=sites)


@given(maps(), st.sampled_from([15.0, 25.0, 500.0, 9_000.0, 20_100.0]))
def test_pairs_are_those_that_are_near(inventory: Inventory, within: float) -> None:
    found = {
        frozenset((c.link.a.device, c.link.b.device)): c
        for c in nearby(inventory, within, 10.0)
    }
    assert how_many(inventory, within) == len(found)
    for one, other in combinations(inventory.devices.values(), 2):
        if one.site == other.site:
            assert frozenset((one.id, other.id)) not in found
            continue
        km = apart(inventory.sites[one.site], inventory.sites[other.site])
        candidate = found.get(frozenset((one.id, other.id)))
        # The law of cosines is good to some metres where places are near.
        if abs(km - within) > 0.1:
            assert (candidate is not None) == (km < within)
        if candidate is not None:
            assert candidate.km == pytest.approx(km, abs=0.1)
            assert candidate.cost == pytest.approx(10 * max(candidate.km or 0, 1))


def test_devices_joined_already_and_sites_nowhere_are_left_out() -> None:
    net = network(
        {"a": "one", "b": "two", "c": "three"},
        {"ab": ("a", "b")},
        ["a"],
        sites=[
            Site("one", "One", "school", lat=56.0, lon=-3.0),
            Site("two", "Two", "school", lat=56.0, lon=-3.1),
            Site("three", "Three", "school"),
        ],
    )
    assert nearby(net, 100, 1) == []
