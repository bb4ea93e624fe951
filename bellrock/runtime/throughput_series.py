"""What throughput tests showed and cost, as metric families."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from bellrock.export.exposition import LabelValues, Numbers
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.observation import Direction, Outcome
from bellrock.model.throughput import Capacity
from bellrock.model.transfer import Transfer
from bellrock.runtime.current import Current
from bellrock.runtime.trials import Trial
from probes.throughput.budget import Refusal
from probes.throughput.figures import Figures

_FIGURES: tuple[Metric, ...] = (
    catalogue.PATH_CAPACITY,
    catalogue.PATH_CAPACITY_ERROR,
    catalogue.PATH_CAPACITY_DECLARED,
    catalogue.THROUGHPUT_RATE,
    catalogue.THROUGHPUT_EFFICIENCY,
    catalogue.THROUGHPUT_BUFFER_DELAY,
    catalogue.THROUGHPUT_TIME_RATIO,
    catalogue.THROUGHPUT_DELAY_PRODUCT,
    catalogue.THROUGHPUT_LOSS,
    catalogue.THROUGHPUT_MEASURED,
)
_COUNTS = (catalogue.THROUGHPUT_TESTS, catalogue.THROUGHPUT_REFUSED)
_MONEY = (catalogue.THROUGHPUT_SPENT, catalogue.THROUGHPUT_BUDGET)

_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Shown:
    """One direction of a test that showed something.

    Attributes
    ----------
    transfer, figures : Transfer and Figures, or None
        Where something was transferred, as trains do not.
    others : float
        bit/s that others sent over the link in that direction when it began.
    """

    trial: Trial
    capacity: Capacity
    transfer: Transfer | None = None
    figures: Figures | None = None
    others: float = 0.0


class ThroughputSeries:
    """The families of throughput.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic.
    wall : callable
        Unix time.

    Attributes
    ----------
    families : mapping of Metric to Numbers
    """

    def __init__(
        self, clock: Callable[[], float], wall: Callable[[], float] = time.time
    ) -> None:
        self.families: Mapping[Metric, Numbers] = {
            metric: Numbers(metric) for metric in (*_FIGURES, *_COUNTS, *_MONEY)
        }
        self._clock = clock
        self._wall = wall
        self._until: dict[LabelValues, float] = {}

    def expect(self, trials: Collection[Trial], budget: float) -> None:
        """Begin the counts of these tests, and forget all others."""
        labels = {_labels(one, way) for one in trials for way in one.test.directions}
        for metric in _FIGURES:
            self.families[metric].keep(labels.__contains__)
        self._until = {at: till for at, till in self._until.items() if at in labels}
        named = {(trial.name, trial.link.id) for trial in trials}
        for metric in _COUNTS:
            self.families[metric].keep(lambda values: values[:2] in named)
        links = {(link,) for trial in trials for link in trial.test.links}
        for metric in _MONEY:
            self.families[metric].keep(links.__contains__)
        for trial in trials:
            ended = trial.name, trial.link.id, trial.test.method.value
            self.families[catalogue.THROUGHPUT_TESTS].add((*ended, "success"), 0)
            for link in trial.test.links:
                self.families[catalogue.THROUGHPUT_BUDGET].set((link,), budget)

    def spend(self, spent: Mapping[str, int]) -> None:
        """Tell what was spent today, by link."""
        for (link,) in self._links():
            self.families[catalogue.THROUGHPUT_SPENT].set((link,), spent.get(link, 0))

    def refused(self, trial: Trial, why: Refusal) -> None:
        """Count a test that was not begun."""
        at = trial.name, trial.link.id, why.value
        self.families[catalogue.THROUGHPUT_REFUSED].add(at)

    def ended(self, trial: Trial, outcome: Outcome) -> None:
        """Count one direction of a test."""
        at = trial.name, trial.link.id, trial.test.method.value, outcome.value
        self.families[catalogue.THROUGHPUT_TESTS].add(at)

    def show(self, shown: Shown) -> None:
        """Take over what a test showed, in place of what it showed before."""
        trial, capacity = shown.trial, shown.capacity
        labels = _labels(trial, capacity.direction)
        declared = trial.declared(capacity.direction)
        rate, error = _believable(shown, declared)
        values: dict[Metric, float | None] = {
            **dict.fromkeys(_FIGURES),
            catalogue.PATH_CAPACITY: rate,
            catalogue.PATH_CAPACITY_ERROR: error,
            catalogue.PATH_CAPACITY_DECLARED: declared,
            catalogue.THROUGHPUT_MEASURED: self._wall(),
        }
        if shown.transfer is not None:
            values[catalogue.THROUGHPUT_RATE] = shown.transfer.rate
            values[catalogue.THROUGHPUT_LOSS] = shown.transfer.loss
        if shown.figures is not None:
            told = shown.figures
            values[catalogue.THROUGHPUT_EFFICIENCY] = told.efficiency
            values[catalogue.THROUGHPUT_BUFFER_DELAY] = told.buffer_delay
            values[catalogue.THROUGHPUT_TIME_RATIO] = told.transfer_time_ratio
            values[catalogue.THROUGHPUT_DELAY_PRODUCT] = told.bandwidth_delay_product
        for metric, value in values.items():
            if value is None:
                self.families[metric].drop(labels)
            else:
                self.families[metric].set(labels, value)
        self._until[labels] = self._clock() + lasts(trial)

    def refresh(self, now: float) -> None:
        """Drop what is too old to speak of the path as it is."""
        for labels in [at for at, until in self._until.items() if until < now]:
            del self._until[labels]
            for metric in _FIGURES:
                self.families[metric].drop(labels)

    def keep(self, current: Current) -> None:
        """Forget nothing: :meth:`expect` says which tests there are."""

    def _links(self) -> Iterable[LabelValues]:
        return self.families[catalogue.THROUGHPUT_BUDGET].labels()


def lasts(trial: Trial) -> float:
    """Return for how many seconds a figure is told: until two turns have failed.

    A test that waits for its part of the day has no turn for most of one.
    """
    return 2 * trial.test.interval + (_DAY if trial.test.windows else 3600.0)


def _labels(trial: Trial, direction: str) -> LabelValues:
    return (
        *(trial.name, trial.target.id, trial.link.id),
        *(Direction(direction).value, trial.test.method.value),
    )


def _believable(
    shown: Shown, declared: float | None
) -> tuple[float | None, float | None]:
    """Return the rate, and how much more it may be; None where it is no capacity.

    A path that was not filled is told of only where that much was to be shown.
    """
    rate, high = shown.capacity.rate, shown.capacity.high
    if rate is None:
        return None, None
    if shown.capacity.at_least:
        enough = declared is not None and rate >= declared
        return (rate, None) if enough else (None, None)
    return rate, shown.others + max(0.0, high - rate if high is not None else 0.0)
