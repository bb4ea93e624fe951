"""Answers of every kind of probe: tables for people, JSON and CSV for programs.

A kind hands over rows, each a mapping of plain values in base units (seconds, bytes,
bit/s), and says how its table shows them.
"""

import csv
import json
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rich.console import Console

from bellrock.cli.answers import Format, fitting

Row = Mapping[str, object]

_NEARLY_ALL = 0.9995


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the table.

    Attributes
    ----------
    key : str
        Of the rows.
    heading : str
        Of the table.
    width : int
        In characters, at most; negative for numbers, which are never cut off, and 0 for
        names and addresses, which share what is left, and go on in the next line.
    show : callable
        Makes a value that is not None what people read.
    """

    key: str
    heading: str
    width: int
    show: Callable[[object], str] = str


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was sent, seen or missed, for ``--explain``.

    Attributes
    ----------
    at : float
        Seconds since we began.
    arrow : str
        ``->`` sent, ``<-`` received, ``..`` silence, ``!!`` the network's word, ``**``
        a remark.
    """

    at: float
    arrow: str
    head: str
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """What a command found.

    Attributes
    ----------
    fields : sequence of str
        Columns of CSV, in order, with keys of what is nested joined by a dot. They are
        the kind's, whatever was found: files of two runs go under one another.
    about : mapping
        What holds for all rows; only JSON has it.
    notes : sequence of str
        Sentences under the table; with CSV they go to standard error.
    legend : str
        How to read the table, under the notes; CSV has other units.
    events : sequence of Event or None
        What --explain shows; None where it was not asked for.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    fields: Sequence[str]
    about: Row = field(default_factory=dict)
    notes: Sequence[str] = ()
    events: Sequence[Event] | None = None
    legend: str = ""


def write(answer: Answer, form: Format) -> None:
    """Write it to standard output."""
    match form:
        case Format.JSON:
            whole = {**answer.about, "targets": answer.rows}
            if answer.events is not None:
                whole["explain"] = [_as_json(event) for event in answer.events]
            print(json.dumps(whole, indent=2))
        case Format.CSV:
            _print_events(answer, to_stderr=True)
            _write_csv(answer.rows, answer.fields)
            for note in answer.notes:
                print(note, file=sys.stderr)
        case Format.TABLE:
            _print_events(answer)
            _show(answer)


def milliseconds(value: object) -> str:
    """Show seconds as milliseconds, in no more digits than mean anything.

    Examples
    --------
    >>> milliseconds(0.0000123), milliseconds(0.0123), milliseconds(1.5)
    ('0.012', '12.3', '1500')
    """
    assert isinstance(value, int | float)
    shown = value * 1000
    digits = 3 if shown < 1 else 2 if shown < 10 else 1 if shown < 100 else 0
    return f"{shown:.{digits}f}"


def share(value: object) -> str:
    """Show a ratio in per cent.

    Examples
    --------
    >>> share(0.0), share(0.001), share(0.9996), share(1.0)
    ('0%', '0.1%', '>99.9%', '100%')
    """
    assert isinstance(value, int | float)
    if _NEARLY_ALL <= value < 1:
        # One answer of very many is not none.
        return ">99.9%"
    return f"{value * 100:.3g}%" if value >= 0.01 else f"{value * 100:.2g}%"


def printable(text: str) -> str:
    """Return text from elsewhere as it may be shown on a terminal."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def _show(answer: Answer) -> None:
    # No markup: names are the user's, and may have brackets in them.
    console = Console(highlight=False, markup=False, emoji=False)
    table = fitting(
        {column.heading: column.width for column in answer.columns},
        folded={column.heading for column in answer.columns if not column.width},
        close=True,
    )
    for row in answer.rows:
        values = ((column, row.get(column.key)) for column in answer.columns)
        table.add_row(*("" if v is None else column.show(v) for column, v in values))
    console.print(table)
    console.print()
    for note in (*answer.notes, answer.legend):
        if note:
            console.print(note)


def _write_csv(rows: Sequence[Row], fields: Sequence[str]) -> None:
    """Write a line a row; what is nested in it has its keys joined by a dot."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow(fields)
    for row in rows:
        flat = dict(_flat(row))
        writer.writerow([flat.get(field, "") for field in fields])


def _flat(row: Row, before: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for key, value in row.items():
        if isinstance(value, Mapping):
            found += _flat(value, f"{before}{key}.")
        elif isinstance(value, list | tuple):
            found.append((f"{before}{key}", " ".join(map(str, value))))
        else:
            found.append((f"{before}{key}", "" if value is None else value))
    return found


def _print_events(answer: Answer, *, to_stderr: bool = False) -> None:
    out = sys.stderr if to_stderr else sys.stdout
    for event in answer.events or ():
        print(f"{event.at:9.4f} s {event.arrow} {event.head}", file=out)
        for line in event.lines:
            print(f"{'':15}{line}", file=out)


def _as_json(event: Event) -> dict[str, object]:
    return {
        "at": round(event.at, 6),
        "arrow": event.arrow,
        "head": event.head,
        "lines": list(event.lines),
    }
