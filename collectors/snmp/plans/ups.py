"""UPS-MIB (RFC 1628) and APC's PowerNet-MIB: how long a site lives without power."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bellrock.model.neighbourhood import Facts, Sensor, SensorKind
from collectors.snmp.ber import Oid
from collectors.snmp.plans.plan import Asked, number, rows, unsupported
from collectors.snmp.table import Table

_UPS: Oid = (1, 3, 6, 1, 2, 1, 33, 1)
_APC: Oid = (1, 3, 6, 1, 4, 1, 318, 1, 1, 1)
_MIB = "mib"

Convert = Callable[[int], float | None]
"""Returns a number in the unit of its kind; None for one that means not known."""


@dataclass(frozen=True, slots=True)
class _Object:
    """What one object says; each of its rows is a sensor."""

    name: str
    kind: SensorKind
    column: Oid
    convert: Convert


def _per_cent(value: int) -> float | None:
    # Overload is more than a hundred.
    return value / 100 if 0 <= value <= 1000 else None


def _minutes(value: int) -> float | None:
    return value * 60.0 if value >= 0 else None


def _hundredths(value: int) -> float | None:
    return value / 100


def _one_of(*true: int, unknown: int) -> Convert:
    return lambda value: None if value == unknown else float(value in true)


def _degrees(value: int) -> float | None:
    return float(value) if -60 <= value <= 150 else None


_MIBS: Mapping[str, tuple[_Object, ...]] = {
    "UPS-MIB": (
        _Object(
            "battery normal", SensorKind.STATE, (*_UPS, 2, 1), _one_of(2, unknown=1)
        ),
        _Object("battery time", SensorKind.BATTERY_TIME, (*_UPS, 2, 3), _minutes),
        _Object("battery charge", SensorKind.BATTERY_CHARGE, (*_UPS, 2, 4), _per_cent),
        _Object("battery", SensorKind.TEMPERATURE, (*_UPS, 2, 7), _degrees),
        _Object(
            "on battery", SensorKind.ON_BATTERY, (*_UPS, 4, 1), _one_of(5, unknown=1)
        ),
        _Object("output", SensorKind.OUTPUT_LOAD, (*_UPS, 4, 4, 1, 5), _per_cent),
    ),
    "PowerNet-MIB": (
        _Object(
            "battery normal", SensorKind.STATE, (*_APC, 2, 1, 1), _one_of(2, unknown=1)
        ),
        _Object(
            "battery charge", SensorKind.BATTERY_CHARGE, (*_APC, 2, 2, 1), _per_cent
        ),
        _Object("battery", SensorKind.TEMPERATURE, (*_APC, 2, 2, 2), _degrees),
        _Object("battery time", SensorKind.BATTERY_TIME, (*_APC, 2, 2, 3), _hundredths),
        # In a test of the battery too.
        _Object(
            *("on battery", SensorKind.ON_BATTERY, (*_APC, 4, 1, 1)),
            _one_of(3, 15, unknown=1),
        ),
        _Object("output", SensorKind.OUTPUT_LOAD, (*_APC, 4, 2, 3), _per_cent),
    ),
}


async def read(asked: Asked) -> Facts:
    """Read whichever of the two says anything."""
    noted = asked.notes.get(_MIB)
    for name, objects in _MIBS.items():
        if noted in (None, name):
            table = await asked.walk(*(each.column for each in objects))
            sensors = tuple(s for each in objects for s in _sensors(table, each))
            if sensors:
                asked.notes[_MIB] = name
                return Facts(sensors=sensors)
    asked.notes.clear()
    raise unsupported("battery (UPS-MIB, PowerNet-MIB)")


def _sensors(table: Table, what: _Object) -> Iterator[Sensor]:
    for index, (cell,) in rows(table, what.column):
        known = number(cell)
        value = None if known is None else what.convert(known)
        if value is not None:
            # A scalar, or the only output line.
            line = "" if index in ((0,), (1,)) else ".".join(map(str, index))
            yield Sensor(f"ups {what.name} {line}"[:255].rstrip(), what.kind, value)
