"""Trace the ways to devices and circuits, and notice when they are other ones.

Every target is traced once an interval, at a place of its own in it, a few at a time.
A site with several circuits has the end of each traced too, as soon as its address is
known from what devices tell: a device's own address is reached over one of them only.
"""

import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import structlog

from bellrock.model.inventory import Inventory
from bellrock.model.route import Change, Route
from bellrock.runtime.parts import Parts
from bellrock.runtime.path_analysis import SETTLED, Findings, PathAnalyst, Traced
from bellrock.runtime.path_changes import PathHistory
from bellrock.runtime.path_series import PathSeries
from bellrock.runtime.schedule import Job, Scheduler
from bellrock.runtime.supervise import Supervisor
from probes.path import syn
from probes.path.settings import PathProbe
from probes.path.tracer import Tracer as RouteTracer
from probes.target import Target
from topology.discovery.mismatch import Mismatch
from topology.discovery.told import Told

PATH = "path"

MOST_CHANGES = 100
"""Changes that are kept, of all targets together."""

_CONFIRM = 0.1
"""Share of the interval to wait before a way seen once is looked for again."""

_SCHEDULE, _ANALYSIS = "scheduler path", "path analysis"
_TRACE = f"probe {PATH}"

_log = structlog.get_logger(__name__)


class Tracer(Protocol):
    """What finds the ways to a target, while it is open."""

    def trace(self, target: Target) -> Awaitable[Route]:
        """Find all ways to one target."""


Open = Callable[[PathProbe], AbstractAsyncContextManager[Tracer]]
"""How a tracer is opened that does as the settings say."""


@asynccontextmanager
async def open_tracer(probe: PathProbe) -> AsyncIterator[Tracer]:
    """Open what traces; it gives its sockets back in the end."""
    tracer = RouteTracer(probe)
    try:
        yield tracer
    finally:
        await tracer.close()


@dataclass(frozen=True, slots=True)
class Tracing:
    """How to trace, and whom."""

    probe: PathProbe
    targets: tuple[Target, ...]


def check(tracing: Tracing | None) -> None:
    """See, before anything is traced or changed, whether this may be traced.

    Raises
    ------
    UserError
        Where TCP is asked for, and the privilege is not there.
    """
    if tracing is not None and tracing.probe.method == "tcp":
        syn.check()


@dataclass(frozen=True, slots=True)
class Changed:
    """A way that became another one.

    Attributes
    ----------
    at : float
        When the trace that confirmed it ended; seconds, monotonic.
    """

    traced: Traced
    at: float
    changes: tuple[Change, ...]


