"""``bellrock export``: an inventory for other programs."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from bellrock.cli.answers import InventoryPath, told
from bellrock.cli.output import STANDARD_OUTPUT, free, write_whole
from bellrock.document.suggest import choices
from bellrock.document.values import printable
from bellrock.inventory.exchange import csvfolder, dot
from bellrock.inventory.exchange.table import WRITERS
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from topology.analysis import Design
from topology.report import spof_report

_FORMATS = ("csv", *WRITERS)
_ENDINGS = {"rfc8345": "json"}


def export(
    form: Annotated[
        str, typer.Argument(metavar="FORMAT", help=", ".join(sorted(_FORMATS)))
    ],
    path: InventoryPath,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PATH", help="a file or a folder; csv: a folder"
        ),
    ] = None,
    spof: Annotated[
        bool, typer.Option("--spof", help="dot: colour what cuts sites off")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="write over what is there")
    ] = False,
) -> None:
    """Write an inventory as other programs read it, to standard output unless told.

    docs/importing.md says what each format cannot carry. With --spof a drawing shows
    single points of failure: the darker, the more sites one cuts off.

    Exit status: 0 it is written, 2 the inventory or the options are wrong.

    Example:
      bellrock export dot inventory/ --spof | dot -Tsvg -o network.svg
    """
    if form not in _FORMATS:
        what = f"{printable(form)}: no such format"
        raise UserError(what, choices(form, _FORMATS, "formats"))
    if spof and form != "dot":
        raise UserError(f"--spof: {form} has no colours", "use it with dot")
    inventory = told(path)
    if output == STANDARD_OUTPUT:
        output = None
    if form == "csv":
        _folder(inventory, output, force=force)
        return
    text = dot.write(inventory, _cuts(inventory)) if spof else WRITERS[form](inventory)
    if output is None:
        sys.stdout.write(text)
        return
    file = free(output, f"{inventory.id}.{_ENDINGS.get(form, form)}", force=force)
    write_whole(file, text, force=force)
    print(f"written to {file}")


def _folder(inventory: Inventory, output: Path | None, *, force: bool) -> None:
    if output is None:
        raise UserError(
            "csv: several files, and no folder for them", "name one with -o FOLDER"
        )
    try:
        output.mkdir(exist_ok=True)
    except OSError as error:
        raise UserError(
            f"{output}: cannot be a folder: {error.strerror}", "name another one"
        ) from None
    tables = csvfolder.write(inventory)
    # All of them are looked at before the first is written.
    files = {name: free(output / name, name, force=force) for name in tables}
    for name, text in tables.items():
        write_whole(files[name], text, force=force)
    print(f"written to {output}: {', '.join(tables)}")


def _cuts(inventory: Inventory) -> dict[str, int]:
    report = spof_report(Design(inventory))
    return {item["id"]: len(item["sites_cut"]) for item in report["elements"]}
