"""What devices tell becomes mismatches, once they all have settled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import replace

from bellrock.model.inventory import Device, End, Inventory, Link, Site
from bellrock.model.neighbourhood import (
    Facts,
    Neighbour,
    PortKind,
    Protocol,
    Provenance,
)
from bellrock.model.observation import (
    DeviceReading,
    InterfaceReading,
    Interfaces,
    Outcome,
)
from bellrock.model.status import Status
from bellrock.runtime.discovery import Discovery
from tests.probes.harness import PATIENCE
from topology.discovery.compare import Comparison
from topology.discovery.mismatch import Mismatch, Why

A, B = End("a", "1"), End("b", "1")


def inventory(**links: Link) -> Inventory:
    return Inventory(
        *("net", "Net"),
        sites={"s": Site("s", "s", "exchange")},
        devices={
            name: Device(name, "s", address=f"10.0.0.{number}", snmp="default")
            for number, name in enumerate("ab", 1)
        },
        links=links,
        risk_groups={},
        gateways=frozenset({"a"}),
    )


def reading(device: str, far: str, *, received: int = 0) -> DeviceReading:
    """Return a poll of a device whose only port sees the other's."""
    row = InterfaceReading("1", 1, Status.UP, speed=1e9, receive_bytes=received)
    seen = Neighbour(Protocol.LLDP, far, "1", port="1", port_kind=PortKind.NAME)
    return DeviceReading(
        *(device, "snmp", 0.0, 0.1, Outcome.SUCCESS),
        name=device,
        interfaces=Interfaces.of(row),
        facts=Facts(neighbours=(seen,)),
        plans={"lldp": Outcome.SUCCESS},
    )


@asynccontextmanager
async def running(
    discovery: Discovery,
) -> AsyncIterator[None]:
    task = asyncio.create_task(discovery.run())
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task


async def test_mismatches_follow_what_devices_tell_and_what_is_declared() -> None:
    told: asyncio.Queue[Comparison] = asyncio.Queue()
    discovery = Discovery(inventory(), told.put_nowait, settled=0.05)
    async with running(discovery):
        for device, far in ("ab", "ba"):
            discovery.add(reading(device, far))
        first = await told.get()
        assert first.mismatches == (
            Mismatch("a:1 - b:1", Why.UNDECLARED, "seen by lldp"),
        )
        # The same again, but for its counters, is no news.
        discovery.add(reading("a", "b", received=5))
        await asyncio.sleep(0.2)
        assert told.empty()
        failed = replace(reading("a", "b"), outcome=Outcome.TIMEOUT, facts=Facts())
        discovery.add(failed)
        assert [m.why for m in (await told.get()).mismatches] == [Why.UNDECLARED]
    discovery.adopt(inventory(ab=Link("ab", A, B)))
    async with running(discovery):
        declared = await told.get()
        assert declared == Comparison((), {"ab": Provenance.ONE_END})
        discovery.add(reading("a", "b"))
        assert (await told.get()).provenance == {"ab": Provenance.BOTH_ENDS}


async def test_a_reading_of_a_device_that_is_gone_is_left_alone() -> None:
    told: asyncio.Queue[Comparison] = asyncio.Queue()
    discovery = Discovery(inventory(), told.put_nowait, settled=0)
    async with running(discovery):
        discovery.add(reading("c", "a"))
        discovery.forget("c", "snmp")
        await asyncio.sleep(0.05)
    assert told.empty()


async def test_a_link_is_missed_only_once_it_has_been_silent_for_long() -> None:
    told: asyncio.Queue[Comparison] = asyncio.Queue()
    declared = inventory(ab=Link("ab", A, B))
    discovery = Discovery(declared, told.put_nowait, settled=0, patience=1)
    async with running(discovery):
        for device in "ab":
            discovery.add(elsewhere(device))
        assert (await told.get()).mismatches == ()
        async with asyncio.timeout(PATIENCE):
            while not (last := await told.get()).mismatches:
                pass
        assert [each.why for each in last.mismatches] == [Why.NOT_SEEN]


def elsewhere(device: str) -> DeviceReading:
    """Return a poll of a device that hears somebody, but not at its first port."""
    rows = [InterfaceReading(str(n), n, Status.UP, speed=1e9) for n in (1, 2)]
    other = Neighbour(Protocol.LLDP, f"phone-of-{device}", "2", port="1")
    return replace(
        reading(device, ""),
        interfaces=Interfaces.of(*rows),
        facts=Facts(neighbours=(other,)),
    )
