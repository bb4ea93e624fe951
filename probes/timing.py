"""Delays from kernel stamps, and how wrong they can be. Integer nanoseconds."""

from probes.clock import SECOND, Offset

STEP = 50_000
"""A wall clock off by more than this was stepped; by less, it was read unluckily."""

MARGIN = 2_000
"""Nanoseconds that two readings of one clock may contradict each other by."""

STAMPED = 1_000
"""Nanoseconds by which the kernel's stamp of a packet that leaves may be off: it is
taken where the driver is handed the packet, and nothing tells how long that takes."""

_WINDOW = 30 * SECOND


def moved(before: Offset, after: Offset) -> bool:
    """Tell whether the clocks stand otherwise than they did, be it by ever so little.

    Examples
    --------
    >>> moved(Offset(0, 5), Offset(9, 5)), moved(Offset(0, 5), Offset(11, 5))
    (False, True)
    """
    return abs(after.value - before.value) > before.error + after.error


def stepped(before: Offset, after: Offset) -> bool:
    """Tell whether the wall clock was stepped between two readings."""
    return abs(after.value - before.value) > STEP + before.error + after.error


def round_trip(sent: int, received: int, latest: int, held: int) -> int | None:
    """Return the round-trip delay of an answer, None if the clock makes no sense.

    Parameters
    ----------
    sent : int
        Monotonic clock just before sending.
    received : int
        The kernel's stamp, moved to the monotonic clock.
    latest : int
        Monotonic clock now: an answer from the future is a stepped clock.
    held : int
        How long the peer says it kept the packet (T3 - T2). Its clock is not ours:
        what is negative or longer than the whole trip is not believed.

    Examples
    --------
    >>> round_trip(sent=2, received=8, latest=9, held=1)
    5
    >>> round_trip(sent=2, received=8, latest=9, held=7)
    6
    """
    if received < sent - STEP or received > latest + STEP:
        return None
    trip = received - sent
    if trip < 0:
        trip = 0
    return trip - held if 0 <= held <= trip else trip


class ErrorBound:
    """The largest error noted in the last half minute, give or take as much."""

    def __init__(self) -> None:
        self._now = 0
        self._before = 0
        self._until = 0

    def note(self, error: int) -> None:
        """Remember an error if it is the largest so far."""
        if error > self._now:
            self._now = error

    def roll(self, now: int) -> None:
        """Forget what is older than two windows."""
        if now >= self._until:
            self._before, self._now = self._now, 0
            self._until = now + _WINDOW

    @property
    def value(self) -> int:
        """The bound."""
        return max(self._now, self._before)
