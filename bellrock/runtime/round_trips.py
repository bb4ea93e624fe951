"""The delays that other probes saw lately, of the paths that tests fill."""

from collections import deque
from collections.abc import Collection
from statistics import fmean

from bellrock.model.observation import RoundTrips
from probes.throughput.figures import RoundTrip

_KEPT = 600
"""Delays: ten minutes of one probe at its usual pace."""

_BEFORE = 900.0
"""Seconds back to which the path is taken to be as it is."""


class RecentDelays:
    """Keeps the round trips to some devices, with when they were told."""

    def __init__(self) -> None:
        self._kept: dict[str, deque[tuple[float, float]]] = {}

    def watch(self, devices: Collection[str]) -> None:
        """Keep those of these devices, and no others."""
        before = self._kept
        self._kept = {
            device: before.get(device, deque(maxlen=_KEPT)) for device in devices
        }

    def add(self, trips: RoundTrips) -> None:
        """Note what a probe saw."""
        kept = self._kept.get(trips.target)
        if kept is not None:
            kept.extend((trips.at, delay) for delay in trips.delays)

    def between(self, device: str, begin: float, end: float) -> RoundTrip:
        """Return the idle round trip before a transfer, and the mean one during it.

        Parameters
        ----------
        begin, end : float
            Of the transfer; seconds, monotonic.
        """
        kept = self._kept.get(device, ())
        idle = [delay for at, delay in kept if begin - _BEFORE <= at <= begin]
        during = [delay for at, delay in kept if begin < at <= end]
        return RoundTrip(
            idle=min(idle, default=None), loaded=fmean(during) if during else None
        )
