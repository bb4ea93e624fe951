"""What is heard, and who is told of it.

Everything here is called on the event loop, and must be quick.
"""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from bellrock.config.settings import Settings
from bellrock.model import catalogue
from bellrock.model.check import CheckReading
from bellrock.model.inventory import Inventory
from bellrock.model.observation import (
    DeviceReading,
    Notice,
    NoticeKind,
    Outcome,
    RoundTrips,
    source_name,
)
from bellrock.runtime.analyst import Conclusion
from bellrock.runtime.discovery import Discovery
from bellrock.runtime.evidence import Evidence
from bellrock.runtime.notices import Notices
from bellrock.runtime.plan import SNMP, Plan
from bellrock.runtime.polling import Polling
from bellrock.runtime.series import Series
from bellrock.runtime.throughput import Throughput
from bellrock.runtime.utilisation import Load, Meter

_TELLS_NOTHING = frozenset({NoticeKind.AUTHENTICATION_FAILURE, NoticeKind.OTHER})
"""Notices after which a poll would find nothing that it did not before."""
_READ_AFTER: Mapping[NoticeKind, tuple[str, ...]] = {
    NoticeKind.OSPF_NEIGHBOUR: ("ospf",),
    NoticeKind.BGP_ESTABLISHED: ("bgp",),
    NoticeKind.BGP_BACKWARD: ("bgp",),
}
"""Plans to read at once, due or not, after a notice."""


@dataclass(slots=True)
class Listeners:
    """Who else wants to hear: each called on the event loop, and must be quick."""

    conclusion: list[Callable[[Conclusion], None]] = field(default_factory=list)
    loads: list[Callable[[tuple[Load, ...]], None]] = field(default_factory=list)
    checks: list[Callable[[CheckReading], None]] = field(default_factory=list)


class Hearing:
    """Passes on what probes, collectors and checks report.

    Parameters
    ----------
    settings : Settings
        As the plan follows from them.
    plan : Plan
        Who is asked.
    series, discovery, listeners
        Whom it is passed on to, besides the attributes.

    Attributes
    ----------
    evidence : Evidence
        What is believed of devices and links from it.
    notices, polling, throughput
        Told as well; to be set before anything can be heard.
    """

    notices: Notices
    polling: Polling
    throughput: Throughput

    def __init__(
        self,
        settings: Settings,
        inventory: Inventory,
        plan: Plan,
        *,
        series: Series,
        discovery: Discovery,
        listeners: Listeners,
    ) -> None:
        self.evidence = Evidence(inventory, plan.every(), time.monotonic())
        self._settings = settings
        self._plan = plan
        self._series = series
        self._discovery = discovery
        self._listeners = listeners
        self._meter = Meter()

    def adopt(self, settings: Settings, inventory: Inventory, plan: Plan) -> None:
        """Drop what was heard from places that are not asked any more."""
        before, after = self._plan.sources(), plan.sources()
        same = {
            at
            for at, source in after.items()
            if at in before and before[at].place == source.place
        }
        every = plan.every()
        self.evidence.adopt(inventory, every, lambda *at: at in same, time.monotonic())
        self._meter.keep(lambda device: (device, SNMP) in same)
        self._series.adopt(inventory, plan.classes(), plan.checks)
        self._settings, self._plan = settings, plan
        self.expect()

    def expect(self) -> None:
        """Have figures of everybody that is probed, from the start."""
        every = self._plan.every()
        for key, probing in self._plan.probing.items():
            for target in probing.targets:
                longest = every[target.id, source_name(*key)]
                self._series.probes.expect(probing.probe, key[1], target.id, longest)
        marks = {key: probing.dscp for key, probing in self._plan.probing.items()}
        self._series.probes.set_classes(self._settings.classes, marks)

    def on_round_trips(self, trips: RoundTrips) -> None:
        """Take in what a probe measured."""
        self.evidence.add_round_trips(trips)
        self._series.probes.add(trips)
        self.throughput.add_round_trips(trips)

    def on_reading(self, reading: DeviceReading) -> None:
        """Take in what a collector read."""
        if reading.collector == SNMP:
            self.notices.learn(reading, self.polling.agent(reading.device))
        self._discovery.add(reading)
        if self.evidence.add_reading(reading):
            self.hasten(reading.device)
        ends = self._plan.ends.get(reading.device, {})
        names = {interface: link.id for interface, (link, _) in ends.items()}
        self._series.add_reading(reading, names)
        if reading.collector != SNMP:
            # Whoever does not read the counters has no say in the loads.
            return
        loads: tuple[Load, ...] = ()
        if reading.outcome is Outcome.SUCCESS:
            apart = self._plan.snmp.interval / 2
            loads = self._meter.loads(reading, ends, apart=apart)
        self._series.set_loads(reading.device, loads)
        self.throughput.set_loads(reading.device, loads)
        for hear in self._listeners.loads:
            hear(loads)

    def on_check(self, reading: CheckReading, service: str) -> None:
        """Take in what a check of a service saw."""
        self._series.checks.add(reading, service)
        for hear in self._listeners.checks:
            hear(reading)

    def on_notice(self, notice: Notice) -> None:
        """Take in what a device told unasked."""
        self._series[catalogue.NOTICES].add((notice.device, notice.kind.value))
        self.evidence.add_notice(notice, SNMP)
        if notice.kind not in _TELLS_NOTHING:
            self.hasten(notice.device, _READ_AFTER.get(notice.kind, ()))

    def hasten(self, device: str, plans: Collection[str] = ()) -> None:
        """Have a device polled soon, and these plans read, due or not."""
        self.polling.hasten(device, self._plan.traps.confirm, plans)

    def on_unread(self, collector: str, device: str) -> None:
        """Forget what a collector read of a device that it reads no longer."""
        self._series.unread(device, collector)
        self._discovery.forget(device, collector)
        if collector != SNMP:
            return
        self.throughput.set_loads(device, ())
        for hear in self._listeners.loads:
            hear(())
