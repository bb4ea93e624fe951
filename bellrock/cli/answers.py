"""What every command that answers takes, and how its answer is written."""

import gc
import sys
from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table

from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory

_GAP = 3
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
    int, typer.Option("--top", min=1, help="rows of the table; json and csv have all")
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
    for warning in loaded.warnings:
        print(warning, file=sys.stderr)
    return loaded.inventory


def fitting(width: int, columns: Mapping[str, int]) -> Table:
    """Return an empty table that is no wider than the terminal.

    Parameters
    ----------
    width : int
        Of the terminal, in characters.
    columns : mapping of str to int
        Width of each; negative for numbers, 0 for an equal share of what is left.
    """
    table = Table(box=SIMPLE, pad_edge=False)
    left = width - sum(map(abs, columns.values())) - _GAP * len(columns)
    share = max(left // max(1, list(columns.values()).count(0)), _LEAST)
    for name, wanted in columns.items():
        table.add_column(
            name,
            justify="right" if wanted < 0 else "left",
            no_wrap=True,
            min_width=abs(wanted) or None,
            max_width=abs(wanted) or share,
        )
    return table
