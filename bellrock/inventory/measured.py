"""What links are measured to carry, from a table."""

from collections.abc import Mapping
from pathlib import Path

from bellrock.document.suggest import choices
from bellrock.document.values import quoted
from bellrock.inventory.exchange.csvtable import Row, rows
from bellrock.inventory.exchange.findings import Findings

Arc = tuple[str, str]
"""A link's id and the direction, ``ab`` or ``ba``."""

_COLUMNS = {
    "id": True,
    "direction": True,
    "load": False,
    "capacity": False,
    "utilisation": False,
}
"""Those of ``bellrock load --format csv``; a load that is empty was not measured."""


def read_loads(file: Path, links: Mapping[str, object]) -> dict[Arc, float]:
    """Read bit/s by link and direction.

    Parameters
    ----------
    file : Path
        CSV with the columns ``id``, ``direction`` and ``load`` (``180M``, or bit/s
        without a letter).
    links : mapping of str
        The links there are, by id.

    Raises
    ------
    InvalidDocumentError
        With every problem of the file.
    UserError
        If it cannot be read.
    """
    findings = Findings()
    found: dict[Arc, float] = {}
    for row in rows(file, _COLUMNS, findings):
        arc, load = _arc(row, links, findings), row.rate("load")
        if arc is None or load is None:
            continue
        if arc in found:
            what = f"{arc[0]} {arc[1]} is there twice"
            findings.wrong(row.place, what, "keep the line that is right")
        found[arc] = load
    findings.check()
    return found


def _arc(row: Row, links: Mapping[str, object], findings: Findings) -> Arc | None:
    link, direction = row.text("id"), row.text("direction")
    if link not in links:
        what = f"there is no link {quoted(link)}"
        findings.wrong(
            row.place, what, choices(link, links, "links") or "correct the id"
        )
        return None
    if direction not in ("ab", "ba"):
        what = f"direction: {quoted(direction)} is no direction"
        findings.wrong(row.place, what, 'write "ab" or "ba"')
        return None
    return link, direction
