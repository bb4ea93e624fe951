"""Getting at JSON values with their places, and problems where they are others."""

from collections.abc import Iterator

from bellrock.document import Document, Keys
from bellrock.document.values import Value, described
from bellrock.inventory.exchange.findings import Findings, Place


def place(document: Document, keys: Keys) -> Place:
    """Return where the value at `keys` stands."""
    return Place(document.file, document.line(keys), document.where(keys))


def items(
    document: Document, keys: Keys, findings: Findings
) -> Iterator[tuple[Keys, dict[str, Value]]]:
    """Go through a list of objects; nothing is an empty one, all else a problem."""
    listed = document.at(keys)
    if listed is None:
        return
    if not isinstance(listed, list):
        what = f"expected a list, found {described(listed)}"
        findings.wrong(place(document, keys), what)
        return
    for index, item in enumerate(listed):
        if isinstance(item, dict):
            yield (*keys, index), item
        else:
            what = f"expected an object, found {described(item)}"
            findings.wrong(place(document, (*keys, index)), what)


def word(document: Document, keys: Keys, value: Value, findings: Findings) -> str:
    """Return an id, a text or a number; a problem, and nothing, where it is neither."""
    if isinstance(value, str) or (
        isinstance(value, int | float) and not isinstance(value, bool)
    ):
        return str(value)
    what = f"expected an id, found {described(value)}"
    findings.wrong(place(document, keys), what, "write a text or a number")
    return ""
