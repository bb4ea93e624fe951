"""``bellrock audit``: how far an inventory can be trusted."""

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
    told,
)
from bellrock.model.words import counted
from topology.analysis import Design
from topology.audit.report import AuditReport, CircuitsReport, Seen, audit_report

_DAY = 86_400.0


def audit(
    path: InventoryPath,
    diversity: Annotated[
        bool,
        typer.Option(
            "--diversity", help="what the circuits of each site have in common"
        ),
    ] = False,
    prometheus: Annotated[
        str | None,
        typer.Option(metavar="URL", help="ask which links discovery never saw"),
    ] = None,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="how far back to ask")
    ] = 30,
    at_least: Annotated[
        float | None,
        typer.Option(min=0, max=100, help="exit 1 if the score is lower than this"),
    ] = None,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
) -> None:
    """Say what the inventory leaves out, and which answers are the worse for it.

    Circuits in no risk group, capacities, demands and coordinates that nobody
    declared, circuits that discovery never saw; a score of 0 to 100, and what to find
    out first: what most people hang on. With --diversity, for every site with two or
    more circuits, which hops, risk groups, sites and suppliers they share.

    Exit status: 0 it was looked at, 1 the score is lower than --at-least or a site is
    cut off as declared, 2 the input is wrong.

    Example:
      bellrock audit inventory/ --diversity
      bellrock audit inventory/ --prometheus http://127.0.0.1:9090 --at-least 80
    """
    design = Design(told(path))
    report = audit_report(design, _seen(prometheus, days))
    match form:
        case Format.JSON:
            print(json.dumps(report, indent=2))
        case Format.CSV:
            _write_csv(report, diversity)
        case Format.TABLE:
            _show(report, diversity, top)
    score = report["score"]
    low = at_least is not None and score is not None and score < at_least
    cut_off = any(level == 0 for level in design.levels.values())
    raise typer.Exit(1 if low or cut_off else 0)


def _seen(prometheus: str | None, days: int) -> Seen | None:
    if prometheus is None:
        return None
    # Only then, or every command would start later for a client it does not need.
    from bellrock.runtime.seen import seen_lately

    return seen_lately(prometheus, days * _DAY)


def _write_csv(report: AuditReport, diversity: bool) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(_CIRCUITS if diversity else _WORK)
    if diversity:
        writer.writerows(_circuits(each) for each in report["diversity"])
    else:
        writer.writerows(tuple(work.values()) for work in report["worklist"])


def _circuits(each: CircuitsReport) -> tuple[str, ...]:
    lists = (
        *(each["circuits"], each["shared"], each["hops"], each["suppliers"]),
        *(each["supplier_cuts"], each["missing"]),
    )
    pairs = (
        f"{' '.join(pair['circuits'])}: {' '.join(pair['shared'])}"
        for pair in each["pairs"]
    )
    return (
        *(each["site"], each["verdict"], "; ".join(pairs)),
        *(" ".join(names) for names in lists),
    )


_WORK = ("check", "id", "kind", "what", "instead", "sites", "people")
_CIRCUITS = (
    *("site", "verdict", "pairs"),
    *("circuits", "shared", "hops", "suppliers", "supplier_cuts", "missing"),
)


def _show(report: AuditReport, diversity: bool, top: int) -> None:
    # No markup: ids and names are the user's.
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(report["sentence"])
    if diversity:
        _show_diversity(console, report["diversity"], top)
        return
    columns = {"lacking": -7, "of": -7, "what": 0}
    wide = console.width >= _WIDE
    table = fitting(columns | ({"otherwise": 0} if wide else {}), {"what", "otherwise"})
    for check in report["checks"]:
        if check["gaps"]:
            what = f"{check['about']}: {check['lacking']}"
            row = [f"{check['gaps']:,}", f"{check['checked']:,}", what, check["why"]]
            table.add_row(*row[: len(table.columns)])
    if table.row_count:
        console.print(table)
    complete = [c["about"] for c in report["checks"] if c["checked"] and not c["gaps"]]
    if complete:
        console.print(f"nothing missing in {counted(len(complete), 'more check')}")
    if not report["discovery"]:
        console.print("not compared with what discovery saw; --prometheus URL does")
    if report["worklist"]:
        _show_work(console, report, top)


def _show_work(console: Console, report: AuditReport, top: int) -> None:
    console.print("\nTo find out, what most people hang on first:")
    columns = {"people": -9, "sites": -5, "which": 0, "lacks": 0}
    table = fitting(columns, {"which", "lacks"})
    for work in report["worklist"][:top]:
        numbers = f"{work['people']:,}", f"{work['sites']:,}"
        table.add_row(*numbers, work["id"], work["what"])
    console.print(table)
    _more(console, len(report["worklist"]) - top)
    lacking = {check["check"]: check["lacking"] for check in report["checks"]}
    shown = report["worklist"][:top]
    for check, instead in dict.fromkeys((w["check"], w["instead"]) for w in shown):
        console.print(f"{lacking[check]}: {instead}")


def _show_diversity(console: Console, rows: list[CircuitsReport], top: int) -> None:
    columns = {"": -8, "site": 0, "cut off with": 0, "hops in common": 0, "supplier": 0}
    table = fitting(columns, {"site", "cut off with", "supplier"})
    for each in sorted(
        rows, key=lambda row: (_ORDER.index(row["verdict"]), row["site"])
    ):
        table.add_row(
            *(each["verdict"], each["site"], ", ".join(each["shared"])),
            *(", ".join(each["hops"]), ", ".join(each["suppliers"])),
        )
        if len(table.rows) == top:
            break
    if rows:
        console.print(table)
        _more(console, len(rows) - top)


_WIDE = 110
"""Columns of a terminal that has room for why it matters."""
_ORDER = ("shared", "unproven", "diverse")


def _more(console: Console, left: int) -> None:
    if left > 0:
        console.print(f"and {left:,} more; --top shows more, json and csv have all")
