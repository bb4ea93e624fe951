"""Devices as vendors make them, and what becomes of them between two polls."""

import resource
import time
from collections.abc import Callable

import pytest

from bellrock.model.inventory import End, Link
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from bellrock.runtime.utilisation import Load, Meter
from collectors.snmp import interfaces as columns
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.counters import DISCONTINUITY
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.values import (
    Counter32,
    Counter64,
    OctetString,
    TimeTicks,
)
from tests.collectors.snmp.agent import QUICK, community
from tests.collectors.snmp.vendors import (
    SHAPES,
    UPTIME,
    Habits,
    Simulated,
    port,
    ports,
    simulated,
)

Happens = Callable[[Simulated], None]
LINK = Link("tail", End("a", "eth0"), End("b", "0"), 1e9, 1e9)


async def polls(
    agent: Simulated, *between: Happens, settings: SnmpSettings = QUICK
) -> list[DeviceReading]:
    """Poll once, then again after each thing that happens."""
    async with simulated(agent) as device, SnmpCollector(settings) as collector:
        collector.watch({device.id: {"eth0"}})
        readings = [await collector.collect(device, community())]
        for happens in between:
            happens(agent)
            readings.append(await collector.collect(device, community()))
    return readings


def loads(readings: list[DeviceReading]) -> list[Load]:
    """Return what load the monitor makes of readings that are a minute apart."""
    meter = Meter()
    found: tuple[Load, ...] = ()
    for number, reading in enumerate(readings):
        later = DeviceReading(
            *(reading.device, "snmp", 60.0 * number, reading.duration, reading.outcome),
            uptime=reading.uptime,
            interfaces=reading.interfaces,
            discontinuities=reading.discontinuities,
            narrow=reading.narrow,
        )
        found = meter.loads(later, {"eth0": (LINK, "a")})
    return list(found)


def counted(**cells: Counter32 | Counter64 | TimeTicks) -> Happens:
    """Have the counters of eth0 at these, and a minute passed."""

    def happens(agent: Simulated) -> None:
        up = agent.has[UPTIME]
        assert isinstance(up, TimeTicks)
        agent.has |= port(1, "eth0", **cells) | {UPTIME: TimeTicks(up + 6000)}

    return happens


# --- shapes --------------------------------------------------------------------------


async def test_sparse_and_unsorted_indexes_are_read_whole() -> None:
    (sparse,) = await polls(Simulated(SHAPES["sparse"]()))
    (unsorted,) = await polls(Simulated(SHAPES["unsorted"]()))
    for reading in (sparse, unsorted):
        assert reading.outcome is Outcome.SUCCESS
        indexes = [row.index for row in reading.interfaces]
        assert indexes == sorted(indexes)
        assert {row.receive_bytes for row in reading.interfaces} == {
            2**40 + index for index in indexes
        }
    assert {row.index: row.name for row in unsorted.interfaces} == {
        **{501: "ge-0/0/0", 502: "ge-0/0/0.0", 16: "lo0", 6: "lo0.0", 1: "fxp0"}
    }


async def test_rows_without_64_bits_are_read_with_32_and_told_as_such() -> None:
    (reading,) = await polls(Simulated(SHAPES["narrow"]()))
    assert [row.receive_bytes for row in reading.interfaces] == [1, 2]
    assert reading.narrow == {"eth0", "eth1"}
    (reading,) = await polls(Simulated(SHAPES["partly-narrow"]()))
    assert [row.transmit_bytes for row in reading.interfaces] == [2**41 + 1, 4]
    assert reading.narrow == {"serial0"}
    (reading,) = await polls(Simulated(SHAPES["without-if-x"]()))
    assert (reading.interfaces[0].name, *reading.narrow) == ("eth0", "eth0")
    assert reading.discontinuities == {}


async def test_a_speed_of_zero_and_wrong_types_count_as_not_said() -> None:
    (reading,) = await polls(Simulated(SHAPES["speedless"]()))
    assert reading.interfaces[0].speed is None
    (reading,) = await polls(Simulated(SHAPES["wrong-types"]()))
    (row,) = reading.interfaces
    assert (reading.outcome, row.status) == (Outcome.SUCCESS, Status.UNKNOWN)
    # The agent's ifSpeed and ifInOctets are asked for where the others are no numbers.
    assert (row.receive_bytes, row.transmit_bytes) == (None, 2**41 + 1)
    assert reading.discontinuities == {}


