"""From two readings of a device's counters to the load of its links."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from bellrock.model.inventory import Link
from bellrock.model.observation import DeviceReading, InterfaceReading


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
        There is none for the first reading, nor across a restart of the agent
        (`uptime` went back) or a counter that ran backwards: a rate is never guessed.
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
        if then is not None and now is not None:
            yield from _both_directions(link, end, then, now, seconds)


def _both_directions(
    link: Link, end: str, then: InterfaceReading, now: InterfaceReading, seconds: float
) -> Iterator[Load]:
    outward, inward = ("ab", "ba") if end == "a" else ("ba", "ab")
    for direction, old, new in (
        (outward, then.transmit_bytes, now.transmit_bytes),
        (inward, then.receive_bytes, now.receive_bytes),
    ):
        if old is None or new is None or new < old:
            continue
        rate = (new - old) * 8 / seconds
        capacity = link.capacity_ab if direction == "ab" else link.capacity_ba
        yield Load(link.id, direction, rate, rate / capacity if capacity else None)


def _restarted(before: DeviceReading, after: DeviceReading) -> bool:
    if before.uptime is None or after.uptime is None:
        return False
    return after.uptime < before.uptime
