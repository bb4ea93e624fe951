"""``bellrock n1``: the worst that any single failure does to each link."""

from rich.console import Console

from bellrock.cli.answers import Format, InventoryPath, MostRows, OutputFormat, told
from bellrock.cli.planning.links import CARRIED, answer, show_worst
from bellrock.cli.planning.traffic import Asked, Down, bits, names
from bellrock.model.words import counted
from topology.traffic.n1 import n1 as worst_cases
from topology.traffic.report import Failure, N1Report, n1_report, overloaded

_COLUMNS = (*CARRIED, "worst_load", "worst_utilisation", "worst_failure")


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
    answer(
        *(asked, report, form, _COLUMNS, overloaded(asked.arrays, found.base.load)),
        show=lambda console: _show(console, report, asked, top),
    )


def _show(console: Console, report: N1Report, asked: Asked, top: int) -> None:
    over = report["overloaded"]
    console.print(
        f"{counted(report['failures'], 'failure')}, one at a time; "
        f"{counted(over, 'direction')} of links over 100 % at the worst"
    )
    most = report["worst_unrouted"]
    if most is not None:
        console.print(
            f"Most has no way without {names(asked, [most])}: {bits(most['rate'])}bit/s"
        )
    caused = [(link, _only(link["worst_failure"])) for link in report["links"]]
    show_worst(console, asked, caused, "when this fails", top)


def _only(failure: Failure | None) -> list[Failure]:
    return [] if failure is None else [failure]