async def test_an_empty_table_is_unsupported_until_there_is_something() -> None:
    first, second = await polls(
        Simulated(SHAPES["empty"]()),
        lambda agent: agent.has.update(port(7, "eth0")),
    )
    assert (first.outcome, second.outcome) == (Outcome.UNSUPPORTED, Outcome.SUCCESS)


async def test_a_router_of_10_000_interfaces_is_read_in_bounded_memory_and_time() -> (
    None
):
    settings = SnmpSettings(timeout=5, packet_rate=1_000_000)
    agent = Simulated(SHAPES["huge"]())
    begun = time.process_time()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    first, second = await polls(agent, lambda _: None, settings=settings)
    taken = time.process_time() - begun
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert (first.outcome, second.outcome) == (Outcome.SUCCESS, Outcome.SUCCESS)
    assert len(first.interfaces) == len(second.interfaces) == 10_000
    assert second.interfaces[9_999].receive_bytes == 2**40 + 10_000
    # As many as fit a datagram each time: ten columns of seven rows.
    assert agent.requests < 2 * 10_000 / 4
    # The agent's own work included, which is most of both.
    assert taken < 60
    assert grown < 200_000


async def test_one_interface_more_than_that_is_given_up_and_no_memory_is_lost() -> None:
    has = SHAPES["huge"]() | port(10_001, "one-more")
    settings = SnmpSettings(timeout=5, packet_rate=1_000_000)
    (reading,) = await polls(Simulated(has), settings=settings)
    assert reading.outcome is Outcome.MALFORMED
    assert "more than 10000 rows" in reading.detail


# --- habits --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "habits",
    [
        Habits(copies=3),
        Habits(swapped=True),
        Habits(every=2),
        Habits(seconds=0.05),
        Habits(longer=True),
    ],
    ids=["duplicated", "reordered", "every-second", "slow", "ever-longer"],
)
async def test_an_agent_of_odd_habits_is_read_all_the_same(habits: Habits) -> None:
    names = {n: f"eth{n - 1}" for n in range(1, 31)}
    agent = Simulated(ports(names), habits)
    patient = QUICK.model_copy(update={"retries": 5, "timeout": 0.1})
    readings = await polls(agent, lambda _: None, lambda _: None, settings=patient)
    for reading in readings:
        assert reading.outcome is Outcome.SUCCESS, reading.detail
        assert [row.receive_bytes for row in reading.interfaces] == [
            2**40 + index for index in names
        ]


@pytest.mark.parametrize(
    ("habits", "outcome", "words"),
    [
        (Habits(cut=60), Outcome.MALFORMED, ""),
        (Habits(elsewhere="127.0.0.1"), Outcome.TIMEOUT, "was not believed"),
        (Habits(elsewhere="127.0.0.9"), Outcome.TIMEOUT, "came from 127.0.0.9"),
        (Habits(seconds=30), Outcome.TIMEOUT, "no answer"),
        (Habits(every=9), Outcome.TIMEOUT, "no answer"),
    ],
    ids=["truncated", "another-port", "another-address", "too-slow", "too-seldom"],
)
async def test_an_agent_of_worse_habits_has_its_word(
    habits: Habits, outcome: Outcome, words: str
) -> None:
    (reading,) = await polls(Simulated(ports({1: "eth0"}), habits))
    assert reading.outcome is outcome
    assert words in reading.detail


async def test_an_agent_that_takes_its_time_for_each_row_is_given_up_in_the_end() -> (
    None
):
    settings = SnmpSettings(interval=3, timeout=5, retries=0)
    names = {n: f"eth{n}" for n in range(1, 200)}
    agent = Simulated(ports(names), Habits(seconds=0.3), most=10)
    (reading,) = await polls(agent, settings=settings)
    assert reading.outcome is Outcome.TIMEOUT
    assert "within 3 s" in reading.detail
    assert 0 < len(reading.interfaces) < 199


# --- what happens between two polls, and within one ----------------------------------


