"""How many packets each train has: as few as show the path, within what is allowed."""

from dataclasses import dataclass, field

LEAST = 40
"""Packets that a measurement must be allowed."""

_FIRST = 24
"""Of the first train: enough for a tail, few enough for a narrow path."""
_PARTS = 4
_LONGEST = 0.1
"""Seconds that a train should keep the way there busy, and nobody else gets through."""
_BEARABLE = 0.3
"""Seconds that it may take in either direction, as far as one knows."""
_QUICKEST = 1e-9
_MOST_TRAINS = 12

_SEGMENTS = 4
"""Packets handed to the kernel at once, which costs it little more than one does: on
its own each takes some 10 to 20 µs, which is 1.1 Gbit/s at best. More of them would
come out in lumps."""
_SLOW = 200e6

_BITS = 8


@dataclass(slots=True)
class Plan:
    """Decides as it goes.

    A short train comes first. Where it shows a rate, more follow that keep the path
    busy for a tenth of a second at most. Where it shows none, a token bucket may hold
    more than the train: a longer one is tried, and then all that is left in one.

    Attributes
    ----------
    left : int
        Packets that may still be sent.
    """

    left: int
    _sent: int = 0
    _length: int = field(default=_FIRST)
    _more: int = 1
    _slow: bool = True

    @property
    def group(self) -> int:
        """How many packets to hand to the kernel at once.

        One by one they are queued as any other traffic is; that is fast enough until
        there is reason to think that the path is faster.
        """
        return 1 if self._slow else _SEGMENTS

    def next(self) -> int:
        """Return how many packets the next train has; 0 if there is none."""
        if self._more == 0 or self._sent >= _MOST_TRAINS:
            return 0
        count = self._length if self.left >= self._length else 0
        self.left -= count
        self._sent += 1
        self._more -= 1
        return count

    def learn(self, rate: float | None, packet: int, pace: float) -> None:
        """Take in what the train showed that was just sent.

        Parameters
        ----------
        rate : float or None
            bit/s; None if it showed none.
        packet : int
            Bytes of each packet.
        pace : float
            Seconds that each packet took in the slower direction, all in all.
        """
        bearable = max(_FIRST, int(_BEARABLE / max(pace, _QUICKEST)))
        self._slow = rate is not None and rate < _SLOW
        if self._more > 0:
            return
        if rate is not None and self._length > _FIRST:
            self._more = self.left // self._length
        elif rate is not None:
            busy = int(rate * _LONGEST / _BITS / packet)
            self._length = max(_FIRST, min(busy, self.left // _PARTS, bearable))
            self._more = self.left // self._length
        elif self._sent == 1:
            self._length = max(_FIRST, min(self.left // _PARTS, bearable))
            self._more = 1
        elif self._sent == 2 and self.left >= _FIRST:
            self._length = min(self.left, bearable)
            self._more = 1
