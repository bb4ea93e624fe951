"""The monitor: probes and collectors in, beliefs and metrics out.

Everything here runs on one event loop; only the analysis has a process of its own.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

from bellrock.config.settings import Settings
from bellrock.export.server import application, listening_socket, serve
from bellrock.model import catalogue
from bellrock.model.inventory import Device, Inventory, Link
from bellrock.model.observation import DeviceReading, Outcome, RoundTrips
from bellrock.runtime.analyst import Analyst, Conclusion
from bellrock.runtime.evidence import Evidence
from bellrock.runtime.schedule import Job, Scheduler
from bellrock.runtime.series import Series
from bellrock.runtime.supervise import Supervisor
from bellrock.runtime.utilisation import Load, Meter
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from probes.paced import PacedProbe
from probes.runner import Engine
from probes.target import Target

_COLLECTOR = "snmp"
_BACKGROUND = 1.0
"""Seconds between two looks at our own health."""


@dataclass(slots=True)
class Listeners:
    """Who else wants to hear: each called on the event loop, and must be quick."""

    conclusion: list[Callable[[Conclusion], None]] = field(default_factory=list)
    loads: list[Callable[[tuple[Load, ...]], None]] = field(default_factory=list)


class Monitor:
    """One process's worth of monitoring.

    Parameters
    ----------
    settings : Settings
        As loaded with :data:`bellrock.runtime.trades.SECTIONS`.
    inventory : Inventory
        What to watch.
    """

    def __init__(self, settings: Settings, inventory: Inventory) -> None:
        self.inventory = inventory
        self.listeners = Listeners()
        self.series = Series(inventory)
        self._settings = settings
        self._evidence = Evidence(inventory)
        self._meter = Meter()
        self._ends = _links_by_interface(inventory)
        self._ready = False
        self._supervisor = Supervisor(self._count_fault)

    async def run(self) -> None:
        """Watch until cancelled.

        Raises
        ------
        UserError
            If the address to listen on is taken, or a probe may not open its socket.
        """
        listen = self._settings.listen
        sock = listening_socket(listen.host, listen.port)
        self.series[catalogue.CONFIG_RELOAD].set((), 1)
        app = application(self.series.families, lambda: self._ready)
        scheduler = self._scheduler()
        async with AsyncExitStack() as stack, asyncio.TaskGroup() as parts:
            snmp = await stack.enter_async_context(SnmpCollector(self._snmp))
            scheduler.set_jobs(list(self._jobs(snmp)))
            analyst = Analyst(
                self.inventory,
                lambda: self._evidence.heard(time.time()),
                self._publish,
                debounce=self._settings.analysis.debounce,
            )
            engines = list(self._engines())
            forever = self._supervisor.forever
            parts.create_task(serve(app, sock))
            parts.create_task(forever("scheduler", scheduler.run))
            parts.create_task(forever("analysis", analyst.run))
            for name, engine in engines:
                parts.create_task(forever(f"probe {name}", engine.run))
            parts.create_task(self._look_after(scheduler, engines))

    @property
    def _snmp(self) -> SnmpSettings:
        section = self._settings.collectors[_COLLECTOR]
        assert isinstance(section, SnmpSettings)
        return section

    def _scheduler(self) -> Scheduler:
        def skipped(job: str) -> None:
            self.series[catalogue.JOBS_SKIPPED].add((job,))

        # Each poll is mostly waiting; the collector bounds what is on the wire.
        return Scheduler(concurrency=4 * self._snmp.concurrency, on_skip=skipped)

    def _engines(self) -> Iterator[tuple[str, Engine]]:
        for name, probe in self._settings.probes.items():
            assert isinstance(probe, PacedProbe)
            targets = [
                Target(device.id, device.address, device.ports.get(name))
                for device in self.inventory.devices.values()
                if name in device.probes and device.address is not None
            ]
            if targets:
                yield name, probe.engine(targets, report=self._on_round_trips)

    def _jobs(self, snmp: SnmpCollector) -> Iterator[Job]:
        for device in self.inventory.devices.values():
            if device.snmp is None or device.address is None:
                continue
            credentials = self._settings.snmp[device.snmp]
            assert isinstance(credentials, SnmpCredentials)
            yield Job(
                f"{_COLLECTOR} {device.id}",
                self._snmp.interval,
                _Poll(self, snmp, device, credentials),
            )

    async def poll(
        self, snmp: SnmpCollector, device: Device, credentials: SnmpCredentials
    ) -> bool:
        """Poll one device and take the reading in; return whether it answered."""
        reading: DeviceReading | None = None

        async def work() -> None:
            nonlocal reading
            reading = await snmp.collect(device, credentials)
            self._on_reading(reading)

        await self._supervisor.once(f"collector {_COLLECTOR}", work)
        return reading is not None and reading.outcome is Outcome.SUCCESS

    def _on_round_trips(self, trips: RoundTrips) -> None:
        self._evidence.add_round_trips(trips)
        self.series.add_round_trips(trips)

    def _on_reading(self, reading: DeviceReading) -> None:
        self._evidence.add_reading(reading, self._snmp.interval)
        ends = self._ends.get(reading.device, {})
        names = {interface: link.id for interface, (link, _) in ends.items()}
        self.series.add_reading(reading, names)
        if reading.outcome is Outcome.SUCCESS:
            loads = tuple(self._meter.loads(reading, ends))
            self.series.add_loads(loads)
            for hear in self.listeners.loads:
                hear(loads)

    def _publish(self, conclusion: Conclusion) -> None:
        self.series.set_state(conclusion.state, isolated=conclusion.isolated)
        self.series.set_analysis(conclusion.analysis)
        self.series[catalogue.ANALYSIS_DURATION].set((), conclusion.seconds)
        self._ready = True
        for hear in self.listeners.conclusion:
            hear(conclusion)

    async def _look_after(
        self, scheduler: Scheduler, engines: list[tuple[str, Engine]]
    ) -> None:
        while True:
            self.series[catalogue.SCHEDULER_LAG].set((), scheduler.lag())
            for name, engine in engines:
                self.series[catalogue.PROBE_ERROR].set((name,), engine.error_bound)
            await asyncio.sleep(_BACKGROUND)

    def _count_fault(self, part: str) -> None:
        self.series[catalogue.FAULTS].add((part,))


@dataclass(frozen=True, slots=True)
class _Poll:
    """One device's poll, as the scheduler calls it."""

    monitor: Monitor
    snmp: SnmpCollector
    device: Device
    credentials: SnmpCredentials

    async def __call__(self) -> bool:
        return await self.monitor.poll(self.snmp, self.device, self.credentials)


def _links_by_interface(inventory: Inventory) -> dict[str, dict[str, tuple[Link, str]]]:
    """Map each device's interfaces to the link plugged in, and which end it is."""
    ends: dict[str, dict[str, tuple[Link, str]]] = {}
    for link in inventory.links.values():
        for name, end in (("a", link.a), ("b", link.b)):
            if end.interface:
                ends.setdefault(end.device, {})[end.interface] = (link, name)
    return ends
