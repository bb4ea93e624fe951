"""``bellrock augment``: which circuits to build next."""

import csv
import json
import sys
from collections.abc import Sequence
from math import inf
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from bellrock.cli.answers import Format, InventoryPath, OutputFormat, fitting, told
from bellrock.cli.progress import shown
from bellrock.document.values import bare
from bellrock.inventory.candidates import MOST
from bellrock.inventory.candidates import read as read_candidates
from bellrock.model.candidate import Candidate
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.model.words import counted
from topology.augment.choice import MOST_STATES, Limits, states_needed
from topology.augment.nearby import how_many, nearby
from topology.augment.report import AugmentReport, RaisedReport, augment_report, start

_MOST_COUNT = 100
_MOST_PER_KM = 10**9


def augment(
    path: InventoryPath,
    candidates: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="circuits that could be built, and their cost"
        ),
    ] = None,
    within: Annotated[
        str | None,
        typer.Option(
            metavar="KM", help="any pair of devices up to so far apart, such as 40km"
        ),
    ] = None,
    cost_per_km: Annotated[
        float | None, typer.Option(help="what a km costs, with --within")
    ] = None,
    count: Annotated[
        int, typer.Option(min=1, max=_MOST_COUNT, help="circuits, at most")
    ] = 5,
    budget: Annotated[
        float | None, typer.Option(metavar="COST", help="for all of them")
    ] = None,
    exact: Annotated[
        bool, typer.Option("--exact", help="the best of all sets, not the next best")
    ] = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Say which circuits to build next: those that protect most people for their cost.

    A circuit protects the people of a site that it raises from redundancy 0 to 1 or
    from 1 to 2 (bellrock spof). One in a duct that the site hangs on already protects
    nobody. Without --exact the best next circuit is taken each time, and the answer
    says how much better any other choice could be at most.

    Exit status: 0 it was worked out, 1 a site is still cut off with all of them built,
    2 the input is wrong.

    Example:
      bellrock augment inventory/ --candidates quotes.yaml --count 3 --exact
      bellrock augment inventory/ --within 40km --cost-per-km 12000 --budget 1e6
    """
    inventory = told(path)
    found = _candidates(inventory, candidates, within, cost_per_km)
    if budget is not None and not 0 < budget < inf:
        raise UserError(
            f"--budget {budget:g}: no sum above 0",
            "say what there is to spend, or leave it out",
        )
    # A hair more, or 0.1 and 0.2, which add up to more than 0.3, would not fit in it.
    limits = Limits(count, inf if budget is None else budget * (1 + 1e-12))
    state = start(inventory, found)
    if exact and (needed := states_needed(state, limits)) > MOST_STATES:
        raise UserError(
            f"--exact: {needed:,} networks to look at; at most {MOST_STATES:,} are",
            "ask for fewer circuits (--count) or give fewer candidates",
        )
    with shown() as step:
        progress = step("sets of circuits" if exact else "circuits")
        report = augment_report(
            inventory, state, limits, exact=exact, progress=progress
        )
    match form:
        case Format.JSON:
            print(json.dumps(report, indent=2))
        case Format.CSV:
            _write_csv(report)
        case Format.TABLE:
            _show(report, nearby=within is not None)
    raise typer.Exit(1 if report["cut_off"] else 0)


def _candidates(
    inventory: Inventory,
    file: Path | None,
    within: str | None,
    cost_per_km: float | None,
) -> Sequence[Candidate]:
    if (file is None) == (within is None):
        raise UserError(
            "augment: not exactly one of --candidates and --within",
            "give a file of candidates, or a distance and --cost-per-km",
        )
    if file is not None:
        if cost_per_km is not None:
            raise UserError(
                "--cost-per-km: the candidates of a file have costs of their own",
                "leave it out",
            )
        return read_candidates(file, inventory)
    km = _km(str(within))
    if cost_per_km is None:
        raise UserError(
            f"--within {bare(str(within))}: no --cost-per-km beside it",
            "add one: --cost-per-km 12000",
        )
    if not 0 < cost_per_km <= _MOST_PER_KM:
        raise UserError(
            f"--cost-per-km {cost_per_km:g}: out of range",
            f"expected more than 0 and at most {_MOST_PER_KM:,}",
        )
    pairs = how_many(inventory, km)
    if pairs > MOST:
        raise UserError(
            f"--within {within}: {pairs:,} pairs of devices; at most {MOST:,} are "
            "looked at",
            "ask for a shorter distance",
        )
    return nearby(inventory, km, cost_per_km)


def _km(text: str) -> float:
    try:
        km = float(text.removesuffix("km"))
    except ValueError:
        km = 0.0
    if not 0 < km <= 20_100:
        raise UserError(
            f"--within {bare(text)}: no distance on earth", "write km: --within 40km"
        )
    return km


def _write_csv(report: AugmentReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(
        (
            "rank",
            "id",
            "a",
            "b",
            "cost",
            "km",
            "protected",
            "per_cost",
            "eased",
            "sites",
        )
    )
    for pick in report["picks"]:
        sites = " ".join(site["id"] for site in pick["sites"])
        km = "" if pick["km"] is None else pick["km"]
        row = (pick["rank"], pick["id"], pick["a"], pick["b"], pick["cost"], km)
        writer.writerow(
            (*row, pick["protected"], pick["per_cost"], pick["eased"], sites)
        )


def _show(report: AugmentReport, *, nearby: bool) -> None:
    # No markup: names are the user's, and may have brackets in them.
    console = Console(highlight=False, markup=False, emoji=False)
    what = report["counted"]
    console.print(
        f"{counted(report['candidates'], 'circuit')} could be built; "
        f"{report['useful']:,} of them may help"
    )
    columns = {"": -3, "circuit": 0, "cost": -12, what: -9, "per 1,000": -10}
    table = fitting({**columns, "protects": 0}, {"circuit", "protects"})
    for pick in report["picks"]:
        table.add_row(
            *(f"{pick['rank']}", f"{pick['a']} - {pick['b']}", f"{pick['cost']:,.0f}"),
            *(f"{pick['protected']:,}", _rounded(1000 * pick["per_cost"])),
            _whom(pick["sites"])
            or f"with others: {counted(pick['eased'], 'failure')} eased",
        )
    if report["picks"]:
        console.print(table)
    _show_bound(report, console)
    if nearby:
        console.print(
            "nobody surveyed these: as long as the map says, in no duct of any other"
        )


def _rounded(number: float) -> str:
    """Write a number with three figures, or all before the point.

    Examples
    --------
    >>> _rounded(999.6), _rounded(83.33), _rounded(0.0001234)
    ('1,000', '83.3', '0.000123')
    """
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"


def _show_bound(report: AugmentReport, console: Console) -> None:
    what = report["counted"]
    gained, bound = report["protected"], report["upper_bound"]
    circuits, protect = "circuits", "protect"
    if len(report["picks"]) == 1:
        circuits, protect = "circuit", "protects"
    spent = f"{len(report['picks'])} {circuits} for {report['cost']:,.0f} {protect}"
    if not report["picks"]:
        console.print(_why_none(report))
    elif report["method"] == "exact":
        console.print(f"{spent} {gained:,} {what}: no other choice protects more")
    elif bound <= gained:
        console.print(f"{spent} {gained:,} {what}: no other choice can protect more")
    else:
        console.print(
            f"{spent} {gained:,} {what}; no choice protects more than {bound:,}"
        )


def _why_none(report: AugmentReport) -> str:
    if not report["useful"]:
        return "no choice of them protects anybody"
    if report["method"] == "exact" or not report["upper_bound"]:
        return "no choice of them that --count and --budget allow protects anybody"
    return "no circuit does anything by itself; --exact tries them together"


def _whom(sites: list[RaisedReport]) -> str:
    return ", ".join(f"{site['id']} {site['before']}>{site['after']}" for site in sites)
