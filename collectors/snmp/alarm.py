"""One timer for all requests that wait, where one for each would cost more than they.

Hardly ever is anything late. The timer goes off when the first of those that waited
while it was set is due; by then that one has long had its answer, and so have most.
"""

import asyncio
from collections.abc import Callable
from typing import Protocol

_NEVER = float("inf")
_LATE = 32
"""A wait ends late by this part of the first wait at most."""


class Waiting(Protocol):
    """Whoever waits for answers.

    Attributes
    ----------
    until : float
        When the first of them is due, or earlier; seconds, of the event loop's clock.
    """

    until: float

    def ring(self, now: float) -> None:
        """See what is due, and set `until` to a time after `now`."""


class Alarm:
    """Tells those who wait when their time is up.

    Parameters
    ----------
    wait : float
        Seconds that the first wait for an answer takes.
    drain : callable
        Takes in what has arrived; returns whether nothing is left.
    """

    def __init__(self, wait: float, drain: Callable[[], bool]) -> None:
        self._grain = wait / _LATE
        self._patience = wait
        self._drain = drain
        self._loop = asyncio.get_running_loop()
        self._waiting: set[Waiting] = set()
        self._timer: asyncio.TimerHandle | None = None
        self._at = _NEVER

    def close(self) -> None:
        """Tell nobody any more."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = None
        self._waiting.clear()

    def watch(self, one: Waiting) -> None:
        """Tell `one` when the time comes that it has set."""
        self._waiting.add(one)
        if one.until < self._at:
            self._set(one.until)

    def forget(self, one: Waiting) -> None:
        """Do not tell `one` any more."""
        self._waiting.discard(one)

    def _set(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._at = at
        self._timer = None if at == _NEVER else self._loop.call_at(at, self._ring)

    def _ring(self) -> None:
        now = self._loop.time()
        # If we were the slow ones, the answers lie in our sockets; in a flood of other
        # datagrams it may take a while to come to them.
        if not self._drain() and now < self._at + self._patience:
            self._timer = self._loop.call_later(0, self._ring)
            return
        for one in list(self._waiting):
            if one.until <= now:
                one.ring(now)
        first = min((one.until for one in self._waiting), default=_NEVER)
        self._set(max(first, now + self._grain))
