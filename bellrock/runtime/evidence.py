"""What was heard lately: which devices answer, which are silent, which links are up.

Raw evidence only. What follows from it (a silent device behind a cut is not known to
be down) is decided in :mod:`topology.belief`.
"""

import math
from collections.abc import Callable, Collection
from dataclasses import dataclass, field

from bellrock.model.inventory import Inventory
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Outcome,
    RoundTrips,
    Status,
)
from topology.belief import Heard

SILENT_AFTER = 3
"""Failures in a row of one source before it calls its device silent."""

FRESH_FOR = 3.0
"""Intervals after which an interface's reported status no longer counts."""

NOT_REACHED = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.UNRESOLVED})
"""Outcomes in which nobody answered; a refusal or a bad answer is an answer."""


@dataclass(slots=True)
class _Source:
    """What one probe or collector heard of one device; times in Unix seconds."""

    failures: int = 0
    failing_since: float = 0.0
    last_answer: float = -math.inf


@dataclass(slots=True)
class _Report:
    """What one end of a link said of it, and until when (Unix s) that counts."""

    status: Status
    until: float


@dataclass(slots=True)
class Evidence:
    """Takes in readings and says what they amount to."""

    inventory: Inventory
    _sources: dict[str, dict[str, _Source]] = field(default_factory=dict)
    _reports: dict[str, dict[str, _Report]] = field(default_factory=dict)
    _link_at: dict[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        """Index which link is plugged into which interface."""
        self._link_at = _link_at(self.inventory)

    def adopt(self, inventory: Inventory, still: Callable[[str, str], bool]) -> None:
        """Go on with another inventory, without what no longer says anything of it.

        Parameters
        ----------
        still : callable
            Whether a device, by id, is still asked in the same place by a source.
        """
        self.inventory = inventory
        for device, sources in self._sources.items():
            for name in [name for name in sources if not still(device, name)]:
                del sources[name]
        self._sources = {at: heard for at, heard in self._sources.items() if heard}
        before, self._link_at = self._link_at, _link_at(inventory)
        same = {(link, at[0]) for at, link in before.items() & self._link_at.items()}
        for link, reports in self._reports.items():
            for device in [each for each in reports if (link, each) not in same]:
                del reports[device]

    def link_at(self, device: str, interface: str) -> str | None:
        """Return the id of the link plugged in there, if one is declared."""
        return self._link_at.get((device, interface))

    def add_round_trips(self, trips: RoundTrips) -> None:
        """Note whether a probe's packets were answered."""
        answered = trips.late or trips.outcomes.keys() - NOT_REACHED
        failures = 0 if answered else trips.sent
        self._note(trips.target, trips.probe, trips.at, failures)

    def add_reading(self, reading: DeviceReading, interval: float) -> None:
        """Note whether a device answered a collector, and its interfaces' status."""
        silent = reading.outcome in NOT_REACHED
        self._note(reading.device, reading.collector, reading.at, int(silent))
        until = reading.at + FRESH_FOR * interval
        for interface in reading.interfaces:
            link = self.link_at(reading.device, interface.name)
            if link is not None:
                reports = self._reports.setdefault(link, {})
                reports[reading.device] = _Report(_carries(interface), until)

    def heard(self, now: float) -> Heard:
        """Return what the evidence amounts to at `now` (Unix s)."""
        answered, silent = set(), set()
        for device, sources in self._sources.items():
            if _silent(sources.values()):
                silent.add(device)
            elif any(source.last_answer > -math.inf for source in sources.values()):
                answered.add(device)
        up, down = set(), set()
        for link, reports in self._reports.items():
            fresh = {r.status for r in reports.values() if r.until >= now}
            if Status.DOWN in fresh:
                down.add(link)
            elif Status.UP in fresh:
                up.add(link)
        return Heard(*map(frozenset, (answered, silent, up, down)))

    def _note(self, device: str, name: str, at: float, failures: int) -> None:
        source = self._sources.setdefault(device, {}).setdefault(name, _Source())
        if not failures:
            source.failures, source.last_answer = 0, at
            return
        if not source.failures:
            source.failing_since = at
        source.failures += failures


def _link_at(inventory: Inventory) -> dict[tuple[str, str], str]:
    return {
        (end.device, end.interface): link.id
        for link in inventory.links.values()
        for end in (link.a, link.b)
        if end.interface
    }


def _silent(sources: Collection[_Source]) -> bool:
    """Return whether a source gave up on the device, and none has heard it since.

    So a probe with a packet a second decides for a collector with a poll a minute,
    and a device that only one of its protocols is filtered to is not called silent.
    """
    heard = max(source.last_answer for source in sources)
    return any(
        source.failures >= SILENT_AFTER and heard < source.failing_since
        for source in sources
    )


def _carries(interface: InterfaceReading) -> Status:
    """Return whether the interface carries traffic: switched off counts as down."""
    return Status.DOWN if interface.enabled is False else interface.status
