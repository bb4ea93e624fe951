"""``bellrock check``: is whether what we are told is all right."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bellrock.document.problem import InvalidDocumentError, shown
from bellrock.model.errors import UserError
from bellrock.model.words import counted
from bellrock.runtime.told import Told


def check(
    path: Annotated[
        Path | None,
        typer.Argument(metavar="[PATH]", help="an inventory, without settings"),
    ] = None,
    config: Annotated[
        Path | None, typer.Option("-c", "--config", metavar="FILE", help="settings")
    ] = None,
    inventory: Annotated[
        Path | None,
        typer.Option(metavar="PATH", help="an inventory in place of the settings' own"),
    ] = None,
) -> None:
    """Check settings and inventory; show every problem with its file and line.

    Exit status: 0 nothing is wrong (warnings may be shown), 2 something is.

    Example:
      bellrock check network/
      bellrock check -c bellrock.yaml
    """
    if path is not None and (config or inventory) is not None:
        raise UserError(
            f"{path}: an inventory beside --config or --inventory",
            "name it with --inventory to check it with these settings",
        )
    inventory = inventory or path
    default = Path("bellrock.yaml")
    if config is None and inventory is None and default.exists():
        config = default
    try:
        told = Told.read(config, inventory)
    except InvalidDocumentError as error:
        # Other commands show the first hundred of each file.
        raise InvalidDocumentError(error.problems, most=None) from None
    if told.warnings:
        print(shown(told.warnings, most=None), file=sys.stderr)
    found = told.inventory
    print(
        f"{found.name}: {counted(len(found.user_sites()), 'user site')} of "
        f"{len(found.sites):,}, {counted(len(found.devices), 'device')}, "
        f"{counted(len(found.links), 'link')}, "
        f"{counted(len(found.risk_groups), 'risk group')}, "
        f"{counted(len(found.services), 'service')}: fine"
        + (f", {len(told.warnings)} to look at" if told.warnings else "")
    )
