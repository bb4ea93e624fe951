"""Ask every device that has a command line once an interval over SSH.

The collector is imported with the first such device: whoever has none does not wait
for an SSH library, nor hold it in memory.
"""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading
from bellrock.runtime.evidence import NOT_REACHED
from bellrock.runtime.parts import Parts
from bellrock.runtime.plan import SSH
from bellrock.runtime.schedule import Job, Scheduler
from bellrock.runtime.supervise import Supervisor
from collectors.ssh.settings import SshCredentials, SshSettings

if TYPE_CHECKING:
    from collectors.ssh.collector import SshCollector

_PART, _POLL = f"scheduler {SSH}", f"collector {SSH}"

Polls = Mapping[str, tuple[Device, SshCredentials]]


async def check(polls: Polls) -> None:
    """See whether we could log in with these.

    In a thread: an SSH library is imported, and a key that is encrypted is made hard
    to decrypt on purpose.

    Raises
    ------
    UserError
        If a private key cannot be used.
    """
    if polls:
        await asyncio.to_thread(_check, {each for _, each in polls.values()})


def _check(several: Iterable[SshCredentials]) -> None:
    from collectors.ssh.login import Login

    for credentials in several:
        Login.of(credentials)


class SshPolling:
    """The SSH collector and its schedule, as long as there is anybody to ask.

    Parameters
    ----------
    parts : Parts
        What it runs among.
    accept_new : bool
        Trust the host key of a device of which none is known, and remember it.
    on_reading, on_unread, on_skip : callable
        As :class:`bellrock.runtime.polling.Polling` has them.
    """

    def __init__(
        self,
        parts: Parts,
        supervisor: Supervisor,
        *,
        accept_new: bool,
        on_reading: Callable[[DeviceReading], None],
        on_unread: Callable[[str], None],
        on_skip: Callable[[str], None],
    ) -> None:
        self._parts = parts
        self._supervisor = supervisor
        self._accept_new = accept_new
        self._on_reading = on_reading
        self._on_unread = on_unread
        self._on_skip = on_skip
        self._running: _Running | None = None

    async def assign(self, settings: SshSettings, polls: Polls) -> None:
        """Ask these from now on; those that stay keep their connection and place."""
        running = self._running
        if running is not None and (running.settings != settings or not polls):
            await self._parts.stop(_PART)
            self._running = running = None
        if not polls:
            return
        if running is None:
            from collectors.ssh.collector import SshCollector

            running = self._running = _Running(
                settings,
                SshCollector(settings, accept_new=self._accept_new),
                Scheduler(
                    _POLL,
                    self._supervisor,
                    concurrency=settings.concurrency,
                    on_skip=self._on_skip,
                ),
            )
            self._parts.start(_PART, running.run)
        running.collector.keep(polls.values())
        running.scheduler.set_jobs(list(self._jobs(running, polls)))

    def lag(self) -> float:
        """Return how late, in seconds, the latest start of the last minute was."""
        return 0.0 if self._running is None else self._running.scheduler.lag()

    def _jobs(self, running: "_Running", polls: Polls) -> Iterator[Job]:
        for device, credentials in polls.values():
            poll = _Poll(self, running.collector, device, credentials)
            yield Job(f"{SSH} {device.id}", running.settings.interval, poll)

    async def poll(
        self, collector: "SshCollector", device: Device, credentials: SshCredentials
    ) -> bool:
        """Ask one device, tell the reading; return whether it answered."""
        reading: DeviceReading | None = None

        async def work() -> None:
            nonlocal reading
            reading = await collector.collect(device, credentials)
            self._on_reading(reading)

        if not await self._supervisor.once(_POLL, work):
            self._on_unread(device.id)
        return reading is not None and reading.outcome not in NOT_REACHED


@dataclass(frozen=True, slots=True)
class _Running:
    settings: SshSettings
    collector: "SshCollector"
    scheduler: Scheduler

    async def run(self) -> None:
        async with self.collector:
            await self.scheduler.run()


@dataclass(frozen=True, slots=True)
class _Poll:
    """One device's poll, as the scheduler calls it."""

    polling: SshPolling
    collector: "SshCollector"
    device: Device
    credentials: SshCredentials

    async def __call__(self) -> bool:
        return await self.polling.poll(self.collector, self.device, self.credentials)
