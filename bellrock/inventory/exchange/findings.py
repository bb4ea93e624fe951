"""What is wrong or doubtful in a source, collected so that one run shows all of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from bellrock.document import InvalidDocumentError, Problem

_MOST = 1_000
"""Problems of either kind that are kept; nobody reads more."""


class Place(NamedTuple):
    """Where something was said: file, line from 1, and what it was about."""

    file: Path
    line: int | None = None
    where: str = ""

    def at(self, where: str) -> "Place":
        """Return the place of a part of what stands here."""
        return self._replace(where=f"{self.where}, {where}" if self.where else where)

    def __str__(self) -> str:
        """Write file and line, as another problem's message refers to it."""
        return f"{self.file}" if self.line is None else f"{self.file}:{self.line}"


@dataclass(slots=True)
class Findings:
    """Problems, which no inventory is written with, and doubts, which are shown.

    Attributes
    ----------
    notes : list of str
        What was done with the source, and what it does not say; a line each.
    partial : bool
        Whether a part could not be read, so that what refers to it must not be missed.
    """

    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    partial: bool = False
    _more: int = 0

    def wrong(self, place: Place, what: str, instead: str = "") -> None:
        """Keep a problem."""
        if len(self.problems) < _MOST:
            self.problems.append(Problem(*place, what, instead))
        else:
            self._more += 1

    def doubt(self, place: Place, what: str, instead: str = "") -> None:
        """Keep a warning."""
        if len(self.doubts) < _MOST:
            self.doubts.append(Problem(*place, what, instead, "warning"))

    def note(self, text: str) -> None:
        """Keep a remark on the source as a whole, once."""
        if text not in self.notes:
            self.notes.append(text)

    def stop(self, place: Place, what: str, instead: str = "") -> NoReturn:
        """Keep a problem that leaves nothing to read on, and end.

        Raises
        ------
        InvalidDocumentError
            With every problem so far.
        """
        self.wrong(place, what, instead)
        self.check()
        raise AssertionError

    def check(self) -> None:
        """End here if anything is wrong; raises InvalidDocumentError."""
        if self.problems:
            raise InvalidDocumentError(self._all())

    def _all(self) -> Iterator[Problem]:
        yield from sorted(self.problems, key=lambda each: (each.file, each.line or 0))
        if self._more:
            what = f"{self._more:,} more problems are not shown"
            yield Problem(self.problems[0].file, None, "", what)
