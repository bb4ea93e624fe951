"""Ethernet cables: duplex and broken frames, by interface, from either width."""

import pytest

from bellrock.model.neighbourhood import EthernetPort
from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.values import (
    Counter32,
    Counter64,
    Integer32,
    OctetString,
    Value,
)
from tests.collectors.snmp.agent import Mib, row
from tests.collectors.snmp.plans.harness import bench, facts, ports, read, settings

STATS: Oid = (1, 3, 6, 1, 2, 1, 10, 7, 2, 1)
WIDE: Oid = (1, 3, 6, 1, 2, 1, 10, 7, 11, 1)
OPER_STATUS: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 8)
UNKNOWN, HALF, FULL = 1, 2, 3


def stats(index: int, duplex: int | None = FULL, **counts: int) -> Mib:
    columns = {"alignment": 2, "fcs": 3, "late": 8, "symbol": 18}
    cells: Mib = {
        (*STATS, columns[name], index): Counter32(count)
        for name, count in counts.items()
    }
    if duplex is not None:
        cells[*STATS, 19, index] = Integer32(duplex)
    return cells


def wide(index: int, **counts: int) -> Mib:
    columns = {"alignment": 1, "fcs": 2, "symbol": 6}
    return {
        (*WIDE, columns[name], index): Counter64(count)
        for name, count in counts.items()
    }


async def test_every_number_is_in_its_place_whatever_the_index() -> None:
    found = await facts(
        "ethernet",
        ports((501, "ge-0/0/1"), (10_101, "ge-0/0/2")),
        stats(501, HALF, alignment=1, fcs=2, late=3, symbol=4),
        stats(10_101, FULL, alignment=5, fcs=6, late=7, symbol=8),
    )
    assert found.ethernet == (
        EthernetPort("ge-0/0/1", False, 2, 1, 4, 3),
        EthernetPort("ge-0/0/2", True, 6, 5, 8, 7),
    )


async def test_counters_of_64_bits_are_read_where_an_interface_has_them() -> None:
    found = await facts(
        "ethernet",
        stats(1, fcs=7, alignment=8, symbol=9, late=1),
        wide(1, fcs=2**32 + 7, symbol=2**33),
        stats(2, fcs=5),
    )
    assert found.ethernet == (
        EthernetPort("eth1", True, 2**32 + 7, 8, 2**33, 1),
        EthernetPort("eth2", True, 5),
    )


@pytest.mark.parametrize(("has", "asked"), [(wide(1, fcs=1), True), ({}, False)])
async def test_those_that_a_device_lacks_are_asked_for_once(
    has: Mib, asked: bool
) -> None:
    async with bench(settings(ethernet="poll")) as here:
        here.show(stats(1, fcs=1), has)
        await here.poll()
        assert here.asked(WIDE)
        await here.poll()
        assert bool(here.asked(WIDE)) is asked


@pytest.mark.parametrize(
    ("duplex", "told"), [(UNKNOWN, None), (HALF, False), (FULL, True), (0, None)]
)
async def test_duplex_is_told_if_the_device_knows_it(
    duplex: int, told: bool | None
) -> None:
    found = await facts("ethernet", stats(1, duplex, fcs=0))
    assert found.ethernet == (EthernetPort("eth1", told, 0),)


async def test_an_interface_that_is_down_is_in_no_duplex() -> None:
    down = {**row(1, "eth1"), (*OPER_STATUS, 1): Integer32(2)}
    found = await facts("ethernet", down, stats(1, HALF, fcs=3), stats(2, HALF))
    assert found.ethernet == (
        EthernetPort("eth1", None, 3),
        EthernetPort("eth2", False),
    )


@pytest.mark.parametrize(
    "shown",
    [
        {},
        stats(999, fcs=1),
        stats(1, UNKNOWN),
        {(*STATS, 3, 1, 1): Counter32(1)},
    ],
    ids=["no table", "no such interface", "nothing known", "another index"],
)
async def test_a_device_that_says_nothing_of_it_has_none_of_it(shown: Mib) -> None:
    reading = await read("ethernet", shown)
    assert reading.plans == {"ethernet": Outcome.UNSUPPORTED}
    assert reading.failed == ()


@pytest.mark.parametrize(
    "odd", [Integer32(-1), OctetString(b"many"), OctetString(b"-1"), (1, 3)]
)
async def test_what_no_counter_would_say_is_not_told(odd: Value) -> None:
    found = await facts("ethernet", stats(1), {(*STATS, 3, 1): odd})
    assert found.ethernet == (EthernetPort("eth1", True),)


async def test_a_counter_that_is_no_number_in_64_bits_is_read_in_32() -> None:
    odd: Mib = {(*WIDE, 2, 1): OctetString(b"")}
    found = await facts("ethernet", stats(1, fcs=4), odd)
    assert found.ethernet == (EthernetPort("eth1", True, 4),)
