"""``bellrock load``: what every link carries."""

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
from bellrock.cli.planning.links import CARRIED, answer, fullest
from bellrock.cli.planning.traffic import Asked, Down, bits, share
from topology.traffic.loads import loads
from topology.traffic.report import LoadReport, load_report


def load(
    path: InventoryPath,
    down: Down = None,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 20,
) -> None:
    """Work out what every link carries, from the declared demands and metrics.

    Traffic takes the shortest paths by metric and splits equally where there are
    several (ECMP); backup links carry only what has no other way.

    Exit status: 0 all is carried, 1 a site is cut off, a demand has no way or a link
    is over 100 %, 2 the input is wrong.

    Example:
      bellrock load inventory/
      bellrock load inventory/ --down oban-ex --format csv
    """
    asked = Asked.of(told(path), down)
    report = load_report(asked.arrays, loads(asked.arrays, asked.demands, asked.down))
    answer(
        *(asked, report, form, CARRIED, report["overloaded"]),
        show=lambda console: _show(console, report, asked, top),
    )


def _show(console: Console, report: LoadReport, asked: Asked, top: int) -> None:
    rows = [link for link in report["links"] if link["load"] > 0]
    rows.sort(key=lambda link: fullest(link["utilisation"], link["load"]), reverse=True)
    columns = {"used": -7, "load": -6, "of": -6, "link": 0, "direction": 0}
    table = fitting(columns, {"link", "direction"})
    for link in rows[:top]:
        table.add_row(
            *(share(link["utilisation"]), bits(link["load"]), bits(link["capacity"])),
            *(link["id"], asked.ends(link)),
        )
    if rows:
        console.print(table)
    show_more(console, len(rows), top)
