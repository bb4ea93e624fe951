"""A tree of named things with lines: what XML and GML files are to their readers."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bellrock.inventory.exchange.findings import Place

DEEPEST = 50
MOST = 2_000_000
"""Elements that a file may have: 100,000 nodes, with all that is said of each."""


@dataclass(slots=True)
class Element:
    """One thing: its name, its text, and what it holds, in the order of the file."""

    tag: str
    file: Path
    line: int
    attributes: dict[str, str] = field(default_factory=dict)
    text: str = ""
    children: list["Element"] = field(default_factory=list)

    @property
    def place(self) -> Place:
        """Where it stands."""
        return Place(self.file, self.line, self.tag)

    def all(self, tag: str) -> Iterator["Element"]:
        """Return its children of that name."""
        return (each for each in self.children if each.tag == tag)

    def first(self, *tags: str) -> "Element | None":
        """Return what a way down from it leads to; None where there is nothing."""
        here: Element | None = self
        for tag in tags:
            here = next(here.all(tag), None) if here is not None else None
        return here

    def said(self, *tags: str) -> str:
        """Return the text that a way down leads to, empty where there is nothing."""
        found = self.first(*tags)
        return found.text.strip() if found is not None else ""
