"""What was heard lately: which devices answer, which are silent, which links are up.

Raw evidence only. What follows from it (a silent device behind a cut is not known to
be down) is decided in :mod:`topology.belief`.
"""

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import InitVar, dataclass, field

from bellrock.model.inventory import Inventory
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Notice,
    NoticeKind,
    Outcome,
    RoundTrips,
)
from bellrock.model.status import Status
from topology.belief import Heard

SILENT_AFTER = 3
"""Failures in a row of one source before it calls its device silent."""

FRESH_FOR = 3.0
"""Intervals of a source after which its last word no longer counts."""

AWAITED_FOR = 2.0
"""Intervals that a new source is given for its first word, before others' silence is
taken for the device's."""

DOUBTED_FOR = 60.0
"""Seconds in which a device whose notice a poll contradicted is polled, not believed.

Notices can be forged, or be old ones sent again; nobody should move a link by them for
longer than a poll takes."""

NOT_REACHED = frozenset({Outcome.TIMEOUT, Outcome.UNREACHABLE, Outcome.UNRESOLVED})
"""Outcomes in which nobody answered; a refusal or a bad answer is an answer."""


@dataclass(slots=True)
class _Source:
    """What one probe or collector heard of one device; times in seconds, monotonic."""

    every: float
    awaited_until: float
    told: float = -math.inf
    failures: int = 0
    failing_since: float = 0.0
    last_answer: float = -math.inf

    def fresh(self, now: float) -> bool:
        return now - self.told <= FRESH_FOR * self.every

    def awaited(self, now: float) -> bool:
        return self.told == -math.inf and now < self.awaited_until


@dataclass(slots=True)
class _Report:
    """What one end of a link said of it, and until when that counts.

    Attributes
    ----------
    noticed : float or None
        When the device said so unasked, and no poll has confirmed it yet.
    """

    status: Status
    until: float
    noticed: float | None = None


