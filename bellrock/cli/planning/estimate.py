"""``bellrock estimate``: who sends how much to whom, from what links carry."""

import csv
import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import numpy as np
import typer
from rich.console import Console
from rich.progress import Progress

from bellrock.cli.answers import Format, InventoryPath, MostRows, OutputFormat, fitting
from bellrock.cli.answers import told as read_inventory
from bellrock.cli.output import free, write_whole
from bellrock.inventory.demands import write_demands
from bellrock.inventory.measured import read_loads
from bellrock.model.errors import UserError
from bellrock.model.inventory import Demand, Inventory
from topology.arrays import Arrays, Floats
from topology.estimate.accuracy import FACTOR, NOISE, Trials, try_out
from topology.estimate.demands import estimate as work_out
from topology.estimate.pairs import Pattern
from topology.estimate.report import EstimateReport, demands_of, estimate_report

_HOUR = 3600.0
_FILE = "90-demands.yaml"
"""In a folder, what the demands are called."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What was measured, and where that is from."""

    load: dict[tuple[str, str], float]
    source: str
    down: frozenset[str] = frozenset()
    changing: tuple[str, ...] = ()


def estimate(
    path: InventoryPath,
    loads: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="CSV: id, direction, load"),
    ] = None,
    prometheus: Annotated[
        str | None,
        typer.Option(metavar="URL", help="ask what the monitor measured"),
    ] = None,
    hours: Annotated[
        float, typer.Option(min=0.01, max=24 * 366, help="how long to average over")
    ] = 1.0,
    until: Annotated[
        datetime | None,
        typer.Option(help="when that ended, UTC unless told otherwise; now"),
    ] = None,
    pattern: Annotated[
        Pattern,
        typer.Option(help="hubs: sites with gateways, hosts, data centres; mesh: all"),
    ] = Pattern.HUBS,
    trials: Annotated[
        int, typer.Option(min=0, max=1000, help="how often to try the method out")
    ] = 5,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="PATH", help="write the demands there"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="write over what is there")
    ] = False,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
) -> None:
    """Work demands out from link counters, for load, n1 and whatif.

    What a site with one way out sends and receives is what its link carries; how it is
    divided among others follows from gravity, moved until the loads of the core come
    out (tomogravity). Single demands may be wrong; what counts is how wrong the loads
    after a failure are, and that is tried out on demands that are known.

    Exit status: 0 done, 2 the input is wrong.

    Example:
      bellrock estimate inventory/ --prometheus http://127.0.0.1:9090 -o inventory/
    """
    target = None if output is None else free(output, _FILE, force=force)
    inventory = read_inventory(path)
    measured = _measured(inventory, loads, prometheus, hours, until)
    arrays = Arrays.of(inventory)
    try:
        found = work_out(
            *(inventory, arrays, _by_arc(arrays, measured.load), pattern),
            measured.down,
        )
    except ValueError as error:
        raise UserError(str(error), "take --pattern hubs, or a part of it") from None
    with _shown(trials) as notify:
        tried = try_out(
            *(inventory, arrays, found, pattern, measured.down),
            trials=trials,
            notify=notify,
        )
    report = estimate_report(inventory, found, tried)
    if target is not None:
        head = _head(measured, report)
        text = write_demands(demands_of(inventory, found), head)
        write_whole(target, text, force=force)
    match form:
        case Format.JSON:
            print(json.dumps(report, indent=2))
        case Format.CSV:
            _write_csv(demands_of(inventory, found))
        case Format.TABLE:
            _show(report, inventory, measured, tried, top)
            if target is not None:
                print(f"written to {target}; next: bellrock n1 {path}")


def _measured(
    inventory: Inventory,
    loads: Path | None,
    prometheus: str | None,
    hours: float,
    until: datetime | None,
) -> _Told:
    if (loads is None) == (prometheus is None):
        raise UserError(
            "what links carry is told by --loads FILE or by --prometheus URL",
            "give one of the two",
        )
    if prometheus is None:
        assert loads is not None
        return _Told(read_loads(loads, inventory.links), str(loads))
    # Only then, or every command would start later for a client it does not need.
    from bellrock.runtime.measured import carried

    if until is not None and until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    end = None if until is None else until.timestamp()
    found = carried(prometheus, inventory, hours * _HOUR, end)
    when = "now" if until is None else f"{until:%d %B %Y %H:%M %Z}"
    return _Told(
        *(
            found.load,
            f"{hours:g} {'hour' if hours == 1 else 'hours'} until {when}",
            found.down,
            found.changing,
        )
    )


def _by_arc(arrays: Arrays, load: dict[tuple[str, str], float]) -> Floats:
    found = np.full(2 * len(arrays.links), np.nan)
    for (link, direction), value in load.items():
        found[2 * arrays.link_number[link] + (direction == "ba")] = value
    return found


@contextmanager
def _shown(trials: int) -> Iterator[Callable[[int], None]]:
    """Show on a terminal which trial it is."""
    console = Console(stderr=True)
    if not console.is_terminal or not trials:
        yield lambda _: None
        return
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("trying it out", total=trials)
        yield lambda number: bar.update(task, completed=number)


def _head(measured: _Told, report: EstimateReport) -> tuple[str, ...]:
    return (
        f"Estimated by `bellrock estimate` from {measured.source}; not declared by "
        "anybody.",
        report["sentence"],
    )


def _write_csv(demands: list[Demand]) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("from", "to", "rate"))
    writer.writerows((d.source, d.target, round(d.rate)) for d in demands)


def _show(
    report: EstimateReport,
    inventory: Inventory,
    measured: _Told,
    tried: Trials,
    top: int,
) -> None:
    # No markup: ids and names are the user's.
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(report["sentence"])
    if tried.errors:
        console.print(
            f"(the worst of {len(tried.errors)} on demands that are known: each off "
            f"by a factor of about {FACTOR:g} from these, counters by {NOISE:.0%}; it "
            "does not tell how far off real ones are)"
        )
    if measured.down:
        console.print(f"down all that time, so without traffic: {_some(measured.down)}")
    if measured.changing:
        console.print(
            f"down for a part of it, which makes all this less certain: "
            f"{_some(measured.changing)}"
        )
    if report["left_out"]:
        console.print(f"left out, not measured: {_some(report['left_out'])}")
    table = fitting({"Mbit/s": -10, "from": 0, "to": 0}, {"from", "to"})
    largest = sorted(report["demands"], key=lambda demand: -demand["rate"])
    for demand in largest[:top]:
        names = (inventory.sites[demand[end]].name for end in ("from", "to"))
        table.add_row(f"{demand['rate'] / 1e6:,.1f}", *names)
    if largest:
        console.print(table)
    if len(largest) > top:
        console.print(
            f"and {len(largest) - top:,} more; -o PATH writes them for the inventory"
        )


def _some(names: frozenset[str] | tuple[str, ...] | list[str], most: int = 5) -> str:
    found = sorted(names)
    more = f" and {len(found) - most:,} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
