"""``bellrock import``: another program's file as an inventory."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from bellrock.cli.output import free, write_whole
from bellrock.document.problem import shown
from bellrock.document.suggest import choices
from bellrock.document.values import printable
from bellrock.inventory.exchange import told
from bellrock.inventory.exchange.assemble import assemble
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.records import Wishes
from bellrock.inventory.exchange.table import READERS
from bellrock.inventory.exchange.yamlfile import write
from bellrock.inventory.rates import capacity
from bellrock.model.errors import UserError
from bellrock.model.inventory import Inventory
from bellrock.model.words import counted

_FILE = "imported.yaml"
"""In a folder, what the inventory is called."""


def import_(
    form: Annotated[
        str, typer.Argument(metavar="FORMAT", help=", ".join(sorted(READERS)))
    ],
    source: Annotated[
        str,
        typer.Argument(
            metavar="SOURCE", help="a file; a folder (csv), an address (netbox)"
        ),
    ],
    output: Annotated[
        Path, typer.Option("-o", "--output", metavar="PATH", help="a file or a folder")
    ],
    gateway: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="where sites must reach; repeat for more"),
    ] = None,
    unit: Annotated[
        str | None,
        typer.Option(metavar="RATE", help="what 1 stands for, if the source is silent"),
    ] = None,
    kind: Annotated[
        str, typer.Option(metavar="KIND", help="of sites whose kind is not said")
    ] = "other",
    network: Annotated[
        str | None,
        typer.Option(metavar="ID", help="which network, if the source has several"),
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="netbox: the file its token is in"),
    ] = None,
    token_env: Annotated[
        str | None,
        typer.Option(metavar="NAME", help="netbox: the variable its token is in"),
    ] = None,
    ca_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="netbox: certificates (PEM) to trust"),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="write over what is there")
    ] = False,
) -> None:
    """Read another program's network and write an inventory of it.

    What the source does not say is not declared: no capacity, metric, place or number
    of people is made up. Hardly any says where sites must reach, so name the gateways
    with --gateway, or add them to the file; until then bellrock check asks for them.
    docs/importing.md has what each format says.

    Exit status: 0 it is written (warnings may be shown), 2 the source is wrong.

    Example:
      bellrock import graphml Geant2012.graphml -o geant.yaml --gateway frankfurt
    """
    read = READERS.get(form)
    if read is None:
        what = f"{printable(form)}: no such format"
        raise UserError(what, choices(form, READERS, "formats"))
    path = free(output, _FILE, force=force)
    wishes = Wishes(
        _unit(unit),
        _kind(kind),
        tuple(gateway or ()),
        network,
        _token(token_file, token_env),
        ca_file,
    )
    findings = Findings()
    records = read(source, findings, wishes)
    inventory = assemble(records, findings, wishes)
    if findings.doubts:
        print(shown(findings.doubts, findings.warnings), file=sys.stderr)
    unsaid = told.unsaid(inventory)
    write_whole(path, write(inventory, _head(form, source, findings)), force=force)
    _show(inventory, findings, unsaid, path)


def _show(inventory: Inventory, findings: Findings, unsaid: str, path: Path) -> None:
    print(f"{inventory.name}: {told.counted(inventory)}")
    if findings.doubts:
        print(f"{counted(findings.warnings.total(), 'warning')}, see above")
    for note in findings.notes:
        print(f"note: {printable(note)}")
    if unsaid:
        print(f"not said, so not declared: {unsaid}")
    for line in told.to_add(inventory):
        print(f"to add: {line}" if line.startswith("gateways") else f"  {line}")
    following = "spof" if inventory.gateways else "check --inventory"
    print(f"written to {path}; next: bellrock {following} {path}")


def _head(form: str, source: str, findings: Findings) -> tuple[str, ...]:
    name = os.path.basename(source.rstrip("/")) or source
    return (f"Imported from {form}: {name}", *findings.notes)


def _unit(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return capacity(text)
    except ValueError as error:
        what, _, instead = str(error).partition("; ")
        raise UserError(f"--unit {printable(text)}: {what}", instead) from None


def _kind(text: str) -> str:
    if not text.strip() or not text.isprintable() or len(text) > 200:
        what = f"--kind {printable(text)}: not one line of printable text"
        raise UserError(what, "write a kind of site: school, pop, other")
    return text


def _token(file: Path | None, variable: str | None) -> str | None:
    """Return the token; errors name where it should be, never what is there."""
    if file is not None and variable is not None:
        what = "--token-file and --token-env: two places for one token"
        raise UserError(what, "keep one of them")
    if file is not None:
        try:
            token, where = file.read_text(encoding="utf-8"), f"--token-file {file}"
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else "not UTF-8 text"
            what = f"--token-file {file}: cannot be read: {why}"
            raise UserError(what, "name a file with the token alone in it") from None
    elif variable is not None:
        token, where = os.environ.get(variable, ""), f"--token-env {variable}"
    else:
        return None
    token = token.strip()
    if not token.isascii() or not token.isprintable() or not token or " " in token:
        raise UserError(
            f"{where}: no token there", "put the token there, and nothing else"
        )
    return token
