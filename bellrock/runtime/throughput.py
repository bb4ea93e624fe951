"""Run throughput tests when they are due and nobody is disturbed by it.

A test's turns come from its name and the wall clock, so they neither align nor move
with a restart. One that is refused at its turn is asked for again until its next.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from zlib import crc32

import structlog

from bellrock.model.observation import Direction, Outcome, RoundTrips
from bellrock.runtime.busyness import Busyness
from bellrock.runtime.conducting import Conductor, steps
from bellrock.runtime.parts import Parts
from bellrock.runtime.round_trips import RecentDelays
from bellrock.runtime.schedule import Job, Scheduler
from bellrock.runtime.spending import Spending
from bellrock.runtime.supervise import Supervisor
from bellrock.runtime.throughput_series import ThroughputSeries
from bellrock.runtime.trials import Trial
from bellrock.runtime.utilisation import Load
from collectors.ssh.settings import SshSettings
from probes.throughput.budget import Grant, Limits, Refusal
from probes.throughput.failure import NotMeasuredError
from probes.throughput.settings import ThroughputSettings, Unknown

_PART, _TEST = "scheduler throughput", "throughput"
_DAY = 86_400
_UNTOLD = 3.0
"""Polls after which a link's load is not known any more."""

_log = structlog.get_logger(__name__)


