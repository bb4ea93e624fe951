"""The lab's routers asked over SSH: FRR and Linux as they are, and out of order."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from bellrock.model.inventory import Device
from bellrock.model.neighbourhood import OspfLinkKind, Protocol
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.ssh.collector import SshCollector
from collectors.ssh.platforms import frr
from collectors.ssh.settings import SshCredentials, SshSettings
from tests.exported import PATIENCE
from tests.lab import impair
from tests.lab.configs import COMMUNITY
from tests.lab.description import NOC
from tests.lab.namespaces import FOLDER, until
from tests.lab.network import Lab

pytestmark = pytest.mark.usefixtures("in_noc")


@pytest.fixture
def credentials(lab: Lab) -> SshCredentials:
    return SshCredentials(user="root", key_file=lab.space.path(FOLDER / "id"))


@pytest.fixture
def known_hosts(lab: Lab, tmp_path: Path) -> Path:
    public = lab.space.path(FOLDER / "hostkey.pub").read_text()
    known = tmp_path / "known_hosts"
    known.write_text(
        "".join(
            f"{address} {public.strip()}\n"
            for address in lab.described.addresses.values()
        )
    )
    return known


@pytest.fixture
async def collector(known_hosts: Path) -> AsyncIterator[SshCollector]:
    settings = SshSettings.model_validate(
        {"known_hosts": known_hosts, "timeout": 30, "command_timeout": 30}
    )
    async with SshCollector(settings) as collector:
        yield collector


def router(lab: Lab, node: str, platform: str = "frr") -> Device:
    return replace(lab.described.inventory.devices[node], ssh="lab", platform=platform)


def met(reading: DeviceReading, protocol: Protocol) -> set[tuple[str, str, str]]:
    """Return a protocol's neighbours: our interface, their name, their port."""
    return {
        (each.interface, each.name, each.port)
        for each in reading.facts.neighbours
        if each.protocol is protocol and each.status is Status.UP
    }


@pytest.mark.parametrize("platform", ["frr", "linux"])
async def test_the_neighbours_of_every_router_are_those_it_is_wired_to(
    lab: Lab, collector: SshCollector, credentials: SshCredentials, platform: str
) -> None:
    known = lab.described
    for node in known.routers:
        reading = await collector.collect(router(lab, node, platform), credentials)
        assert reading.outcome is Outcome.SUCCESS, reading.detail
        assert met(reading, Protocol.LLDP) == lab.wired(node)
        plugged = [plug.interface for plug in known.plugs(node)]
        routers = {(each, known.addresses[each[3:]], "") for each in plugged}
        assert met(reading, Protocol.OSPF) == routers
        assert {
            each.metric
            for each in reading.facts.neighbours
            if each.protocol is Protocol.OSPF
        } == {10}
        assert reading.facts.router_id == known.addresses[node]
        own = {each.address for each in reading.facts.addresses}
        assert {plug.address for plug in known.plugs(node)} < own
        # No router of the lab runs BGP.
        assert reading.plans["bgp"] is Outcome.UNSUPPORTED
        assert {port.interface for port in reading.facts.ports} == {
            plug.interface for plug in known.plugs(node)
        }


@pytest.mark.parametrize("platform", ["frr", "linux"])
async def test_the_database_of_one_router_has_every_link_from_both_ends(
    lab: Lab, known_hosts: Path, credentials: SshCredentials, platform: str
) -> None:
    known = lab.described
    settings = SshSettings.model_validate(
        {"known_hosts": known_hosts, "ospf_database": ["site5"]}
    )
    wired = {
        (known.addresses[here.node], known.addresses[there.node], here.address)
        for wire in known.wires
        for here, there in (wire.plugs, wire.plugs[::-1])
    }
    with _cost(lab, "core2", "to-reg3", 25), _cost(lab, "reg3", "to-core2", 31):
        configured = {
            (known.addresses[node], each["ipAddress"]): each["cost"]
            for node in known.addresses
            for each in _vtysh(lab, node, "show ip ospf interface json").values()
        }
        until("the new metrics at site5", lambda: {25, 31} <= _costs_at(lab, "site5"))
        async with SshCollector(settings) as collector:
            reading = await collector.collect(
                router(lab, "site5", platform), credentials
            )
    assert reading.plans["ospf-database"] is Outcome.SUCCESS, reading.detail
    links = [
        each
        for each in reading.facts.ospf_links
        if each.kind is OspfLinkKind.POINT_TO_POINT
    ]
    assert {each.router for each in links} == set(known.addresses.values())
    assert {(each.router, each.far, each.own) for each in links} == wired
    for each in links:
        # The monitor's own host listens to OSPF and carries nothing for others.
        away = each.router == known.addresses[NOC]
        metric = 65535 if away else configured[each.router, each.own]
        assert each.metric == metric
    assert {each.metric for each in links} == {10, 25, 31, 65535}


def _vtysh(lab: Lab, node: str, *commands: str) -> dict[str, dict[str, Any]]:
    words = [word for command in commands for word in ("-c", command)]
    said = lab.space.run(node, "vtysh", "--vty_socket", str(FOLDER / node), *words)
    interfaces: dict[str, dict[str, Any]] = json.loads(said or "{}").get(
        "interfaces", {}
    )
    return interfaces


