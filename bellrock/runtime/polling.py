"""Poll every device once an interval over SNMP."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass

from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.plan import SNMP
from bellrock.runtime.schedule import Job, Scheduler
from bellrock.runtime.supervise import Supervisor
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.snmp.v3agent import Agent

_PART = f"collector {SNMP}"

Polls = Mapping[str, tuple[Device, SnmpCredentials]]


class Polling:
    """The SNMP collector and its schedule.

    Parameters
    ----------
    settings : SnmpSettings
        Of the collector; other ones need another of these.
    on_reading, on_unread, on_skip : callable
        Told each reading, the id of each device that a fault of ours kept unread, and
        the name of each poll that skipped its turn.
    """

    def __init__(
        self,
        settings: SnmpSettings,
        supervisor: Supervisor,
        *,
        on_reading: Callable[[DeviceReading], None],
        on_unread: Callable[[str], None],
        on_skip: Callable[[str], None],
    ) -> None:
        self._settings = settings
        self._supervisor = supervisor
        self._on_reading = on_reading
        self._on_unread = on_unread
        self._collector = SnmpCollector(settings)
        self._polls: Polls = {}
        # Each poll is mostly waiting; the collector bounds what is on the wire.
        self._scheduler = Scheduler(
            _PART, supervisor, concurrency=4 * settings.concurrency, on_skip=on_skip
        )

    def assign(self, polls: Polls, ends: Mapping[str, Collection[str]]) -> None:
        """Poll these from now on; those that stay keep their place and their run.

        Parameters
        ----------
        ends : mapping of str to collection of str
            By device: the interfaces that links end at.
        """
        self._polls = polls
        self._collector.keep(polls.values())
        self._collector.watch(ends)
        self._scheduler.set_jobs(list(self._jobs(polls)))

    def lag(self) -> float:
        """Return how late, in seconds, the latest start of the last minute was."""
        return self._scheduler.lag()

    def agent(self, device: str) -> Agent | None:
        """Return the SNMPv3 engine that polls found at a device; None if none did."""
        poll = self._polls.get(device)
        return None if poll is None else self._collector.agent(*poll)

    def hasten(self, device: str, gap: float, plans: Collection[str] = ()) -> None:
        """Poll a device now, but not twice within `gap` seconds out of turn.

        Parameters
        ----------
        plans : collection of str
            Names of plans that are to be read then, due or not.
        """
        if plans and device in self._polls:
            self._collector.hasten(*self._polls[device], plans)
        self._scheduler.hasten(f"{SNMP} {device}", gap)

    async def run(self) -> None:
        """Poll until cancelled."""
        async with self._collector:
            await self._scheduler.run()

    def _jobs(self, polls: Polls) -> Iterator[Job]:
        for device, credentials in polls.values():
            poll = _Poll(self, device, credentials)
            yield Job(f"{SNMP} {device.id}", self._settings.interval, poll)

    async def poll(self, device: Device, credentials: SnmpCredentials) -> bool:
        """Poll one device, tell the reading; return whether it answered."""
        reading: DeviceReading | None = None

        async def work() -> None:
            nonlocal reading
            reading = await self._collector.collect(device, credentials)
            self._on_reading(reading)

        if not await self._supervisor.once(_PART, work):
            self._on_unread(device.id)
        return reading is not None and reading.outcome is Outcome.SUCCESS


@dataclass(frozen=True, slots=True)
class _Poll:
    """One device's poll, as the scheduler calls it."""

    polling: Polling
    device: Device
    credentials: SnmpCredentials

    async def __call__(self) -> bool:
        return await self.polling.poll(self.device, self.credentials)
