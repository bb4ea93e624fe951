"""A problem in a file, as shown to the person who can mend it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bellrock.model.errors import UserError
from bellrock.model.words import counted

MOST_SHOWN = 100
"""Problems of one file that are shown unless all are asked for: nobody reads on, and a
terminal forgets."""


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


def shown(
    problems: Iterable[Problem],
    in_all: Mapping[Path, int] | None = None,
    *,
    most: int | None = MOST_SHOWN,
) -> str:
    """Write `problems` file by file, the first of each, and how many more.

    Parameters
    ----------
    in_all : mapping of Path to int, optional
        How many there are of a file, where not all of them are in `problems`.
    most : int or None
        How many of a file to write; None for all.
    """
    files: dict[Path, list[Problem]] = {}
    for problem in problems:
        files.setdefault(problem.file, []).append(problem)
    lines: list[str] = []
    for file, found in files.items():
        written = found[:most]
        lines += map(str, written)
        total = (in_all or {}).get(file, len(found))
        if total > len(written):
            noun = "warning" if found[0].severity == "warning" else "problem"
            more = counted(total - len(written), f"more {noun}")
            lines.append(f"{file}: and {more}, {total:,} in all")
    return "\n".join(lines)


class InvalidDocumentError(UserError):
    """What was read cannot be used; carries every problem found in one run.

    Parameters
    ----------
    in_all, most
        As :func:`shown` takes them.
    """

    def __init__(
        self,
        problems: Iterable[Problem],
        in_all: Mapping[Path, int] | None = None,
        *,
        most: int | None = MOST_SHOWN,
    ) -> None:
        self.problems = tuple(problems)
        self._in_all, self._most = in_all, most
        first, _, instead = str(self.problems[0]).partition("\n  ")
        super().__init__(first, instead)

    def __str__(self) -> str:
        """Write the problems in the order of the files, not more than can be read."""
        return shown(self.problems, self._in_all, most=self._most)
