"""Loss and delay of each direction alone, from what a session-reflector counts.

One-way delays need two clocks that keep the same time. They are told only together with
the bound on their error, which is what both ends claim of their clocks (the Error
Estimate); where either claims nothing, or the times themselves show that a claim is
false, there are none.
"""

from collections.abc import Callable
from functools import lru_cache

from bellrock.model.observation import Way
from probes.channel import Far
from probes.clock import SECOND
from probes.stamp.estimate import decode
from probes.stamp.losses import Losses


class StampWays:
    """Tells the directions of one target's packets apart; see :class:`Ways`.

    Parameters
    ----------
    quality : callable
        Returns our clock's Error Estimate at a time in nanoseconds since 1970.
    deadline : int
        Nanoseconds after which a packet is given up at the latest.
    """

    def __init__(self, quality: Callable[[int], int], deadline: int) -> None:
        self._quality = quality
        self._loss = Losses(deadline)
        self._delays: list[tuple[int, int, int]] = []
        self._error: int | None = 0
        self._dscp_there: int | None = None
        self._dscp_here: int | None = None

    def answered(
        self, sequence: int, far: Far, sent: int, received: int, dscp: int | None
    ) -> None:
        """Note the answer to a packet of ours that came in time, and when it came."""
        if far.number is not None:
            self._loss.answered(sequence, far.number, sent, received)
        if far.dscp is not None:
            self._dscp_there = far.dscp
        if dscp is not None:
            self._dscp_here = dscp
        if self._error is None:
            return
        ours = None if far.error is None else decode(self._quality(sent))
        if ours is None or far.error is None:
            self._error = None
            return
        error = ours + far.error
        there, back = far.received - sent, received - far.sent
        if there < -error or back < -error:
            # One of the clocks is worse than it claims: no bound can be stated.
            self._error = None
            return
        self._error = max(self._error, error)
        self._delays.append((sent, there, back))

    def noticed(self, sequence: int, far: Far) -> None:
        """Note an answer that tells no times, though the far end counted its packet."""
        if far.number is not None:
            self._loss.noticed(sequence, far.number)

    def lost(self, sequence: int) -> None:
        """Note that a packet was given up."""
        self._loss.lost(sequence)

    def report(self) -> tuple[Way | None, Way | None]:
        """Return forward and reverse since the last report, and begin anew."""
        settled = self._loss.settle()
        there, back = self._dscp_there, self._dscp_here
        sent, forward, reverse = settled or (0, 0, 0)
        delays, error = self._delays, self._error
        if delays or there is not None or back is not None:
            self._delays = []
            self._dscp_there = self._dscp_here = None
        self._error = 0
        if not delays or error is None:
            counted = settled is not None
            return (
                _way(sent, forward, there) if counted or there is not None else None,
                _way(sent - forward, reverse, back)
                if counted or back is not None
                else None,
            )
        delays.sort()
        bound = error / SECOND
        out = tuple(out / SECOND for _, out, _ in delays)
        home = tuple(home / SECOND for _, _, home in delays)
        return (
            Way(sent, forward, out, bound, there),
            Way(sent - forward, reverse, home, bound, back),
        )


@lru_cache(maxsize=4_096)
def _way(sent: int, lost: int, dscp: int | None) -> Way:
    """Return what most reports have in common, made once."""
    return Way(sent, lost, dscp=dscp)
