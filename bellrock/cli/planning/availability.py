"""``bellrock availability``: how many minutes a year each site is cut off."""

import csv
import json
import sys
from collections import Counter
from typing import Annotated

import typer
from rich.console import Console

from bellrock.cli.answers import (
    Format,
    InventoryPath,
    MostRows,
    OutputFormat,
    fitting,
    show_more,
    told,
)
from bellrock.cli.planning.traffic import Down, taken_down
from bellrock.cli.progress import shown
from bellrock.document.suggest import closest
from bellrock.document.values import bare, quoted
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.model.words import counted
from topology.availability.faults import Faults
from topology.availability.report import (
    AvailabilityReport,
    CutReport,
    ExactReport,
    SiteReport,
    Wanted,
    availability_report,
)
from topology.availability.simulate import MOST_TRIALS
from topology.planning.words import listed, name_of

_MOST_NAMED = 5


def availability(
    path: InventoryPath,
    site: Annotated[
        list[str] | None,
        typer.Option("--site", metavar="ID", help="only this site; may be repeated"),
    ] = None,
    down: Down = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="count cut sets of every size")
    ] = False,
    trials: Annotated[
        int,
        typer.Option(
            "--simulate",
            metavar="N",
            min=0,
            max=MOST_TRIALS,
            help="check against N states drawn at random",
        ),
    ] = 0,
    seed: Annotated[
        int, typer.Option(min=0, max=2**63 - 1, help="another draw for --simulate")
    ] = 0,
    check: Annotated[
        bool, typer.Option("--check", help="exit 1 if a target is missed")
    ] = False,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
) -> None:
    """Say how many minutes a year each site and service is cut off, and by what.

    From how often things fail and how long their repair takes: what the inventory
    says (mtbf, mttr, reliability), else defaults by kind. Counted are failures of one
    element and of two at once; --exact counts all. Whatever the site's own equipment
    does is included, and what the network alone does is beside it. Everything is up to
    begin with but for what is --down, which stays so.

    Exit status: 0 it was worked out, 1 a site is cut off to begin with or, with
    --check, a target is missed, 2 the input is wrong.

    Example:
      bellrock availability inventory/ --site lerwick-hosp --exact
      bellrock availability inventory/ --down duct-loch-lomond
    """
    inventory = told(path)
    chosen = frozenset(site or ())
    gone = taken_down(inventory, down)
    _must_be_users(inventory, chosen)
    for name in sorted(chosen & gone):
        raise UserError(
            f"--site {bare(name)}: down itself, so that nobody is there to ask",
            "leave out one or the other",
        )
    faults = Faults(inventory, gone)
    with shown() as step:
        report = availability_report(faults, Wanted(chosen, exact, trials, seed), step)
    match form:
        case Format.JSON:
            print(json.dumps(report, indent=2))
        case Format.CSV:
            _write_csv(report)
        case Format.TABLE:
            _show(report, inventory, top)
    raise typer.Exit(1 if report["cut_off"] or (check and report["missed"]) else 0)


def _must_be_users(inventory: Inventory, chosen: frozenset[str]) -> None:
    users = inventory.user_sites()
    for name in sorted(chosen - users):
        if name in inventory.sites:
            raise UserError(
                f"--site {bare(name)}: nobody's site: it is a gateway, carries the "
                "network, or has no device",
                "name a site that depends on the network",
            )
        meant = closest(name, users)
        raise UserError(
            f"--site {bare(name)}: no site has this id",
            f"did you mean {quoted(meant)}?" if meant else "name one of the inventory",
        )


def _write_csv(report: AvailabilityReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        (
            *("id", "kind", "priority", "people", "reached", "availability"),
            *("minutes", "network_minutes", "exact_low", "exact_high"),
            *("simulated", "simulated_low", "simulated_high", "target", "missed"),
            *("single", "pairs", "worst", "worst_minutes"),
        )
    )
    for row in report["sites"]:
        exact, drawn = row["exact"], row["simulated"]
        worst = row["cut_sets"][0] if row["cut_sets"] else None
        missed = "" if row["missed"] is None else str(row["missed"]).lower()
        target = "" if row["target"] is None else row["target"]
        writer.writerow(
            (
                *(row["id"], row["kind"], row["priority"], row["people"]),
                *(str(row["reached"]).lower(), row["availability"]),
                *(row["minutes"], row["network_minutes"]),
                *((exact["low"], exact["high"]) if exact else ("", "")),
                *(
                    (drawn["minutes"], drawn["low"], drawn["high"])
                    if drawn
                    else [""] * 3
                ),
                *(target, missed, row["single"], row["pairs"]),
                *(
                    (" ".join(worst["elements"]), worst["minutes"])
                    if worst
                    else ("", "")
                ),
            )
        )


