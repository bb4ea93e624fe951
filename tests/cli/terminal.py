"""A terminal that a command is run at, and what its user sees there."""

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

HEEDED = ("env", "--default-signal=INT", sys.executable)
"""Python in a process that heeds interrupts, whoever started the tests ignores them."""

_HIDDEN, _VISIBLE = "\x1b[?25l", "\x1b[?25h"


@dataclass
class Terminal:
    """Both ends of it.

    Attributes
    ----------
    written : int
        The file that a program writes to.
    shown : str
        All that was read so far of what it wrote.
    """

    written: int
    seen: int
    shown: str = ""

    def read(self) -> None:
        """Wait for more, which must come."""
        readable, _, _ = select.select([self.seen], [], [], 60)
        assert readable, f"nothing more is shown after {self.shown!r}"
        self.shown += os.read(self.seen, 65536).decode()

    def shows(self, words: str, times: int = 1) -> None:
        """Wait for these words, however often."""
        while self.shown.count(words) < times:
            self.read()

    def has_its_cursor(self) -> bool:
        """Return whether what a bar hid is there again."""
        return self.shown.rindex(_VISIBLE) > self.shown.rindex(_HIDDEN)


@contextmanager
def opened() -> Iterator[Terminal]:
    seen, written = os.openpty()
    try:
        yield Terminal(written, seen)
    finally:
        os.close(seen)
        os.close(written)
