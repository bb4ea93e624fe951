"""Join what devices say of their neighbours, and compare it with what is declared.

In a process of its own, as the analysis is; it is told only of devices that said
something new, and nothing at all while they all say the same.
"""

import asyncio
from collections.abc import Callable, Mapping
from functools import partial

from bellrock.model.inventory import Device, Inventory
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.runtime.worker import worker
from topology.discovery.compare import Comparison, compare
from topology.discovery.join import join
from topology.discovery.told import Told

SETTLED = 5.0
"""Seconds from the first news until it is looked at: devices are read one by one."""


class Discovery:
    """Keeps the comparison up to date with what devices tell.

    Parameters
    ----------
    inventory : Inventory
        What was declared; the worker process keeps it.
    publish : callable
        Called on the event loop with each new comparison.
    settled : float
        Seconds to wait after a first change.
    """

    def __init__(
        self,
        inventory: Inventory,
        publish: Callable[[Comparison], None],
        *,
        settled: float = SETTLED,
    ) -> None:
        self._publish = publish
        self._settled = settled
        self._told: dict[str, Told] = {}
        self._news: dict[str, Told] = {}
        self._last: dict[str, tuple[object, ...]] = {}
        self._changed = asyncio.Event()
        self.adopt(inventory)

    def adopt(self, inventory: Inventory) -> None:
        """Go on with another inventory; :meth:`run` has to be started again."""
        self._inventory = inventory
        self._told = {
            device.id: self._of_old(device) for device in inventory.devices.values()
        }
        self._last.clear()

    def _of_old(self, device: Device) -> Told:
        """Return what a device told, if it is still asked at the same address."""
        told = self._told.get(device.id)
        if told is not None and told.address == device.address and device.snmp:
            return told
        return Told(device.id, address=device.address)

    def add(self, reading: DeviceReading) -> None:
        """Take in what a device tells of its neighbours; mostly what it did before."""
        if reading.outcome is not Outcome.SUCCESS:
            self.forget(reading.device)
            return
        table = reading.interfaces
        words = reading.facts, reading.plans, table.name, table.status, table.speed
        before = self._told.get(reading.device)
        # Nearly always they are the very same objects, and this is all it costs.
        if before is None or self._last.get(reading.device) == words:
            return
        self._last[reading.device] = words
        told = Told.of(reading, before.address)
        if told != before:
            self._tell(told)

    def forget(self, device: str) -> None:
        """Take in that a device was not read: what it sees now is not known."""
        self._last.pop(device, None)
        before = self._told.get(device)
        if before is not None and before.interfaces:
            # Who it is does not change with that.
            self._tell(before.silent())

    def _tell(self, told: Told) -> None:
        self._told[told.device] = self._news[told.device] = told
        self._changed.set()

    async def run(self) -> None:
        """Compare whenever devices told something new, until cancelled."""
        loop = asyncio.get_running_loop()
        process = worker(_prepare, self._inventory)
        # A worker that is new knows nothing yet.
        self._news = dict(self._told)
        try:
            while True:
                await self._changed.wait()
                await asyncio.sleep(self._settled)
                self._changed.clear()
                news, self._news = self._news, {}
                work = partial(_compare, news)
                self._publish(await loop.run_in_executor(process, work))
        finally:
            self._changed.set()
            # Never waited for on the event loop: it may be at work for seconds.
            process.shutdown(wait=False, cancel_futures=True)


_declared: Inventory
_told: dict[str, Told]


def _prepare(inventory: Inventory) -> None:
    """Hold what was declared, there before the first question."""
    # One network a worker process.
    global _declared, _told
    _declared, _told = inventory, {}


def _compare(news: Mapping[str, Told]) -> Comparison:
    _told.update(news)
    return compare(_declared, _told, join(_told))
