"""Optics of vendors' own MIBs: their units, their names, and what is no measurement."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.neighbourhood import Sensor, SensorKind
from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.plans import optics
from collectors.snmp.values import Integer32, OctetString, Value
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, facts, ports, read, settings
from tests.collectors.snmp.plans.test_sensors import named, sensor

OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)
DOM: Oid = (1, 3, 6, 1, 4, 1, 2636, 3, 60, 1)
HUAWEI_OPTICAL: Oid = (1, 3, 6, 1, 4, 1, 2011, 5, 25, 31, 1, 1, 3, 1)
ENTITY: Oid = (1, 3, 6, 1, 2, 1, 47, 1)
IF_INDEX: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 1)

DBM, WARMTH = SensorKind.OPTICAL_POWER, SensorKind.TEMPERATURE


def made_by(enterprise: int) -> Mib:
    return {OBJECT_ID: (1, 3, 6, 1, 4, 1, enterprise, 1, 1, 1, 2, 29)}


JUNIPER, HUAWEI = made_by(2636), made_by(2011)


def dom(index: int, receive: int, transmit: int, celsius: int = 35) -> Mib:
    """A transceiver as Junos tells of it."""
    cells = {5: receive, 6: 12_000, 7: transmit, 8: celsius}
    return {(*DOM, 1, 1, 1, n, index): Integer32(v) for n, v in cells.items()}


def lane(index: int, number: int, receive: int, transmit: int) -> Mib:
    cells = {6: receive, 7: 12_000, 8: transmit, 9: 40}
    return {(*DOM, 2, 1, 1, n, index, number): Integer32(v) for n, v in cells.items()}


def optical(index: int, receive: int, transmit: int, celsius: int = 46) -> Mib:
    """A transceiver as VRP tells of it."""
    cells = {5: celsius, 6: 3246, 7: 5861, 8: receive, 9: transmit}
    return {(*HUAWEI_OPTICAL, n, index): Integer32(v) for n, v in cells.items()}


def entity(index: int, name: str = "", interface: int | None = None) -> Mib:
    """What ENTITY-MIB calls it, and to which ifIndex it maps it."""
    said: dict[Oid, Value] = {
        (*ENTITY, 1, 1, 1, 7, index): OctetString(name.encode()),
    }
    if interface is not None:
        said[*ENTITY, 3, 2, 1, 2, index, 0] = (*IF_INDEX, interface)
    return said


def told(*sensors: tuple[str, SensorKind, float]) -> tuple[Sensor, ...]:
    return tuple(Sensor(*each) for each in sensors)


async def test_junos_tells_hundredths_of_dbm_by_ifindex() -> None:
    found = await facts(
        "sensors",
        JUNIPER,
        ports((526, "xe-0/1/0"), (527, "xe-0/1/1")),
        dom(526, -1974, -231, 51),
        dom(527, 120, 45, -3),
    )
    assert found.sensors == told(
        ("xe-0/1/0 receive power", DBM, -19.74),
        ("xe-0/1/0 transmit power", DBM, -2.31),
        ("xe-0/1/0 temperature", WARMTH, 51),
        ("xe-0/1/1 receive power", DBM, 1.2),
        ("xe-0/1/1 transmit power", DBM, 0.45),
        ("xe-0/1/1 temperature", WARMTH, -3),
    )


async def test_lanes_are_told_one_by_one_where_there_are_several() -> None:
    found = await facts(
        "sensors",
        JUNIPER,
        ports((530, "et-0/0/48"), (531, "xe-0/0/1")),
        dom(530, 0, 0),
        *(lane(530, n, -100 - n, -200 - n) for n in range(4)),
        dom(531, -500, -250),
        lane(531, 0, -500, -250),
    )
    names = [one.name for one in found.sensors]
    assert names[:2] == [
        "et-0/0/48 lane 0 receive power",
        "et-0/0/48 lane 0 transmit power",
    ]
    assert names[8:] == [
        "et-0/0/48 temperature",
        "xe-0/0/1 receive power",
        "xe-0/0/1 transmit power",
        "xe-0/0/1 temperature",
    ]
    assert [one.value for one in found.sensors[6:8]] == [-1.03, -2.03]


@pytest.mark.parametrize(
    ("receive", "transmit", "light"),
    [
        (0, 0, []),
        (-2_147_483_648, -231, [-2.31]),
        (2_147_483_647, -231, [-2.31]),
        (-4000, -231, [-40, -2.31]),
        (0, -231, [0, -2.31]),
    ],
    ids=["no meter", "minus infinity", "beyond", "dark", "one milliwatt"],
)
async def test_what_is_no_power_is_not_told(
    receive: int, transmit: int, light: list[float]
) -> None:
    shown = dom(1, receive, transmit), dom(2, -300, -300)
    found = await facts("sensors", JUNIPER, *shown)
    power = [
        o.value for o in found.sensors if o.name.startswith("eth1") and o.kind is DBM
    ]
    assert power == light


@pytest.mark.parametrize(
    ("receive", "transmit", "light"),
    [
        (257, 339, [-5.90, -4.70]),
        (0, 339, [-40, -4.70]),
        (-590, -470, [-5.90, -4.70]),
        (-590, 120, [-5.90, 1.20]),
        (-4000, 120, [-40, 1.20]),
        (-1, 339, [-4.70]),
        (-1, -1, []),
        (0, 0, []),
        (1_000_000_000, 339, [-4.70]),
    ],
)
async def test_huawei_tells_microwatts_or_hundredths_of_dbm(
    receive: int, transmit: int, light: list[float]
) -> None:
    shown = optical(67_305_550, receive, transmit), optical(67_305_614, 300, 300)
    found = await facts("sensors", HUAWEI, *shown, entity(67_305_550, "GE0/0/1"))
    told = [one for one in found.sensors if one.name.startswith("GE0/0/1 ")]
    assert [o.value for o in told if o.kind is DBM] == pytest.approx(light, abs=0.005)
    assert [o.value for o in told if o.kind is WARMTH] == ([46] if light else [])


async def test_huaweis_are_called_after_the_interface_else_the_entity() -> None:
    found = await facts(
        "sensors",
        HUAWEI,
        ports((6, "GigabitEthernet0/0/1"), (7, "GigabitEthernet0/0/2")),
        entity(67_305_550, "GigabitEthernet0/0/1", 6),
        entity(67_305_614, "card 1 port 2", 7),
        entity(67_305_678, "10GE1/0/3"),
        entity(67_305_742, "10GE1/0/4", 999),
        *(optical(67_305_550 + 64 * n, 300, 300) for n in range(5)),
    )
    assert [one.name for one in found.sensors if one.kind is WARMTH] == [
        "GigabitEthernet0/0/1 temperature",
        "GigabitEthernet0/0/2 temperature",
        "10GE1/0/3 temperature",
        "10GE1/0/4 temperature",
        "optic 67305806 temperature",
    ]


async def test_two_of_one_name_stay_apart() -> None:
    both = entity(11, "port"), entity(12, "port"), optical(11, 1, 1), optical(12, 2, 2)
    found = await facts("sensors", HUAWEI, *both)
    names = {one.name for one in found.sensors if one.kind is WARMTH}
    assert names == {"port temperature", "port #12 temperature"}


async def test_names_are_asked_once_and_those_of_new_ones_then() -> None:
    async with bench(settings(sensors="poll")) as here:
        first = HUAWEI, optical(11, 300, 300), entity(11, "GE0/0/1")
        here.show(*first)
        await here.poll()
        assert here.asked(ENTITY)
        # What a poll asks at once, before it knows, is what the last one asked.
        for _ in range(2):
            await here.poll()
        assert not here.asked(ENTITY)
        here.show(*first, optical(12, 300, 300), entity(12, "GE0/0/2"))
        reading = await here.poll()
        assert {oid[-1] for oid in here.asked((*ENTITY, 1))} == {12}
        assert len(reading.facts.sensors) == 6


async def test_they_are_read_beside_the_sensors_of_the_standard() -> None:
    found = await facts(
        "sensors", JUNIPER, sensor(1, 8, 31), named(1, "inlet"), dom(1, -500, -250)
    )
    assert [one.name for one in found.sensors] == [
        *("inlet", "eth1 receive power", "eth1 transmit power", "eth1 temperature"),
    ]


async def test_optics_of_the_standard_are_not_told_twice() -> None:
    standard = sensor(1, 14, -52, precision=1), named(1, "xe-0/0/0 Rx power")
    found = await facts("sensors", JUNIPER, *standard, dom(1, -500, -250))
    assert [one.name for one in found.sensors] == ["xe-0/0/0 Rx power"]


async def test_other_vendors_are_not_asked() -> None:
    async with bench(settings(sensors="poll")) as here:
        here.show(made_by(9), dom(1, -500, -250), optical(1, 300, 300))
        reading = await here.poll()
        assert reading.plans == {"sensors": Outcome.UNSUPPORTED}
        assert not here.asked(DOM)
        assert not here.asked(HUAWEI_OPTICAL)


async def test_the_standard_is_asked_ever_less_often_where_there_is_none_of_it() -> (
    None
):
    standard = (1, 3, 6, 1, 2, 1, 99)
    shown = JUNIPER, dom(1, -500, -250)
    async with bench(settings(sensors="poll")) as here:
        here.show(*shown)
        asked = []
        for _ in range(7):
            reading = await here.poll()
            assert len(reading.facts.sensors) == 3
            asked.append(bool(here.asked(standard)))
        # And once more each time: a poll asks at once what the last one asked.
        assert asked == [True, True, True, True, True, False, False]
        here.show(*shown, sensor(1, 8, 31), named(1, "inlet"))
        reading = await here.poll()
        assert len(reading.facts.sensors) == 4


async def test_a_table_that_is_empty_for_once_is_read_again() -> None:
    shown = JUNIPER, dom(1, -500, -250)
    inlet = sensor(1, 8, 31), named(1, "inlet")
    async with bench(settings(sensors="poll")) as here:
        for now, count in (((*shown, *inlet), 4), (shown, 3), ((*shown, *inlet), 4)):
            here.show(*now)
            reading = await here.poll()
            assert len(reading.facts.sensors) == count


power = st.none() | st.integers(-(2**31), 2**64) | st.integers(-7000, 7000)


@given(st.sampled_from(sorted(optics.VENDORS)), power, power)
def test_whatever_a_device_says_is_told_as_a_power_that_there_is(
    vendor: int, receive: int | None, transmit: int | None
) -> None:
    light = optics.VENDORS[vendor].light(receive, transmit)
    for said, found in zip((receive, transmit), light, strict=True):
        assert found is None or (said is not None and -60 < found < 30)


@pytest.mark.parametrize(
    "said",
    [(1, 3, 6, 1, 4, 1, 2636, 1), (1, 3, 6, 1, 4, 1), (1, 3), Integer32(2636), None],
)
async def test_whoever_has_no_optics_has_no_sensors(said: Value) -> None:
    reading = await read("sensors", {OBJECT_ID: said})
    assert reading.plans == {"sensors": Outcome.UNSUPPORTED}
