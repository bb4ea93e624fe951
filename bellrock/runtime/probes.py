"""What probes measured, as metric families."""

import math
from collections import deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial

from bellrock.export.exposition import Family, Histograms, LabelValues, Numbers
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from bellrock.model.observation import Direction, RoundTrips
from bellrock.runtime.current import Current
from bellrock.runtime.evidence import FRESH_FOR

VARIATION_WINDOW = 60
"""Answered packets that delay variation is taken over: a minute at the default rate."""

VARIATION_LASTS = 60.0
"""Seconds, at least, after the last answer until there is no delay variation."""


@dataclass(slots=True)
class _Recent:
    """The last delays of a path, and for how many seconds they are worth telling."""

    lasts: float = VARIATION_LASTS
    at: float = -math.inf
    delays: deque[float] = field(default_factory=lambda: deque(maxlen=VARIATION_WINDOW))

    def add(self, trips: RoundTrips) -> None:
        if trips.at - self.at > self.lasts:
            self.delays.clear()
        self.delays.extend(trips.delays)
        self.at = trips.at


class ProbeSeries:
    """The families of what probes send and get back.

    Attributes
    ----------
    sent, lost, variation, outcomes : Numbers
        Under the labels of the path; whoever asks in another way than engines do, as
        checks do, adds to them too.
    delay : Histograms
        Of every answer.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self.sent = Numbers(catalogue.PROBE_SENT)
        self.lost = Numbers(catalogue.PROBE_LOST)
        self.delay = Histograms(catalogue.PROBE_DELAY)
        self.variation = Numbers(catalogue.PROBE_DELAY_VARIATION)
        self.outcomes = Numbers(catalogue.PROBE_OUTCOME)
        self._recent: dict[LabelValues, _Recent] = {}

    @property
    def families(self) -> Mapping[Metric, Family]:
        """Every family, by its metric."""
        families: tuple[Family, ...] = (
            *(self.sent, self.lost, self.delay, self.variation, self.outcomes),
        )
        return {family.metric: family for family in families}

    def refresh(self, now: float) -> None:
        """Work out what is told of the last while, as of now."""
        self.variation.replace(
            (labels, _variation(recent.delays))
            for labels, recent in self._recent.items()
            if now - recent.at <= recent.lasts
        )

    def keep(self, current: Current) -> None:
        """Go on with another inventory, without the delays of what is not in it."""
        self._inventory = current.inventory
        path = partial(current.has, catalogue.PROBE_SENT)
        self._recent = {at: recent for at, recent in self._recent.items() if path(at)}

    def expect(self, probe: str, target: str, every: float) -> None:
        """Begin a target's counts: one that never sends anything has to be missed.

        Parameters
        ----------
        every : float
            Seconds within which the probe reports of it.
        """
        path = self._path(probe, target)
        self._recent.setdefault(path, _Recent()).lasts = max(
            VARIATION_LASTS, FRESH_FOR * every
        )
        self.sent.add(path, 0)
        self.lost.add(path, 0)

    def _path(self, probe: str, target: str) -> LabelValues:
        site = self._inventory.devices[target].site
        return probe, target, site, Direction.ROUND_TRIP.value, "default", ""

    def add(self, trips: RoundTrips) -> None:
        """Count what a probe saw."""
        path = self._path(trips.probe, trips.target)
        self.sent.add(path, trips.sent)
        self.lost.add(path, trips.lost)
        for delay in trips.delays:
            self.delay.observe((*path, ""), delay)
        if trips.delays and path in self._recent:
            self._recent[path].add(trips)
        for outcome, count in trips.outcomes.items():
            labels = (trips.probe, trips.target, outcome.value)
            self.outcomes.add(labels, count)


def _variation(delays: Iterable[float]) -> float:
    """Return the 99th percentile (nearest rank) minus the minimum, in seconds."""
    ordered = sorted(delays)
    return ordered[min(len(ordered) - 1, round(0.99 * len(ordered)))] - ordered[0]
