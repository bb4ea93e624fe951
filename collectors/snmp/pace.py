"""How fast requests may follow each other, over all devices."""

import asyncio

from collectors.snmp import patience

_BURST = 0.01
"""Seconds by which a request may be early: cheaper than to sleep for each one."""


class Pace:
    """Lets so many pass in a second, evenly but for what fits ten milliseconds."""

    __slots__ = ("_clock", "_gap", "_next")

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._clock = asyncio.get_running_loop().time
        self._next = 0.0

    def free(self, now: float) -> bool:
        """Take our turn if there is nothing to wait for; return whether we did."""
        if self._next - now > _BURST:
            return False
        self._next = max(self._next, now) + self._gap
        return True

    async def turn(self) -> None:
        """Wait until it is our turn."""
        now = self._clock()
        self._next = max(self._next, now) + self._gap
        if self._next - now > _BURST + self._gap:
            patience.hold()
            await asyncio.sleep(self._next - now - _BURST)
            patience.run()
