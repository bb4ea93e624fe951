"""The simulated network: reach, traffic, delay, and counters that only grow."""

import random

import pytest

from bellrock.demo.world import Path, World, draw
from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Inventory,
    Link,
    RiskGroup,
    Site,
)

DAY = 600.0

INVENTORY = Inventory(
    id="n",
    name="n",
    sites={
        "dc": Site("dc", "Edinburgh", "datacentre", lat=55.95, lon=-3.19),
        "ex": Site("ex", "Aberdeen", "exchange", lat=57.15, lon=-2.09),
        "gp": Site("gp", "Surgery", "gp", lat=57.15, lon=-2.1),
    },
    devices={d: Device(d, s) for d, s in (("p", "dc"), ("pe", "ex"), ("cpe", "gp"))},
    links={
        "east": Link(
            "east", End("p", "0"), End("pe", "0"), 1e9, 1e9, risk_groups=("duct",)
        ),
        "west": Link("west", End("p", "1"), End("pe", "1"), 1e9, 1e9, 20, 20),
        "tail": Link("tail", End("pe", "2"), End("cpe", "0"), 1e8, 1e8),
    },
    risk_groups={"duct": RiskGroup("duct", "duct", "Duct")},
    gateways=frozenset({"p"}),
    demands=(Demand("gp", "dc", 50e6),),
)


def test_traffic_takes_the_shorter_way_until_it_is_cut() -> None:
    world = World(INVENTORY, 0)
    world.begin_day(DAY, 0)
    begun = world.octets("east", "ba", 0), world.octets("west", "ba", 0)
    world.change(frozenset({"duct"}), {}, DAY)
    world.change(frozenset(), {}, 2 * DAY)
    carried = (
        world.octets("east", "ba", 2 * DAY) - begun[0],
        world.octets("west", "ba", 2 * DAY) - begun[1],
    )
    # A whole day at the mean rate each; the rhythm evens out.
    assert carried == pytest.approx((50e6 / 8 * DAY,) * 2, abs=2)


def test_a_cut_is_seen_at_the_link_and_behind_it() -> None:
    world = World(INVENTORY, 0)
    assert world.path("cpe") is not None
    world.change(frozenset({"tail"}), {}, 1)
    assert not world.link_up("tail")
    assert world.path("cpe") is None
    assert world.path("pe") is not None
    world.change(frozenset(), {}, 2)
    assert world.path("cpe") is not None


def test_a_dead_device_takes_its_links_down() -> None:
    world = World(INVENTORY, 0)
    world.change(frozenset({"pe"}), {}, 1)
    assert not any(map(world.link_up, ("east", "west", "tail")))


def test_delay_is_that_of_the_distance() -> None:
    path = World(INVENTORY, 0).path("pe")
    assert path is not None
    # 150 km as the crow flies, a detour of 1.4, 5 microseconds a kilometre.
    assert path.delay == pytest.approx(0.00105, rel=0.2)


def test_a_full_link_queues_and_then_loses() -> None:
    world = World(INVENTORY, 0)
    easy = world.path("cpe")
    world.change(frozenset(), {"gp": 1.8}, 1)
    busy = world.path("cpe")
    world.change(frozenset(), {"gp": 4.0}, 2)
    full = world.path("cpe")
    assert easy is not None
    assert busy is not None
    assert full is not None
    assert easy.queue < busy.queue < full.queue
    assert (easy.loss, busy.loss) == (0, 0)
    assert full.loss == pytest.approx(0.5)
    world.begin_day(DAY, 2)
    before = world.octets("tail", "ba", 2)
    assert world.octets("tail", "ba", 2 + DAY) - before <= 100e6 / 8 * DAY + 1


def test_counters_never_run_backwards() -> None:
    world = World(INVENTORY, 0)
    world.begin_day(DAY, 0)
    seen = 0
    for second in range(0, int(2 * DAY), 7):
        if second % 91 == 0:
            world.change(frozenset(), {"gp": 1 + second / DAY}, second)
        now = world.octets("tail", "ba", second)
        assert now >= seen
        seen = now


def test_the_loss_of_both_ways_adds_up() -> None:
    dice, path = random.Random(1), Path(0.001, 0.0001, 0.3)
    drawn = [draw(path, dice) for _ in range(20_000)]
    assert drawn.count(None) / len(drawn) == pytest.approx(0.51, abs=0.02)
    assert min(delay for delay in drawn if delay is not None) >= 0.002
