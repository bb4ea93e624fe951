"""Optics that vendors tell of in MIBs of their own, not in ENTITY-SENSOR-MIB.

Light in and out, and the warmth, of each transceiver; of each lane where it has
several. Sensors are called after the interface, as those read over SSH are.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bellrock.model.neighbourhood import Sensor, SensorKind
from collectors.snmp.ber import Oid
from collectors.snmp.plans.plan import Asked, number, rows
from collectors.snmp.plans.vendors import enterprise
from collectors.snmp.table import Cell
from collectors.snmp.text import plain
from collectors.snmp.values import Absent, Value

_OBJECT_ID: Oid = (1, 3, 6, 1, 2, 1, 1, 2, 0)
_IF_INDEX: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 1)
_PHYSICAL_NAME: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1, 7)
_ALIAS_MAPPING: Oid = (1, 3, 6, 1, 2, 1, 47, 1, 3, 2, 1, 2)
_JUNIPER_DOM: Oid = (1, 3, 6, 1, 4, 1, 2636, 3, 60, 1)
_HUAWEI_OPTICAL: Oid = (1, 3, 6, 1, 4, 1, 2011, 5, 25, 31, 1, 1, 3, 1)

_VENDOR = "vendor"
_OPTIC = "optic "
_LONGEST_NAME = 200
"""Characters of an interface's name; the sensor's is longer, and at most 255."""
_NO_LIGHT = -40.0
"""dBm: the least that a transceiver measures (SFF-8472, 0.1 microwatt)."""
_LEAST, _MOST = -60.0, 30.0
"""dBm, beyond which a number is how a device writes that there is nothing."""
_COLDEST, _HOTTEST = -60, 150
_NOT_MEASURED = -1
"""Of Huawei's."""

Light = tuple[float | None, float | None]
"""dBm received and sent."""


@dataclass(frozen=True, slots=True)
class Optics:
    """Where a vendor's devices tell of their transceivers.

    Attributes
    ----------
    columns : tuple of Oid
        Power received, power sent, temperature in degrees Celsius; a row a transceiver.
    light : callable
        Returns dBm from what the first two say together; None for what is no power.
    lanes : tuple of Oid
        Power received and sent, a row a lane: its index is the transceiver's and the
        number of the lane. None where the vendor does not tell of lanes.
    physical : bool
        Whether the index is that of ENTITY-MIB, and not ifIndex.
    """

    columns: tuple[Oid, ...]
    light: Callable[[int | None, int | None], Light]
    lanes: tuple[Oid, ...] = ()
    physical: bool = False


def dbm(watts: float) -> float:
    """Return a power in dBm, of which no light is the least that can be measured."""
    return max(_NO_LIGHT, 10 * math.log10(1000 * watts)) if watts > 0 else _NO_LIGHT


def _hundredths(receive: int | None, transmit: int | None) -> Light:
    # Both exactly 1 mW is how transceivers without a meter read.
    if not receive and not transmit:
        return None, None
    return _possible(receive), _possible(transmit)


def _possible(hundredths: int | None) -> float | None:
    if hundredths is None or not _LEAST < hundredths / 100 < _MOST:
        return None
    return hundredths / 100


def _huawei(receive: int | None, transmit: int | None) -> Light:
    """Return dBm of either unit that there is.

    The MIB says hundredths of dBm; many devices count microwatts, which are never less
    than zero.
    """
    receive, transmit = (
        None if power == _NOT_MEASURED else power for power in (receive, transmit)
    )
    if min(receive or 0, transmit or 0) < 0:
        return _hundredths(receive, transmit)
    if not receive and not transmit:
        return None, None
    return _microwatts(receive), _microwatts(transmit)


def _microwatts(power: int | None) -> float | None:
    if power is None:
        return None
    found = dbm(power / 1_000_000)
    return found if found < _MOST else None


VENDORS: Mapping[int, Optics] = {
    2636: Optics(  # Juniper: JUNIPER-DOM-MIB
        tuple((*_JUNIPER_DOM, 1, 1, 1, n) for n in (5, 7, 8)),
        _hundredths,
        lanes=tuple((*_JUNIPER_DOM, 2, 1, 1, n) for n in (6, 8)),
    ),
    2011: Optics(  # Huawei: HUAWEI-ENTITY-EXTENT-MIB
        tuple((*_HUAWEI_OPTICAL, n) for n in (8, 9, 5)),
        _huawei,
        physical=True,
    ),
}
"""By the enterprise number in ``sysObjectID``."""


