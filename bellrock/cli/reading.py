"""A device's reading for people and for programs."""

import csv
import sys
from collections.abc import Iterator
from dataclasses import asdict, fields

from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from bellrock.cli.answers import fitting
from bellrock.model.inventory import Device
from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import DeviceReading, InterfaceReading, Outcome
from bellrock.model.words import counted
from collectors.snmp.words import duration

_COLUMNS = tuple(each.name for each in fields(InterfaceReading))


def as_json(reading: DeviceReading, device: Device, meaning: str) -> dict[str, object]:
    """Return the reading for programs, as the model has it."""
    return {
        "device": device.id,
        "address": device.address,
        "collector": reading.collector,
        "outcome": reading.outcome.value,
        "detail": reading.detail,
        "advice": meaning,
        "duration": reading.duration,
        "uptime": reading.uptime,
        "name": reading.name,
        "description": reading.description,
        "plans": {name: outcome.value for name, outcome in reading.plans.items()},
        "interfaces": [asdict(row) for row in reading.interfaces],
        "facts": asdict(reading.facts),
    }


def write_csv(reading: DeviceReading) -> None:
    """Write a row an interface."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for row in reading.interfaces:
        values = (getattr(row, column) for column in _COLUMNS)
        writer.writerow("" if value is None else value for value in values)


def failed_because(reading: DeviceReading, device: Device) -> str:
    """Return one word for the failure, and what happened."""
    return f"{device.id}: {reading.outcome}: {reading.detail}"


def show(reading: DeviceReading, device: Device, meaning: str) -> None:
    """Print the reading for people, as wide as the terminal."""
    # No markup: names are the device's, and may have brackets in them.
    console = Console(highlight=False, markup=False, emoji=False)
    if reading.name or reading.description:
        console.print(f"{reading.name}: {reading.description}")
    if reading.uptime is not None:
        console.print(f"agent up {duration(reading.uptime)}")
    if len(reading.interfaces):
        console.print(_interfaces(reading))
    for table in _facts(reading.facts):
        console.print(table)
    if reading.plans:
        plans = ", ".join(
            f"{name} {outcome.value}" for name, outcome in reading.plans.items()
        )
        console.print(f"plans: {plans}")
    if reading.outcome is Outcome.SUCCESS:
        console.print(f"{device.id}: read in {reading.duration:.3f} s")
    else:
        console.print(failed_because(reading, device))
        console.print(Padding(meaning, (0, 0, 0, 2)))


def _interfaces(reading: DeviceReading) -> Table:
    columns = {
        **{"index": -6, "interface": 0, "status": 7, "speed": -5},
        **{"bytes in": -8, "bytes out": -9, "errors": -6, "discards": -8},
    }
    table = fitting(columns)
    for row in reading.interfaces:
        off = row.enabled is False
        table.add_row(
            *(str(row.index), row.name, "off" if off else row.status.value),
            *(_amount(row.speed), _amount(row.receive_bytes)),
            _amount(row.transmit_bytes),
            _amount(_sum(row.receive_errors, row.transmit_errors)),
            _amount(_sum(row.receive_discards, row.transmit_discards)),
        )
    return table


def _facts(facts: Facts) -> Iterator[Table | str]:
    shares = (("CPU", facts.cpu), ("memory", facts.memory))
    used = [f"{name} {share:.0%}" for name, share in shares if share is not None]
    ids = (("chassis", facts.chassis), ("router id", facts.router_id))
    if said := used + [f"{name} {each}" for name, each in ids if each]:
        yield ", ".join(said)
    if facts.ethernet:
        yield _ethernet(facts)
    if facts.sensors:
        table = fitting({"sensor": 0, "kind": 0, "value": -10})
        for sensor in facts.sensors:
            table.add_row(sensor.name, sensor.kind.value, f"{sensor.value:g}")
        yield table
    if facts.neighbours:
        columns = {"neighbour": 0, "by": 4, "state": 11, "interface": 0, "port": 0}
        table = fitting(columns)
        for each in facts.neighbours:
            status = each.state or each.status.value
            table.add_row(
                each.name, each.protocol.value, status, each.interface, each.port
            )
        yield table
    if facts.ospf_links:
        routers = len({each.router for each in facts.ospf_links})
        links = counted(len(facts.ospf_links), "link")
        yield f"OSPF database: {links} of {counted(routers, 'router')}"
    if facts.addresses:
        yield "addresses: " + ", ".join(
            each.address if each.prefix is None else f"{each.address}/{each.prefix}"
            for each in facts.addresses
        )


def _ethernet(facts: Facts) -> Table:
    columns = {
        **{"ethernet": 0, "duplex": 6, "FCS": -6, "alignment": -9, "symbol": -6},
        "late collisions": -15,
    }
    table = fitting(columns)
    for port in facts.ethernet:
        duplex = {True: "full", False: "half", None: ""}[port.full_duplex]
        table.add_row(
            *(port.interface, duplex, _amount(port.fcs_errors)),
            *(_amount(port.alignment_errors), _amount(port.symbol_errors)),
            _amount(port.late_collisions),
        )
    return table


def _sum(*numbers: int | None) -> int | None:
    known = [number for number in numbers if number is not None]
    return sum(known) if known else None


def _amount(number: float | None) -> str:
    """Return a number in as few characters as tell how large it is.

    Examples
    --------
    >>> _amount(1_234_567_890), _amount(1e10), _amount(None)
    ('1.23G', '10G', '')
    """
    if number is None:
        return ""
    for power, prefix in zip(range(18, 0, -3), "EPTGMk", strict=True):
        if number >= 10**power:
            return f"{number / 10**power:.3g}{prefix}"
    return f"{number:g}"
