"""Processor load and memory, wherever each vendor says them."""

import pytest

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.values import Gauge32, Integer32, OctetString, Value
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, column, facts, read, settings

ENTERPRISES: Oid = (1, 3, 6, 1, 4, 1)
HR: Oid = (1, 3, 6, 1, 2, 1, 25)
RAM: Oid = (*HR, 2, 1, 2)
DISK: Oid = (*HR, 2, 1, 4)


def vendor(*tail: int) -> Mib:
    return {(1, 3, 6, 1, 2, 1, 1, 2, 0): (*ENTERPRISES, *tail)}


def numbers(oid: Oid, *cells: tuple[Oid | int, int]) -> Mib:
    return column(oid, ((index, Gauge32(cell)) for index, cell in cells))


def scalars(base: Oid, **values: int) -> Mib:
    return {(*base, int(n[1:]), 0): Integer32(value) for n, value in values.items()}


PROCESSORS = numbers((*HR, 3, 3, 1, 2), (196608, 10), (196609, 30))
STORAGE: Mib = {
    **column(
        (*HR, 2, 3, 1, 2), [(1, RAM), (6, (*HR, 2, 1, 1)), (31, DISK), (32, DISK)]
    ),
    **numbers((*HR, 2, 3, 1, 5), (1, 1000), (6, 1000), (31, 50), (32, 50)),
    **numbers((*HR, 2, 3, 1, 6), (1, 400), (6, 0), (31, 50), (32, 50)),
}
CISCO: Oid = (*ENTERPRISES, 9, 9)
JUNIPER: Oid = (*ENTERPRISES, 2636, 3, 1, 13, 1)
CARD, ENGINE, BACKUP = (7, 1, 0, 0), (9, 1, 0, 0), (9, 2, 0, 0)
EXTREME: Oid = (*ENTERPRISES, 1916, 1, 32)
ARUBA: Oid = (*ENTERPRISES, 47196, 4, 1, 1, 3, 22, 1, 0, 1, 1)


def module(kind: str, name: str) -> Oid:
    """Return the index of a module of AOS-CX: two texts, their lengths before them."""
    return (len(kind), *kind.encode(), len(name), *name.encode())


MANAGEMENT = module("management_module", "1/1")
LINE_CARD = module("line_card", "1/3")
HUAWEI: Oid = (*ENTERPRISES, 2011, 5, 25, 31, 1, 1, 1, 1)
SHAPES: dict[str, tuple[Mib, float | None, float | None]] = {
    "a host": (PROCESSORS | STORAGE, 0.2, 0.4),
    "Linux, whose buffers and cache are free": (
        PROCESSORS
        | STORAGE
        | scalars((*ENTERPRISES, 2021, 4), _5=1000, _6=100, _14=100, _15=300),
        0.2,
        0.5,
    ),
    "an old UCD agent": (scalars((*ENTERPRISES, 2021, 11), _11=75), 0.25, None),
    "Cisco IOS": (
        vendor(9, 1, 1045)
        | numbers((*CISCO, 109, 1, 1, 1, 1, 7), (1, 12))
        | numbers((*CISCO, 48, 1, 1, 1, 5), (1, 300), (2, 900))
        | numbers((*CISCO, 48, 1, 1, 1, 6), (1, 100), (2, 100)),
        0.12,
        0.75,
    ),
    "Cisco IOS-XE, several processors": (
        vendor(9, 1, 2494)
        | numbers((*CISCO, 109, 1, 1, 1, 1, 7), (2, 10), (7, 30))
        | column(
            (*CISCO, 221, 1, 1, 1, 1, 2),
            [((7000, 1), Integer32(2)), ((7000, 2), Integer32(10))],
        )
        | numbers((*CISCO, 221, 1, 1, 1, 1, 18), ((7000, 1), 200), ((7000, 2), 900))
        | numbers((*CISCO, 221, 1, 1, 1, 1, 20), ((7000, 1), 600), ((7000, 2), 1)),
        0.2,
        0.25,
    ),
    "Cisco NX-OS": (
        vendor(9, 12, 3, 1, 3, 1812)
        | numbers((*CISCO, 109, 1, 1, 1, 1, 7), (1, 7))
        | numbers((*CISCO, 109, 1, 1, 1, 1, 12), (1, 600))
        | numbers((*CISCO, 109, 1, 1, 1, 1, 13), (1, 400)),
        0.07,
        0.6,
    ),
    "an old Cisco": (
        vendor(9, 1, 222) | scalars((*ENTERPRISES, 9, 2, 1), _57=33),
        0.33,
        None,
    ),
    "Junos, a backup engine that does not tell, cards": (
        vendor(2636, 1, 1, 1, 2, 29)
        | numbers((*JUNIPER, 8), (CARD, 90), (ENGINE, 8), (BACKUP, 0))
        | numbers((*JUNIPER, 11), (CARD, 80), (ENGINE, 30), (BACKUP, 0))
        | numbers((*JUNIPER, 23), (CARD, 90), (ENGINE, 6), (BACKUP, 0)),
        0.06,
        0.3,
    ),
    "Huawei, a row for each fan": (
        vendor(2011, 2, 239, 9)
        | numbers((*HUAWEI, 5), (67108867, 0), (67108873, 20), (69206025, 0))
        | numbers((*HUAWEI, 7), (67108867, 0), (67108873, 46), (69206025, 0)),
        0.2,
        0.46,
    ),
    "Aruba AOS-CX, a card that does not tell": (
        vendor(47196, 4, 1, 1, 1, 101)
        | numbers((*ARUBA, 3), (MANAGEMENT, 31), (LINE_CARD, 0))
        | numbers((*ARUBA, 4), (MANAGEMENT, 27), (LINE_CARD, 0))
        | numbers((*ARUBA, 10), (MANAGEMENT, 14), (LINE_CARD, 0)),
        0.14,
        0.27,
    ),
    "Aruba AOS-CX without means": (
        vendor(47196, 4, 1, 1, 1, 304)
        | numbers((*ARUBA, 3), (MANAGEMENT, 31))
        | numbers((*ARUBA, 4), (MANAGEMENT, 27)),
        0.31,
        0.27,
    ),
    "Aruba AOS-CX of old": (
        vendor(47196, 4, 1, 1, 1, 70) | PROCESSORS | STORAGE,
        0.2,
        0.4,
    ),
    "Nokia SR OS": (
        vendor(6527, 1, 3, 8)
        | scalars((*ENTERPRISES, 6527, 3, 1, 2, 1, 1), _1=5, _9=250, _10=750),
        0.05,
        0.25,
    ),
    "FortiGate": (
        vendor(12356, 101, 1, 1001)
        | scalars((*ENTERPRISES, 12356, 101, 4, 1), _3=4, _4=55),
        0.04,
        0.55,
    ),
    "ProCurve": (
        vendor(11, 2, 3, 7, 11, 79)
        | scalars((*ENTERPRISES, 11, 2, 14, 11, 5, 1, 9, 6), _1=9)
        | numbers((*ENTERPRISES, 11, 2, 14, 11, 5, 1, 1, 2, 1, 1, 1, 5), (1, 800))
        | numbers((*ENTERPRISES, 11, 2, 14, 11, 5, 1, 1, 2, 1, 1, 1, 7), (1, 200)),
        0.09,
        0.25,
    ),
    "Extreme, which writes numbers as text": (
        vendor(1916, 2, 167)
        | scalars((*EXTREME, 1), _2=3)
        | column((*EXTREME, 2, 2, 1, 2), [(1, OctetString(b"262144"))])
        | column((*EXTREME, 2, 2, 1, 3), [(1, OctetString(b"131072"))]),
        0.03,
        0.5,
    ),
    "H3C": (
        vendor(25506, 1, 1171)
        | numbers((*ENTERPRISES, 25506, 2, 6, 1, 1, 1, 1, 6), (2, 0), (8, 12))
        | numbers((*ENTERPRISES, 25506, 2, 6, 1, 1, 1, 1, 8), (2, 0), (8, 61)),
        0.12,
        0.61,
    ),
    "a vendor nobody knows": (vendor(99999, 1) | PROCESSORS, 0.2, None),
}


