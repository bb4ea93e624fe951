"""What we know, as metric families: readings and conclusions in, samples out."""

import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Protocol

from bellrock import __version__
from bellrock.export.exposition import (
    Family,
    LabelValues,
    Numbers,
    RowLabels,
    Rows,
)
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from bellrock.model.observation import DeviceReading, Interfaces, Outcome
from bellrock.model.status import Status
from bellrock.runtime.checks import CheckSeries
from bellrock.runtime.current import Current
from bellrock.runtime.ethernet import EthernetSeries
from bellrock.runtime.facts import FactSeries
from bellrock.runtime.path_series import PathSeries
from bellrock.runtime.probes import ProbeSeries
from bellrock.runtime.throughput_series import ThroughputSeries
from bellrock.runtime.utilisation import Load
from probes.checks.settings import Check
from topology.analysis import Analysis
from topology.discovery.compare import Comparison
from topology.discovery.mismatch import Mismatch, Why
from topology.state import NetworkState

if TYPE_CHECKING:
    from bellrock.runtime.worst_cases import WorstCase

NEARLY_FULL = 0.8
"""Utilisation above which it is told which failure causes a worst case."""
MOST_UNDECLARED = 1_000
"""Undeclared links that are told of one by one."""

_INTERFACE_NUMBERS: Mapping[Metric, str] = {
    catalogue.INTERFACE_RECEIVE_BYTES: "receive_bytes",
    catalogue.INTERFACE_TRANSMIT_BYTES: "transmit_bytes",
    catalogue.INTERFACE_RECEIVE_ERRORS: "receive_errors",
    catalogue.INTERFACE_TRANSMIT_ERRORS: "transmit_errors",
    catalogue.INTERFACE_RECEIVE_DISCARDS: "receive_discards",
    catalogue.INTERFACE_TRANSMIT_DISCARDS: "transmit_discards",
    catalogue.INTERFACE_SPEED: "speed",
}

_UP_OR_DOWN = {Status.UP: 1, Status.DOWN: 0}


@lru_cache(maxsize=4096)
def _ups(statuses: tuple[Status, ...]) -> tuple[float | None, ...]:
    return tuple(map(_UP_OR_DOWN.get, statuses))


@lru_cache(maxsize=4096)
def _whole(speeds: tuple[float | None, ...]) -> tuple[float | None, ...]:
    """Write whole numbers as such: a column of them is rendered at a third of the cost.

    Speeds hardly ever change, and are often those of another device.
    """
    return tuple(
        int(speed) if isinstance(speed, float) and speed.is_integer() else speed
        for speed in speeds
    )


@dataclass(frozen=True, slots=True)
class _Table:
    """A device's interfaces as they were labelled last, and where links are."""

    names: tuple[str, ...]
    links: Mapping[str, str]
    labels: RowLabels


class Part(Protocol):
    """Some families that belong together, kept by a module of their own."""

    @property
    def families(self) -> Mapping[Metric, Family]:
        """They."""

    def keep(self, current: Current) -> None:
        """Forget whatever is not watched any more, beside the samples."""


