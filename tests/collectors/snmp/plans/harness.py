"""Polls of a simulated device with the plans that a test is about."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from bellrock.model.inventory import Device
from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import decode_v2c
from collectors.snmp.settings import PlanSettings, SnmpSettings
from collectors.snmp.values import Value
from tests.collectors.snmp.agent import (
    QUICK,
    Answers,
    Mib,
    agent,
    community,
    mib,
    row,
    serve,
)


def settings(**plans: object) -> SnmpSettings:
    """Return settings with these plans and no others."""
    off = dict.fromkeys(PlanSettings.model_fields, "off")
    return QUICK.model_copy(
        update={"plans": PlanSettings.model_validate({**off, **plans})}
    )


@dataclass
class Bench:
    """A device, its answers and the clock; all to be changed by the test."""

    collector: SnmpCollector
    device: Device
    requests: list[bytes]
    answers: list[Answers]
    time: list[float] = field(default_factory=lambda: [0.0])

    def show(self, *mibs: Mib, rows: int = 3, most: int = 1000) -> None:
        """Have the device show these beside its interfaces."""
        whole = mib(rows)
        for each in mibs:
            whole |= each
        self.answers[:] = [serve(whole, most=most)]

    async def poll(self, later: float = 20.0) -> DeviceReading:
        """Poll once, so many seconds after the last poll."""
        self.time[0] += later
        self.requests.clear()
        return await self.collector.collect(self.device, community())

    def asked(self, prefix: Oid) -> list[Oid]:
        """Return what was asked of this part of the tree in the last poll."""
        return [
            oid
            for request in self.requests
            for oid, _ in decode_v2c(request).pdu.varbinds
            if oid[: len(prefix)] == prefix
        ]

    def times_asked(self, prefix: Oid) -> int:
        """Return how many requests of the last poll were about this part."""
        return sum(
            any(
                oid[: len(prefix)] == prefix for oid, _ in decode_v2c(each).pdu.varbinds
            )
            for each in self.requests
        )


@asynccontextmanager
async def bench(configured: SnmpSettings) -> AsyncIterator[Bench]:
    """Yield a device that shows its interfaces."""
    answers: list[Answers] = [serve(mib())]
    time = [0.0]
    async with (
        agent(lambda datagram: answers[0](datagram)) as (device, requests),
        SnmpCollector(configured, clock=lambda: time[0]) as collector,
    ):
        # Its share of the spread is that of its id: the same in every run.
        known = replace(device, id="lab")
        yield Bench(collector, known, requests, answers, time)


async def read(plan: str, *mibs: Mib, polls: int = 2) -> DeviceReading:
    """Return the last of some polls with one plan."""
    async with bench(settings(**{plan: "poll"})) as here:
        here.show(*mibs)
        for _ in range(polls - 1):
            await here.poll()
        reading = await here.poll()
        assert reading.outcome is Outcome.SUCCESS
        return reading


async def facts(plan: str, *mibs: Mib) -> Facts:
    """Return what a plan reads, which is the same the first time and the third."""
    first = await read(plan, *mibs, polls=1)
    third = await read(plan, *mibs, polls=3)
    assert first.plans == third.plans == {plan: Outcome.SUCCESS}
    assert first.facts == third.facts
    return third.facts


def ports(*named: tuple[int, str]) -> Mib:
    """Return interfaces with these ifIndex and ifName."""
    return {oid: v for index, name in named for oid, v in row(index, name).items()}


def column(oid: Oid, cells: Iterable[tuple[Oid | int, Value]]) -> Mib:
    """Return a column of a table: a value an index."""
    return {
        (*oid, *((index,) if isinstance(index, int) else index)): value
        for index, value in cells
    }
