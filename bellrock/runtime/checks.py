"""What checks of services found, as metric families."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bellrock.export.exposition import Family, LabelValues, Numbers
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.check import Attempt, CheckReading
from bellrock.model.observation import Direction, Outcome
from bellrock.runtime.current import Current
from bellrock.runtime.probes import ProbeSeries
from probes.checks.settings import Check


@dataclass(slots=True)
class CheckSeries:
    """The families of checks, and their share of those that probes have.

    A check's name is the probes' ``target``; it belongs to no site, and to no class of
    service.
    """

    probes: ProbeSeries
    up: Numbers = field(default_factory=lambda: Numbers(catalogue.CHECK_UP))
    info: Numbers = field(default_factory=lambda: Numbers(catalogue.CHECK_INFO))
    expiry: Numbers = field(
        default_factory=lambda: Numbers(catalogue.CHECK_CERTIFICATE_EXPIRY)
    )
    offset: Numbers = field(
        default_factory=lambda: Numbers(catalogue.CHECK_CLOCK_OFFSET)
    )
    error: Numbers = field(default_factory=lambda: Numbers(catalogue.CHECK_CLOCK_ERROR))
    _told: dict[str, tuple[LabelValues, ...]] = field(default_factory=dict)

    @property
    def families(self) -> Mapping[Metric, Family]:
        """Every family of our own, by its metric."""
        own = (self.up, self.info, self.expiry, self.offset, self.error)
        return {family.metric: family for family in own}

    def keep(self, current: Current) -> None:
        """Forget the checks that are no more."""
        self._told = {
            check: told for check, told in self._told.items() if check in current.checks
        }

    def expect(self, checks: Iterable[Check]) -> None:
        """Tell what is going to be asked."""
        self.info.replace(
            ((check.name, check.service, check.kind, check.target), 1)
            for check in checks
        )

    def add(self, reading: CheckReading, service: str) -> None:
        """Take over what a check found; what it did not find again is not told."""
        told = [
            labels
            for labels in self._told.get(reading.check, ())
            if labels[-1] in reading.held
        ]
        self._drop(set(self._told.pop(reading.check, ())).difference(told))
        for attempt in reading.attempts:
            labels = reading.check, service, attempt.family.value
            told.append(labels)
            self.up.set(labels, int(attempt.outcome is Outcome.SUCCESS))
            if attempt.expires is not None:
                self.expiry.set(labels, attempt.expires)
            if attempt.clock is not None:
                self.offset.set(labels, attempt.clock.offset)
                self.error.set(labels, attempt.clock.error)
            self._count(reading, attempt)
        self._told[reading.check] = tuple(told)

    def drop(self, check: str) -> None:
        """Have no samples of how a check stands; its counts stay."""
        self._drop(self._told.pop(check, ()))

    def _drop(self, told: Iterable[LabelValues]) -> None:
        for labels in told:
            for family in (self.up, self.expiry, self.offset, self.error):
                family.drop(labels)

    def _count(self, reading: CheckReading, attempt: Attempt) -> None:
        path = (
            *(reading.kind, reading.check, ""),
            *(Direction.ROUND_TRIP.value, "", attempt.family.value),
        )
        self.probes.sent.add(path, 1)
        self.probes.lost.add(path, int(attempt.outcome is not Outcome.SUCCESS))
        for phase, seconds in attempt.phases:
            self.probes.delay.observe((*path, phase.value), seconds)
        outcome = reading.kind, reading.check, "", attempt.outcome.value
        self.probes.outcomes.add(outcome, 1)
