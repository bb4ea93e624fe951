"""From what each train tells to one figure for a direction, or the reason for none."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bellrock.model.observation import Outcome
from probes.clock import SECOND
from probes.throughput.train_dispersion import Dispersion, Shape

CEILING = 1e9
"""bit/s; what is faster may be the pace of either machine rather than of the path."""

WIDEST = 0.25
"""Width of the bounds, as a ratio of the figure, beyond which there is no figure."""

_BITS = 8
_LEAST_ERROR = 0.005
"""What is claimed at best, however straight the line: clocks, and lengths of frames."""

_WHY = {
    Shape.SHORT: "too few packets came through",
    Shape.UNEVEN: "no train kept one pace: other traffic, or a token bucket that holds "
    "more than a train",
    Shape.COARSE: "too few packets came out apart from each other: time stamps of the "
    "far end that are coarse or wrong, or a token bucket",
}


class Told(NamedTuple):
    """One train of one direction.

    Attributes
    ----------
    size : int
        Bytes of each IP packet.
    """

    size: int
    seen: Dispersion

    @property
    def rate(self) -> float | None:
        """The pace in bit/s of IP packets; None where there was none."""
        if self.seen.gap is None:
            return None
        return self.size * _BITS * SECOND / self.seen.gap


@dataclass(frozen=True, slots=True)
class Verdict:
    """What all trains say together; the words are those of Capacity."""

    outcome: Outcome
    rate: float | None = None
    low: float | None = None
    high: float | None = None
    at_least: bool = False
    detail: str = ""


class _Weighed(NamedTuple):
    """A train's figure; its weight is that of independent figures (1 / variance)."""

    rate: float
    error: float
    length: int
    weight: float


def judge(trains: Sequence[Told]) -> Verdict:
    """Make one figure of the trains of one direction.

    The figure is the median of the trains that filled the path, each weighed by its
    tail and by how well its stamps lie on a line; the bounds hold the middle half of
    them, and what the scatter of the stamps leaves open. Where most did not fill it
    there is a lower bound alone, and where they contradict each other nothing but the
    bounds.
    """
    filled = _weighed(trains, lambda seen: seen.shape is Shape.FILLED)
    carried = _weighed(
        trains, lambda seen: seen.shape in (Shape.NOT_FILLED, Shape.DROPPED)
    )
    if not filled and not carried:
        return Verdict(Outcome.UNCERTAIN, detail=_why_none(trains))
    if not filled and _longest(trains).shape is Shape.UNEVEN:
        return Verdict(Outcome.UNCERTAIN, detail=_WHY[Shape.UNEVEN])
    if _packets(filled) < _packets(carried):
        return _lower_bound(trains, carried)
    rate = _quantile(filled, 0.5)
    low, high = _bounds(filled, rate)
    if rate > CEILING:
        return _at_least(
            min(low, CEILING),
            "faster than trains can tell from the machines at its ends",
        )
    if high - low > WIDEST * rate:
        return Verdict(
            Outcome.UNCERTAIN,
            low=low,
            high=high,
            detail="the trains contradict each other: other traffic, or a busy machine",
        )
    return Verdict(Outcome.SUCCESS, rate, low, high)


def settled(train: Told) -> bool:
    """Tell whether a train alone gives a figure, so that more of them will do."""
    return train.seen.shape is Shape.FILLED and train.seen.error <= WIDEST / 2


def _weighed(
    trains: Sequence[Told], wanted: Callable[[Dispersion], bool]
) -> list[_Weighed]:
    return sorted(
        _Weighed(
            train.rate,
            train.seen.error,
            train.seen.head + train.seen.tail,
            train.seen.tail / (train.seen.error + _LEAST_ERROR) ** 2,
        )
        for train in trains
        if train.rate is not None and wanted(train.seen)
    )


def _longest(trains: Sequence[Told]) -> Dispersion:
    return max((each.seen for each in trains), key=lambda seen: seen.head + seen.tail)


def _packets(trains: Sequence[_Weighed]) -> int:
    return sum(each.length for each in trains)


def _quantile(trains: Sequence[_Weighed], share: float) -> float:
    """Return the rate below which this share of the weight is."""
    left = share * sum(each.weight for each in trains)
    for each in trains:
        left -= each.weight
        if left <= 0:
            return each.rate
    return trains[-1].rate


def _bounds(trains: Sequence[_Weighed], rate: float) -> tuple[float, float]:
    low, high = _quantile(trains, 0.25), _quantile(trains, 0.75)
    best = max(trains, key=lambda each: each.weight)
    error = max(best.error, _LEAST_ERROR)
    return min(low, rate) / (1 + error), max(high, rate) * (1 + error)


def _lower_bound(trains: Sequence[Told], carried: Sequence[_Weighed]) -> Verdict:
    # What the longest ones got is least due to a bucket, and it is to be kept to.
    most = max(each.length for each in carried)
    rate = min(*(e.rate for e in carried if 2 * e.length > most), CEILING)
    if any(train.seen.shape is Shape.DROPPED for train in trains):
        return _at_least(
            rate,
            "packets were dropped that had not queued: a policer on the path, or a "
            "limit of the far end",
        )
    size = most * max(train.size for train in trains)
    return _at_least(
        rate,
        f"trains of {size / 1000:.0f} kB came out as they went in; a token bucket "
        "that holds more would not show",
    )


def _at_least(rate: float, detail: str) -> Verdict:
    return Verdict(Outcome.SUCCESS, rate, rate, None, at_least=True, detail=detail)


def _why_none(trains: Sequence[Told]) -> str:
    shapes = [train.seen.shape for train in trains]
    if not shapes:
        return "no train was sent"
    return _WHY[max(set(shapes), key=shapes.count)]
