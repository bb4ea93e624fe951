"""Join what devices say of their neighbours, and compare it with what is declared.

In a process of its own, as the analysis is; it is told only of devices that said
something new, and nothing at all while they all say the same.
"""

import asyncio
import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from itertools import islice
from typing import TypeVar

from bellrock.model.inventory import Device, Inventory, Link
from bellrock.model.observation import DeviceReading, Interfaces, Outcome
from bellrock.runtime.patience import PATIENCE, Patience
from bellrock.runtime.united import united
from bellrock.runtime.worker import worker
from topology.discovery.compare import Comparison, compare
from topology.discovery.join import join
from topology.discovery.told import Told

_T = TypeVar("_T")

_AT_ONCE = 50
"""Devices, or links, told to the worker with one message."""

_IDLE = 10
"""How much longer the worker rests than it last worked: somewhere there is always news
in a large network.
"""

SETTLED = 5.0
"""Seconds from the first news until it is looked at: devices are read one by one."""


class Discovery:
    """Keeps the comparison up to date with what devices tell.

    Parameters
    ----------
    inventory : Inventory
        What was declared; the worker process keeps its links.
    publish : callable
        Called on the event loop with each new comparison.
    settled : float
        Seconds to wait after a first change.
    patience : float
        Seconds for which a link has to be missed.
    on_told : callable
        Called with the id of a device that told something new.
    """

    def __init__(
        self,
        inventory: Inventory,
        publish: Callable[[Comparison], None],
        *,
        settled: float = SETTLED,
        patience: float = PATIENCE,
        on_told: Callable[[str], None] | None = None,
    ) -> None:
        self._publish = publish
        self._on_told = on_told
        self._settled = settled
        self._patience = Patience(patience)
        self._found = Comparison((), {})
        self._told: dict[str, Told] = {}
        self._news: dict[str, Told] = {}
        self._last: dict[tuple[str, str], tuple[object, ...]] = {}
        self._read: dict[str, dict[str, DeviceReading]] = {}
        self._changed = asyncio.Event()
        self.adopt(inventory)

    def adopt(self, inventory: Inventory) -> None:
        """Go on with another inventory; :meth:`run` has to be started again."""
        self._inventory = inventory
        self._told = {
            device.id: self._of_old(device) for device in inventory.devices.values()
        }
        self._last.clear()
        self._read.clear()

    @property
    def told(self) -> Mapping[str, Told]:
        """What each device told, by id, as of now."""
        return self._told

    def _of_old(self, device: Device) -> Told:
        """Return what a device told, if it is still asked at the same address."""
        told = self._told.get(device.id)
        if (
            told is not None
            and told.address == device.address
            and (device.snmp or device.ssh)
        ):
            return told
        return Told(device.id, address=device.address)

    def add(self, reading: DeviceReading) -> None:
        """Take in what a device tells of its neighbours; mostly what it did before."""
        at = reading.device, reading.collector
        if reading.outcome is not Outcome.SUCCESS:
            self.forget(*at)
            return
        table = reading.interfaces
        words = reading.facts, reading.plans, table.name, table.status, table.speed
        before = self._told.get(reading.device)
        # Nearly always they are the very same objects, and this is all it costs.
        if before is None or self._last.get(at) == words:
            return
        self._last[at] = words
        self._read.setdefault(reading.device, {})[reading.collector] = _bare(reading)
        self._tell_all(before)

    def forget(self, device: str, collector: str) -> None:
        """Take in that a device was not read: what it sees now is not known."""
        self._last.pop((device, collector), None)
        self._read.get(device, {}).pop(collector, None)
        before = self._told.get(device)
        if before is None:
            return
        if self._read.get(device):
            self._tell_all(before)
        elif before.interfaces or before.neighbours:
            # Who it is does not change with that.
            self._tell(before.silent())

    def _tell_all(self, before: Told) -> None:
        """Tell what the collectors read of a device, if it is not what it was."""
        parts = self._read[before.device]
        told = Told.of(united(parts[name] for name in sorted(parts)), before.address)
        if told != before:
            self._tell(told)

    def _tell(self, told: Told) -> None:
        self._told[told.device] = self._news[told.device] = told
        self._changed.set()
        if self._on_told is not None:
            self._on_told(told.device)

    async def run(self) -> None:
        """Compare whenever devices told something new, until cancelled."""
        loop = asyncio.get_running_loop()
        process = worker(_prepare)
        # A worker that is new knows nothing yet.
        self._news = dict(self._told)
        links: Mapping[str, Link] = self._inventory.links
        took = 0.0
        try:
            while True:
                if await self._change():
                    await asyncio.sleep(max(self._settled, _IDLE * took))
                    self._changed.clear()
                    news, self._news = self._news, {}
                    for declared in _parts(links):
                        await loop.run_in_executor(process, _declare, declared)
                    links = {}
                    for part in _parts(news):
                        await loop.run_in_executor(process, _hear, part)
                    self._found, took = await loop.run_in_executor(process, _compare)
                self._publish(self._patience.sift(self._found, time.monotonic()))
        finally:
            self._changed.set()
            # Never waited for on the event loop: it may be at work for seconds.
            process.shutdown(wait=False, cancel_futures=True)

    async def _change(self) -> bool:
        """Wait for news; return whether there are, or only time has passed."""
        wait = self._patience.next(time.monotonic())
        try:
            async with asyncio.timeout(wait if wait < math.inf else None):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True


def _parts(news: Mapping[str, _T]) -> Iterator[dict[str, _T]]:
    """Yield a few of them at a time: while they are packed up nothing else runs."""
    entries = iter(news.items())
    while part := dict(islice(entries, _AT_ONCE)):
        yield part


def _bare(reading: DeviceReading) -> DeviceReading:
    """Return a reading without its counters, which would only take up memory."""
    table = reading.interfaces
    kept = Interfaces(
        name=table.name, index=table.index, status=table.status, speed=table.speed
    )
    return replace(reading, interfaces=kept)


_declared: dict[str, Link]
_told: dict[str, Told]


def _prepare() -> None:
    """Begin with nothing declared and nothing told."""
    # One network a worker process.
    global _declared, _told
    _declared, _told = {}, {}


def _declare(links: Mapping[str, Link]) -> None:
    _declared.update(links)


def _hear(news: Mapping[str, Told]) -> None:
    _told.update(news)


def _compare() -> tuple[Comparison, float]:
    """Return the comparison, and the seconds of processor time that it took."""
    started = time.process_time()
    found = compare(_declared, _told, join(_told))
    return found, time.process_time() - started
