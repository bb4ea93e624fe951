"""``bellrock collect``: one device, now, with what was sent and seen."""

import json
import sys
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bellrock.cli.inventory import Format, OutputFormat
from bellrock.cli.reading import as_json, failed_because, show, write_csv
from bellrock.document.suggest import choices
from bellrock.model.errors import UserError
from bellrock.model.inventory import Device, Inventory
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.told import Told
from collectors.snmp.advice import advice
from collectors.snmp.collector import SnmpCollector, make_user
from collectors.snmp.explain import Explainer
from collectors.snmp.explain import Told as Event
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.snmp.transcript import Kind, Transcript

_ARROWS = {Kind.SENT: "->", Kind.RECEIVED: "<-", Kind.SILENCE: "..", Kind.NETWORK: "!!"}


def collect(
    device: Annotated[
        str, typer.Argument(metavar="DEVICE", help="id of a device in the inventory")
    ],
    config: Annotated[
        Path, typer.Option("-c", "--config", metavar="FILE", help="settings")
    ] = Path("bellrock.yaml"),
    inventory: Annotated[
        Path | None, typer.Option(metavar="PATH", help="in place of the settings' own")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="show all that was sent and received")
    ] = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Poll one device now, as the monitor would, and show what it says.

    With --explain every datagram is shown in words, in order, and why one is dropped;
    never a community, password or key. What a failure most likely means, and what to
    do about it, is said either way.

    Exit status: 0 the device was read, 1 it failed, 2 the settings, the inventory or
    DEVICE are wrong, 70 our fault.

    Example:
      bellrock collect lerwick-pe1 -c bellrock.yaml --explain
    """
    told = Told.read(config, inventory)
    chosen = _device(device, told.inventory)
    credentials = _credentials(chosen, told)
    settings = told.settings.collectors["snmp"]
    assert isinstance(settings, SnmpSettings)
    transcript = Transcript() if explain else None
    reading = uvloop.run(
        _poll(chosen, credentials, settings, transcript, _ends(told.inventory))
    )
    events = [] if transcript is None else _events(transcript, credentials)
    untold = 0 if transcript is None else transcript.untold
    meaning = advice(
        reading.outcome,
        credentials.version,
        answered=reading.uptime is not None or len(reading.interfaces) > 0,
    )
    match form:
        case Format.JSON:
            answer = as_json(reading, chosen, meaning)
            if explain:
                answer["explain"] = [_as_json(event) for event in events]
                answer["explain_left_out"] = untold
            print(json.dumps(answer, indent=2))
        case Format.CSV:
            # The rows are for a program; the words are beside them.
            _print_events(events, untold, to_stderr=True)
            write_csv(reading)
            if reading.outcome is not Outcome.SUCCESS:
                print(failed_because(reading, chosen), file=sys.stderr)
                print(f"  {meaning}", file=sys.stderr)
        case Format.TABLE:
            _print_events(events, untold)
            show(reading, chosen, meaning)
    raise typer.Exit(0 if reading.outcome is Outcome.SUCCESS else 1)


def _device(name: str, inventory: Inventory) -> Device:
    found = inventory.devices.get(name)
    if found is None:
        raise UserError(
            f"collect {name}: there is no such device in the inventory",
            choices(name, inventory.devices, "devices") or "bellrock check counts them",
        )
    if found.address is None:
        raise UserError(
            f"collect {name}: the device has no address in the inventory",
            "add one: address: 192.0.2.1",
        )
    return found


def _credentials(device: Device, told: Told) -> SnmpCredentials:
    if device.snmp is None:
        names = ", ".join(sorted(told.settings.snmp)) or "none in the settings yet"
        raise UserError(
            f"collect {device.id}: the device has no SNMP credentials",
            f"name an entry of the settings' snmp section: snmp: NAME  ({names})",
        )
    credentials = told.settings.snmp[device.snmp]
    assert isinstance(credentials, SnmpCredentials)
    return credentials


def _ends(inventory: Inventory) -> Mapping[str, Collection[str]]:
    """Return the interfaces that links end at, by device."""
    found = defaultdict[str, set[str]](set)
    for link in inventory.links.values():
        for end in (link.a, link.b):
            if end.interface:
                found[end.device].add(end.interface)
    return found


async def _poll(
    device: Device,
    credentials: SnmpCredentials,
    settings: SnmpSettings,
    transcript: Transcript | None,
    ends: Mapping[str, Collection[str]],
) -> DeviceReading:
    async with SnmpCollector(settings, witness=transcript) as collector:
        # As the monitor would.
        collector.watch(ends)
        return await collector.collect(device, credentials)


def _events(transcript: Transcript, credentials: SnmpCredentials) -> Sequence[Event]:
    user = make_user(credentials) if credentials.version == 3 else None
    return list(Explainer(credentials.community, user).tell(transcript))


def _print_events(
    events: Sequence[Event], untold: int, *, to_stderr: bool = False
) -> None:
    out = sys.stderr if to_stderr else sys.stdout
    for told in events:
        event = told.event
        host, port = event.peer
        arrow = _ARROWS[event.kind]
        print(f"{event.at:9.4f} s {arrow} {host} port {port}  {told.head}", file=out)
        for line in told.lines:
            print(f"{'':15}{line}", file=out)
    if untold:
        print(f"and {untold:,} events more, not kept", file=out)
    if events:
        print(file=out)


def _as_json(told: Event) -> dict[str, object]:
    event = told.event
    dropped = {} if event.dropped is None else {"dropped": event.dropped.value}
    return {
        "at": round(event.at, 6),
        "what": event.kind.value,
        "address": event.peer[0],
        "port": event.peer[1],
        "octets": len(event.datagram),
        "head": told.head,
        "lines": list(told.lines),
        **dropped,
    }