class Paths:
    """The tracing that runs now, and what is known from it.

    Parameters
    ----------
    parts : Parts
        What it runs among.
    series : PathSeries
        Where it is told.
    told : callable
        Returns what devices told, by id, as of now.
    on_strays : callable
        Called with where ways leave the declared links.
    on_skip : callable
        Told a job's name when it skips its turn.
    open_tracer : callable
        Opens what traces.
    settled : float
        Seconds from something new until it is looked at what it means.

    Attributes
    ----------
    changes : deque of Changed
        The last ones, the oldest first.
    """

    def __init__(
        self,
        parts: Parts,
        supervisor: Supervisor,
        series: PathSeries,
        *,
        told: Callable[[], Mapping[str, Told]],
        on_strays: Callable[[tuple[Mismatch, ...]], None],
        on_skip: Callable[[str], None],
        open_tracer: Open = open_tracer,
        settled: float = SETTLED,
    ) -> None:
        self.changes: deque[Changed] = deque(maxlen=MOST_CHANGES)
        self._parts = parts
        self._supervisor = supervisor
        self._series = series
        self._open = open_tracer
        self._told = told
        self._on_strays = on_strays
        self._on_skip = on_skip
        self._settled = settled
        self._tracing: Tracing | None = None
        self._inventory: Inventory | None = None
        self._scheduler: Scheduler | None = None
        self._analyst: PathAnalyst | None = None
        self._down: frozenset[str] = frozenset()
        self._ends: Mapping[Traced, str] = {}
        self._histories: dict[Traced, tuple[str, PathHistory]] = {}

    async def assign(self, wanted: Tracing | None, inventory: Inventory) -> None:
        """Trace as `wanted` from now on; what is still traced keeps its history."""
        before, had = self._tracing, self._inventory
        self._tracing, self._inventory = wanted, inventory
        if before is not None and (wanted is None or wanted.probe != before.probe):
            await self._parts.stop(_SCHEDULE)
            self._scheduler = None
        if inventory != had or wanted is None:
            await self._parts.stop(_ANALYSIS)
            self._analyst, self._ends = None, {}
        self._series.adopt(inventory)
        if wanted is None:
            self._set_targets()
            self._publish(Findings())
            return
        if self._analyst is None:
            self._analyst = PathAnalyst(
                inventory, self._told, self._publish, settled=self._settled
            )
            self._analyst.set_down(self._down)
            for traced, (_, history) in self._histories.items():
                self._analyst.set_route(traced, history.known)
            self._parts.start(_ANALYSIS, self._analyst.run)
        if self._scheduler is None:
            at_once = wanted.probe.at_once
            self._scheduler = Scheduler(
                _TRACE, self._supervisor, concurrency=at_once, on_skip=self._on_skip
            )
            run = partial(self._run, wanted.probe, self._scheduler)
            self._parts.start(_SCHEDULE, run)
        self._set_targets()

    def hear(self, device: str) -> None:
        """Take note that a device told something else."""
        if self._analyst is not None:
            self._analyst.hear(device)

    def set_down(self, down: frozenset[str]) -> None:
        """Take over what is believed to be down."""
        self._down = down
        if self._analyst is not None:
            self._analyst.set_down(down)

    def lag(self) -> float:
        """Return how late, in seconds, the latest start of the last minute was."""
        return 0.0 if self._scheduler is None else self._scheduler.lag()

    async def _run(self, probe: PathProbe, scheduler: Scheduler) -> None:
        async with self._open(probe) as self._tracer:
            await scheduler.run()

    async def trace(self, traced: Traced, target: Target) -> bool:
        """Trace one target, tell what is found; return whether it was reached."""
        route: Route | None = None

        async def work() -> None:
            nonlocal route
            route = await self._tracer.trace(target)
            self._add(traced, route)

        await self._supervisor.once(_TRACE, work)
        return route is not None and route.reached

    def _add(self, traced: Traced, route: Route) -> None:
        found = self._histories.get(traced)
        if found is None or self._analyst is None or self._scheduler is None:
            # Not wanted any more since it began.
            return
        _, history = found
        changes = history.add(route)
        if changes:
            self.changes.append(Changed(traced, time.monotonic(), changes))
            self._series.changed(traced)
            _tell(traced, changes)
        elif history.doubtful and self._tracing is not None:
            gap = self._tracing.probe.interval * _CONFIRM
            self._scheduler.hasten(_job(traced), gap)
        known = history.known if route.reached else None
        self._series.set_route(traced, route, known)
        self._analyst.set_route(traced, known)

    def _publish(self, found: Findings) -> None:
        self._series.set_findings(found)
        self._on_strays(found.strays)
        if found.ends != self._ends:
            self._ends = found.ends
            self._set_targets()

    def _set_targets(self) -> None:
        """Trace the devices that are to be, and the ends of their circuits."""
        targets = dict(self._targets())
        self._histories = {
            traced: self._history(traced, target) for traced, target in targets.items()
        }
        now = self._tracing
        self._series.expect(targets, now.probe.least_mtu if now is not None else None)
        if self._analyst is not None:
            self._analyst.forget(set(targets))
        if self._scheduler is not None and now is not None:
            every = now.probe.interval
            self._scheduler.set_jobs(
                [
                    Job(_job(traced), every, _Trace(self, traced, target))
                    for traced, target in targets.items()
                ]
            )

    def _history(self, traced: Traced, target: Target) -> tuple[str, PathHistory]:
        """Return what is known of a target, as long as its address is the same."""
        before = self._histories.get(traced)
        if before is not None and before[0] == target.address:
            return before
        return target.address, PathHistory()

    def _targets(self) -> Iterator[tuple[Traced, Target]]:
        own = self._tracing.targets if self._tracing is not None else ()
        for target in own:
            yield Traced(target.id), target
        ports = {target.id: target.port for target in own}
        for traced, address in self._ends.items():
            if traced.device in ports:
                port = ports[traced.device]
                yield traced, Target(traced.device, address, port)


@dataclass(frozen=True, slots=True)
class _Trace:
    """One target's trace, as the scheduler calls it."""

    paths: Paths
    traced: Traced
    target: Target

    async def __call__(self) -> bool:
        return await self.paths.trace(self.traced, self.target)


def _job(traced: Traced) -> str:
    return f"{PATH} {traced.device} {traced.link}".rstrip()


def _tell(traced: Traced, changes: tuple[Change, ...]) -> None:
    first = changes[0]
    _log.info(
        "path changed",
        target=traced.device,
        link=traced.link,
        ttl=first.ttl,
        gone=sorted(first.gone),
        new=sorted(first.new),
    )
