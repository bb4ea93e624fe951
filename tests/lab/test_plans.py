"""What SNMP tells of the lab equals its wiring, and what the routers say themselves."""

import asyncio
import json
import os
from functools import partial

import pytest

from bellrock.model import catalogue
from bellrock.model.inventory import Device
from bellrock.model.neighbourhood import Facts, Neighbour, PortKind, Protocol
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from bellrock.runtime.series import Series
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from tests.lab import configs, impair
from tests.lab.description import NOC
from tests.lab.namespaces import until
from tests.lab.network import Lab


def _credentials() -> SnmpCredentials:
    os.environ["LAB_COMMUNITY"] = configs.COMMUNITY
    try:
        return SnmpCredentials.model_validate(
            {"version": "2c", "community_env": "LAB_COMMUNITY"}
        )
    finally:
        del os.environ["LAB_COMMUNITY"]


def _poll(lab: Lab, *nodes: str) -> dict[str, DeviceReading]:
    """Poll these routers, twice: what is found and what is recalled are the same."""
    found = lab.described.inventory.devices
    devices = [found[node] for node in nodes]

    async def all_of_them() -> list[DeviceReading]:
        async with SnmpCollector(SnmpSettings()) as collector:

            async def twice(device: Device) -> DeviceReading:
                await collector.collect(device, _credentials())
                return await collector.collect(device, _credentials())

            return await asyncio.gather(*map(twice, devices))

    with lab.space.inside(NOC):
        readings = asyncio.run(all_of_them())
    for reading in readings:
        assert reading.outcome is Outcome.SUCCESS, reading.detail
        assert reading.failed == ()
    return {reading.device: reading for reading in readings}


def _of(facts: Facts, protocol: Protocol) -> list[Neighbour]:
    return [each for each in facts.neighbours if each.protocol is protocol]


@pytest.fixture(scope="module")
def readings(built: Lab) -> dict[str, DeviceReading]:
    built.settle()
    return _poll(built, *built.described.routers)


def _ports(lab: Lab, node: str) -> list[str]:
    return [plug.interface for plug in lab.described.plugs(node)]


def test_neighbours_of_lldp_are_the_wiring(
    lab: Lab, readings: dict[str, DeviceReading]
) -> None:
    known = lab.described
    for node in known.routers:
        facts, wired = readings[node].facts, lab.wired(node)
        found = _of(facts, Protocol.LLDP)
        assert {(n.interface, n.name, n.port) for n in found} == wired
        assert lab.lldp(node) == wired
        assert {n.port_kind for n in found} == {PortKind.NAME}
        for neighbour in found:
            assert neighbour.chassis == readings[neighbour.name].facts.chassis
            assert known.addresses[neighbour.name] in neighbour.addresses
        assert {(p.interface, p.port) for p in facts.ports} == {
            (interface, interface) for interface, _, _ in wired
        }


def test_neighbours_of_ospf_are_the_wiring_and_what_the_routers_say(
    lab: Lab, readings: dict[str, DeviceReading]
) -> None:
    known = lab.described
    for node in known.routers:
        facts = readings[node].facts
        assert facts.router_id == known.addresses[node]
        wired = {
            (here.interface, known.addresses[there.node], (there.address,))
            for wire in known.wires
            for here, there in (wire.plugs, wire.plugs[::-1])
            if here.node == node
        }
        found = _of(facts, Protocol.OSPF)
        assert {(n.interface, n.name, n.addresses) for n in found} == wired
        assert {(n.interface, n.name) for n in found} == lab.ospf(node)
        assert {(n.status, n.state) for n in found} == {(Status.UP, "full")}
        # FRR shows a cost of 1 for every interface, and not where RFC 4750 has it.
        assert {n.metric for n in found} == {None}


def test_addresses_are_those_that_the_interfaces_have(
    lab: Lab, readings: dict[str, DeviceReading]
) -> None:
    for node in lab.described.routers:
        said = json.loads(lab.space.run(node, "ip", "-j", "addr"))
        assigned = {
            (one["local"], one["prefixlen"], interface["ifname"])
            for interface in said
            for one in interface["addr_info"]
            if one["scope"] == "global"
        }
        found = readings[node].facts.addresses
        assert {(a.address, a.prefix, a.interface) for a in found} == assigned


def test_cables_are_in_the_duplex_that_the_kernel_says(
    lab: Lab, readings: dict[str, DeviceReading]
) -> None:
    for node in lab.described.routers:
        wanted = {
            name: lab.space.run(node, "cat", f"/sys/class/net/{name}/duplex").strip()
            for name in _ports(lab, node)
        }
        told = {e.interface: e.full_duplex for e in readings[node].facts.ethernet}
        assert {name: told[name] for name in wanted} == {
            name: {"full": True, "half": False}[duplex]
            for name, duplex in wanted.items()
        }


def test_hosts_tell_how_much_memory_is_in_use(
    lab: Lab, readings: dict[str, DeviceReading]
) -> None:
    for node in lab.described.routers:
        assert readings[node].plans["resources"] is Outcome.SUCCESS
        # What others do on this machine meanwhile is theirs: both are read together.
        until(f"the memory of {node}", partial(_tells_memory, lab, node))


def _tells_memory(lab: Lab, node: str) -> bool:
    told = _poll(lab, node)[node].facts.memory
    said = lab.space.run(node, "cat", "/proc/meminfo")
    kilobytes = {
        line.split(":")[0]: int(line.split()[1])
        for line in said.splitlines()
        if line.endswith(" kB")
    }
    spare = sum(kilobytes[name] for name in ("MemFree", "Buffers", "Cached"))
    return told == pytest.approx(1 - spare / kilobytes["MemTotal"], abs=0.05)


def test_a_neighbour_that_ospf_loses_is_exported_as_lost(lab: Lab) -> None:
    series = Series(lab.described.inventory)
    lost = lab.described.addresses["site2"]

    def up() -> float | None:
        series.add_reading(_poll(lab, "reg1")["reg1"], {})
        family = series.facts.families[catalogue.NEIGHBOUR_UP]
        return family.get(("reg1", "ospf", lost))

    assert up() == 1
    with impair.killed(lab, "site2", "ospfd"):
        until("the neighbour lost", lambda: up() == 0)
    until("the neighbour back", lambda: up() == 1)
