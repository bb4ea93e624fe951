"""What was discovered, for people and for programs."""

import csv
import json
import sys
from collections.abc import Iterator

from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from bellrock.cli.answers import fitting
from bellrock.inventory.yamltext import printable
from bellrock.model.words import counted
from bellrock.runtime.discovered import (
    Discovered,
    capacity,
    doubt,
    loose_words,
    said_by,
)

_MOST_ROWS = 30
"""Of each table for people; json and csv have all."""


def write_json(found: Discovered) -> None:
    """Write everything as one object."""
    progress = found.progress
    answer: dict[str, object] = {
        "complete": progress.complete,
        "devices": [
            {
                "id": name,
                "name": each.reading.name,
                "address": each.address,
                "addresses": sorted(each.addresses),
                "told_by": each.told_by or None,
                "outcome": each.reading.outcome.value,
            }
            for name, each in found.found.items()
        ],
        "links": [
            {
                "a": str(link.a),
                "b": str(link.b),
                "provenance": link.provenance.value,
                "seen_by_a": sorted(link.by_a),
                "seen_by_b": sorted(link.by_b),
                "by_elimination": link.by_elimination,
                "doubt": doubt(link) or None,
                "capacity": capacity(link),
                "metric": {"ab": link.metrics[0], "ba": link.metrics[1]},
            }
            for link in found.wiring.links
        ],
        "no_links": [
            {
                "device": each.device,
                "interface": each.interface,
                "protocol": each.protocol.value,
                "why": each.loose,
                "name": each.neighbour.name,
                "chassis": each.neighbour.chassis,
                "addresses": each.neighbour.addresses,
                "may_be": each.rivals,
            }
            for each in found.wiring.loose
        ],
        "silent": [
            {
                "address": each.address,
                "told_by": each.told_by or None,
                "outcome": each.outcome,
                "detail": each.detail,
            }
            for each in (*progress.silent, *progress.refused.values())
        ],
    }
    if found.comparison is not None:
        answer["mismatches"] = [
            {"link": each.link, "why": each.why.value, "detail": each.detail}
            for each in found.comparison.mismatches
        ]
    print(json.dumps(answer, indent=2))


def write_csv(found: Discovered) -> None:
    """Write a row for each thing that was found, or was not."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(("what", "which", "how", "detail"))
    writer.writerows(map(printable, row) for row in _rows(found))


def _rows(found: Discovered) -> Iterator[tuple[str, str, str, str]]:
    for name, each in found.found.items():
        yield "device", name, each.reading.outcome.value, each.address
    for link in found.wiring.links:
        yield "link", str(link), link.provenance.value, doubt(link) or said_by(link)
    for loose in found.wiring.loose:
        where = f"{loose.device}:{loose.interface}"
        yield "no_link", where, str(loose.loose), loose_words(loose)
    for silent in (*found.progress.silent, *found.progress.refused.values()):
        yield "silent", silent.address, silent.outcome, silent.detail
    if found.comparison is not None:
        for mismatch in found.comparison.mismatches:
            yield "mismatch", mismatch.link, mismatch.why.value, mismatch.detail


def show(found: Discovered) -> None:
    """Print for people what was not found as one would wish, and what is left to do."""
    # No markup: names are the devices', and may have brackets and colons in them.
    console = Console(highlight=False, markup=False, emoji=False)
    devices, links = len(found.found), found.whole
    known = "" if found.progress.complete else ", incomplete: it was stopped"
    console.print(f"{counted(devices, 'device')}, {counted(len(links), 'link')}{known}")
    progress = found.progress
    _table(
        *(console, "no answer", ("address", "told of by", "outcome", "detail")),
        [(e.address, e.told_by, e.outcome, e.detail) for e in progress.silent],
    )
    _table(
        *(console, "not asked", ("address", "told of by", "why")),
        [(e.address, e.told_by, e.detail) for e in progress.refused.values()],
    )
    _table(
        *(console, "seen, and no link", ("what",)),
        [(loose_words(each),) for each in found.wiring.loose],
    )
    _table(
        *(console, "doubtful links, left out", ("link", "why", "seen")),
        [(str(each), doubt(each), said_by(each)) for each in found.doubtful],
    )
    if found.comparison is not None:
        mismatches = found.comparison.mismatches
        _table(
            *(console, "not as in the inventory", ("link", "why", "detail")),
            [(each.link, each.why.value, each.detail) for each in mismatches],
        )
        if not mismatches:
            console.print("nothing differs from the inventory")


def show_left_to_do(found: Discovered) -> None:
    """Print what only people can complete."""
    without = sum(capacity(link) is None for link in found.whole)
    eliminated = sum(link.by_elimination for link in found.whole)
    to_do = {
        "sites to be named, placed and given a kind": len(found.found),
        "gateway to be chosen; the seed stands in": 1,
        "links whose capacity the two ends do not agree on": without,
        "links whose ports are paired by elimination only": eliminated,
        "neighbours that could not be read or told apart": len(found.wiring.loose),
        "doubtful links, left out": len(found.doubtful),
    }
    console = Console(highlight=False, markup=False, emoji=False)
    table = fitting({"": -1, "left to do": 0}, whole={"left to do"})
    for what, count in to_do.items():
        if count:
            table.add_row(f"{count:,}", what)
    console.print(table)


def _table(
    console: Console,
    title: str,
    headings: tuple[str, ...],
    rows: list[tuple[str, ...]],
) -> None:
    if not rows:
        return
    table = Table(
        box=SIMPLE,
        pad_edge=False,
        title=f"{title}: {len(rows):,}",
        title_justify="left",
    )
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows[:_MOST_ROWS]:
        table.add_row(*map(printable, row))
    console.print(table)
    if len(rows) > _MOST_ROWS:
        console.print(f"and {len(rows) - _MOST_ROWS:,} more; --format json has them")
