"""The two clocks of a measurement, and how far apart they stand.

The kernel stamps packets with the wall clock, which may be stepped; schedules and
delays live on the monotonic clock, which may not. The distance between the two is
constant until somebody steps the wall clock. All times are integer nanoseconds.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

SECOND = 1_000_000_000

_CLOSE_ENOUGH = 2_000
_ATTEMPTS = 4


class Offset(NamedTuple):
    """Wall clock minus monotonic clock, and the bound on its error."""

    value: int
    error: int


@dataclass(frozen=True, slots=True)
class Clock:
    """Where the time comes from; tests step it, nothing else replaces it.

    Attributes
    ----------
    monotonic, realtime : callable
        Nanoseconds: never stepped, and since 1970 (what the kernel stamps with).
    """

    monotonic: Callable[[], int] = time.monotonic_ns
    realtime: Callable[[], int] = time.time_ns

    def offset(self) -> Offset:
        """Read both clocks as close together as we can.

        Being put aside by the scheduler between the readings shows as a long
        bracket around the wall clock; the shortest of a few brackets is used.
        """
        best = self._bracket()
        for _ in range(_ATTEMPTS - 1):
            if best.error <= _CLOSE_ENOUGH:
                break
            best = min(best, self._bracket(), key=lambda offset: offset.error)
        return best

    def _bracket(self) -> Offset:
        before = self.monotonic()
        wall = self.realtime()
        after = self.monotonic()
        return Offset(wall - (before + after) // 2, (after - before + 1) // 2)


def nanoseconds(seconds: float) -> int:
    """Turn seconds into whole nanoseconds."""
    return round(seconds * SECOND)
