"""From two readings of a device's counters to the load of its links."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bellrock.model.inventory import Link
from bellrock.model.observation import DeviceReading, InterfaceReading

_WRAP = 2**32
_DRIFT = 1.0
"""Seconds by which an agent's clock may be off ours between two polls."""


@dataclass(frozen=True, slots=True)
class Load:
    """Traffic one end of a link saw in one direction, bit/s, and its share."""

    link: str
    direction: str
    rate: float
    utilisation: float | None


@dataclass(slots=True)
class Meter:
    """Remembers each device's last reading, and what load came of it."""

    _last: dict[str, DeviceReading] = field(default_factory=dict)
    _told: dict[str, tuple[Load, ...]] = field(default_factory=dict)

    def keep(self, wanted: Callable[[str], bool]) -> None:
        """Forget the devices that are not `wanted`."""
        self._last = {name: last for name, last in self._last.items() if wanted(name)}
        self._told = {name: told for name, told in self._told.items() if wanted(name)}

    def loads(
        self,
        reading: DeviceReading,
        links: Mapping[str, tuple[Link, str]],
        *,
        apart: float = 0.0,
    ) -> tuple[Load, ...]:
        """Return the load of each link the reading covers.

        Parameters
        ----------
        reading : DeviceReading
            A successful poll.
        links : mapping of str to (Link, str)
            By interface name: the link there and which end of it, ``a`` or ``b``.
        apart : float
            Seconds within which a poll out of turn may follow another and says nothing
            new: agents count in steps of some seconds. What was told stands then.

        Notes
        -----
        There is none for the first reading, nor across a restart of the agent, a
        discontinuity, a move to another ifIndex or a counter that ran backwards: a rate
        is never guessed. A counter of 32 bits may have begun at 0 again; where that
        would be more than the interface can carry, it was something else.
        """
        before = self._last.get(reading.device)
        same = before is not None and not _restarted(before, reading)
        if before is not None and same and reading.at - before.at < apart:
            return self._told.get(reading.device, ())
        self._last[reading.device] = reading
        told = tuple(_loads(before, reading, links)) if before and same else ()
        self._told[reading.device] = told
        return told


def _loads(
    before: DeviceReading,
    after: DeviceReading,
    links: Mapping[str, tuple[Link, str]],
) -> Iterator[Load]:
    seconds = after.at - before.at
    if seconds <= 0:
        return
    for interface, (link, end) in links.items():
        then = before.interfaces.named(interface)
        now = after.interfaces.named(interface)
        if then is None or now is None or then.index != now.index:
            continue
        if _anew(interface, before, after):
            continue
        wraps = interface in before.narrow and interface in after.narrow
        for direction, old, new in _both_directions(end, then, now):
            if old is None or new is None:
                continue
            rate = (new - old) * 8 / seconds
            if rate < 0 and wraps:
                rate += _WRAP * 8 / seconds
                if now.speed is None or rate > now.speed:
                    continue
            if rate < 0:
                continue
            capacity = link.capacity_ab if direction == "ab" else link.capacity_ba
            yield Load(link.id, direction, rate, rate / capacity if capacity else None)


def _both_directions(
    end: str, then: InterfaceReading, now: InterfaceReading
) -> Iterator[tuple[str, int | None, int | None]]:
    outward, inward = ("ab", "ba") if end == "a" else ("ba", "ab")
    yield outward, then.transmit_bytes, now.transmit_bytes
    yield inward, then.receive_bytes, now.receive_bytes


def _restarted(before: DeviceReading, after: DeviceReading) -> bool:
    """Return whether the agent started between two readings."""
    if before.uptime is None or after.uptime is None:
        return False
    if after.uptime < before.uptime:
        return True
    # It may have been up for less long before than it is again. Where in a poll it was
    # asked is not known; and some agents' clocks stand still.
    since = after.at - before.at - before.duration - after.duration - _DRIFT
    return before.uptime < after.uptime < since


def _anew(interface: str, before: DeviceReading, after: DeviceReading) -> bool:
    """Return whether an interface's counters say that they began anew."""
    then = before.discontinuities.get(interface)
    now = after.discontinuities.get(interface)
    return then is not None and now is not None and then != now
