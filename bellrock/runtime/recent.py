"""Quantiles, mean and variation of each path's last packets, worked out when asked.

Nothing is done for a packet but to remember its delay; a scrape sorts those of the
paths that have news.
"""

import math
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence

from bellrock.export.exposition import LabelValues, Numbers, Series
from bellrock.model import catalogue
from probes.figures import Figures, quantile, steps

MOST_PACKETS = 6_000
"""Of one path that are remembered, however long its window: a minute at 10 ms."""

_AT_ONCE = 100
"""Paths whose figures are worked out before others have their turn: some 5 ms."""


class Recent:
    """The last packets of one path.

    Attributes
    ----------
    lasts : float
        Seconds after the last report until nothing is told any more.
    at : float
        When that was; seconds, monotonic.
    heard : bool
        Whether there was a report since it last fell quiet.
    """

    __slots__ = ("at", "fresh", "heard", "lasts", "packets", "slots")

    def __init__(self, packets: int, lasts: float) -> None:
        self.lasts = lasts
        self.at = -math.inf
        self.fresh = self.heard = False
        # None stands for a packet without a delay: it takes its place in the window.
        self.packets: deque[float | None] = deque(maxlen=min(packets, MOST_PACKETS))
        self.slots: tuple[Series[float], ...] = ()

    def add(self, at: float, delays: Sequence[float], without: int) -> None:
        """Remember what a report tells: delays, and how many packets have none."""
        if at - self.at > self.lasts:
            self.packets.clear()
        self.packets.extend(delays)
        self.packets.extend([None] * without)
        self.at = at
        self.fresh = self.heard = True

    def resize(self, packets: int, lasts: float) -> None:
        """Remember so many packets, for so many seconds, from now on."""
        self.lasts = lasts
        if self.packets.maxlen != min(packets, MOST_PACKETS):
            self.packets = deque(self.packets, min(packets, MOST_PACKETS))


class RecentFigures:
    """What is told of the last while, of all paths."""

    def __init__(self) -> None:
        self.quantiles = Numbers(catalogue.PROBE_DELAY_QUANTILE)
        self.mean = Numbers(catalogue.PROBE_DELAY_MEAN)
        self.variation = Numbers(catalogue.PROBE_DELAY_VARIATION)
        self.ipdv = Numbers(catalogue.PROBE_IPDV)
        self._paths: dict[LabelValues, Recent] = {}

    @property
    def families(self) -> Collection[Numbers]:
        """Every family."""
        return self.quantiles, self.mean, self.variation, self.ipdv

    def of(self, labels: LabelValues, packets: int, lasts: float) -> Recent:
        """Return a path's last packets.

        Parameters
        ----------
        packets : int
            In a window.
        """
        found = self._paths.get(labels)
        if found is None:
            found = self._paths[labels] = Recent(packets, lasts)
        elif found.lasts != lasts or found.packets.maxlen != packets:
            found.resize(packets, lasts)
        return found

    def keep(self, wanted: Callable[[LabelValues], bool]) -> None:
        """Forget every path that is not `wanted`."""
        self._paths = {at: path for at, path in self._paths.items() if wanted(at)}
        for path in self._paths.values():
            # Their series may have been dropped with others.
            path.slots, path.fresh = (), bool(path.packets)

    def refreshing(self, now: float) -> Iterator[list[LabelValues]]:
        """Work out the figures as of `now`; yield the paths that fell quiet.

        They come a few at a time, so that others may have their turn.
        """
        quiet, worked_out = [], 0
        for labels, path in list(self._paths.items()):
            if now - path.at > path.lasts:
                if path.heard:
                    path.heard = path.fresh = False
                    path.packets.clear()
                    self._drop(labels, path)
                    quiet.append(labels)
            elif path.fresh:
                path.fresh = False
                self._work_out(labels, path)
                worked_out += 1
                if worked_out % _AT_ONCE == 0:
                    yield quiet
                    quiet = []
        yield quiet

    def _work_out(self, labels: LabelValues, path: Recent) -> None:
        delays = [delay for delay in path.packets if delay is not None]
        figures = Figures.of(delays)
        if figures is None:
            self._drop(labels, path)
            return
        values = [
            *(figures.minimum, figures.p50, figures.p95, figures.p99, figures.maximum),
            *(figures.mean, figures.variation),
        ]
        changes = sorted(steps(delays))
        if changes:
            values += [sum(changes) / len(changes), quantile(changes, 0.99)]
        if len(path.slots) != len(values):
            self._drop(labels, path)
            path.slots = tuple(self._slots(labels, values))
        for slot, value in zip(path.slots, values, strict=True):
            slot.value = value

    def _slots(self, labels: LabelValues, values: list[float]) -> list[Series[float]]:
        families = [
            *(
                (self.quantiles, (share,))
                for share in ("0", "0.5", "0.95", "0.99", "1")
            ),
            *((self.mean, ()), (self.variation, ())),
            *((self.ipdv, (statistic,)) for statistic in ("mean", "p99")),
        ]
        return [
            family.slot((*labels, *more), value)
            for (family, more), value in zip(families, values, strict=False)
        ]

    def _drop(self, labels: LabelValues, path: Recent) -> None:
        if not path.slots:
            return
        path.slots = ()
        for share in ("0", "0.5", "0.95", "0.99", "1"):
            self.quantiles.drop((*labels, share))
        for statistic in ("mean", "p99"):
            self.ipdv.drop((*labels, statistic))
        self.mean.drop(labels)
        self.variation.drop(labels)