@dataclass(slots=True)
class Evidence:
    """Takes in readings and says what they amount to.

    Parameters
    ----------
    sources : mapping of (str, str) to float
        What is going to tell of which device: by device id and name of the collector,
        or the probe and its class, the seconds within which it says something. Others
        are not heard.
    now : float
        Seconds, monotonic.
    """

    inventory: Inventory
    sources: InitVar[Mapping[tuple[str, str], float]]
    now: InitVar[float]
    _sources: dict[str, dict[str, _Source]] = field(init=False)
    _reports: dict[str, dict[str, _Report]] = field(default_factory=dict)
    _link_at: dict[tuple[str, str], str] = field(init=False)
    _links_of: dict[str, dict[str, str]] = field(init=False)
    _indexes: dict[str, dict[int, str]] = field(default_factory=dict)
    _doubted: dict[str, float] = field(default_factory=dict)

    def __post_init__(
        self, sources: Mapping[tuple[str, str], float], now: float
    ) -> None:
        """Await the sources, and index which link is plugged into which interface."""
        self._sources = {}
        self._await(sources, now)
        self._plug(self.inventory)

    def adopt(
        self,
        inventory: Inventory,
        sources: Mapping[tuple[str, str], float],
        still: Callable[[str, str], bool],
        now: float,
    ) -> None:
        """Go on with another inventory, without what no longer says anything of it.

        Parameters
        ----------
        still : callable
            Whether a device, by id, is still asked in the same place by a source.
        """
        self.inventory = inventory
        for device, heard in self._sources.items():
            for name in [name for name in heard if not still(device, name)]:
                del heard[name]
        self._sources = {at: heard for at, heard in self._sources.items() if heard}
        self._await(sources, now)
        before = self._link_at
        self._plug(inventory)
        for kept in (self._indexes, self._doubted):
            for device in kept.keys() - self._sources.keys():
                del kept[device]
        same = {(link, at[0]) for at, link in before.items() & self._link_at.items()}
        for link, reports in self._reports.items():
            for device in [each for each in reports if (link, each) not in same]:
                del reports[device]

    def add_round_trips(self, trips: RoundTrips) -> None:
        """Note whether a probe's packets were answered."""
        answered = trips.late or trips.outcomes.keys() - NOT_REACHED
        failures = 0 if answered else trips.sent
        self._note(trips.target, trips.source, trips.at, failures)

    def add_reading(self, reading: DeviceReading) -> bool:
        """Note whether a device answered a collector, and its interfaces' status.

        Returns
        -------
        bool
            Whether it contradicts what the device told unasked: worth another look.
        """
        device = reading.device
        silent = reading.outcome in NOT_REACHED
        source = self._note(device, reading.collector, reading.at, int(silent))
        if source is None:
            return False
        contradicted = False
        begun = reading.begun
        if begun is None:
            begun = reading.at - reading.duration
        indexes: dict[int, str] = {}
        until = reading.at + FRESH_FOR * source.every
        for name, link in self._links_of.get(device, {}).items():
            interface = reading.interfaces.named(name)
            if interface is None:
                continue
            indexes[interface.index] = name
            reports = self._reports.setdefault(link, {})
            before, status = reports.get(device), _carries(interface)
            if before is not None and before.noticed is not None:
                if before.noticed > begun:
                    # It may have been read before it changed.
                    continue
                # Who says that it does not know is contradicted by nobody.
                contradicted |= before.status not in (status, Status.UNKNOWN)
            reports[device] = _Report(status, until)
        if indexes:
            self._indexes[device] = indexes
        if contradicted:
            self._doubted[device] = reading.at + DOUBTED_FOR
        return contradicted

    def add_notice(self, notice: Notice, collector: str) -> None:
        """Believe what a device tells unasked of a link, until it is next polled.

        Parameters
        ----------
        collector : str
            Which one is going to ask.
        """
        device = notice.device
        if notice.kind in (NoticeKind.COLD_START, NoticeKind.WARM_START):
            # Interfaces may be numbered anew.
            self._indexes.pop(device, None)
        if notice.kind not in (NoticeKind.LINK_DOWN, NoticeKind.LINK_UP):
            return
        source = self._sources.get(device, {}).get(collector)
        link = self._link_told_of(notice)
        if source is None or link is None:
            return
        if notice.at < self._doubted.get(device, -math.inf):
            return
        until = notice.at + FRESH_FOR * source.every
        reports = self._reports.setdefault(link, {})
        reports[device] = _Report(notice.status, until, notice.at)

    def _link_told_of(self, notice: Notice) -> str | None:
        links = self._links_of.get(notice.device, {})
        if notice.interface in links:
            return links[notice.interface]
        known = self._indexes.get(notice.device, {})
        return links.get(known.get(notice.index or 0, ""))

    def heard(self, now: float) -> Heard:
        """Return what the evidence amounts to at `now` (seconds, monotonic)."""
        answered, silent, unheard = set(), set(), set()
        for device, sources in self._sources.items():
            current = [source for source in sources.values() if source.fresh(now)]
            awaited = any(source.awaited(now) for source in sources.values())
            if not current:
                if not awaited:
                    unheard.add(device)
            elif _silent(current):
                # Not while another way to ask has not had its turn: a probe may be
                # filtered where a collector is let through.
                if not awaited:
                    silent.add(device)
            elif any(source.last_answer > -math.inf for source in current):
                answered.add(device)
        up, down = set(), set()
        for link, reports in self._reports.items():
            fresh = {r.status for r in reports.values() if r.until >= now}
            if Status.DOWN in fresh:
                down.add(link)
            elif Status.UP in fresh:
                up.add(link)
        return Heard(*map(frozenset, (answered, silent, up, down, unheard)))

    def _plug(self, inventory: Inventory) -> None:
        """Index which link is plugged into which interface of which device."""
        self._link_at = _link_at(inventory)
        self._links_of = {}
        for (device, interface), link in self._link_at.items():
            self._links_of.setdefault(device, {})[interface] = link

    def _await(self, sources: Mapping[tuple[str, str], float], now: float) -> None:
        for (device, name), every in sources.items():
            known = self._sources.setdefault(device, {})
            if name in known:
                known[name].every = every
            else:
                known[name] = _Source(every, now + AWAITED_FOR * every)

    def _note(self, device: str, name: str, at: float, failures: int) -> _Source | None:
        source = self._sources.get(device, {}).get(name)
        if source is None:
            # On its way when a reload took the device out.
            return None
        source.told = at
        if not failures:
            source.failures, source.last_answer = 0, at
            return source
        if not source.failures:
            source.failing_since = at
        source.failures += failures
        return source


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
