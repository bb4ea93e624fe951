"""Sensors: scale, precision and unit, whose names they have, and which are told."""

import pytest

from bellrock.model.neighbourhood import Sensor, SensorKind
from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.values import Integer32, OctetString, Value
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, facts, read, settings

STANDARD: Oid = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
CISCO: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 91, 1, 1, 1, 1)
PHYSICAL: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)

UNITS, MILLI, MICRO, KILO = 9, 8, 7, 10


def sensor(
    index: int,
    kind: int,
    value: int,
    *,
    scale: int = UNITS,
    precision: int = 0,
    status: int = 1,
    base: Oid = STANDARD,
) -> Mib:
    cells = kind, scale, precision, value, status
    return {(*base, n, index): Integer32(cell) for n, cell in enumerate(cells, 1)}


def named(index: int, name: str, description: str = "") -> Mib:
    return {
        (*PHYSICAL, 7, index): OctetString(name.encode()),
        (*PHYSICAL, 2, index): OctetString(description.encode()),
    }


@pytest.mark.parametrize(
    ("shown", "kind", "value"),
    [
        (sensor(1, 8, 215, precision=1), SensorKind.TEMPERATURE, 21.5),
        (sensor(1, 8, -40), SensorKind.TEMPERATURE, -40),
        (sensor(1, 8, 42, precision=-2), SensorKind.TEMPERATURE, 42),
        (sensor(1, 4, 12031, scale=MILLI), SensorKind.VOLTAGE, 12.031),
        (sensor(1, 3, 230), SensorKind.VOLTAGE, 230),
        (sensor(1, 5, 6432, scale=MICRO), SensorKind.CURRENT, 0.006432),
        (sensor(1, 6, 2, scale=KILO), SensorKind.POWER, 2000),
        (sensor(1, 7, 50), SensorKind.FREQUENCY, 50),
        (sensor(1, 9, 45), SensorKind.HUMIDITY, 0.45),
        (sensor(1, 10, 8400), SensorKind.FAN, 8400),
        (sensor(1, 11, 3), SensorKind.AIRFLOW, 3),
        (sensor(1, 12, 1), SensorKind.STATE, 1),
        (sensor(1, 12, 2), SensorKind.STATE, 0),
        (
            sensor(1, 14, -2345, scale=MILLI, precision=0, base=CISCO),
            *(SensorKind.OPTICAL_POWER, -2.345),
        ),
        (
            sensor(1, 14, -63, precision=1, base=CISCO),
            *(SensorKind.OPTICAL_POWER, -6.3),
        ),
    ],
)
async def test_units_are_base_units(shown: Mib, kind: SensorKind, value: float) -> None:
    found = await facts("sensors", shown, named(1, "it"))
    assert found.sensors == (Sensor("it", kind, value),)


@pytest.mark.parametrize(
    ("name", "watts", "scale", "kind", "value"),
    [
        ("DOM RX Power Sensor for Ethernet1", 5012, MICRO, "optical_power_dbm", 7.0),
        ("xe-0/0/1 transmit power", 1000, MICRO, "optical_power_dbm", 0.0),
        ("Te1/1 Optical Rx Power", 0, MICRO, "optical_power_dbm", -40.0),
        ("Laser power lane 1", 1, 6, "optical_power_dbm", -40.0),  # a nanowatt
        ("Transmit fan power supply", 12, UNITS, "power_watts", 12),
        ("Power supply 1", 0, UNITS, "power_watts", 0),
        ("Receiver", 1, MILLI, "power_watts", 0.001),
    ],
)
async def test_optics_in_watts_are_told_in_dbm(
    name: str, watts: int, scale: int, kind: str, value: float
) -> None:
    found = await facts("sensors", sensor(1, 6, watts, scale=scale), named(1, name))
    (one,) = found.sensors
    assert one.kind == kind
    assert one.value == pytest.approx(value, abs=0.01)


@pytest.mark.parametrize(
    "broken",
    [
        sensor(1, 8, 20, status=2),
        sensor(1, 8, 20, status=3),
        sensor(1, 1, 20),
        sensor(1, 13, 20),
        sensor(1, 8, 20, scale=0),
        sensor(1, 8, 20, scale=18),
        sensor(1, 8, 20, precision=10),
        sensor(1, 8, 1_000_000_000),
        sensor(1, 8, -1_000_000_000),
        {**sensor(1, 8, 20), (*STANDARD, 4, 1): OctetString(b"warm")},
    ],
)
async def test_a_sensor_that_does_not_work_or_is_unknown_is_not_told(
    broken: Mib,
) -> None:
    found = await facts("sensors", broken, sensor(2, 10, 5000), named(2, "fan"))
    assert [one.name for one in found.sensors] == ["fan"]


