"""``bellrock spof``: what each single failure would cut off."""

import csv
import json
import sys
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
from bellrock.cli.planning.site import names, show_pairs, tell_site, write_pairs
from topology.analysis import Design
from topology.report import ElementReport, SpofReport, spof_report
from topology.site_report import pairs_report

Pairs = Annotated[
    bool,
    typer.Option(
        "--pairs", help="also which two failures cut off a site of priority 1 together"
    ),
]
OneSite = Annotated[
    str | None,
    typer.Option(
        "--site", metavar="ID", help="all that cuts off one site, pairs too, instead"
    ),
]


def spof(
    path: InventoryPath,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
    pairs: Pairs = False,
    site: OneSite = None,
) -> None:
    """List single points of failure, worst first, with everything declared up.

    With --pairs in csv the rows are the pairs; in json and in the table they are added.

    Exit status: 0 every site reaches a gateway, 1 some site does not, 2 the inventory
    is wrong.

    Example:
      bellrock spof inventory/ --format json
    """
    design = Design(told(path))
    if site is not None:
        raise typer.Exit(tell_site(design, site, form))
    report = spof_report(design)
    together = pairs_report(design) if pairs else None
    match form:
        case Format.JSON:
            print(json.dumps({**report, **(together or {})}, indent=2))
        case Format.CSV:
            _write_csv(report) if together is None else write_pairs(together)
        case Format.TABLE:
            _show(report, design, top)
            if together is not None:
                console = Console(highlight=False, markup=False, emoji=False)
                show_pairs(console, together, names(design), top)
    raise typer.Exit(1 if report["redundancy"]["0"] else 0)


def _write_csv(report: SpofReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        ("id", "kind", "on_site", "sites_cut", "services_cut", "people_cut")
    )
    for item in (*report["elements"], *report["service_elements"]):
        sites, services = " ".join(item["sites_cut"]), " ".join(item["services_cut"])
        row = (item["id"], item["kind"], str(item["on_site"]).lower())
        writer.writerow((*row, sites, services, item["people_cut"]))


def _show(report: SpofReport, design: Design, top: int) -> None:
    # No markup: names are the user's, and may have brackets in them.
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(report["sentence"])
    called = names(design)
    columns = {"sites": -5, "people": -9, "services": -8, "lost with": 0, "cuts off": 0}
    table = fitting(columns, {"lost with"})
    rows = _alike([item for item in report["elements"] if not item["on_site"]])
    for alike in rows[:top]:
        first, *others = alike
        name = called.get(first["id"], first["id"])
        table.add_row(
            f"{len(first['sites_cut']):,}",
            f"{first['people_cut']:,}",
            str(len(first["services_cut"]) or ""),
            f"{name} (or {len(others)} more)" if others else name,
            ", ".join(called[site] for site in first["sites_cut"]),
        )
    if rows:
        console.print(table)
    if any(len(alike) > 1 for alike in rows[:top]):
        console.print(
            "(or 1 more): another thing, such as its router or power feed, cuts off "
            "the same sites; json and csv have each"
        )
    show_more(console, len(rows), top)
    own = sum(item["on_site"] for item in report["elements"])
    if own:
        hang, its = ("site hangs", "its") if own == 1 else ("sites hang", "their")
        console.print(f"{own:,} {hang} on a sole device of {its} own (not listed)")


_TELLING = ("site", "risk_group", "link", "device")
"""Kinds in the order in which they tell a person most."""


def _alike(items: list[ElementReport]) -> list[list[ElementReport]]:
    """Put together what cuts off the same sites, the most telling first.

    An exchange, its only router and its power feed are one line, not three.
    """
    rows: dict[tuple[str, ...], list[ElementReport]] = {}
    for item in items:
        rows.setdefault(tuple(item["sites_cut"]), []).append(item)
    for row in rows.values():
        row.sort(key=lambda item: _TELLING.index(item["kind"]))
    return list(rows.values())
