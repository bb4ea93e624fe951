"""Importing in tests: a source's text in, an inventory or problems out."""

from pathlib import Path

from bellrock.document import InvalidDocumentError
from bellrock.inventory.exchange.assemble import assemble
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.records import Wishes
from bellrock.inventory.exchange.table import READERS
from bellrock.model.inventory import Inventory


def imported(
    form: str, source: Path, wishes: Wishes | None = None, address: str = ""
) -> tuple[Inventory, Findings]:
    """Import a source, or an address, that nothing is wrong with."""
    wished = wishes or Wishes()
    findings = Findings()
    records = READERS[form](address or str(source), findings, wished)
    return assemble(records, findings, wished), findings


def problems(form: str, source: Path, wishes: Wishes | None = None) -> list[str]:
    """Import a source and return what is wrong with it, `file:line` without folders."""
    try:
        imported(form, source, wishes)
    except InvalidDocumentError as error:
        folder = source if source.is_dir() else source.parent
        return [str(each).removeprefix(f"{folder}/") for each in error.problems]
    raise AssertionError("nothing is wrong with it")


def doubts(findings: Findings, folder: Path) -> list[str]:
    """Return the warnings, `file:line` without folders."""
    return [str(each).removeprefix(f"{folder}/") for each in findings.doubts]