async def test_a_restart_in_the_middle_of_a_poll_mixes_nothing_up() -> None:
    old = ports({n: f"eth{n}" for n in range(1, 40)})
    new = ports({n + 100: f"eth{n}" for n in range(1, 40)})
    agent = Simulated(old)
    (first,) = await polls(agent)
    middle = 2 * agent.requests - 2
    agent = Simulated(old, before={middle: lambda agent: agent.reboot(new)})
    readings = await polls(agent, lambda _: None, lambda _: None)
    for reading in readings:
        assert reading.outcome is Outcome.SUCCESS
        for row in reading.interfaces:
            # A row is what its device said of that index, never half of another.
            assert row.receive_bytes == 2**40 + row.index
            assert row.name.startswith("eth")
    assert [row.index for row in readings[-1].interfaces] == list(range(101, 140))
    assert readings[-1].interfaces.name == first.interfaces.name
    assert readings[-1].uptime == 1.0


async def test_an_interface_that_moves_keeps_its_name_and_gives_no_spike() -> None:
    def moves(agent: Simulated) -> None:
        counted()(agent)
        agent.has = {
            oid: value for oid, value in agent.has.items() if oid not in port(1, "eth0")
        }
        agent.has |= port(77, "eth0", hc_in_octets=Counter64(2**50))

    readings = await polls(Simulated(ports({1: "eth0"})), moves)
    row = readings[-1].interfaces.named("eth0")
    assert row is not None
    assert (row.index, row.receive_bytes) == (77, 2**50)
    assert loads(readings) == []


async def test_a_discontinuity_gives_no_spike_and_the_next_poll_goes_on() -> None:
    anew = {"discontinuity": TimeTicks(12_345 + 3000)}
    jump = counted(hc_in_octets=Counter64(2**60), **anew)
    on = counted(hc_in_octets=Counter64(2**60 + 7500), **anew)
    readings = await polls(Simulated(ports({1: "eth0", 2: "eth1"})), jump, on)
    assert [reading.discontinuities for reading in readings] == [
        *({"eth0": 0.0}, {"eth0": 153.45}, {"eth0": 153.45})
    ]
    assert loads(readings[:2]) == []
    assert [load.rate for load in loads(readings)] == [0.0, 1000.0]


async def test_a_restart_gives_no_spike_however_long_it_has_been_up_again() -> None:
    def restarts(agent: Simulated) -> None:
        agent.has |= port(1, "eth0", hc_in_octets=Counter64(2**60))
        agent.has[UPTIME] = TimeTicks(4_000)

    young = Simulated(ports({1: "eth0"}) | {UPTIME: TimeTicks(3_000)})
    assert loads(await polls(young, restarts)) == []


async def test_a_counter_of_32_bits_wraps_without_a_spike() -> None:
    narrow = {"hc_in_octets": None, "hc_out_octets": None}
    nearly = ports({1: "eth0"}, in_octets=Counter32(2**32 - 5000), **narrow)

    def wraps(agent: Simulated) -> None:
        counted()(agent)
        agent.has = ports({1: "eth0"}, in_octets=Counter32(2500), **narrow) | {
            UPTIME: agent.has[UPTIME]
        }

    readings = await polls(Simulated(nearly), wraps)
    assert [(load.direction, load.rate) for load in loads(readings)] == [
        *(("ab", 0.0), ("ba", 1000.0))
    ]


async def test_an_agent_that_has_no_such_column_is_polled_all_the_same() -> None:
    agent = Simulated(ports({1: "eth0"}, discontinuity=None))
    readings = await polls(agent, counted(discontinuity=TimeTicks(5)))
    assert [reading.outcome for reading in readings] == [Outcome.SUCCESS] * 2
    assert [reading.discontinuities for reading in readings] == [{}, {"eth0": 0.05}]


async def test_nothing_more_is_asked_of_a_device_without_links() -> None:
    agent = Simulated(ports({1: "eth9"}))
    (reading,) = await polls(agent)
    asked = agent.requests
    linked = Simulated(ports({1: "eth0"}))
    await polls(linked)
    assert (reading.discontinuities, linked.requests) == ({}, asked + 1)
    assert (*columns.NAME[:-1], 19) == DISCONTINUITY
    assert agent.has[*columns.NAME, 1] == OctetString(b"eth9")
