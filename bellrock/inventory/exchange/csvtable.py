"""One CSV file as rows with lines: what spreadsheets write, in all their ways."""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from bellrock.document.suggest import choices
from bellrock.document.values import quoted
from bellrock.inventory.exchange import figures
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.gmltext import decoded
from bellrock.inventory.rates import capacity, rate
from bellrock.inventory.spans import span

_LONGEST_CELL = 10_000
MARKED = ("=", "+", "-", "@", "'")
"""What a cell is taken for a formula by; a text that begins so gets a quote mark."""
_DELIMITERS = (",", ";", "\t")


class Row:
    """One row: its cells by column, without the blanks around them."""

    def __init__(
        self, place: Place, cells: Mapping[str, str], findings: Findings
    ) -> None:
        self.place, self._cells, self._findings = place, cells, findings

    def text(self, column: str) -> str:
        """Return a cell, empty where there is none."""
        return self._cells.get(column, "")

    def words(self, column: str) -> tuple[str, ...]:
        """Return the words of a cell, with blanks between them."""
        return tuple(self.text(column).split())

    def number(self, column: str) -> float | None:
        """Return a number; None where the cell is empty, or with a problem."""
        text = self.text(column)
        return figures.number(text, self._at(column), self._findings) if text else None

    def whole(self, column: str, low: int, high: int) -> int | None:
        """Return a whole number within bounds, likewise."""
        text = self.text(column)
        if not text:
            return None
        return figures.whole(text, low, high, self._at(column), self._findings)

    def truth(self, column: str) -> bool:
        """Return yes or no, no where the cell is empty."""
        return figures.truth(self.text(column), self._at(column), self._findings)

    def metric(self, column: str) -> float | None:
        """Return an IGP metric."""
        value = self.number(column)
        return figures.metric(value, self._at(column), self._findings)

    def capacity(self, column: str) -> float | None:
        """Return a capacity such as ``1G`` in bit/s."""
        return self._figure(column, capacity)

    def rate(self, column: str) -> float | None:
        """Return a rate such as ``180M`` in bit/s, zero or more."""
        return self._figure(column, rate)

    def span(self, column: str) -> float | None:
        """Return a time span such as ``5y`` in seconds."""
        return self._figure(column, span)

    def _figure(self, column: str, read: Callable[[object], float]) -> float | None:
        text = self.text(column)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            what, _, instead = str(error).partition("; ")
            self._findings.wrong(self._at(column), what, instead)
            return None

    def _at(self, column: str) -> Place:
        return self.place.at(column)


def rows(file: Path, columns: Mapping[str, bool], findings: Findings) -> Iterator[Row]:
    """Go through a file's rows.

    Parameters
    ----------
    file : Path
        UTF-8, with a line of column names; commas, semicolons or tabs between cells.
    columns : mapping of str to bool
        The columns that there may be, and whether a row has to have something there.
        Capitals, and blanks for underscores, make no difference.
    """
    text = decoded(file, findings)
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    names: list[str] | None = None
    before = 0
    while True:
        place = Place(file, before + 1)
        try:
            cells = next(reader, None)
        except csv.Error as error:
            what = f"not CSV: {error}"
            findings.wrong(place, what, "check the quotes up to here")
            findings.partial = True
            return
        if cells is None:
            break
        before = reader.line_num
        if not any(cell.strip() for cell in cells):
            continue
        if names is None:
            names = _header(cells, columns, place, findings)
            if not names:
                # Without the right columns every row would be wrong.
                findings.partial = True
                return
            continue
        row = _row(cells, names, place, findings)
        if row is not None:
            _required(row, columns, findings)
            yield row
    if names is None:
        findings.partial = True
        findings.wrong(Place(file, 1), "no line of column names", _listed(columns))


def _header(
    cells: list[str], columns: Mapping[str, bool], place: Place, findings: Findings
) -> list[str]:
    before = len(findings.problems)
    names = [cell.strip().casefold().replace(" ", "_") for cell in cells]
    for name in names:
        if name not in columns:
            what = f"unknown column {quoted(name)}"
            findings.wrong(place, what, choices(name, columns, "columns"))
        elif names.count(name) > 1:
            findings.wrong(place, f"the column {name} is there twice", "keep one")
    for name, required in columns.items():
        if required and name not in names:
            findings.wrong(place, f"no column {name}", _listed(columns))
    return names if len(findings.problems) == before else []


def _row(
    cells: list[str], names: list[str], place: Place, findings: Findings
) -> Row | None:
    if len(cells) > len(names):
        what = f"{len(cells)} cells in a row of {len(names)} columns"
        findings.wrong(place, what, "put quotes around a cell with the delimiter in it")
        return None
    found = {
        name: _plain(cell) for name, cell in zip(names, cells, strict=False) if cell
    }
    if any(len(cell) > _LONGEST_CELL for cell in found.values()):
        findings.wrong(place, f"a cell of more than {_LONGEST_CELL:,} characters")
        return None
    called = found.get("id", "")
    return Row(place.at(called) if called else place, found, findings)


def _plain(cell: str) -> str:
    """Return a cell without the quote mark that keeps it from being a formula."""
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(MARKED) else text


def _required(row: Row, columns: Mapping[str, bool], findings: Findings) -> None:
    for name, required in columns.items():
        if required and not row.text(name):
            findings.wrong(row.place.at(name), "nothing there", "it has to be written")


def _listed(columns: Mapping[str, bool]) -> str:
    return f"columns: {', '.join(columns)}"
