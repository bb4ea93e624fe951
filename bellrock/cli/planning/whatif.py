"""``bellrock whatif``: what failures, new circuits and growth would change."""

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypedDict

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
from bellrock.cli.output import free, write_whole
from bellrock.cli.picture import keep, may_be_kept
from bellrock.cli.planning.asked import Options, asked
from bellrock.cli.planning.before_after import (
    WorstToo,
    console,
    percent,
    rate,
    show,
)
from bellrock.cli.planning.rows import HEADINGS, rows
from bellrock.inventory.load import reads
from bellrock.inventory.scenarios.read import read
from bellrock.inventory.scenarios.write import write
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.model.scenario import Scenario
from topology.planning.applied import idle
from topology.planning.comparison import Comparison
from topology.planning.loading import Loading
from topology.planning.outlook import Outlook
from topology.planning.report import ComparisonReport, report
from topology.planning.words import sentence, subject

Words = list[str]


class WhatIfReport(ComparisonReport):
    """What ``bellrock whatif --format json`` prints of one scenario."""

    network: str
    scenario: str
    sentence: str


class ScenariosReport(TypedDict):
    """What it prints of a file with a list of scenarios."""

    network: str
    scenarios: list[WhatIfReport]


def whatif(
    path: InventoryPath,
    down: Annotated[
        Words | None,
        typer.Option(
            metavar="ID", help="device, link, site or risk group to take down"
        ),
    ] = None,
    add_link: Annotated[
        Words | None,
        typer.Option(
            metavar="A,B,CAPACITY[,METRIC]",
            help="circuit to add between two devices (or device:interface); may go on "
            "with id=, supplier=, circuit=, risk_group=, backup",
        ),
    ] = None,
    metric: Annotated[
        Words | None,
        typer.Option(metavar="LINK=N", help="new IGP metric; N/M for both directions"),
    ] = None,
    capacity: Annotated[
        Words | None,
        typer.Option(metavar="LINK=RATE", help="new capacity, such as 10G or 80M/20M"),
    ] = None,
    grow: Annotated[
        Words | None,
        typer.Option(
            metavar="[NAME=]FACTOR",
            help="multiply demands: all, an organisation's or those of a kind of site",
        ),
    ] = None,
    gateway: Annotated[
        Words | None,
        typer.Option(metavar="OLD=NEW", help="move a gateway, a site or a device"),
    ] = None,
    add_gateway: Annotated[
        Words | None, typer.Option(metavar="ID", help="make it a gateway, too")
    ] = None,
    remove_gateway: Annotated[
        Words | None, typer.Option(metavar="ID", help="it is no gateway any more")
    ] = None,
    scenario: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="read one or more scenarios from a YAML file"
        ),
    ] = None,
    save: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="write what was asked as a scenario file"),
    ] = None,
    name: Annotated[
        str, typer.Option(metavar="NAME", help="what the saved scenario is called")
    ] = "",
    force: Annotated[
        bool, typer.Option("--force", help="save over a file that is there")
    ] = False,
    worst: WorstToo = False,
    picture: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="keep the table that is shown as an SVG"),
    ] = None,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 8,
) -> None:
    """Say which sites lose service if this fails, and what it changes to build that.

    All that is asked happens at once: give options as often as you like. A file with
    several scenarios is answered scenario by scenario, side by side.

    Exit status: 0 fine, 1 some site is then cut off or a link is over 100 %, 2 the
    inventory or the scenario is wrong.

    Example, the Loch Lomond duct and the Oban exchange together:
      bellrock whatif inventory/ --down duct-loch-lomond --down oban-ex
    """
    options = Options(
        down or [],
        add_link or [],
        metric or [],
        capacity or [],
        grow or [],
        gateway or [],
        add_gateway or [],
        remove_gateway or [],
    )
    may_be_kept(picture)
    if picture is not None and form is not Format.TABLE:
        raise UserError(
            f"--picture {picture}: beside --format {form.value}",
            "only a table can be drawn: leave --format out",
        )
    _refuse_both(options, scenario, save, name)
    inventory = told(path)
    if scenario is None:
        scenarios: Sequence[Scenario] = (asked(options, inventory, name),)
    else:
        scenarios = read(scenario, inventory)
    if save is not None:
        target = free(save, "scenario.yaml", force=force)
        _must_be_beside(path, target)
        write_whole(target, write(scenarios), force=force)
    _warn(path, inventory, scenarios)
    answers = _Answers(inventory, scenarios, worst=worst)
    match form:
        case Format.JSON:
            print(json.dumps(_report(answers), indent=2))
        case Format.CSV:
            _write_csv(answers)
        case Format.TABLE:
            _show(answers, top, picture)
    raise typer.Exit(1 if answers.troubled else 0)


