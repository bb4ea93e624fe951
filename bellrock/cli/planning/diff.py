"""``bellrock diff``: what another inventory would change."""

import csv
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, TypedDict

import typer
from rich.console import Console

from bellrock.cli.answers import (
    Format,
    MostRows,
    OutputFormat,
    fitting,
    show_more,
    told,
)
from bellrock.cli.planning.before_after import (
    WorstToo,
    console,
    rate,
    show,
)
from bellrock.cli.planning.rows import HEADINGS, Row, rows
from topology.planning.changes import Change, Changes, Entry, Plain, changes
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.report import ComparisonReport, report
from topology.planning.words import listed, sentence


class EntryReport(TypedDict):
    """Something that one of the inventories does not declare."""

    kind: str
    id: str


class FieldReport(TypedDict):
    """What a field was and is; null where it was not declared."""

    old: Plain
    new: Plain


class ChangedReport(EntryReport):
    """Something that both declare, and what differs."""

    fields: dict[str, FieldReport]


class DiffReport(ComparisonReport):
    """What ``bellrock diff --format json`` prints."""

    old: str
    new: str
    sentence: str
    added: list[EntryReport]
    removed: list[EntryReport]
    changed: list[ChangedReport]


def diff(
    old: Annotated[Path, typer.Argument(metavar="OLD", help="the inventory as it is")],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="as it is going to be")],
    worst: WorstToo = False,
    form: OutputFormat = Format.TABLE,
    top: MostRows = 8,
) -> None:
    """Say what changes from one inventory to another: before works, for instance.

    What is declared is compared by id, and so are cut-offs, redundancy, services and
    loads, with everything declared up.

    Exit status: 0 fine, 1 in NEW some site is cut off or a link is over 100 %, 2 one
    of the inventories is wrong.

    Example:
      bellrock diff inventory/ after-the-works/
    """
    before, after = told(old), told(new)
    declared = changes(before, after)
    comparison = Comparison(Outlook(before), Outlook(after))
    match form:
        case Format.JSON:
            print(json.dumps(_report(declared, comparison, worst), indent=2))
        case Format.CSV:
            writer = csv.writer(sys.stdout, lineterminator="\n")
            writer.writerow(HEADINGS)
            writer.writerows((*_rows(declared), *rows(comparison, worst=worst)))
        case Format.TABLE:
            _show(console(), declared, comparison, top, worst)
    raise typer.Exit(1 if comparison.after.troubled else 0)


def _report(declared: Changes, comparison: Comparison, worst: bool) -> DiffReport:
    return DiffReport(
        old=comparison.before.inventory.id,
        new=comparison.after.inventory.id,
        sentence=_sentence(declared, comparison),
        added=[EntryReport(kind=each.kind, id=each.id) for each in declared.added],
        removed=[EntryReport(kind=each.kind, id=each.id) for each in declared.removed],
        changed=[
            ChangedReport(
                kind=each.kind,
                id=each.id,
                fields={
                    change.field: FieldReport(old=change.old, new=change.new)
                    for change in each.changes
                },
            )
            for each in declared.changed
        ],
        **report(comparison, worst=worst),
    )


def _sentence(declared: Changes, comparison: Comparison) -> str:
    if not declared:
        return "Nothing differs of what is compared."
    return sentence(_subject(declared), comparison)


def _subject(declared: Changes) -> str:
    """Count what differs: ``Adding 2 links and changing 1 device``."""
    parts = [
        f"{verb} {_counted(entries)}"
        for verb, entries in (
            ("adding", declared.added),
            ("removing", declared.removed),
            ("changing", declared.changed),
        )
        if entries
    ]
    said = listed(parts)
    return said[0].upper() + said[1:]


def _counted(entries: Sequence[Entry]) -> str:
    counts = Counter(each.kind.replace("_", " ") for each in entries)
    return listed([f"{n:,} {kind}{'s' * (n > 1)}" for kind, n in counts.items()])


def _rows(declared: Changes) -> Iterator[Row]:
    for each in declared.added:
        yield "added", each.id, each.kind, "", ""
    for each in declared.removed:
        yield "removed", each.id, each.kind, "", ""
    for each in declared.changed:
        for change in each.changes:
            detail = f"{each.kind}.{change.field}"
            yield "changed", each.id, detail, _cell(change.old), _cell(change.new)


def _cell(value: Plain) -> object:
    if value is None:
        return ""
    return " ".join(value) if isinstance(value, list) else value


def _show(
    screen: Console, declared: Changes, comparison: Comparison, top: int, worst: bool
) -> None:
    screen.print(_sentence(declared, comparison))
    if not declared:
        return
    table = fitting({"": -7, "kind": 10, "id": 0, "what": 0}, {"id", "what"})
    lines = [*_lines(declared)]
    for line in lines[:top]:
        table.add_row(*line)
    screen.print(table)
    show_more(screen, len(lines), top)
    show(screen, comparison, top, worst=worst)


def _lines(declared: Changes) -> Iterator[tuple[str, str, str, str]]:
    for each in declared.added:
        yield "added", each.kind, each.id, ""
    for each in declared.removed:
        yield "removed", each.kind, each.id, ""
    for each in declared.changed:
        yield "changed", each.kind, each.id, ", ".join(map(_told, each.changes))


def _told(change: Change) -> str:
    """Write a change for people: ``capacity_ab 1G to 10G``."""
    if isinstance(change.old, list) and isinstance(change.new, list):
        gone = [f"-{name}" for name in change.old if name not in change.new]
        come = [f"+{name}" for name in change.new if name not in change.old]
        return f"{change.field} {' '.join((*gone, *come))}"
    one, other = _value(change.field, change.old), _value(change.field, change.new)
    return f"{change.field} {one} to {other}"


def _value(field: str, value: Plain) -> str:
    if value is None or value == "":
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float) and field in ("capacity_ab", "capacity_ba", "rate"):
        return rate(value)
    return str(value)
