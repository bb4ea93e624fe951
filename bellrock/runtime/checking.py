"""Ask every service that has a check, once an interval, as those who use it would."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import structlog

from bellrock.model.check import Attempt, CheckReading, Family
from bellrock.model.observation import Outcome
from bellrock.runtime.schedule import Job, Scheduler
from bellrock.runtime.supervise import Supervisor
from probes.checks.measure import families_of, measure
from probes.checks.resolving import Resolver
from probes.checks.rounds import Rounds
from probes.checks.settings import Check

CHECKING = "checking"
CHECK = "check"
"""Event that is logged when a check ends otherwise than it did before."""

CONCURRENCY = 64
"""Checks that answered last time and run at once; as many that did not."""

_log = structlog.get_logger(__name__)

Checks = Mapping[str, Check]


@dataclass(slots=True)
class _Memory:
    """What is remembered of a check from one run to the next.

    Attributes
    ----------
    check : Check
        As it was then.
    families : tuple of Family
        Those that had an address.
    error : float or None
        Bound in seconds on our own error in the times of the last run, if any.
    until : dict of Family to float
        Over which the far end asked not to be asked before; seconds, monotonic.
    said : tuple
        How it stood, as it was logged last.
    """

    check: Check
    families: tuple[Family, ...] = ()
    error: float | None = None
    until: dict[Family, float] = field(default_factory=dict)
    said: tuple[tuple[Family, Outcome, str], ...] = field(default=())

    def held(self, now: float) -> frozenset[Family]:
        """Return the families that are not to be asked yet."""
        return frozenset(each for each, until in self.until.items() if now < until)


class Checking:
    """The checks and their schedule.

    Parameters
    ----------
    on_reading, on_unread, on_skip : callable
        Told each reading with the service it is of, the name of each check that a
        fault of ours kept from running, and of each job that skipped its turn.
    clock : callable
        Seconds, monotonic.
    """

    def __init__(
        self,
        supervisor: Supervisor,
        *,
        on_reading: Callable[[CheckReading, str], None],
        on_unread: Callable[[str], None],
        on_skip: Callable[[str], None],
        clock: Callable[[], float],
        resolver: Resolver | None = None,
    ) -> None:
        self._supervisor = supervisor
        self._on_reading = on_reading
        self._on_unread = on_unread
        self._clock = clock
        self._resolver = resolver or Resolver()
        self._rounds = Rounds()
        self._memories: dict[str, _Memory] = {}
        self._scheduler = Scheduler(
            CHECKING, supervisor, concurrency=CONCURRENCY, on_skip=on_skip
        )

    def assign(self, checks: Checks) -> None:
        """Run these from now on; those that stay keep their place and their run."""
        self._memories = {
            name: self._remembered(check) for name, check in checks.items()
        }
        self._scheduler.set_jobs(list(self._jobs(checks)))

    def lag(self) -> float:
        """Return how late, in seconds, the latest start of the last minute was."""
        return self._scheduler.lag()

    def error_bounds(self) -> Iterator[tuple[str, float]]:
        """Yield each protocol's name and bound on its timing error, in seconds.

        It is the worst of what each check's last run had.
        """
        bounds: dict[str, float] = {}
        for memory in self._memories.values():
            if memory.error is not None:
                kind = memory.check.kind
                bounds[kind] = max(memory.error, bounds.get(kind, 0.0))
        yield from bounds.items()

    async def run(self) -> None:
        """Check until cancelled."""
        await self._scheduler.run()

    def _remembered(self, check: Check) -> _Memory:
        known = self._memories.get(check.name)
        return known if known and known.check == check else _Memory(check)

    def _jobs(self, checks: Checks) -> Iterator[Job]:
        for check in checks.values():
            job = _Run(self, check)
            yield Job(f"check {check.name}", check.interval, job)

    async def check(self, check: Check) -> bool:
        """Run one check, tell the reading; return whether all was well."""
        reading: CheckReading | None = None
        memory = self._memories[check.name]
        held = memory.held(self._clock())
        if held.issuperset(memory.families or families_of(check)):
            return False

        async def work() -> None:
            nonlocal reading
            reading = await measure(
                check,
                self._resolver,
                known=memory.families,
                held=held,
                rounds=self._rounds,
            )
            self._learn(memory, reading)
            self._on_reading(reading, check.service)

        if not await self._supervisor.once(CHECKING, work):
            self._on_unread(check.name)
        return reading is not None and reading.succeeded

    def _learn(self, memory: _Memory, reading: CheckReading) -> None:
        asked = tuple(each.family for each in reading.attempts)
        if asked != (Family.NONE,):
            memory.families = (*asked, *reading.held)
        timed = [each.timing_error for each in reading.attempts]
        memory.error = max((e for e in timed if e is not None), default=None)
        now = self._clock()
        memory.until |= {
            each.family: now + each.hold for each in reading.attempts if each.hold
        }
        silent = (word for word in memory.said if word[0] in reading.held)
        said = (*map(_word, reading.attempts), *silent)
        if said == memory.said:
            return
        before, memory.said = memory.said, said
        for each in reading.attempts:
            failed = each.outcome is not Outcome.SUCCESS
            if _word(each) in before or not (failed or before):
                continue
            tell = _log.warning if failed else _log.info
            tell(
                CHECK,
                check=reading.check,
                family=each.family.value,
                outcome=each.outcome.value,
                detail=each.detail,
            )


def _word(attempt: Attempt) -> tuple[Family, Outcome, str]:
    # How far off a clock is differs each time, by microseconds: no change to tell.
    said = attempt.detail if attempt.clock is None else ""
    return attempt.family, attempt.outcome, said


@dataclass(frozen=True, slots=True)
class _Run:
    """One check's run, as the scheduler calls it."""

    checking: Checking
    subject: Check

    async def __call__(self) -> bool:
        return await self.checking.check(self.subject)
