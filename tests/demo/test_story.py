"""The story fits the network it is played on."""

from dataclasses import replace
from pathlib import Path

import pytest

import bellrock.demo
from bellrock.demo.story import BUSY, GROWING, NORTH, SOUTH, STORY
from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory
from topology.analysis import Design, analyse
from topology.routing import ecmp_loads
from topology.state import NetworkState

CALEDONIA = Path(bellrock.demo.__file__).with_name("caledonia")


@pytest.fixture(scope="module")
def inventory() -> Inventory:
    loaded = load(CALEDONIA, cache=None)
    assert loaded.warnings == ()
    return loaded.inventory


def test_about_two_hundred_sites_with_their_places(inventory: Inventory) -> None:
    assert 200 <= len(inventory.user_sites()) <= 225
    assert all(site.lat and site.lon for site in inventory.sites.values())
    assert {"hospital", "gp", "school", "council", "library"} <= {
        site.kind for site in inventory.sites.values()
    }


def test_shetland_hangs_on_two_cables(inventory: Inventory) -> None:
    design = Design(inventory)
    levels, cut = [], []
    for down in (set(), {NORTH}, {NORTH, SOUTH}, {NORTH}, {SOUTH}):
        state = NetworkState(design.layout.expand(down))
        sites = analyse(design, state).sites
        levels.append(sites["lerwick-hosp"].redundancy)
        cut.append(sum(site.redundancy == 0 for site in sites.values()))
    assert levels == [2, 1, 0, 1, 1]
    assert cut[2] > 20
    assert [*cut[:2], *cut[3:]] == [0, 0, 0, 0]


def test_only_the_busy_link_fills_up(inventory: Inventory) -> None:
    growth = max(step.growth for step in STORY) * 1.25  # at the day's peak
    grown = replace(
        inventory,
        demands=tuple(
            replace(d, rate=d.rate * growth) if {d.source, d.target} & {*GROWING} else d
            for d in inventory.demands
        ),
    )
    over = set()
    for (link, direction), load_ in ecmp_loads(grown).by_arc.items():
        ends = grown.links[link]
        capacity = ends.capacity_ab if direction == "ab" else ends.capacity_ba
        assert capacity is not None
        if load_ / capacity > 0.9:
            over.add(link)
    assert over == {BUSY}
