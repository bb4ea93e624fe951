"""``bellrock n2``: the worst that any two failures at once do to each link."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.progress import Progress, TimeRemainingColumn

from bellrock.cli.answers import (
    Format,
    InventoryPath,
    MostRows,
    OutputFormat,
    fitting,
    told,
)
from bellrock.cli.planning.links import CARRIED, answer, show_worst
from bellrock.cli.planning.traffic import Asked, Down, bits, names, share
from bellrock.model.words import counted
from topology.traffic.n2 import Field, Survey
from topology.traffic.n2 import n2 as of_two
from topology.traffic.report import N2Report, Pair, n2_report, overloaded
from topology.traffic.study import Study

_COLUMNS = (*CARRIED, "worst_load", "worst_utilisation", "worst_failures")


def n2(
    path: InventoryPath,
    down: Down = None,
    links_only: Annotated[
        bool, typer.Option("--links-only", help="leave the risk groups out")
    ] = False,
    scheduler: Annotated[
        str | None,
        typer.Option(metavar="ADDRESS", help="work on this Dask scheduler's workers"),
    ] = None,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
) -> None:
    """Find the worst load of every link over all failures of two at once.

    Links and risk groups fail, each alone and each with each other one, on top of what
    is --down. --top is also how many of the worst combinations are told. The workers
    of a scheduler have this Bellrock installed; see docs/planning.md.

    Exit status: 0 all is carried, 1 before any failure a site is cut off, a demand has
    no way or a link is over 100 % (after one, is no finding), 2 the input is wrong or
    the scheduler does not answer.

    Example:
      bellrock n2 inventory/ --links-only
      bellrock n2 inventory/ --scheduler tcp://10.0.0.5:8786 --format json
    """
    asked = Asked.of(told(path), down)
    study = Study.of(asked.arrays, asked.demands, asked.down)
    field = Field.of(study, links_only=links_only)
    with _bar(len(field)) as progress:
        found = _found(scheduler, study, field, top, progress)
    report = n2_report(study, found)
    answer(
        *(asked, report, form, _COLUMNS, overloaded(asked.arrays, study.base.load)),
        show=lambda console: _show(console, report, asked, top),
    )


class _Told(Protocol):
    def __call__(self, done: int, /) -> None: ...


def _found(
    scheduler: str | None, study: Study, field: Field, top: int, progress: _Told
) -> Survey:
    if scheduler is None:
        return of_two(study, field, top, progress)
    from bellrock.runtime.studies import n2_on

    return n2_on(scheduler, study, field, top, progress)


@contextmanager
def _bar(total: int) -> Iterator[_Told]:
    """Show on standard error how far we are, if somebody is there to see it."""
    console = Console(stderr=True)
    columns = (*Progress.get_default_columns()[:-1], TimeRemainingColumn())
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("failures", total=total)

        def progress(done: int, /) -> None:
            bar.update(task, completed=done)

        yield progress


def _show(console: Console, report: N2Report, asked: Asked, top: int) -> None:
    console.print(
        f"{counted(report['failures'], 'failure')} of one or two; "
        f"{counted(report['overloaded'], 'direction')} of links over 100 % at the worst"
    )
    caused = [(link, link["worst_failures"]) for link in report["links"]]
    show_worst(console, asked, caused, "when these fail", top)
    _pairs(console, asked, "most has no way", report["pairs_by_unrouted"])
    _pairs(console, asked, "a link is fullest", report["pairs_by_utilisation"])


_NAMES = {"link": 0, "when these fail": 0}
"""Columns of names, never cut off: two that fail are what was asked for."""


def _pairs(console: Console, asked: Asked, title: str, rows: list[Pair]) -> None:
    if not rows:
        return
    console.print(f"Pairs with which {title}, worse than either alone:")
    columns = {"no way": -6, "peak": -7, "over": -5}
    table = fitting({**columns, **_NAMES}, _NAMES)
    for row in rows:
        # Where nothing is carried any more, no link is the fullest.
        link = f"{row['id']} {row['direction']}" if row["utilisation"] else ""
        table.add_row(
            *(bits(row["unrouted"]), share(row["utilisation"])),
            *(f"{row['overloaded']:,}", link),
            names(asked, row["failures"]),
        )
    console.print(table)
