"""How long an answer may have lain here before anybody looked.

A check hears of an answer when the event loop comes round to it. Where the kernel does
not tell when the answer came, all that is known is when the loop last came round and
there was nothing yet: a timer that is due all the time notes when it does.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import perf_counter

EVERY = 0.005
"""Seconds between two looks, which take 1 % of a busy processor while any check
runs. A bound is never much less than two of them, for what goes and what comes."""


@dataclass(slots=True, eq=False)
class Wait:
    """Somebody who waits for an answer.

    Attributes
    ----------
    longest : float
        Seconds, at most, that one may have lain there in this time.
    """

    longest: float = 0.0

    def note(self, gap: float) -> None:
        """Take in how long it was that nobody looked."""
        self.longest = max(self.longest, gap)


class Rounds:
    """Notes when the event loop comes round, as long as somebody waits."""

    def __init__(self) -> None:
        self._waits: set[Wait] = set()
        self._turns = (0.0, 0.0)
        self._timer: asyncio.TimerHandle | None = None

    @contextmanager
    def watched(self) -> Iterator[Wait]:
        """Watch the loop while something is waited for."""
        if self._timer is None:
            self._turns = (perf_counter(),) * 2
            self._timer = asyncio.get_running_loop().call_later(EVERY, self._turn)
        wait = Wait()
        self._waits.add(wait)
        try:
            yield wait
        finally:
            wait.note(self._gap())
            self._waits.remove(wait)
            if not self._waits:
                self._timer.cancel()
                self._timer = None

    def _turn(self) -> None:
        gap = self._gap()
        for wait in self._waits:
            wait.note(gap)
        self._turns = self._turns[1], perf_counter()
        self._timer = asyncio.get_running_loop().call_later(EVERY, self._turn)

    def _gap(self) -> float:
        # Not since the last turn: what came just before it, while the loop was at
        # something else, is heard of after it.
        return perf_counter() - self._turns[0]