class Throughput:
    """The tests and their schedule, as long as there are any.

    Parameters
    ----------
    parts : Parts
        What they run among.
    on_skip : callable
        Told the name of a job that skips its turn.
    wall : callable
        Unix time.
    """

    def __init__(
        self,
        parts: Parts,
        supervisor: Supervisor,
        series: ThroughputSeries,
        *,
        on_skip: Callable[[str], None],
        clock: Callable[[], float] = time.monotonic,
        wall: Callable[[], float] = time.time,
    ) -> None:
        self._parts = parts
        self._supervisor = supervisor
        self._series = series
        self._on_skip = on_skip
        self._clock = clock
        self._wall = wall
        self._busyness = Busyness(0.0, clock)
        self._delays = RecentDelays()
        self._running: _Running | None = None

    async def assign(
        self,
        settings: ThroughputSettings,
        trials: tuple[Trial, ...],
        ssh: SshSettings,
        *,
        polled_every: float,
    ) -> None:
        """Test these from now on; a test that runs and has changed is ended.

        Parameters
        ----------
        polled_every : float
            Seconds between two polls, which tell how busy links are.
        """
        self._busyness.lasts = _UNTOLD * polled_every
        self._delays.watch({trial.target.id for trial in trials})
        self._series.expect(trials, settings.budget)
        running = self._running
        same = (settings, trials, ssh)
        if running is not None and running.told == same:
            return
        # What was reserved by a test that is cancelled here is settled with it.
        await self._parts.stop(_PART)
        self._running = None
        if not trials:
            return
        spending = Spending(settings.own_record)
        links = {link for trial in trials for link in trial.test.links}
        spending.load(self._today(), links, settings.budget)
        spending.keep({trial.name for trial in trials})
        running = self._running = _Running(
            told=same,
            settings=settings,
            spending=spending,
            conductor=Conductor(ssh, self._delays, self._clock),
            scheduler=Scheduler(
                _TEST,
                self._supervisor,
                concurrency=settings.concurrency,
                on_skip=self._on_skip,
            ),
        )
        now = self._wall()
        for trial in trials:
            # The first turn of a test is its next one, not the one that is over.
            spending.turns.setdefault(trial.name, last_turn(trial, now))
        self._series.spend(spending.budget.spent)
        running.scheduler.set_jobs(
            [
                Job(
                    f"throughput {trial.name}",
                    min(settings.retry, trial.test.interval),
                    _Turn(self, running, trial),
                )
                for trial in trials
            ]
        )
        self._parts.start(_PART, running.scheduler.run)

    def lag(self) -> float:
        """Return how late, in seconds, the latest start of the last minute was."""
        return 0.0 if self._running is None else self._running.scheduler.lag()

    def set_loads(self, device: str, loads: Iterable[Load]) -> None:
        """Take over how busy the links at a device are."""
        self._busyness.add(device, loads)

    def add_round_trips(self, trips: RoundTrips) -> None:
        """Take over what another probe saw."""
        self._delays.add(trips)

    async def turn(self, running: "_Running", trial: Trial) -> bool:
        """Run a test if it is due and may be; return whether it showed anything."""
        now = self._wall()
        if running.spending.budget.day < self._today():
            running.spending.budget.turn_to(self._today())
            self._series.spend(running.spending.budget.spent)
        due = last_turn(trial, now)
        local = time.localtime(now)
        had = running.spending.turns[trial.name]
        if had - due > trial.test.interval:
            # By a clock that was far ahead, which must not end the tests until then.
            running.spending.turns[trial.name] = due
        if due <= had:
            return True
        if not trial.test.may_run_at(60 * local.tm_hour + local.tm_min):
            return True
        grant = await self._granted(running, trial, due)
        if isinstance(grant, Refusal):
            self._series.refused(trial, grant)
            _log.info("throughput test refused", test=trial.name, reason=grant.value)
            return True
        good = False
        sent: int | None = None

        async def work() -> None:
            nonlocal good, sent
            good, sent = await self._conduct(running, trial)

        try:
            await self._supervisor.once(_TEST, work)
        finally:
            running.spending.budget.settle(grant, sent)
            self._series.spend(running.spending.budget.spent)
        await running.spending.save()
        return good

    async def _granted(
        self, running: "_Running", trial: Trial, due: int
    ) -> Grant | Refusal:
        settings, spending = running.settings, running.spending
        most = sum(each.most for each in steps(trial, settings))
        links = trial.test.links
        grant = spending.budget.ask(
            links,
            most,
            day=self._today(),
            limits=Limits(
                settings.budget,
                settings.utilisation,
                allow_unknown=settings.unknown is Unknown.ALLOW,
            ),
            utilisations=map(self._busyness.of, links),
        )
        if isinstance(grant, Refusal):
            return grant
        before, kept = spending.turns[trial.name], False
        try:
            spending.turns[trial.name] = due
            kept = await spending.save()
        finally:
            if not kept:
                spending.turns[trial.name] = before
                spending.budget.settle(grant, 0)
        self._series.spend(spending.budget.spent)
        return grant if kept else Refusal.UNRECORDED

    async def _conduct(self, running: "_Running", trial: Trial) -> tuple[bool, int]:
        """Take every step; return whether all showed something, and what they cost."""
        good, sent = True, 0
        others = {way: self._others(trial, way) for way in Direction}
        for at, step in enumerate(steps(trial, running.settings)):
            if at:
                await asyncio.sleep(running.conductor.pause)
            try:
                several = await running.conductor.take(trial, step)
            except NotMeasuredError as error:
                good = False
                # Nobody can tell what was sent before it failed.
                sent += step.most if may_have_sent(error.outcome) else 0
                self._ended(trial, error.outcome, error.detail)
                continue
            for shown in several:
                capacity = shown.capacity
                sent += capacity.bytes_sent
                if capacity.direction.value not in trial.test.directions:
                    # Trains go both ways, whatever was asked for.
                    continue
                good = good and capacity.outcome is Outcome.SUCCESS
                self._ended(trial, capacity.outcome, capacity.detail)
                if shown.transfer is not None and shown.transfer.complaint:
                    said = shown.transfer.complaint
                    _log.info("throughput test", test=trial.name, detail=said)
                if capacity.rate is not None:
                    told = replace(shown, others=others[capacity.direction])
                    self._series.show(told)
        return good, sent

    def _others(self, trial: Trial, direction: Direction) -> float:
        """Return the bit/s that others send; nothing where nobody tells."""
        share = self._busyness.towards(trial.link.id, trial.along(direction))
        return (share or 0.0) * (trial.declared(direction) or 0.0)

    def _ended(self, trial: Trial, outcome: Outcome, detail: str) -> None:
        self._series.ended(trial, outcome)
        if outcome is not Outcome.SUCCESS:
            name, why = trial.name, outcome.value
            _log.warning("throughput test", test=name, outcome=why, detail=detail)

    def _today(self) -> int:
        return int(self._wall() // _DAY)


def may_have_sent(outcome: Outcome) -> bool:
    """Return whether a test that ended so may have sent anything to speak of."""
    return outcome not in {
        *(Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.UNRESOLVED, Outcome.AUTH),
        *(Outcome.UNSUPPORTED, Outcome.HOST_KEY),
    }


def last_turn(trial: Trial, now: float) -> int:
    """Return when the test had its last turn, or should have, in Unix time."""
    interval = trial.test.interval
    offset = crc32(trial.name.encode()) / 2**32 * interval
    return int((now - offset) // interval * interval + offset)


@dataclass(frozen=True, slots=True)
class _Running:
    told: tuple[ThroughputSettings, tuple[Trial, ...], SshSettings]
    settings: ThroughputSettings
    spending: Spending
    conductor: Conductor
    scheduler: Scheduler


@dataclass(frozen=True, slots=True)
class _Turn:
    """One test's turn, as the scheduler calls it."""

    tests: Throughput
    running: _Running
    trial: Trial

    async def __call__(self) -> bool:
        return await self.tests.turn(self.running, self.trial)
