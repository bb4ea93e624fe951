"""Every entry of every file of an inventory, and where it stands."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bellrock.document import Document, Keys, Value


class Place(NamedTuple):
    """Where something stands in one of the files."""

    document: Document
    keys: Keys

    def under(self, *keys: str | int) -> "Place":
        """Return the place that `keys` lead to from here."""
        return Place(self.document, (*self.keys, *keys))

    def __str__(self) -> str:
        """Write file and line, as another problem's message refers to it."""
        return f"{self.document.file}:{self.document.line(self.keys)}"


def entries(
    documents: Iterable[Document], section: str
) -> Iterator[tuple[Place, Value]]:
    """Go through a list that may be spread over several files."""
    for document in documents:
        listed = document.value.get(section)
        if isinstance(listed, list):
            for index, value in enumerate(listed):
                yield Place(document, (section, index)), value


def mappings(
    documents: Iterable[Document], section: str
) -> Iterator[tuple[Place, dict[str, Value]]]:
    """Go through the entries of a list that are mappings."""
    for place, value in entries(documents, section):
        if isinstance(value, dict):
            yield place, value


def texts(value: Value) -> Iterator[tuple[Keys, str]]:
    """Go through the texts of a list, or return the one text itself, with its keys."""
    if isinstance(value, str):
        yield (), value
    elif isinstance(value, list):
        for index, item in enumerate(value):
            if isinstance(item, str):
                yield (index,), item