class Series:
    """Every family we export, and how each kind of news changes them.

    Parameters
    ----------
    clock : callable
        Seconds, monotonic, as in the readings.
    """

    def __init__(
        self, inventory: Inventory, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._inventory = inventory
        self._clock = clock
        self.interfaces = {
            metric: Rows(metric)
            for metric in (catalogue.INTERFACE_UP, *_INTERFACE_NUMBERS)
        }
        self.ethernet = EthernetSeries()
        self.facts = FactSeries()
        self.probes = ProbeSeries(inventory)
        self.paths = PathSeries(inventory)
        self._disagreeing: tuple[Mismatch, ...] = ()
        self._strays: tuple[Mismatch, ...] = ()
        self.throughput = ThroughputSeries(clock)
        self.checks = CheckSeries(self.probes)
        self._parts: tuple[Part, ...] = (
            self.checks,
            self.ethernet,
            self.facts,
            self.throughput,
            self.probes,
            self.paths,
        )
        kept = {**self.interfaces, **self._kept_by_parts()}
        self._numbers = {m: Numbers(m) for m in catalogue.ALL if m not in kept}
        self._tables: dict[str, _Table] = {}
        self._counted_by: dict[str, str] = {}
        self._loads: dict[str, dict[tuple[str, str], float]] = {}
        self[catalogue.BUILD_INFO].set((__version__,), 1)
        self._declare(inventory)

    def __getitem__(self, metric: Metric) -> Numbers:
        """Return the family of a gauge or counter of the catalogue."""
        return self._numbers[metric]

    def families(self) -> Iterable[Family]:
        """Return every family as of now, in the order of the catalogue."""
        for _ in self.refreshing():
            pass
        return self.refreshed()

    def refreshing(self) -> Iterator[None]:
        """Bring what depends on the time up to date, a few at a time."""
        now = self._clock()
        self.throughput.refresh(now)
        yield from self.probes.refreshing(now)

    def refreshed(self) -> Iterable[Family]:
        """Return every family as it was brought up to date last."""
        families = {**self._numbers, **self.interfaces, **self._kept_by_parts()}
        return [families[metric] for metric in catalogue.ALL]

    def _kept_by_parts(self) -> dict[Metric, Family]:
        return {
            m: family for part in self._parts for m, family in part.families.items()
        }

    def adopt(
        self,
        inventory: Inventory,
        probes: Mapping[str, Collection[str]],
        checks: Mapping[str, Check] = MappingProxyType({}),
    ) -> None:
        """Go on with another inventory; what is no longer in it has no samples.

        Parameters
        ----------
        probes : mapping of str to collection of str
            By the names of those that run now, the classes they send in.
        checks : mapping of str to Check
            Those of services, by name.
        """
        self._inventory = inventory
        self._declare(inventory)
        current = Current(inventory, probes, checks)
        for family in self.families():
            family.keep(partial(current.has, family.metric))
        for part in self._parts:
            part.keep(current)
        self._loads = {
            device: {arc: share for arc, share in loads.items() if current.arc(*arc)}
            for device, loads in self._loads.items()
            if current.counted(device)
        }
        self._tables = {}
        self._counted_by = {
            device: collector
            for device, collector in self._counted_by.items()
            if current.counted(device)
        }

    def _declare(self, inventory: Inventory) -> None:
        """Tell what is declared, so that a page can name the site and the circuit."""
        sites = [inventory.sites[site] for site in sorted(inventory.user_sites())]
        self[catalogue.SITE_INFO].replace(
            ((site.id, site.name, *self._site_labels(site.id)[1:]), 1) for site in sites
        )
        self[catalogue.LINK_INFO].replace(
            ((link.id, link.circuit, link.supplier or "", *ends), 1)
            for link in inventory.links.values()
            for ends in [[inventory.devices[e.device].site for e in (link.a, link.b)]]
        )

    def add_reading(self, reading: DeviceReading, links: Mapping[str, str]) -> None:
        """Take over what a collector read.

        A poll that failed leaves the last counters out: an old number shown as a new
        one would look like a link without traffic.

        Parameters
        ----------
        reading : DeviceReading
            The poll.
        links : mapping of str to str
            Which link is plugged into which interface of the device.
        """
        device, collector = reading.device, reading.collector
        failed = reading.outcome is not Outcome.SUCCESS
        self[catalogue.COLLECT_DURATION].set((device, collector), reading.duration)
        if failed:
            self[catalogue.COLLECT_FAILURES].add(
                (device, collector, reading.outcome.value)
            )
        for plan in reading.failed:
            self[catalogue.COLLECT_FAILURES].add(
                (device, f"{collector}/{plan}", reading.plans[plan].value)
            )
        where = (device, self._inventory.devices[device].site)
        self.facts.add(reading, where[1])
        if not self._counts(reading):
            return
        if reading.uptime is not None:
            self[catalogue.DEVICE_UPTIME].set(where, reading.uptime)
        else:
            self[catalogue.DEVICE_UPTIME].drop(where)
        labels = self._row_labels(device, reading.interfaces, links)
        up = _ups(reading.interfaces.status)
        self.interfaces[catalogue.INTERFACE_UP].set(device, labels, up)
        for metric, name in _INTERFACE_NUMBERS.items():
            values = getattr(reading.interfaces, name)
            if metric is catalogue.INTERFACE_SPEED:
                values = _whole(values)
            self.interfaces[metric].set(device, labels, values)
        ports = () if failed else reading.facts.ethernet
        self.ethernet.set(device, labels, reading.interfaces.name, ports)

    def _row_labels(
        self, device: str, interfaces: Interfaces, links: Mapping[str, str]
    ) -> RowLabels:
        known = self._tables.get(device)
        if known is None or (known.names, known.links) != (interfaces.name, links):
            names = interfaces.name
            rows = [(device, name, links.get(name, "")) for name in names]
            labels = RowLabels(catalogue.INTERFACE_UP.labels, rows)
            known = self._tables[device] = _Table(names, links, labels)
        return known.labels

    def _counts(self, reading: DeviceReading) -> bool:
        """Return whether the device's counters are this collector's to tell.

        They are whose readings have any: another's that has none says nothing of them.
        """
        if len(reading.interfaces) or reading.uptime is not None:
            self._counted_by[reading.device] = reading.collector
        return self._counted_by.get(reading.device) == reading.collector

    def unread(self, device: str, collector: str) -> None:
        """Drop what a collector read of a device: a fault of ours kept us from it."""
        site = self._inventory.devices[device].site
        self.facts.drop(device, collector, site, self._clock())
        if self._counted_by.get(device) != collector:
            return
        self[catalogue.DEVICE_UPTIME].drop((device, site))
        for family in self.interfaces.values():
            family.drop(device)
        self.ethernet.drop(device)
        self._tables.pop(device, None)
        self.set_loads(device, ())

    def set_loads(self, device: str, loads: Iterable[Load]) -> None:
        """Take over the load of the links at a device, as a share of their capacity.

        Where the device no longer tells, the far end's figure stands, and if there is
        none either the link has no sample: yesterday's load is not today's.
        """
        told = {
            (load.link, load.direction): load.utilisation
            for load in loads
            if load.utilisation is not None
        }
        before, self._loads[device] = self._loads.get(device, {}), told
        for arc in before.keys() - told.keys():
            self._take_load_from(self._far_end(arc[0], device), arc)
        for arc, share in told.items():
            self[catalogue.LINK_UTILISATION].set(arc, share)

    def _far_end(self, link: str, device: str) -> str:
        ends = self._inventory.links[link]
        return ends.b.device if ends.a.device == device else ends.a.device

    def _take_load_from(self, device: str, arc: tuple[str, str]) -> None:
        share = self._loads.get(device, {}).get(arc)
        if share is None:
            self[catalogue.LINK_UTILISATION].drop(arc)
        else:
            self[catalogue.LINK_UTILISATION].set(arc, share)

    def set_state(self, state: NetworkState, *, isolated: bool) -> None:
        """Take over what is believed of devices and links; unknown has no sample."""
        self[catalogue.MONITOR_ISOLATED].set((), isolated)
        self[catalogue.DEVICE_UP].replace(
            ((device.id, device.site), float(device.id not in state.down))
            for device in self._inventory.devices.values()
            if device.id not in state.unknown
        )
        self[catalogue.LINK_UP].replace(
            ((link,), float(link not in state.down))
            for link in self._inventory.links
            if link not in state.unknown
        )

    def set_analysis(self, analysis: Analysis) -> None:
        """Take over what the topology says of sites and elements."""
        reachable, now, designed, on_backup = [], [], [], []
        backups = any(link.backup for link in self._inventory.links.values())
        for site, state in analysis.sites.items():
            labels = self._site_labels(site)
            designed.append((labels, float(state.designed)))
            if state.reachable in _UP_OR_DOWN:
                reachable.append((labels, _UP_OR_DOWN[state.reachable]))
            if state.redundancy is not None:
                now.append((labels, float(state.redundancy)))
            if backups and state.on_backup is not None:
                on_backup.append((labels, float(state.on_backup)))
        self[catalogue.SITE_REACHABLE].replace(reachable)
        self[catalogue.SITE_REDUNDANCY].replace(now)
        self[catalogue.SITE_REDUNDANCY_DESIGNED].replace(designed)
        self[catalogue.SITE_ON_BACKUP].replace(on_backup)
        self[catalogue.SITES_UNKNOWN].set((), analysis.sites_unknown)
        self[catalogue.SERVICE_SITES_CUT].replace(
            ((service, str(self._inventory.services[service].priority)), float(count))
            for service, count in analysis.without_service.items()
            if count is not None
        )
        everything = (*analysis.elements, *analysis.service_elements)
        named = [((e.id, e.kind.value), e) for e in everything]
        self[catalogue.ELEMENT_SITES_CUT].replace(
            (labels, float(len(e.sites_cut))) for labels, e in named
        )
        self[catalogue.ELEMENT_SERVICES_CUT].replace(
            (labels, float(len(e.services_cut))) for labels, e in named
        )
        self[catalogue.ELEMENT_PEOPLE_CUT].replace(
            (labels, float(e.people_cut)) for labels, e in named
        )

    def set_worst_cases(self, cases: "tuple[WorstCase, ...]") -> None:
        """Take over what the next failure would do to each link."""
        arcs = [((case.link, case.direction), case) for case in cases]
        self[catalogue.LINK_WORST_UTILISATION].replace(
            (labels, case.utilisation) for labels, case in arcs
        )
        self[catalogue.LINK_WORST_FAILURE].replace(
            ((*labels, case.failure[1], case.failure[0].value), 1.0)
            for labels, case in arcs
            if case.failure is not None and case.utilisation > NEARLY_FULL
        )

    def set_discovery(self, found: Comparison) -> None:
        """Take over where devices and inventory do not agree."""
        self._disagreeing = found.mismatches
        self._set_mismatches()
        self[catalogue.LINK_PROVENANCE].replace(
            ((link, provenance.value), 1)
            for link, provenance in found.provenance.items()
        )

    def set_strays(self, strays: tuple[Mismatch, ...]) -> None:
        """Take over where traced ways leave the declared links."""
        if strays != self._strays:
            self._strays = strays
            self._set_mismatches()

    def _set_mismatches(self) -> None:
        undeclared = [m for m in self._disagreeing if m.why is Why.UNDECLARED]
        untold = {*undeclared[MOST_UNDECLARED:], *self._strays[MOST_UNDECLARED:]}
        self[catalogue.TOPOLOGY_MISMATCH].replace(
            ((each.link, each.why.value), 1)
            for each in (*self._disagreeing, *self._strays)
            if each not in untold
        )

    def _site_labels(self, site_id: str) -> LabelValues:
        site = self._inventory.sites[site_id]
        return site.id, site.organisation or "", site.kind, str(site.priority)
