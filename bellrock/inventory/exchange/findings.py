"""What is wrong or doubtful in a source, collected so that one run shows all of it."""

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple, NoReturn

from bellrock.document import InvalidDocumentError, Problem
from bellrock.document.problem import MOST_SHOWN


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

    Of each file as many of either kind are kept as are shown, and all are counted.

    Attributes
    ----------
    warnings, errors : Counter of Path
        How many there are of each file.
    notes : list of str
        What was done with the source, and what it does not say; a line each.
    partial : bool
        Whether a part could not be read, so that what refers to it must not be missed.
    """

    problems: list[Problem] = field(default_factory=list)
    doubts: list[Problem] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    partial: bool = False
    errors: Counter[Path] = field(default_factory=Counter)
    warnings: Counter[Path] = field(default_factory=Counter)

    def wrong(self, place: Place, what: str, instead: str = "") -> None:
        """Keep a problem."""
        self.errors[place.file] += 1
        if self.errors[place.file] <= MOST_SHOWN:
            self.problems.append(Problem(*place, what, instead))

    def doubt(self, place: Place, what: str, instead: str = "") -> None:
        """Keep a warning."""
        self.warnings[place.file] += 1
        if self.warnings[place.file] <= MOST_SHOWN:
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
            in_order = sorted(self.problems, key=lambda p: (p.file, p.line or 0))
            raise InvalidDocumentError(in_order, self.errors)
