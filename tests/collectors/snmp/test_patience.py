"""Our own limits keep devices waiting; that is never taken for their silence."""

import asyncio
from collections.abc import Iterable
from contextlib import AsyncExitStack

import pytest

from bellrock.model.inventory import Device
from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import PduType, decode_v2c
from collectors.snmp.settings import NO_PLANS, PlanSettings, SnmpSettings
from tests.collectors.snmp.agent import agent, community, mib, serve

DEVICES = 12
INTERVAL = 0.4


async def polled(settings: SnmpSettings, devices: list[Device]) -> list[DeviceReading]:
    async with SnmpCollector(settings) as collector:
        return await asyncio.gather(
            *(collector.collect(each, community()) for each in devices)
        )


@pytest.mark.parametrize(
    "limits",
    [{"packet_rate": 30}, {"packet_rate": 30, "concurrency": 2}],
    ids=["packet rate", "both"],
)
async def test_polls_that_our_limits_make_late_are_whole(
    limits: dict[str, object],
) -> None:
    settings = SnmpSettings(
        interval=INTERVAL, timeout=0.3, retries=1, plans=NO_PLANS
    ).model_copy(update=limits)
    async with AsyncExitStack() as stack:
        found = [
            (await stack.enter_async_context(agent(serve(mib(4)))))[0]
            for _ in range(DEVICES)
        ]
        readings = await polled(settings, found)
    assert {(each.outcome, each.detail) for each in readings} == {(Outcome.SUCCESS, "")}
    assert all(len(each.interfaces) == 4 for each in readings)
    assert max(each.duration for each in readings) > 2 * INTERVAL


async def test_who_is_slow_among_devices_that_wait_is_given_up_still() -> None:
    honest = serve(mib(4))

    def mute(datagram: bytes) -> Iterable[bytes]:
        pdu = decode_v2c(datagram).pdu
        return honest(datagram) if pdu.type is PduType.GET else ()

    settings = SnmpSettings(
        interval=INTERVAL, timeout=5, retries=0, packet_rate=30, plans=NO_PLANS
    )
    async with AsyncExitStack() as stack:
        answers = [mute, *[serve(mib(4))] * (DEVICES - 1)]
        found = [(await stack.enter_async_context(agent(each)))[0] for each in answers]
        slow, *others = await polled(settings, found)
    assert slow.outcome is Outcome.TIMEOUT
    assert "within 0.4 s" in slow.detail
    assert {each.outcome for each in others} == {Outcome.SUCCESS}


async def test_a_plan_that_waits_for_its_turn_has_not_failed() -> None:
    settings = SnmpSettings(
        interval=INTERVAL, timeout=0.3, retries=1, packet_rate=30, plans=PlanSettings()
    )
    async with AsyncExitStack() as stack:
        found = [
            (await stack.enter_async_context(agent(serve(mib(2)))))[0] for _ in range(3)
        ]
        readings = await polled(settings, found)
    assert {each.outcome for each in readings} == {Outcome.SUCCESS}
    assert {each.failed for each in readings} == {()}
    # All plans were asked for, and none is there.
    assert all(len(each.plans) == len(PlanSettings().wanted()) for each in readings)
    assert max(each.duration for each in readings) > 2 * INTERVAL
