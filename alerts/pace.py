"""How fast rules are evaluated, and how patient they are."""

from dataclasses import dataclass

from bellrock.promql.query import duration


@dataclass(frozen=True, slots=True)
class Pace:
    """The pace of rules: the real one, or a demonstration's where time is short.

    Attributes
    ----------
    interval : float
        Seconds between evaluations; scrape no less often.
    speed : float
        Factor by which every patience is shorter than in earnest.

    Examples
    --------
    >>> hurried = Pace(interval=1, speed=60)
    >>> hurried.scaled(180), hurried.window(60), hurried.evaluations(4)
    (3.0, 4, 4)
    """

    interval: float = 15.0
    speed: float = 1.0

    def __post_init__(self) -> None:
        """Refuse a pace at which nothing would ever happen.

        Raises
        ------
        ValueError
            If the interval is under a millisecond, or the speed not positive.
        """
        if self.interval < 0.001 or self.speed <= 0:
            raise ValueError(f"{self}: no such pace; both must be positive")

    def scaled(self, seconds: float) -> float:
        """Return how long a patience of `seconds` lasts at this pace."""
        return seconds / self.speed

    def window(self, seconds: float) -> float:
        """Return the same for a range, which never has fewer than four samples."""
        return max(self.scaled(seconds), self.evaluations(4))

    def evaluations(self, count: int) -> float:
        """Return the seconds that `count` evaluations take."""
        return count * self.interval

    def __str__(self) -> str:
        """Say it in a message."""
        return f"every {duration(self.interval)}, {self.speed:g} times as fast"


EARNEST = Pace()
"""As it is shipped."""
