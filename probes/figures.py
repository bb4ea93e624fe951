"""What a series of delays comes to: quantiles, and two kinds of variation."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import ceil


def quantile(ordered: Sequence[float], share: float) -> float:
    """Return the least value that at least `share` of them do not exceed.

    This is the nearest rank: always a value that was measured, and of few the greatest.

    Parameters
    ----------
    ordered : sequence of float
        In ascending order; not empty.
    share : float
        Over 0, at most 1.

    Examples
    --------
    >>> quantile([1.0, 2.0, 3.0, 4.0], 0.5), quantile([1.0, 2.0], 0.99)
    (2.0, 2.0)
    """
    # Rounded first: 0.95 * 100 is a little over 95.
    return ordered[ceil(round(share * len(ordered), 9)) - 1]


@dataclass(frozen=True, slots=True)
class Figures:
    """Delays of one interval, in seconds.

    Attributes
    ----------
    minimum, mean, p50, p95, p99, maximum : float
        Of the answered packets; quantiles by nearest rank.
    """

    answered: int
    minimum: float
    mean: float
    p50: float
    p95: float
    p99: float
    maximum: float

    @classmethod
    def of(cls, delays: Sequence[float]) -> "Figures | None":
        """Work them out; None of no delays, of which there is nothing to say."""
        if not delays:
            return None
        ordered = sorted(delays)
        return cls(
            len(ordered),
            ordered[0],
            # A sum's last digit must not put the mean outside of what was measured.
            min(max(sum(ordered) / len(ordered), ordered[0]), ordered[-1]),
            quantile(ordered, 0.5),
            quantile(ordered, 0.95),
            quantile(ordered, 0.99),
            ordered[-1],
        )

    @property
    def variation(self) -> float:
        """The 99th percentile minus the minimum (PDV, RFC 5481, section 4.2)."""
        return self.p99 - self.minimum


def steps(delays: Sequence[float]) -> list[float]:
    """Return by how much each delay differs from the one before it, without sign.

    This is inter-packet delay variation (RFC 3393). Its selection function: of the
    answered packets, in order of sending, each and the answered one before it; where
    packets were lost between the two, they are a pair all the same.
    """
    return [abs(later - earlier) for earlier, later in pairwise(delays)]
