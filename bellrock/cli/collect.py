"""``bellrock collect``: one device, now, with what was sent and seen."""

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
import uvloop

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.asking import Asked, Event, must_have, over_snmp, over_ssh
from bellrock.cli.reading import as_json, failed_because, show, write_csv
from bellrock.document.suggest import choices
from bellrock.model.errors import UserError
from bellrock.model.inventory import Device, Inventory
from bellrock.model.observation import Outcome
from bellrock.model.words import counted
from bellrock.runtime.told import Told


class Via(StrEnum):
    """How a device is asked."""

    SNMP = "snmp"
    SSH = "ssh"


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
    via: Annotated[
        Via | None, typer.Option(help="of a device that has both; snmp if not said")
    ] = None,
    explain: Annotated[
        bool, typer.Option("--explain", help="show all that was sent and received")
    ] = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Ask one device now, as the monitor would, and show what it says.

    With --explain every datagram is shown in words, in order, and why one is dropped
    (over SSH every command and its output); never a community, password or key. What a
    failure most likely means, and what to do about it, is said either way.

    Exit status: 0 the device was read, 1 it failed, 2 the settings, the inventory or
    DEVICE are wrong, 70 our fault.

    Example:
      bellrock collect lerwick-pe1 -c bellrock.yaml --explain
    """
    told = Told.read(config, inventory)
    chosen = _device(device, told.inventory)
    way = via or (Via.SSH if chosen.snmp is None and chosen.ssh else Via.SNMP)
    must_have(chosen, told, way)
    ask = over_ssh if way is Via.SSH else over_snmp
    if sys.stderr.isatty():
        # One that is silent takes a while.
        print(f"asking {chosen.id} at {chosen.address} …", file=sys.stderr)
    asked = uvloop.run(ask(chosen, told, explain=explain))
    match form:
        case Format.JSON:
            answer = as_json(asked.reading, chosen, asked.meaning)
            if explain:
                answer["explain"] = [_as_json(event) for event in asked.events]
                answer["explain_left_out"] = asked.untold
            print(json.dumps(answer, indent=2))
        case Format.CSV:
            # The rows are for a program; the words are beside them.
            _print_events(asked, to_stderr=True)
            write_csv(asked.reading)
            if asked.reading.outcome is not Outcome.SUCCESS:
                print(failed_because(asked.reading, chosen), file=sys.stderr)
                print(f"  {asked.meaning}", file=sys.stderr)
        case Format.TABLE:
            _print_events(asked)
            show(asked.reading, chosen, asked.meaning)
    raise typer.Exit(0 if asked.reading.outcome is Outcome.SUCCESS else 1)


def _device(name: str, inventory: Inventory) -> Device:
    found = inventory.devices.get(name)
    if found is None:
        raise UserError(
            f"collect {name}: there is no such device in the inventory",
            choices(name, inventory.devices, "devices") or "bellrock check counts them",
        )
    return found


def _print_events(asked: Asked, *, to_stderr: bool = False) -> None:
    out = sys.stderr if to_stderr else sys.stdout
    for event in asked.events:
        print(f"{event.at:9.4f} s {event.arrow} {event.head}", file=out)
        for line in event.lines:
            print(f"{'':15}{line}", file=out)
    if asked.untold:
        print(f"and {counted(asked.untold, 'event')} more, not kept", file=out)
    if asked.events:
        print(file=out)


def _as_json(event: Event) -> dict[str, object]:
    return {
        "at": round(event.at, 6),
        "head": event.head,
        "lines": list(event.lines),
        **event.facts,
    }
