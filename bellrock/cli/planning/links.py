"""How loads of links are told: in the form asked for, the fullest link first."""

from collections.abc import Callable, Iterable, Sequence
from typing import NoReturn

import typer
from rich.console import Console

from bellrock.cli.answers import Format, fitting, show_more
from bellrock.cli.planning.traffic import (
    Asked,
    bits,
    names,
    share,
    status,
    write_csv,
    write_json,
)
from topology.traffic.report import (
    Failure,
    LoadReport,
    N1Report,
    N2Report,
    WorstLoad,
    WorstOfTwo,
)

CARRIED = ("id", "direction", "capacity", "load", "utilisation")
"""Columns of a link in csv."""


def answer(
    asked: Asked,
    report: LoadReport | N1Report | N2Report,
    form: Format,
    columns: Sequence[str],
    over: int,
    show: Callable[[Console], None],
) -> NoReturn:
    """Write a report, and end with the status that the state asked about deserves.

    Parameters
    ----------
    columns : sequence of str
        Of csv, a row for each direction of each link.
    over : int
        How many directions of links are over 100 % in that state.
    show : callable
        Prints what people read, behind who is cut off and what has no way.
    """
    match form:
        case Format.JSON:
            write_json(asked, report)
        case Format.CSV:
            write_csv(columns, report["links"])
        case Format.TABLE:
            # No markup: names are the user's, and may have brackets in them.
            console = Console(highlight=False, markup=False, emoji=False)
            asked.warn(console, report["unrouted"])
            show(console)
    raise typer.Exit(status(asked, report["unrouted"], over))


def show_worst(
    console: Console,
    asked: Asked,
    links: Iterable[tuple[WorstLoad | WorstOfTwo, list[Failure]]],
    heading: str,
    top: int,
) -> None:
    """Show the fullest links at their worst, and what fails then under `heading`."""
    rows = [(link, causes) for link, causes in links if link["worst_load"] > 0]
    rows.sort(
        key=lambda row: fullest(row[0]["worst_utilisation"], row[0]["worst_load"]),
        reverse=True,
    )
    columns = {"worst": -7, "now": -7, "load": -6, "of": -6, "link": 0, heading: 0}
    table = fitting(columns, {"link", heading})
    for link, causes in rows[:top]:
        table.add_row(
            *(share(link["worst_utilisation"]), share(link["utilisation"])),
            *(bits(link["worst_load"]), bits(link["capacity"])),
            f"{link['id']} {link['direction']}",
            names(asked, causes),
        )
    if rows:
        console.print(table)
    show_more(console, len(rows), top)


def fullest(utilisation: float | None, load: float) -> tuple[float, float]:
    """Return the place of a row: fullest first, and what has no capacity last."""
    return (-1.0 if utilisation is None else utilisation, load)