async def read_optics(asked: Asked) -> tuple[Sensor, ...]:
    """Return the optics of a device whose vendor has a MIB for them; of others none.

    Raises
    ------
    Failure, Malformed
        As :meth:`collectors.snmp.plans.plan.Asked.walk`.
    """
    optics = await _vendors(asked)
    if optics is None:
        return ()
    table = await asked.walk(*optics.columns, *optics.lanes)
    modules = {
        index[0]: cells
        for index, cells in rows(table, *optics.columns)
        if len(index) == 1
    }
    lanes: dict[int, list[tuple[str, tuple[Cell, ...]]]] = defaultdict(list)
    for index, cells in rows(table, *optics.lanes) if optics.lanes else ():
        if len(index) == 2:
            lanes[index[0]].append((f" lane {index[1]}", cells))
    names = await _names(asked, modules, physical=optics.physical)
    sensors: dict[str, Sensor] = {}
    for module, name in names.items():
        *power, temperature = modules[module]
        parts = lanes[module] if len(lanes[module]) > 1 else [("", tuple(power))]
        for sensor in _sensors(optics, name, parts, number(temperature)):
            sensors.setdefault(sensor.name, sensor)
    return tuple(sensors.values())


async def _vendors(asked: Asked) -> Optics | None:
    """Return where the device's vendor tells of optics, which is asked once."""
    if _VENDOR not in asked.notes:
        (object_id,) = await asked.get(_OBJECT_ID)
        asked.notes[_VENDOR] = str(enterprise(object_id))
    return next((o for e, o in VENDORS.items() if str(e) == asked.notes[_VENDOR]), None)


async def _names(
    asked: Asked, modules: Collection[int], *, physical: bool
) -> dict[int, str]:
    """Return what each transceiver is called, no two of them alike."""
    called = asked.names()
    if physical:
        await _learn_names(asked, called, modules)
        called = {module: asked.notes[f"{_OPTIC}{module}"] for module in modules}
    found: dict[int, str] = {}
    taken: set[str] = set()
    for module in modules:
        name = called.get(module, "")[:_LONGEST_NAME].strip()
        if name in taken:
            name = f"{name} #{module}"
        if name:
            found[module] = name
            taken.add(name)
    return found


async def _learn_names(
    asked: Asked, called: Mapping[int, str], modules: Collection[int]
) -> None:
    """Note the interfaces of transceivers that are new, and forget those that went.

    The interface is the one that ENTITY-MIB maps it to, else the one that it is called.
    """
    notes, keys = asked.notes, {f"{_OPTIC}{module}": module for module in modules}
    for known in [k for k in notes if k.startswith(_OPTIC) and k not in keys]:
        del notes[known]
    new = {key: module for key, module in keys.items() if key not in notes}
    told = await asked.get(
        *(oid for n in new.values() for oid in _named_by(n)),
    )
    for at, (key, module) in enumerate(new.items()):
        interface, physical = told[2 * at : 2 * at + 2]
        name = "" if isinstance(physical, Absent) else plain(physical)
        notes[key] = _mapped(interface, called) or name or f"optic {module}"


def _named_by(module: int) -> tuple[Oid, Oid]:
    return (*_ALIAS_MAPPING, module, 0), (*_PHYSICAL_NAME, module)


def _mapped(pointer: Value, called: Mapping[int, str]) -> str:
    """Return the interface that a pointer to its ifIndex means; "" if it is none."""
    if not isinstance(pointer, tuple) or pointer[:-1] != _IF_INDEX:
        return ""
    return called.get(pointer[-1], "")


def _sensors(
    optics: Optics,
    name: str,
    parts: list[tuple[str, tuple[Cell, ...]]],
    temperature: int | None,
) -> Iterator[Sensor]:
    """Yield what a transceiver reads; nothing of one that measures no light."""
    measures = False
    for part, cells in parts:
        receive, transmit = optics.light(*map(number, cells))
        for what, power in (("receive", receive), ("transmit", transmit)):
            if power is not None:
                measures = True
                yield Sensor(
                    f"{name}{part} {what} power", SensorKind.OPTICAL_POWER, power
                )
    if measures and temperature is not None and _COLDEST < temperature < _HOTTEST:
        yield Sensor(f"{name} temperature", SensorKind.TEMPERATURE, float(temperature))
