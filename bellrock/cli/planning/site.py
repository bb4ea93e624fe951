"""What ``bellrock spof`` tells of single sites: of one, or of those of priority 1."""

import csv
import json
import sys
from collections.abc import Mapping

from rich.console import Console

from bellrock.cli.answers import Format, fitting, show_more
from bellrock.document.suggest import closest
from bellrock.document.values import bare, quoted
from bellrock.model.errors import UserError
from bellrock.model.words import counted
from topology.analysis import Design
from topology.site_report import PairsReport, SiteReport, site_report

Names = Mapping[str, str]
"""Of sites and risk groups, by id."""


def names(design: Design) -> Names:
    """Return what people call sites and risk groups."""
    return {
        **{site.id: site.name for site in design.inventory.sites.values()},
        **{group.id: group.name for group in design.inventory.risk_groups.values()},
    }


def tell_site(design: Design, site: str, form: Format) -> int:
    """Print all that would cut off one user site; return the exit status.

    Raises
    ------
    UserError
        If it is no user site.
    """
    users = design.levels
    if site not in users:
        meant = closest(site, users)
        instead = "name one with devices that is no gateway and carries no network"
        raise UserError(
            f"spof --site {bare(site)}: no user site has this id",
            f"did you mean {quoted(meant)}?" if meant else instead,
        )
    report = site_report(design, site)
    match form:
        case Format.JSON:
            print(json.dumps(report, indent=2))
        case Format.CSV:
            _write_site(report)
        case Format.TABLE:
            _show_site(report, names(design))
    return 0 if report["redundancy"] else 1


def _write_site(report: SiteReport) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("id", "with", "kind", "on_site", "sites_cut"))
    for each in report["cut_off_by"]:
        on_site = str(each["on_site"]).lower()
        writer.writerow((each["id"], "", each["kind"], on_site, each["sites_cut"]))
    for one, other in report["pairs"]:
        writer.writerow((one, other, "pair", "false", ""))


_MEANING = {
    0: "is cut off now",
    1: "is one failure away from being cut off",
    2: "survives any one failure off its premises",
}


def _show_site(report: SiteReport, called: Names) -> None:
    # No markup: names are the user's, and may have brackets in them.
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(f"{called[report['id']]} {_MEANING[report['redundancy']]}.")
    paths, own = report["paths"], report["own_equipment"]
    console.print(
        f"Paths to the gateways: {paths['links']} without a link in common, "
        f"{paths['devices']} without a device. Own equipment: {own}."
    )
    if report["cut_off_by"]:
        table = fitting({"cut off by": 0, "kind": 10, "sites": -5}, {"cut off by"})
        for each in report["cut_off_by"]:
            own_mark = " (its own)" if each["on_site"] else ""
            name = called.get(each["id"], each["id"])
            kind = each["kind"].replace("_", " ")
            table.add_row(f"{name}{own_mark}", kind, f"{each['sites_cut']:,}")
        console.print(table)
    if report["pairs"]:
        table = fitting(
            {"cut off by": 0, "together with": 0}, {"cut off by", "together with"}
        )
        for pair in report["pairs"]:
            table.add_row(*(called.get(each, each) for each in pair))
        console.print(table)
    if not report["pairs_complete"]:
        console.print("There may be more pairs: the search was ended after a while.")


def write_pairs(report: PairsReport) -> None:
    """Write a row a pair."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("a", "b", "sites_cut", "people_cut"))
    for pair in report["pairs"]:
        row = (*pair["elements"], " ".join(pair["sites_cut"]), pair["people_cut"])
        writer.writerow(row)


def show_pairs(console: Console, report: PairsReport, called: Names, top: int) -> None:
    """Print the pairs that cut off most, as wide as the terminal."""
    pairs = report["pairs"]
    if not pairs:
        console.print("No two failures cut off a site of priority 1 together.")
        return
    table = fitting(
        {"sites": -5, "people": -9, "lost together": 0, "with": 0, "cuts off": 0},
        {"lost together", "with"},
    )
    for pair in pairs[:top]:
        one, other = (called.get(each, each) for each in pair["elements"])
        cut = ", ".join(called[site] for site in pair["sites_cut"])
        count = len(pair["sites_cut"])
        table.add_row(f"{count:,}", f"{pair['people_cut']:,}", one, other, cut)
    console.print("Pairs that cut off sites of priority 1:")
    console.print(table)
    show_more(console, len(pairs), top)
    if report["pairs_unfinished"]:
        count = len(report["pairs_unfinished"])
        were = counted(count, "site was", "sites were")
        console.print(f"{were} not looked at to the end")