def _show(report: AvailabilityReport, inventory: Inventory, top: int) -> None:
    # No markup: names are the user's, and may have brackets in them.
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(_start(report, inventory))
    _show_sites(report, console, top)
    if len(report["sites"]) == 1:
        _show_cut_sets(report["sites"][0], console, top)
    _show_services(report, console, top)
    judged = sum(row["target"] is not None for row in report["sites"])
    if judged:
        console.print(
            f"{len(report['missed']):,} of {counted(judged, 'site')} "
            f"{'misses its' if len(report['missed']) == 1 else 'miss their'} target"
        )
    assumed = Counter(_origin(rate["source"]) for rate in report["rates"])
    console.print(
        f"{assumed['declared']:,} of {counted(assumed.total(), 'element')} "
        f"{'has times of its' if assumed['declared'] == 1 else 'have times of their'} "
        f"own, {assumed['kind']:,} those of their kind in the inventory, the others "
        "defaults (docs/planning.md)"
    )
    if any(row["exact"] and not row["exact"]["exact"] for row in report["sites"]):
        console.print(
            "too large to be exact where two figures stand: it is between them"
        )
    if not all(row["exact"] for row in report["sites"]):
        console.print("failures of three things at once are left out; --exact has them")


def _start(report: AvailabilityReport, inventory: Inventory) -> str:
    """Say what state of the network the figures begin with."""
    if not report["down"]:
        return "everything declared is up to begin with"
    names = [name_of(inventory, element) for element in report["down"]]
    return f"down to begin with, and taken to stay so: {listed(names, _MOST_NAMED)}"


def _show_sites(report: AvailabilityReport, console: Console, top: int) -> None:
    rows = report["sites"]
    columns = {"site": 0, "min/year": -9, "network": -9}
    judged = any(row["target"] is not None for row in rows)
    if judged:
        columns["target"] = -9
    if any(row["exact"] for row in rows):
        columns["exact"] = -5
    if report["trials"]:
        columns["95 % of draws"] = -13
    table = fitting({**columns, "worst": 0}, {"site", "worst"})
    for row in rows[:top]:
        cells = [row["id"], _minutes(row["minutes"]), _minutes(row["network_minutes"])]
        if judged:
            cells.append(_target(row))
        if "exact" in columns:
            cells.append(_between(row["exact"]))
        if report["trials"]:
            drawn = row["simulated"]
            cells.append(_interval(drawn["low"], drawn["high"]) if drawn else "")
        table.add_row(*cells, _worst(row["cut_sets"]))
    console.print(table if rows else "nobody depends on it: no user sites")
    show_more(console, len(rows), top)


def _show_cut_sets(row: SiteReport, console: Console, top: int) -> None:
    table = fitting({"min/year": -9, "where": 8, "lost with": 0}, {"lost with"})
    for cut in row["cut_sets"][:top]:
        where = "own" if cut["own"] else "network"
        table.add_row(_minutes(cut["minutes"]), where, " and ".join(cut["elements"]))
    console.print(table)
    total = row["single"] + row["pairs"]
    console.print(
        f"{counted(row['single'], 'single element')} and "
        f"{counted(row['pairs'], 'pair')} cut it off"
        f"{'; shown are the worst' if table.row_count < total else ''}"
    )


def _show_services(report: AvailabilityReport, console: Console, top: int) -> None:
    columns = {"service": 0, "sites": -6, "mean": -9, "worst": -9, "at": 0}
    table = fitting(columns, {"service", "at"})
    used = [service for service in report["services"] if service["sites"]]
    for service in used[:top]:
        first = service["sites"][0]
        mean = service["minutes"] or 0.0
        table.add_row(
            *(service["name"], f"{len(service['sites']):,}", _minutes(mean)),
            *(_minutes(first["minutes"]), first["id"]),
        )
    if used:
        console.print(table)
    show_more(console, len(used), top)


def _origin(source: str) -> str:
    if "declared" in source:
        return "declared"
    return "kind" if "reliability." in source else "default"


def _minutes(minutes: float) -> str:
    """Write minutes a year with as many figures as mean something.

    Examples
    --------
    >>> _minutes(5259.6), _minutes(0.2114), _minutes(0.0), _minutes(0.000012)
    ('5,260', '0.21', '0', '1.2e-05')
    """
    if minutes >= 100:
        return f"{minutes:,.0f}"
    if minutes >= 10:
        return f"{minutes:.1f}"
    return f"{minutes:.2f}" if minutes >= 0.1 else f"{minutes:.2g}"


def _interval(low: float, high: float) -> str:
    return f"{_minutes(low)} to {_minutes(high)}"


def _between(found: ExactReport | None) -> str:
    if found is None:
        return ""
    if found["exact"]:
        return _minutes(found["low"])
    return _interval(found["low"], found["high"])


def _target(row: SiteReport) -> str:
    if row["target"] is None:
        return ""
    text = f"{100 * row['target']:.14g}%"
    return f"{text} !" if row["missed"] else text


def _worst(cuts: list[CutReport]) -> str:
    if not cuts:
        return ""
    return f"{' and '.join(cuts[0]['elements'])} ({_minutes(cuts[0]['minutes'])})"
