"""Plans against Net-SNMP's agent, in both versions, and what this host says itself."""

import asyncio
import json
import os
import subprocess
from collections.abc import Callable
from functools import partial

import pytest

from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import PlanSettings, SnmpCredentials
from tests.collectors.snmp.agent import QUICK, community, device, user
from tests.collectors.snmp.netsnmp import SnmpDaemon
from tests.programs import need

_UCD = "1.3.6.1.4.1.2021.4"
_DOT3 = "1.3.6.1.2.1.10.7.2.1"
_IF_NAME = "1.3.6.1.2.1.31.1.1.1.1"
_EVERY_POLL = PlanSettings.model_validate(
    dict.fromkeys(PlanSettings.model_fields, "poll")
)
SETTINGS = QUICK.model_copy(update={"timeout": 2.0, "plans": _EVERY_POLL})

who = pytest.mark.parametrize(
    "who",
    [
        community,
        partial(user, "sha256", "sha256", privacy="TEST_PRIVACY"),
    ],
    ids=["v2c", "v3"],
)


async def polls(
    daemon: SnmpDaemon, credentials: SnmpCredentials, count: int = 3
) -> list[DeviceReading]:
    async with SnmpCollector(SETTINGS) as collector:
        return [
            await collector.collect(device(daemon.port), credentials)
            for _ in range(count)
        ]


def walked(daemon: SnmpDaemon, table: str) -> dict[str, str]:
    """Return what snmpbulkwalk reads: text by dotted name."""
    done = subprocess.run(
        [
            *(need("snmpbulkwalk"), "-v2c", "-cpublic", "-OnqeU"),
            *(f"127.0.0.1:{daemon.port}", table),
        ],
        env={**os.environ, "MIBS": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = (line.split(" ", 1) for line in done.stdout.splitlines() if " " in line)
    return {name.lstrip("."): value.strip('"') for name, value in lines}


@who
async def test_addresses_are_this_hosts(
    shared_snmpd: SnmpDaemon, who: Callable[[], SnmpCredentials]
) -> None:
    said = json.loads(
        await asyncio.to_thread(subprocess.check_output, [need("ip"), "-j", "addr"])
    )
    assigned = {
        (one["local"], one["prefixlen"], interface["ifname"])
        for interface in said
        for one in interface["addr_info"]
        if one["scope"] == "global"
    }
    for reading in await polls(shared_snmpd, who()):
        assert reading.plans["addresses"] is Outcome.SUCCESS
        found = {(a.address, a.prefix, a.interface) for a in reading.facts.addresses}
        assert found == assigned


@who
async def test_memory_is_what_the_agent_says_without_buffers_and_cache(
    shared_snmpd: SnmpDaemon, who: Callable[[], SnmpCredentials]
) -> None:
    shown = await asyncio.to_thread(walked, shared_snmpd, _UCD)
    total, *spare = (int(shown[f"{_UCD}.{n}.0"]) for n in (5, 6, 14, 15))
    for reading in await polls(shared_snmpd, who()):
        assert reading.plans["resources"] is Outcome.SUCCESS
        assert reading.facts.memory == pytest.approx(1 - sum(spare) / total, abs=0.05)


@who
async def test_ethernet_is_what_the_agent_says(
    shared_snmpd: SnmpDaemon, who: Callable[[], SnmpCredentials]
) -> None:
    names = await asyncio.to_thread(walked, shared_snmpd, _IF_NAME)
    shown = await asyncio.to_thread(walked, shared_snmpd, _DOT3)
    duplex = {"1": None, "2": False, "3": True}
    wanted = {
        name: (duplex[shown[f"{_DOT3}.19.{index}"]], int(shown[f"{_DOT3}.3.{index}"]))
        for index, name in ((oid.rpartition(".")[2], n) for oid, n in names.items())
        if f"{_DOT3}.3.{index}" in shown
    }
    for reading in await polls(shared_snmpd, who()):
        found = {
            e.interface: (e.full_duplex, e.fcs_errors) for e in reading.facts.ethernet
        }
        assert found == wanted
        read = Outcome.SUCCESS if wanted else Outcome.UNSUPPORTED
        assert reading.plans["ethernet"] is read


@who
async def test_what_the_agent_does_not_have_is_unsupported_and_no_failure(
    shared_snmpd: SnmpDaemon, who: Callable[[], SnmpCredentials]
) -> None:
    lacks = ("ospf", "ospfv3", "bgp", "lldp", "cdp", "sensors", "ups")
    for reading in await polls(shared_snmpd, who()):
        assert reading.failed == ()
        assert {reading.plans[plan] for plan in lacks} == {Outcome.UNSUPPORTED}


async def test_an_agent_that_restarts_is_read_on(snmpd: SnmpDaemon) -> None:
    who = user("sha256", "sha256", privacy="TEST_PRIVACY")
    async with SnmpCollector(SETTINGS) as collector:
        for _ in range(3):
            reading = await collector.collect(device(snmpd.port), who)
            assert (reading.outcome, reading.failed) == (Outcome.SUCCESS, ())
            assert reading.plans["resources"] is Outcome.SUCCESS
            await asyncio.to_thread(snmpd.stop)
            await asyncio.to_thread(snmpd.start)