async def test_ciscos_own_is_read_where_both_are_there() -> None:
    found = await facts(
        "sensors", sensor(1, 8, 20), sensor(1, 8, 21, base=CISCO), named(1, "inlet")
    )
    assert found.sensors == (Sensor("inlet", SensorKind.TEMPERATURE, 21),)


async def test_names_are_told_apart_and_made_up_where_there_is_none() -> None:
    found = await facts(
        "sensors",
        *(sensor(n, 8, 20 + n) for n in (1, 2, 3, 4)),
        named(1, "inlet"),
        named(2, "inlet"),
        named(3, "", "outlet"),
    )
    names = [one.name for one in found.sensors]
    assert names == ["inlet", "inlet #2", "outlet", "sensor 4"]


async def test_names_are_asked_once_and_those_of_new_sensors_then() -> None:
    async with bench(settings(sensors="poll")) as here:
        first = sensor(1, 8, 20), named(1, "inlet")
        here.show(*first)
        await here.poll()
        assert here.asked(PHYSICAL)
        for _ in range(2):
            await here.poll()
        assert not here.asked(PHYSICAL)
        here.show(*first, sensor(7, 10, 9000), named(7, "fan"))
        reading = await here.poll()
        assert [s.name for s in reading.facts.sensors] == ["inlet", "fan"]
        assert {oid[-1] for oid in here.asked(PHYSICAL)} == {7}


UPS: Oid = (1, 3, 6, 1, 2, 1, 33, 1)
APC: Oid = (1, 3, 6, 1, 4, 1, 318, 1, 1, 1)


def objects(base: Oid, cells: dict[Oid, int | Value]) -> Mib:
    return {
        (*base, *tail): Integer32(cell) if isinstance(cell, int) else cell
        for tail, cell in cells.items()
    }


STANDARD_UPS = objects(
    UPS,
    {
        (2, 1, 0): 3,
        (2, 3, 0): 12,
        (2, 4, 0): 40,
        (2, 7, 0): 27,
        (4, 1, 0): 5,
        (4, 4, 1, 5, 1): 55,
    },
)
APC_UPS = objects(
    APC,
    {
        (2, 1, 1, 0): 2,
        (2, 2, 1, 0): 100,
        (2, 2, 2, 0): 24,
        (2, 2, 3, 0): 252_000,
        (4, 1, 1, 0): 2,
        (4, 2, 3, 0): 31,
    },
)


@pytest.mark.parametrize(
    ("shown", "values"),
    [
        (STANDARD_UPS, [0, 720, 0.4, 27, 1, 0.55]),
        (APC_UPS, [1, 2520, 1.0, 24, 0, 0.31]),
    ],
    ids=["UPS-MIB", "PowerNet-MIB"],
)
async def test_a_battery_tells_how_long_it_lasts(
    shown: Mib, values: list[float]
) -> None:
    found = await facts("ups", shown)
    told = {(one.name, one.kind): one.value for one in found.sensors}
    assert told == dict(
        zip(
            [
                ("ups battery normal", SensorKind.STATE),
                ("ups battery time", SensorKind.BATTERY_TIME),
                ("ups battery charge", SensorKind.BATTERY_CHARGE),
                ("ups battery", SensorKind.TEMPERATURE),
                ("ups on battery", SensorKind.ON_BATTERY),
                ("ups output", SensorKind.OUTPUT_LOAD),
            ],
            values,
            strict=True,
        )
    )


async def test_each_line_of_a_larger_one_has_its_load() -> None:
    lines = objects(UPS, {(4, 4, 1, 5, n): 10 * n for n in (1, 2, 3)})
    found = await facts("ups", lines)
    assert [one.name for one in found.sensors] == [
        *("ups output", "ups output 2", "ups output 3"),
    ]


async def test_what_is_unknown_or_impossible_is_not_told() -> None:
    odd = objects(UPS, {(2, 1, 0): 1, (2, 3, 0): -1, (2, 4, 0): -5, (4, 1, 0): 1})
    reading = await read("ups", odd)
    assert reading.plans == {"ups": Outcome.UNSUPPORTED}