@contextmanager
def _cost(lab: Lab, node: str, interface: str, cost: int) -> Iterator[None]:
    """Have a router prefer others of its links to this one."""
    at = "configure terminal", f"interface {interface}"
    _vtysh(lab, node, *at, f"ip ospf cost {cost}")
    try:
        yield
    finally:
        _vtysh(lab, node, *at, "no ip ospf cost")


def _costs_at(lab: Lab, node: str) -> set[int]:
    words = "vtysh", "--vty_socket", str(FOLDER / node), "-c"
    text = lab.space.run(node, *words, "show ip ospf database router json")
    return {each.metric for each in frr.ospf_database(text).ospf_links}


async def test_the_neighbours_are_those_that_are_read_over_snmp(
    lab: Lab, collector: SshCollector, credentials: SshCredentials, tmp_path: Path
) -> None:
    (tmp_path / "community").write_text(COMMUNITY)
    known = SnmpCredentials(version="2c", community_file=tmp_path / "community")
    async with SnmpCollector(SnmpSettings()) as other:
        for node in lab.described.routers:
            polled = await other.collect(lab.described.inventory.devices[node], known)
            asked = await collector.collect(router(lab, node), credentials)
            assert (polled.outcome, asked.outcome) == (Outcome.SUCCESS,) * 2
            for protocol in (Protocol.LLDP, Protocol.OSPF):
                found = met(asked, protocol)
                assert found == met(polled, protocol)
                assert found
            assert asked.facts.chassis == polled.facts.chassis


async def test_an_idle_connection_that_died_is_noticed(
    lab: Lab, credentials: SshCredentials, known_hosts: Path
) -> None:
    settings = SshSettings.model_validate(
        {"known_hosts": known_hosts, "keepalive": "1s"}
    )
    async with SshCollector(settings) as collector:
        reading = await collector.collect(router(lab, "site2"), credentials)
        assert reading.outcome is Outcome.SUCCESS
        await asyncio.sleep(5)
        assert collector.connections == 1
        sshd = lab.routers["site2"]
        sshd.kill("sshd", "STOP")
        try:
            async with asyncio.timeout(PATIENCE):
                while collector.connections:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
        finally:
            sshd.kill("sshd", "CONT")
        reading = await collector.collect(router(lab, "site2"), credentials)
        assert reading.outcome is Outcome.SUCCESS


async def test_one_login_serves_many_polls(
    lab: Lab, collector: SshCollector, credentials: SshCredentials
) -> None:
    before = lab.routers["site2"].log("sshd").count("Accepted publickey")
    for _ in range(5):
        reading = await collector.collect(router(lab, "site2"), credentials)
        assert reading.outcome is Outcome.SUCCESS
    after = lab.routers["site2"].log("sshd").count("Accepted publickey")
    assert after - before == 1


async def test_another_host_key_and_another_user_key_are_told_apart(
    lab: Lab, collector: SshCollector, credentials: SshCredentials, tmp_path: Path
) -> None:
    other = asyncssh.generate_private_key("ssh-ed25519")
    other.write_private_key(tmp_path / "id")
    stranger = SshCredentials(user="root", key_file=tmp_path / "id")
    reading = await collector.collect(router(lab, "site2"), stranger)
    assert reading.outcome is Outcome.AUTH
    address = lab.described.addresses["site2"]
    public = other.export_public_key().decode()
    (tmp_path / "known_hosts").write_text(f"{address} {public}\n")
    reading = await collector.collect(router(lab, "site2"), credentials)
    assert reading.outcome is Outcome.HOST_KEY
    assert "ssh-keyscan 10.255.0.8" in reading.detail


async def test_a_killed_daemon_refuses_and_a_hanging_one_is_silent(
    lab: Lab, known_hosts: Path, credentials: SshCredentials
) -> None:
    settings = SshSettings.model_validate(
        {"known_hosts": known_hosts, "timeout": 5, "command_timeout": 5}
    )
    async with SshCollector(settings) as collector:
        await _refused_and_silent(lab, collector, credentials)


async def _refused_and_silent(
    lab: Lab, collector: SshCollector, credentials: SshCredentials
) -> None:
    site2 = router(lab, "site2")
    reading = await collector.collect(site2, credentials)
    assert reading.outcome is Outcome.SUCCESS
    # Once with a connection open from before, once without.
    sshd = lab.routers["site2"]
    sshd.kill("sshd", "STOP")
    try:
        for _ in range(2):
            reading = await collector.collect(site2, credentials)
            assert reading.outcome is Outcome.TIMEOUT
    finally:
        sshd.kill("sshd", "CONT")
    with impair.killed(lab, "site2", "sshd"):
        reading = await collector.collect(site2, credentials)
        assert reading.outcome is Outcome.REFUSED
    reading = await collector.collect(site2, credentials)
    assert reading.outcome is Outcome.SUCCESS
    with impair.blackhole(lab, [lab.described.wire("reg1-site2")]):
        reading = await collector.collect(site2, credentials)
        assert reading.outcome in (Outcome.TIMEOUT, Outcome.UNREACHABLE)
