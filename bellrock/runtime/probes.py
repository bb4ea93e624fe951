"""What probes measured, as metric families."""

from collections.abc import Iterator, Mapping
from functools import partial

from pydantic import BaseModel

from bellrock.export.exposition import Family, Histograms, LabelValues, Numbers
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from bellrock.model.observation import Direction, RoundTrips, Way
from bellrock.runtime.current import Current
from bellrock.runtime.evidence import FRESH_FOR
from bellrock.runtime.recent import RecentFigures
from probes.classes import ServiceClass
from probes.paced import PacedProbe

_Path = tuple[str, str, str]
"""Probe, class of service and target."""


class ProbeSeries:
    """The families of what probes send and get back.

    Attributes
    ----------
    sent, lost, outcomes : Numbers
        Under the labels of the path; whoever asks in another way than engines do, as
        checks do, adds to them too.
    delay : Histograms
        Of every answer.
    recent : RecentFigures
        Quantiles, means and variations of the last while.
    """

    def __init__(self, inventory: Inventory) -> None:
        self._inventory = inventory
        self.sent = Numbers(catalogue.PROBE_SENT)
        self.lost = Numbers(catalogue.PROBE_LOST)
        self.delay = Histograms(catalogue.PROBE_DELAY)
        self.outcomes = Numbers(catalogue.PROBE_OUTCOME)
        self.duplicates = Numbers(catalogue.PROBE_DUPLICATES)
        self.reordered = Numbers(catalogue.PROBE_REORDERED)
        self.late = Numbers(catalogue.PROBE_LATE)
        self.error = Numbers(catalogue.PROBE_ONE_WAY_ERROR)
        self.received_dscp = Numbers(catalogue.PROBE_RECEIVED_DSCP)
        self.sent_dscp = Numbers(catalogue.PROBE_SENT_DSCP)
        self.promised = {
            Numbers(catalogue.CLASS_DELAY_TARGET): "delay",
            Numbers(catalogue.CLASS_VARIATION_TARGET): "variation",
            Numbers(catalogue.CLASS_LOSS_TARGET): "loss",
        }
        self.recent = RecentFigures()
        self._expected: dict[_Path, tuple[int, float]] = {}

    @property
    def families(self) -> Mapping[Metric, Family]:
        """Every family, by its metric."""
        families: tuple[Family, ...] = (
            *(self.sent, self.lost, self.delay, self.outcomes, self.duplicates),
            *(self.reordered, self.late, self.error, self.received_dscp),
            *(self.sent_dscp, *self.promised, *self.recent.families),
        )
        return {family.metric: family for family in families}

    def packets(self) -> tuple[float, float]:
        """Return how many round trips were sent and lost in all, since the start."""
        return self._round_trips(self.sent), self._round_trips(self.lost)

    def refreshing(self, now: float) -> Iterator[None]:
        """Work out what is told of the last while, as of now, a few at a time."""
        for quiet in self.recent.refreshing(now):
            for labels in quiet:
                # Nothing came lately: what was said of the last packet is old as well.
                self.error.drop(labels)
                self.received_dscp.drop(labels)
            yield

    def keep(self, current: Current) -> None:
        """Go on with another inventory, without the delays of what is not in it."""
        self._inventory = current.inventory
        self._expected = {}
        self.recent.keep(partial(current.has, catalogue.PROBE_SENT))

    def set_classes(
        self, classes: Mapping[str, BaseModel], marks: Mapping[tuple[str, str], int]
    ) -> None:
        """Tell what is promised for each class of service, and how it is marked.

        Parameters
        ----------
        classes : mapping of str to ServiceClass
            By name.
        marks : mapping of (str, str) to int
            By probe and class, the code point it is sent with.
        """
        for family, target in self.promised.items():
            found = {
                name: getattr(each, target)
                for name, each in classes.items()
                if isinstance(each, ServiceClass)
            }
            family.replace(
                ((name,), value) for name, value in found.items() if value is not None
            )
        self.sent_dscp.replace(marks.items())

    def expect(
        self, probe: PacedProbe, service_class: str, target: str, every: float
    ) -> None:
        """Begin a target's counts: one that never sends anything has to be missed.

        Parameters
        ----------
        every : float
            Seconds within which the probe reports of it.
        """
        packets = max(1, round(probe.window / probe.interval))
        lasts = max(probe.window, FRESH_FOR * every)
        self._expected[probe.name, service_class, target] = packets, lasts
        labels = self._labels((probe.name, service_class, target), Direction.ROUND_TRIP)
        for family in (
            self.sent,
            self.lost,
            self.duplicates,
            self.reordered,
            self.late,
        ):
            family.add(labels, 0)
        self.recent.of(labels, packets, lasts)

    def add(self, trips: RoundTrips) -> None:
        """Count what a probe saw."""
        path = trips.probe, trips.service_class, trips.target
        if path not in self._expected:
            # On its way when a reload took the target out.
            return
        labels = self._labels(path, Direction.ROUND_TRIP)
        self._count(labels, trips.sent, trips.lost, trips.delays)
        without = trips.sent - len(trips.delays)
        recent = self.recent.of(labels, *self._expected[path])
        recent.add(trips.at, trips.delays, max(0, without))
        if trips.duplicates:
            self.duplicates.add(labels, trips.duplicates)
        if trips.reordered:
            self.reordered.add(labels, trips.reordered)
        if trips.late:
            self.late.add(labels, trips.late)
        for outcome, count in trips.outcomes.items():
            told = trips.probe, trips.target, trips.service_class, outcome.value
            self.outcomes.add(told, count)
        if trips.forward is not None:
            self._add_way(path, Direction.FORWARD, trips.forward, trips.at)
        if trips.reverse is not None:
            self._add_way(path, Direction.REVERSE, trips.reverse, trips.at)

    def _add_way(self, path: _Path, direction: Direction, way: Way, at: float) -> None:
        labels = self._labels(path, direction)
        self._count(labels, way.sent, way.lost, way.delays)
        # Loss is told later than delay: what is lost takes its place when it is known.
        recent = self.recent.of(labels, *self._expected[path])
        recent.add(at, way.delays, way.lost)
        if way.error is not None:
            self.error.set(labels, way.error)
        if way.dscp is not None:
            self.received_dscp.set(labels, way.dscp)

    def _count(
        self, labels: LabelValues, sent: int, lost: int, delays: tuple[float, ...]
    ) -> None:
        self.sent.add(labels, sent)
        self.lost.add(labels, lost)
        for delay in delays:
            self.delay.observe((*labels, ""), delay)

    def _round_trips(self, family: Numbers) -> float:
        at = family.metric.labels.index("direction")
        return family.total(lambda labels: labels[at] == Direction.ROUND_TRIP)

    def _labels(self, path: _Path, direction: Direction) -> LabelValues:
        probe, service_class, target = path
        site = self._inventory.devices[target].site
        return probe, target, site, direction.value, service_class, ""
