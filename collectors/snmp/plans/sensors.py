"""ENTITY-SENSOR-MIB (RFC 3433) and Cisco's: temperatures, power, optics, fans.

Cisco's is the older of the two and knows more types; where a device has it, it is the
one that is read. Only sensors that work, by their own account, are told. Where none of
them is of optics, those are read that the vendor tells of elsewhere.
"""

import re
from collections.abc import Callable, Mapping

from bellrock.model.neighbourhood import Facts, Sensor, SensorKind
from collectors.snmp.ber import Oid
from collectors.snmp.plans.optics import dbm, read_optics
from collectors.snmp.plans.plan import Asked, number, rows, unsupported
from collectors.snmp.table import Cell, Table
from collectors.snmp.text import plain
from collectors.snmp.values import Absent

_PHYSICAL_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
_NAME: Oid = (*_PHYSICAL_ENTRY, 7)
_DESCRIPTION: Oid = (*_PHYSICAL_ENTRY, 2)
_CISCO_ENTRY: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 91, 1, 1, 1, 1)
_STANDARD_ENTRY: Oid = (1, 3, 6, 1, 2, 1, 99, 1, 1, 1)
_MIBS: Mapping[str, tuple[Oid, ...]] = {
    # Type, scale, precision, value and status: they are numbered alike.
    "CISCO-ENTITY-SENSOR-MIB": tuple((*_CISCO_ENTRY, n) for n in range(1, 6)),
    "ENTITY-SENSOR-MIB": tuple((*_STANDARD_ENTRY, n) for n in range(1, 6)),
}
_MIB = "mib"
_TIMES = "times"
_OK = 1
_UNITS = 9
"""EntitySensorDataScale of 10**0; each step is three powers of ten."""
_SCALES = range(1, 18)
_PRECISIONS = range(-8, 10)
_BEYOND = 1_000_000_000
"""More, or less, than the sensor can tell."""
_TRUE = 1

_KINDS: Mapping[int, SensorKind] = {
    **{3: SensorKind.VOLTAGE, 4: SensorKind.VOLTAGE, 5: SensorKind.CURRENT},
    **{6: SensorKind.POWER, 7: SensorKind.FREQUENCY, 8: SensorKind.TEMPERATURE},
    **{9: SensorKind.HUMIDITY, 10: SensorKind.FAN, 11: SensorKind.AIRFLOW},
    **{12: SensorKind.STATE, 14: SensorKind.OPTICAL_POWER},
}
_READ: Mapping[SensorKind, Callable[[float], float]] = {
    SensorKind.HUMIDITY: lambda per_cent: per_cent / 100,
    SensorKind.STATE: lambda truth: float(truth == _TRUE),
}
_OPTICAL = re.compile(
    r"\b(rx|tx|receive|transmit|optical|laser)\b.*\bpower|\bpower\b.*\b(rx|tx)\b",
    re.IGNORECASE,
)
_MOST_LIGHT = 1.0
"""Watts; no transceiver has more, and no power supply that is on less."""


async def read(asked: Asked) -> Facts:
    """Read all sensors; their names are asked once, since there may be hundreds."""
    standard = await _standard(asked)
    sensors = standard or ()
    if not any(one.kind is SensorKind.OPTICAL_POWER for one in sensors):
        names = {one.name for one in sensors}
        optics = await read_optics(asked)
        sensors += tuple(one for one in optics if one.name not in names)
    if standard is None and not sensors:
        asked.notes.clear()
        raise unsupported("sensors (ENTITY-SENSOR-MIB, or its vendor's own)")
    return Facts(sensors=sensors)


async def _standard(asked: Asked) -> tuple[Sensor, ...] | None:
    """Return the sensors of the MIB that there is; None if there is neither.

    On a device that has optics alone they are looked for again, each time after twice
    as many readings: an agent that just started may not know them yet.
    """
    noted = asked.notes.get(_MIB)
    times = int(asked.notes.get(_TIMES, "0")) + 1
    asked.notes[_TIMES] = str(times)
    if noted is None and times & (times - 1):
        return None
    for name, columns in _MIBS.items():
        if noted in (None, name):
            table = await asked.walk(*columns)
            if table.rows:
                asked.notes[_MIB] = name
                return await _sensors(asked, table, columns)
    return None


async def _sensors(
    asked: Asked, table: Table, columns: tuple[Oid, ...]
) -> tuple[Sensor, ...]:
    values = {
        index[0]: measured
        for index, cells in rows(table, *columns)
        if len(index) == 1 and (measured := _measured(cells)) is not None
    }
    await _learn_names(asked, values)
    sensors: dict[str, Sensor] = {}
    for index, (kind, value) in values.items():
        name = asked.notes[str(index)]
        if name in sensors:
            name = f"{name} #{index}"
        if kind is SensorKind.POWER and value < _MOST_LIGHT and _OPTICAL.search(name):
            kind, value = SensorKind.OPTICAL_POWER, dbm(value)
        sensors.setdefault(name, Sensor(name, kind, value))
    return tuple(sensors.values())


async def _learn_names(asked: Asked, wanted: Mapping[int, object]) -> None:
    """Note the names of sensors that have none yet, and forget those of others."""
    notes = asked.notes
    for known in [n for n in notes if n.isdecimal() and int(n) not in wanted]:
        del notes[known]
    new = [index for index in wanted if str(index) not in notes]
    told = await asked.get(
        *((*column, n) for n in new for column in (_NAME, _DESCRIPTION))
    )
    for at, index in enumerate(new):
        name, description = (
            "" if isinstance(text, Absent) else plain(text)
            for text in told[2 * at : 2 * at + 2]
        )
        notes[str(index)] = name or description or f"sensor {index}"


def _measured(cells: tuple[Cell, ...]) -> tuple[SensorKind, float] | None:
    """Return what a sensor reads; None if it does not work, or is of no known kind."""
    kind = _KINDS.get(number(cells[0]) or 0)
    scale, precision, value = map(number, cells[1:4])
    if kind is None or number(cells[4]) != _OK:
        return None
    if scale is None or precision is None or value is None:
        return None
    if scale not in _SCALES or precision not in _PRECISIONS or abs(value) >= _BEYOND:
        return None
    # As a division where it is one: 215 with one decimal is 21.5 to the last bit.
    # A precision below zero says how many digits are accurate, and moves no point.
    power = 3 * (scale - _UNITS) - max(precision, 0)
    exact = value * 10**power if power >= 0 else value / 10**-power
    return kind, _READ.get(kind, float)(exact)
