"""``bellrock n1``: the worst that any single failure does to each link."""

import typer
from rich.console import Console

from bellrock.cli.answers import (
    Format,
    InventoryPath,
    MostRows,
    OutputFormat,
    fitting,
    told,
)
from bellrock.cli.planning.traffic import (
    Asked,
    Down,
    bits,
    fullest,
    names,
    share,
    status,
    write_csv,
    write_json,
)
from topology.traffic.n1 import n1 as worst_cases
from topology.traffic.report import N1Report, n1_report, overloaded

_COLUMNS = (
    *("id", "direction", "capacity", "load", "utilisation"),
    *("worst_load", "worst_utilisation", "worst_failure"),
)


def n1(
    path: InventoryPath,
    down: Down = None,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
) -> None:
    """Find the worst load of every link over all single failures, and their causes.

    Every link, device, site and risk group fails in turn, on top of what is --down,
    and traffic takes the shortest paths that are left. Of failures that are equally
    bad the first is named: links, then devices, sites and risk groups.

    Exit status: 0 all is carried, 1 before any failure a site is cut off, a demand has
    no way or a link is over 100 % (after one, is no finding), 2 the input is wrong.

    Example:
      bellrock n1 inventory/
      bellrock n1 inventory/ --down duct-loch-lomond --top 50
    """
    asked = Asked.of(told(path), down)
    found = worst_cases(asked.arrays, asked.demands, asked.down)
    report = n1_report(found)
    match form:
        case Format.JSON:
            write_json(asked, report)
        case Format.CSV:
            write_csv(_COLUMNS, report["links"])
        case Format.TABLE:
            _show(report, asked, top)
    over = overloaded(asked.arrays, found.base.load)
    raise typer.Exit(status(asked, report["unrouted"], over))


def _show(report: N1Report, asked: Asked, top: int) -> None:
    # No markup: names are the user's, and may have brackets in them.
    console = Console(highlight=False, markup=False)
    asked.warn(console, report["unrouted"])
    over = report["overloaded"]
    console.print(
        f"{report['failures']:,} failures, one at a time; {over:,} directions of "
        f"links over 100 % at the worst"
    )
    most = report["worst_unrouted"]
    if most is not None:
        console.print(
            f"Most has no way without {names(asked, [most])}: {bits(most['rate'])}bit/s"
        )
    rows = [link for link in report["links"] if link["worst_load"] > 0]
    rows.sort(
        key=lambda link: fullest(link["worst_utilisation"], link["worst_load"]),
        reverse=True,
    )
    columns = {"worst": -7, "now": -7, "load": -6, "of": -6}
    table = fitting(
        {**columns, "link": 0, "when this fails": 0}, {"link", "when this fails"}
    )
    for link in rows[:top]:
        cause = link["worst_failure"]
        table.add_row(
            *(share(link["worst_utilisation"]), share(link["utilisation"])),
            *(bits(link["worst_load"]), bits(link["capacity"])),
            f"{link['id']} {link['direction']}",
            names(asked, [cause]) if cause else "",
        )
    console.print(table)
    if len(rows) > top:
        console.print(f"and {len(rows) - top:,} more; --top shows more of them")
