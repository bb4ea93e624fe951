"""The collector against Net-SNMP's agent, and its readings against snmpbulkwalk's."""

import asyncio
from collections.abc import Callable
from functools import partial

import pytest

from bellrock.model.observation import Outcome
from bellrock.model.status import Status
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from tests.collectors.snmp.agent import QUICK, community, device, user
from tests.collectors.snmp.netsnmp import AUTH, PAIRS, PRIVACY, SnmpDaemon, named

_V2C = ("-v2c", "-cpublic")
_V3 = ("-v3", "-Aauthpass12", "-Xprivpass12")
_IF = "1.3.6.1.2.1.2.2.1"
_IF_X = "1.3.6.1.2.1.31.1.1.1"
_COUNTERS = {
    "receive_bytes": f"{_IF_X}.6",
    "transmit_bytes": f"{_IF_X}.10",
    "receive_errors": f"{_IF}.14",
    "transmit_errors": f"{_IF}.20",
    "receive_discards": f"{_IF}.13",
    "transmit_discards": f"{_IF}.19",
}


@pytest.mark.parametrize(
    ("who", "options"),
    [
        (lambda: community(), _V2C),
        (lambda: user("plain"), ("-v3", "-uplain", "-lnoAuthNoPriv")),
        *(
            (
                partial(user, auth, auth),
                (*_V3, f"-u{auth}", f"-a{AUTH[auth]}", "-lauthNoPriv"),
            )
            for auth in AUTH
        ),
        *(
            (
                partial(
                    user,
                    named(auth, cipher),
                    auth,
                    privacy="TEST_PRIVACY",
                    cipher=cipher,
                ),
                (
                    *(*_V3, f"-u{named(auth, cipher)}", f"-a{AUTH[auth]}"),
                    *(f"-x{PRIVACY[cipher]}", "-lauthPriv"),
                ),
            )
            for auth, cipher in PAIRS
        ),
    ],
    ids=["v2c", "noauth", *AUTH, *map("-".join, PAIRS)],
)
async def test_values_equal_those_of_snmpbulkwalk(
    shared_snmpd: SnmpDaemon,
    who: Callable[[], SnmpCredentials],
    options: tuple[str, ...],
) -> None:
    # Loopback counts our own requests, so its counters lie between two walks.
    before = await asyncio.to_thread(shared_snmpd.walk, *options)
    async with SnmpCollector(SnmpSettings(), clock=lambda: 42.0) as collector:
        reading = await collector.collect(device(shared_snmpd.port), who())
    after = await asyncio.to_thread(shared_snmpd.walk, *options)

    assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
    assert (reading.at, reading.collector) == (42.0, "snmp")
    assert (reading.name, reading.description) == ("tester", "an agent for tests")
    assert reading.uptime is not None
    indexes = [cells for cells in before if cells.startswith(f"{_IF}.1.")]
    assert len(reading.interfaces) == len(indexes)
    for interface in reading.interfaces:
        index = interface.index
        assert interface.name == before[f"{_IF_X}.1.{index}"]
        up = before[f"{_IF}.8.{index}"] == "1"
        assert interface.status is (Status.UP if up else Status.DOWN)
        assert interface.enabled is (before[f"{_IF}.7.{index}"] == "1")
        assert (interface.speed or 0) == float(before[f"{_IF_X}.15.{index}"]) * 1e6 or (
            interface.speed == float(before[f"{_IF}.5.{index}"])
        )
        for attribute, column in _COUNTERS.items():
            cell = f"{column}.{index}"
            value = getattr(interface, attribute)
            assert int(before[cell]) <= value <= int(after[cell]), attribute


@pytest.mark.parametrize(
    ("who", "outcome", "words"),
    [
        (lambda: community("TEST_WRONG"), Outcome.TIMEOUT, "no answer"),
        (
            lambda: user("sha", "sha", auth="TEST_WRONG"),
            Outcome.AUTH,
            "wrong auth password",
        ),
        (
            lambda: user("sha256", "sha256", auth="TEST_WRONG", privacy="TEST_PRIVACY"),
            Outcome.AUTH,
            "wrong auth password",
        ),
        (lambda: user("sha", "sha256"), Outcome.AUTH, "wrong auth password"),
        (
            lambda: user("sha256", "sha256", privacy="TEST_WRONG"),
            Outcome.AUTH,
            "wrong privacy password",
        ),
        (lambda: user("nobody"), Outcome.AUTH, "no user of this name"),
        (lambda: user("nobody", "sha"), Outcome.AUTH, "no user of this name"),
        (lambda: user("plain", "sha"), Outcome.AUTH, "does not offer"),
    ],
)
async def test_what_is_wrong_with_our_credentials_is_said(
    shared_snmpd: SnmpDaemon,
    who: Callable[[], SnmpCredentials],
    outcome: Outcome,
    words: str,
) -> None:
    async with SnmpCollector(QUICK) as collector:
        wrong, right = await asyncio.gather(
            collector.collect(device(shared_snmpd.port), who()),
            collector.collect(device(shared_snmpd.port), community()),
        )
    assert (wrong.outcome, len(wrong.interfaces)) == (outcome, 0)
    assert words in wrong.detail
    for secret in ("public", "not-the-password", "authpass12", "privpass12"):
        assert secret not in repr(wrong)
    assert right.outcome is Outcome.SUCCESS


async def test_agent_that_restarts_is_followed_within_the_same_poll(
    snmpd: SnmpDaemon,
) -> None:
    who = user("sha256", "sha256", privacy="TEST_PRIVACY")
    outcomes = []
    async with SnmpCollector(QUICK) as collector:
        for _ in range(3):
            reading = await collector.collect(device(snmpd.port), who)
            outcomes.append(reading.outcome)
            await asyncio.to_thread(snmpd.stop)
            await asyncio.to_thread(snmpd.start)
    assert outcomes == [Outcome.SUCCESS] * 3
    assert snmpd.boots >= 3


async def test_an_engine_that_is_replaced_is_asked_as_the_new_one(
    snmpd: SnmpDaemon,
) -> None:
    who = user("sha256", "sha256", privacy="TEST_PRIVACY")
    outcomes = []
    async with SnmpCollector(QUICK) as collector:
        for engine in ("0x80001f8804746573742d61", "0x80001f8804746573742d6262"):
            await asyncio.to_thread(snmpd.stop, forget=engine.endswith("62"))
            snmpd.become(engine)
            await asyncio.to_thread(snmpd.start)
            for _ in range(3):
                reading = await collector.collect(device(snmpd.port), who)
                outcomes.append((reading.outcome, len(reading.interfaces) > 0))
    assert outcomes == [(Outcome.SUCCESS, True)] * 6


async def test_agent_whose_boot_counter_went_back_is_followed_by_the_next_poll(
    snmpd: SnmpDaemon,
) -> None:
    who = user("sha", "sha", privacy="TEST_PRIVACY")
    for _ in range(2):
        await asyncio.to_thread(snmpd.stop)
        await asyncio.to_thread(snmpd.start)
    async with SnmpCollector(QUICK) as collector:
        first = await collector.collect(device(snmpd.port), who)
        await asyncio.to_thread(snmpd.stop, forget=True)
        await asyncio.to_thread(snmpd.start)
        second = await collector.collect(device(snmpd.port), who)
        third = await collector.collect(device(snmpd.port), who)
    assert [r.outcome for r in (first, second, third)] == [
        Outcome.SUCCESS,
        Outcome.TIME_WINDOW,
        Outcome.SUCCESS,
    ]
    assert "boot 1" in second.detail
