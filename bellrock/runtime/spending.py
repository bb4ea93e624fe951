"""The record of what throughput tests spent, kept over a restart.

A small file, written before each test and after it. One that cannot be written keeps
tests from being run; one that cannot be read counts as a day's budget spent.
"""

import asyncio
import os
from collections.abc import Collection
from pathlib import Path
from typing import Annotated

import structlog
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from probes.throughput.budget import Budget

_log = structlog.get_logger(__name__)

_LONGEST = 4_000_000
_Bytes = Annotated[int, Field(ge=0, le=10**18)]
_Name = Annotated[str, Field(max_length=300)]


class Record(BaseModel):
    """What is in the file.

    Attributes
    ----------
    day : int
        Days since 1970, UTC.
    spent : mapping of str to int
        Bytes by link, of that day.
    turns : mapping of str to int
        By test: the Unix time of the turn that it had last.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    day: int = Field(default=0, ge=0, le=10**7)
    spent: dict[_Name, _Bytes] = Field(default_factory=dict)
    turns: dict[_Name, Annotated[int, Field(ge=0, le=10**12)]] = Field(
        default_factory=dict
    )


class Spending:
    """A budget and when tests ran, as the file has them.

    Parameters
    ----------
    path : Path
        The file; there need not be one yet.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.budget = Budget()
        self.turns: dict[str, int] = {}
        self._lock = asyncio.Lock()
        self._writing: asyncio.Task[bool] | None = None

    def load(self, day: int, links: Collection[str], bytes_a_day: int) -> None:
        """Go on where the last run ended.

        Parameters
        ----------
        links : collection of str
            Whose budget is spent for today where the file cannot be read.
        """
        try:
            with self.path.open("rb") as file:
                record = Record.model_validate_json(file.read(_LONGEST))
        except FileNotFoundError:
            return
        except (OSError, ValidationError) as error:
            why = error.strerror if isinstance(error, OSError) else "not what we wrote"
            _log.error(
                f"{self.path}: cannot be read ({why}): no throughput tests today; "
                "if it is known what they spent, delete the file and restart"
            )
            self.budget.restore(day, dict.fromkeys(links, bytes_a_day))
            return
        # A clock that was ahead must not keep tests from running until it is then.
        spent_on = min(record.day, day)
        self.budget.restore(spent_on, record.spent)
        self.budget.turn_to(day)
        self.turns = dict(record.turns)

    def keep(self, tests: Collection[str]) -> None:
        """Forget tests that are no longer there; what they spent today stays spent."""
        self.turns = {name: at for name, at in self.turns.items() if name in tests}

    async def save(self) -> bool:
        """Write the file, whole or not at all; return whether that went well."""
        record = Record.model_construct(
            day=self.budget.day, spent=dict(self.budget.spent), turns=dict(self.turns)
        )
        async with self._lock:
            if self._writing is not None:
                # A save that was cancelled: its thread goes on, and the file beside
                # is its own until it has ended.
                await asyncio.wait((self._writing,))
            work = self._write(record.model_dump_json())
            self._writing = asyncio.create_task(work)
            return await asyncio.shield(self._writing)

    async def _write(self, text: str) -> bool:
        try:
            await asyncio.to_thread(_write, self.path, text)
        except OSError as error:
            _log.error(
                f"{self.path}: cannot be written ({error.strerror}): no throughput "
                "tests; set probes.throughput.record to a file that can be"
            )
            return False
        return True


def _write(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
