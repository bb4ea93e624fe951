"""Notices that wait for their turn: bounded, in turns, no faster than is allowed.

Each device has a line of its own and they take turns, so that one which floods us
keeps nobody else waiting. Of a line that is full the oldest goes: the newest says how
things are.
"""

import heapq
from collections import deque
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from collectors.traps.refusal import Refusal

PER_DEVICE = 256
ALL = 4096
"""Datagrams that may wait."""
OCTETS = 4 << 20
"""And how long they may be together."""

_BURST = 64
"""Notices that a device may have worked on at once: a router whose card goes down."""

_Item = TypeVar("_Item")


@dataclass(slots=True)
class Pace:
    """Lets `rate` pass in a second, and `burst` at once after a rest."""

    rate: float
    burst: int
    _next: float = 0.0

    def free_at(self) -> float:
        """Return when the next may pass."""
        return self._next - (self.burst - 1) / self.rate

    def take(self, now: float) -> None:
        """Let one pass."""
        self._next = max(self._next, now) + 1 / self.rate


@dataclass(slots=True)
class _Line(Generic[_Item]):
    pace: Pace
    items: dict[bytes, _Item] = field(default_factory=dict)
    queued: bool = False


class Waiting(Generic[_Item]):
    """Takes datagrams in, with whatever belongs to each, and gives them out in turns.

    Parameters
    ----------
    rate, device_rate : int
        A second, of all devices and of one.
    """

    def __init__(self, rate: int, device_rate: int) -> None:
        self._lines: dict[str, _Line[_Item]] = {}
        self._ready: deque[str] = deque()
        self._resting: list[tuple[float, str]] = []
        self._count = self._octets = 0
        self.limit(rate, device_rate)

    def __len__(self) -> int:
        """Return how many wait."""
        return self._count

    def limit(self, rate: int, device_rate: int) -> None:
        """Go on at another pace."""
        self._pace = Pace(rate, max(1, rate // 10))
        self._device_rate = device_rate
        for line in self._lines.values():
            line.pace.rate = device_rate

    def keep(self, devices: Collection[str]) -> None:
        """Forget what waits of other devices than these."""
        for device in self._lines.keys() - devices:
            self._empty(self._lines.pop(device), 0)

    def put(self, device: str, datagram: bytes, item: _Item) -> Refusal | None:
        """Let a datagram wait; return why it, or an older one, will not be read."""
        line = self._lines.get(device)
        if line is None:
            line = self._lines[device] = _Line(Pace(self._device_rate, _BURST))
        refusal = None
        if datagram in line.items:
            # At the end again: what was told last counts.
            self._drop(line, datagram)
            refusal = Refusal.REPEATED
        elif self._empty(line, PER_DEVICE - 1, len(datagram)):
            refusal = Refusal.CROWDED
        if self._full(len(datagram)):
            return refusal
        line.items[datagram] = item
        self._count += 1
        self._octets += len(datagram)
        if not line.queued:
            line.queued = True
            heapq.heappush(self._resting, (line.pace.free_at(), device))
        return refusal

    def take(self, now: float) -> _Item | None:
        """Return the next one whose turn it is; None if it is nobody's yet."""
        while self._resting and self._resting[0][0] <= now:
            self._ready.append(heapq.heappop(self._resting)[1])
        while self._ready and self._pace.free_at() <= now:
            device = self._ready.popleft()
            line = self._lines.get(device)
            if line is None:
                continue
            line.queued = False
            if not line.items:
                continue
            item = self._drop(line, next(iter(line.items)))
            self._pace.take(now)
            line.pace.take(now)
            if line.items:
                line.queued = True
                heapq.heappush(self._resting, (line.pace.free_at(), device))
            return item
        return None

    def due(self) -> float | None:
        """Return when to `take` next; None if nothing waits."""
        if self._ready:
            return self._pace.free_at()
        if self._resting:
            return max(self._resting[0][0], self._pace.free_at())
        return None

    def _full(self, octets: int) -> bool:
        return self._count >= ALL or self._octets + octets > OCTETS

    def _empty(self, line: _Line[_Item], most: int, octets: int = 0) -> bool:
        """Drop the oldest of a line until there is room; return whether any had to."""
        dropped = False
        while len(line.items) > most or (line.items and self._full(octets)):
            self._drop(line, next(iter(line.items)))
            dropped = True
        return dropped or self._full(octets)

    def _drop(self, line: _Line[_Item], datagram: bytes) -> _Item:
        self._count -= 1
        self._octets -= len(datagram)
        return line.items.pop(datagram)