def _must_be_beside(path: Path, target: Path) -> None:
    if reads(path, target):
        raise UserError(
            f"--save {target}: {path} is read from there, and a scenario is no "
            "part of an inventory",
            "name a file outside of it, or one in a folder within",
        )


def _refuse_both(
    options: Options, scenario: Path | None, save: Path | None, name: str
) -> None:
    if scenario is None:
        return
    beside = [
        *options.given(),
        *(["--save"] if save else []),
        *(["--name"] * bool(name)),
    ]
    if beside:
        raise UserError(
            f"command line: {beside[0]} beside --scenario",
            "write it into the file, or give all of it in options",
        )


def _warn(path: Path, inventory: Inventory, scenarios: Sequence[Scenario]) -> None:
    """Say which growth is of nothing: it looks like good news otherwise."""
    growths = [growth for each in scenarios for growth in each.grow]
    for name in dict.fromkeys(str(growth) for growth in idle(inventory, growths)):
        what = f"{path}: warning: no demand is declared that grows with {name}"
        print(f"{what}\n  declare it under demands", file=sys.stderr)


class _Answers:
    """What each scenario changes, one after the other: none is kept for the next.

    Attributes
    ----------
    troubled : bool
        Whether one so far leaves a site cut off or a link over 100 %.
    """

    def __init__(
        self, inventory: Inventory, scenarios: Sequence[Scenario], *, worst: bool
    ) -> None:
        self.inventory = inventory
        self.scenarios = scenarios
        self.worst = worst
        self.troubled = False
        self._before = Outlook(inventory)

    def __iter__(self) -> Iterator[tuple[Scenario, Comparison]]:
        for scenario in self.scenarios:
            found = Comparison(self._before, self._before.after(scenario))
            self.troubled |= found.after.troubled
            yield scenario, found

    def sentence(self, asked: Scenario, found: Comparison) -> str:
        """Say what one of them changes."""
        return sentence(subject(asked, self.inventory), found)


def _report(answers: _Answers) -> WhatIfReport | ScenariosReport:
    network = answers.inventory.id
    reports = [
        WhatIfReport(
            network=network,
            scenario=asked.name,
            sentence=answers.sentence(asked, found),
            **report(found, worst=answers.worst),
        )
        for asked, found in answers
    ]
    if len(reports) == 1:
        return reports[0]
    return ScenariosReport(network=network, scenarios=reports)


def _write_csv(answers: _Answers) -> None:
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("scenario", *HEADINGS))
    for scenario, comparison in answers:
        for row in rows(comparison, worst=answers.worst):
            writer.writerow((scenario.name, *row))


def _show(answers: _Answers, top: int, picture: Path | None) -> None:
    screen = console(record=picture is not None)
    if len(answers.scenarios) > 1:
        _show_side_by_side(screen, answers)
    else:
        for scenario, comparison in answers:
            screen.print(answers.sentence(scenario, comparison))
            show(screen, comparison, top, worst=answers.worst)
    if picture is not None:
        keep(picture, screen, "bellrock whatif")


def _show_side_by_side(screen: Console, answers: _Answers) -> None:
    worst = answers.worst
    columns = {
        **{"scenario": 0, "cut": -5, "people": -9, "lost": -4, "less": -4},
        **{"more": -4, "over": -4, "busiest": -7, "no way": -6},
        **({"N-1": -5} if worst else {}),
    }
    table = fitting(columns, {"scenario"})
    for scenario, comparison in answers:
        after = comparison.after
        cells = [
            f"{len(comparison.sites_cut):,}",
            f"{comparison.people_cut:,}",
            f"{len(comparison.services_cut):,}",
            f"{len(comparison.redundancy_lost):,}",
            f"{len(comparison.redundancy_gained):,}",
            f"{len(after.over):,}",
            _most(after.loading),
            rate(after.unrouted),
        ]
        if worst:
            cells.append(_most(after.worst_loading))
        table.add_row(scenario.name, *cells)
    screen.print(table)
    screen.print(
        "cut: sites cut off that are not now, and people there; lost: services, by "
        "some site; less, more: sites whose redundancy changes; over: links over "
        "100 %; no way: demand without one, bit/s"
        + ("; N-1: the busiest link after the worst single failure" if worst else "")
    )


def _most(loading: Loading) -> str:
    found = loading.at(loading.busiest)
    return percent((found and found.utilisation) or 0.0)