@pytest.mark.parametrize("shape", SHAPES)
async def test_it_is_read_where_the_device_says_it(shape: str) -> None:
    shown, cpu, memory = SHAPES[shape]
    found = await facts("resources", shown)
    assert found.cpu == (None if cpu is None else pytest.approx(cpu))
    assert found.memory == (None if memory is None else pytest.approx(memory))


async def test_once_found_it_takes_one_request_or_two() -> None:
    async with bench(settings(resources="poll")) as here:
        here.show(*(shown for shown, _, _ in [SHAPES["Cisco IOS"]]))
        for _ in range(3):
            await here.poll()
        bulk = [oid for oid in here.asked(CISCO) if len(oid) <= len(CISCO) + 6]
        assert len(bulk) == 3
        # By the poll itself, with the system group.
        assert len(here.asked((1, 3, 6, 1, 2, 1, 1, 2))) == 1


async def test_what_is_said_elsewhere_after_a_change_is_found_again() -> None:
    async with bench(settings(resources="poll")) as here:
        here.show(SHAPES["Cisco IOS"][0])
        await here.poll()
        here.show(SHAPES["an old Cisco"][0])
        lost, found = await here.poll(), await here.poll()
    assert (lost.facts.cpu, found.facts.cpu) == (None, 0.33)


@pytest.mark.parametrize(
    "value", [Integer32(-1), Integer32(101), OctetString(b"many"), RAM, Gauge32(2**31)]
)
async def test_a_share_that_is_none_is_not_told(value: Value) -> None:
    odd: Mib = {(*HR, 3, 3, 1, 2, 1): value} | STORAGE
    odd[*HR, 2, 3, 1, 6, 1] = value
    reading = await read("resources", odd)
    assert (reading.facts.cpu, reading.facts.memory) in ((None, None), (None, 0.101))
    assert reading.plans["resources"] in (Outcome.SUCCESS, Outcome.UNSUPPORTED)


async def test_a_load_that_is_not_known_at_first_is_found_later() -> None:
    # Net-SNMP has none in its first minute.
    async with bench(settings(resources="poll")) as here:
        here.show(STORAGE)
        first = await here.poll()
        assert (first.facts.cpu, first.facts.memory) == (None, 0.4)
        here.show(STORAGE, PROCESSORS)
        loads, looked = [], []
        for _ in range(4):
            loads.append((await here.poll()).facts.cpu)
            # Once by the poll itself.
            looked.append(len(here.asked((1, 3, 6, 1, 2, 1, 1, 2))) > 1)
        assert loads == [0.2] * 4
        # What one reading asked is asked, in vain, at the start of the next.
        assert looked == [True, True, False, False]


async def test_what_is_nowhere_is_looked_for_less_and_less() -> None:
    async with bench(settings(resources="poll")) as here:
        here.show(STORAGE)
        looked = []
        for _ in range(16):
            await here.poll()
            looked.append(bool(here.asked((*ENTERPRISES, 2021, 11))))
        again = [at for at in range(1, 17) if looked[at - 1]]
        assert set(again) <= {1, 2, 3, 4, 5, 8, 9, 16}
        assert {1, 2, 4, 8, 16} <= set(again)
