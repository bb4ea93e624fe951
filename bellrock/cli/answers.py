"""What every command that answers takes, and how its answer is written."""

import gc
import sys
from collections.abc import Collection, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.cells import cell_len
from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment
from rich.table import Column, Table
from rich.text import Text

from bellrock.document.problem import shown
from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory

_GAP, _CLOSE = 3, 2
_LEAST = 8
"""Characters that a column of names has at least."""


class Format(StrEnum):
    """How an answer is written."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


InventoryPath = Annotated[
    Path, typer.Argument(metavar="PATH", help="an inventory: a file or a folder")
]
OutputFormat = Annotated[
    Format, typer.Option("--format", help="table for people, json or csv for programs")
]
MostRows = Annotated[
    int,
    typer.Option(
        "--top", metavar="N", min=1, help="rows of the table; json and csv have all"
    ),
]


def told(path: Path) -> Inventory:
    """Read the inventory at `path`, its warnings to standard error.

    Raises
    ------
    UserError
        If it cannot be read or something in it is wrong.
    """
    loaded = load(path)
    # It stays until the command ends: nothing for the collector to go through.
    gc.freeze()
    if loaded.warnings:
        print(shown(loaded.warnings), file=sys.stderr)
    return loaded.inventory


class _Fitting(Table):
    """A table whose numbers are whole, and whose names share what they leave."""

    def __init__(
        self,
        columns: Mapping[str, int],
        whole: Collection[str],
        folded: Collection[str],
        *,
        close: bool,
    ) -> None:
        super().__init__(
            box=SIMPLE, pad_edge=False, show_edge=not close, collapse_padding=close
        )
        self._wanted = tuple(columns.values())
        self._folded = frozenset(folded)
        self._close = close
        for name, wanted in columns.items():
            goes_on = name in whole or name in folded
            self.add_column(
                name,
                justify="right" if wanted < 0 else "left",
                no_wrap=not goes_on,
                overflow="fold" if goes_on else "ellipsis",
            )

    def __rich_console__(
        self, console: Console, options: ConsoleOptions
    ) -> Iterator[RenderableType | Segment]:
        """Share the width out, now that all cells are there."""
        least = [
            _least(column, wanted, folds=column.header in self._folded)
            for column, wanted in zip(self.columns, self._wanted, strict=True)
        ]
        gaps = _CLOSE * (len(least) - 1) if self._close else _GAP * len(least) - 1
        left = options.max_width - gaps - sum(least)
        if left < 0:
            yield from self._stacked()
            return
        needs = list(map(_need, self.columns))
        names = [number for number, wanted in enumerate(self._wanted) if not wanted]
        left += sum(least[number] for number in names)
        # Least need first: what one leaves of its share is for the others.
        names.sort(key=lambda number: needs[number])
        widths = list(least)
        for place, number in enumerate(names):
            share = max(left // (len(names) - place), least[number])
            share = min(share, left - sum(least[each] for each in names[place + 1 :]))
            widths[number] = min(needs[number], share)
            left -= widths[number]
        for column, width in zip(self.columns, widths, strict=True):
            column.width = column.min_width = width
        yield from super().__rich_console__(console, options)

    def _stacked(self) -> Iterator[Text]:
        """Yield each row as lines of its own, for a terminal too narrow for it."""
        for row in zip(*(column.cells for column in self.columns), strict=True):
            yield Text()
            for column, wanted, cell in zip(
                self.columns, self._wanted, row, strict=True
            ):
                if str(cell):
                    line = Text(f"{column.header}: " if column.header else "", "bold")
                    line.append(str(cell), "not bold")
                    line.no_wrap = column.no_wrap and wanted >= 0
                    line.overflow = "ellipsis" if line.no_wrap else "fold"
                    yield line
        yield Text()


def _need(column: Column) -> int:
    """Return how wide a column is if nothing in it is cut off."""
    return max(cell_len(str(cell)) for cell in (column.header, *column.cells))


def _least(column: Column, wanted: int, *, folds: bool) -> int:
    """Return how wide a column has to be: one that goes on, as its longest word."""
    need = _need(column)
    if wanted < 0:
        return need
    if wanted > 0:
        return min(need, wanted)
    if column.no_wrap or folds:
        return min(need, max(_LEAST, cell_len(str(column.header))))
    cells = (column.header, *column.cells)
    words = (word for cell in cells for word in str(cell).split())
    return max(map(cell_len, words), default=0)


def fitting(
    columns: Mapping[str, int],
    whole: Collection[str] = (),
    folded: Collection[str] = (),
    *,
    close: bool = False,
) -> Table:
    """Return an empty table that will be no wider than the terminal.

    Where not even the numbers and the longest words fit beside each other, its rows
    are shown line by line, each cell after its heading.

    Parameters
    ----------
    columns : mapping of str to int
        Their headings. A negative number is a column of numbers, which are never cut
        off; a positive one says how many characters a column has at most; columns with
        0 share what is left, those that need less leaving more to the others.
    whole : collection of str
        Columns that go on in the next line rather than being cut off, from word to
        word.
    folded : collection of str
        Columns that do, wherever the line ends: names and addresses have no words.
    close : bool
        Whether columns stand closer together, as where there are many.
    """
    return _Fitting(columns, whole, folded, close=close)


def show_more(console: Console, rows: int, top: int) -> None:
    """Say how many rows are not shown."""
    if rows > top:
        console.print(f"and {rows - top:,} more; --top shows more of them")
