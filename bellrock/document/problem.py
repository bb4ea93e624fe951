"""A problem in a file, as shown to the person who can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bellrock.model.errors import UserError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong, or doubtful, in one place.

    Attributes
    ----------
    line : int or None
        Counted from 1; None where the file as a whole is meant.
    where : str
        Keys that lead there, ``devices[3] (lerwick-pe1), ports.snmp``; may be empty.
    what, instead : str
        What is wrong, and what to write instead; `instead` may be empty.

    Examples
    --------
    >>> print(Problem(Path("a.yaml"), 4, "tcp.prt", "unknown key", "known keys: port"))
    a.yaml:4: tcp.prt: unknown key
      known keys: port
    """

    file: Path
    line: int | None
    where: str
    what: str
    instead: str = ""
    severity: Literal["error", "warning"] = "error"

    def __str__(self) -> str:
        """Write it as an editor can jump to it."""
        place = f"{self.file}" if self.line is None else f"{self.file}:{self.line}"
        parts = [place]
        if self.severity == "warning":
            parts.append("warning")
        if self.where:
            parts.append(self.where)
        parts.append(self.what)
        return ": ".join(parts) + (f"\n  {self.instead}" if self.instead else "")


class InvalidDocumentError(UserError):
    """What was read cannot be used; carries every problem found in one run."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        first, _, instead = str(self.problems[0]).partition("\n  ")
        super().__init__(first, instead)

    def __str__(self) -> str:
        """Write every problem, in the order of the files."""
        return "\n".join(str(problem) for problem in self.problems)
