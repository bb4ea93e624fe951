"""Start every job once an interval, spread out, and never let one delay another.

A job's place in its interval comes from its name, so that a thousand devices are not
polled in the same second and a restart does not move them. A job still running when
its turn comes skips that turn. Jobs whose last run failed share a lane of their own:
a hundred dead devices waiting for their timeouts cannot hold up the living.
"""

import asyncio
import heapq
import math
from collections import deque
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from zlib import crc32

from bellrock.runtime.supervise import Supervisor

_INSTANT = 1e-6

LAG_WINDOW = 60.0
"""Seconds over which the worst lag is reported."""


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do once every `interval` seconds.

    Attributes
    ----------
    run : callable
        Returns whether the other side answered.
    """

    name: str
    interval: float
    run: Callable[[], Awaitable[bool]]

    def first_due(self, now: float) -> float:
        """Return the first moment at or after `now` that is the job's turn."""
        offset = crc32(self.name.encode()) / 2**32 * self.interval
        turn = math.ceil((now - offset) / self.interval)
        return turn * self.interval + offset


@dataclass(slots=True)
class _Entry:
    job: Job
    task: asyncio.Task[None] | None = None
    ailing: bool = False
    hastened: float = -math.inf
    gap: float = 0.0
    again: bool = False


@dataclass(slots=True)
class WorstOf:
    """The largest of the values of the last `window` seconds."""

    window: float
    _falling: deque[tuple[float, float]] = field(default_factory=deque)

    def add(self, now: float, value: float) -> None:
        """Note `value` at time `now`."""
        while self._falling and self._falling[-1][1] <= value:
            self._falling.pop()
        self._falling.append((now, value))

    def at(self, now: float) -> float:
        """Return the largest value not older than the window; 0 if there is none."""
        while self._falling and self._falling[0][0] < now - self.window:
            self._falling.popleft()
        return self._falling[0][1] if self._falling else 0.0


class Scheduler:
    """Runs jobs until cancelled.

    Parameters
    ----------
    part : str
        What a fault of a job is counted under; the job goes on at its next turn.
    supervisor : Supervisor
        Hears of it.
    concurrency : int
        How many jobs that answered last time may run at once; the ones that did not
        have as many places again, apart.
    on_skip : callable
        Told a job's name when it skips its turn.
    """

    def __init__(
        self,
        part: str,
        supervisor: Supervisor,
        *,
        concurrency: int,
        on_skip: Callable[[str], None],
    ) -> None:
        self._part = part
        self._supervisor = supervisor
        self._on_skip = on_skip
        self._lanes = asyncio.Semaphore(concurrency), asyncio.Semaphore(concurrency)
        self._entries: dict[str, _Entry] = {}
        self._due: list[tuple[float, str]] = []
        self._hastened: dict[str, float] = {}
        self._changed = asyncio.Event()
        self._lags = WorstOf(LAG_WINDOW)

    def set_jobs(self, jobs: list[Job]) -> None:
        """Replace the jobs; those that stay keep their place and their running task."""
        wanted = {job.name: job for job in jobs}
        for name in self._entries.keys() - wanted.keys():
            task = self._entries.pop(name).task
            if task is not None:
                task.cancel()
        for name, job in wanted.items():
            self._entries.setdefault(name, _Entry(job)).job = job
        now = asyncio.get_running_loop().time()
        self._hastened = {
            name: due for name, due in self._hastened.items() if name in wanted
        }
        self._due = [(job.first_due(now), job.name) for job in jobs]
        heapq.heapify(self._due)
        self._changed.set()

    def hasten(self, name: str, gap: float) -> None:
        """Start a job at once, besides its turns, but not twice within `gap` seconds.

        One that runs now may have looked too early: it runs again when it has ended.
        Whoever asks in vain is not forgotten, the job starts when the gap is over. A
        name that is no job's is nothing to do.
        """
        entry = self._entries.get(name)
        if entry is not None and name not in self._hastened:
            entry.gap = gap
            self._hasten(entry)

    def lag(self) -> float:
        """Return how late, in seconds, the latest start of the last minute was."""
        return self._lags.at(asyncio.get_running_loop().time())

    async def run(self) -> None:
        """Start jobs as they fall due, until cancelled; then cancel what runs."""
        loop = asyncio.get_running_loop()
        try:
            while True:
                self._changed.clear()
                while self._due and self._due[0][0] <= loop.time():
                    self._start(loop.time())
                self._start_hastened(loop.time())
                turns = [self._due[0][0]] if self._due else []
                nearest = min((*turns, *self._hastened.values()), default=None)
                wait = None if nearest is None else nearest - loop.time()
                # Not wait_for: until Python 3.12 it loses a cancellation that comes
                # together with the event.
                with suppress(TimeoutError):
                    async with asyncio.timeout(wait):
                        await self._changed.wait()
        finally:
            await self._cancel_all()

    def _start(self, now: float) -> None:
        due, name = self._due[0]
        entry = self._entries[name]
        # Turns missed while the machine slept are not made up for.
        heapq.heapreplace(self._due, (entry.job.first_due(now + _INSTANT), name))
        if entry.task is not None and not entry.task.done():
            self._on_skip(name)
            return
        entry.task = asyncio.create_task(self._run(entry, due))

    def _start_hastened(self, now: float) -> None:
        for name in [name for name, due in self._hastened.items() if due <= now]:
            due, entry = self._hastened.pop(name), self._entries[name]
            if entry.task is not None and not entry.task.done():
                entry.again = True
                continue
            entry.hastened = now
            entry.task = asyncio.create_task(self._run(entry, due))

    async def _run(self, entry: _Entry, due: float) -> None:
        loop = asyncio.get_running_loop()
        async with self._lanes[entry.ailing]:
            self._lags.add(loop.time(), loop.time() - due)
            well = await self._supervisor.turn(self._part, entry.job.run)
            entry.ailing = not well
        if entry.again:
            entry.again = False
            self._hasten(entry)

    def _hasten(self, entry: _Entry) -> None:
        now = asyncio.get_running_loop().time()
        self._hastened[entry.job.name] = max(now, entry.hastened + entry.gap)
        self._changed.set()

    async def _cancel_all(self) -> None:
        running = [e.task for e in self._entries.values() if e.task is not None]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
