"""BGP peers, OSPF for IPv6, and CDP's cache."""

import pytest

from bellrock.model.neighbourhood import Facts, PortKind, Protocol
from bellrock.model.observation import Outcome
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.values import Gauge32, Integer32, IpAddress, OctetString
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, facts, ports, read, settings
from tests.collectors.snmp.plans.test_addresses import V6, new, old

BGP: Oid = (1, 3, 6, 1, 2, 1, 15)
CISCO_PEER: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 187, 1, 2, 5, 1)
SPEAKER: Mib = {
    (*BGP, 2, 0): Integer32(64512),
    (*BGP, 4, 0): IpAddress(bytes((10, 255, 0, 1))),
}


def peer(address: Oid, state: int = 6, admin: int = 2, remote: int = 64513) -> Mib:
    return {
        (*BGP, 3, 1, 2, *address): Integer32(state),
        (*BGP, 3, 1, 3, *address): Integer32(admin),
        (*BGP, 3, 1, 9, *address): Integer32(remote),
    }


def cisco_peer(index: Oid, state: int = 6, remote: int = 4_200_000_000) -> Mib:
    return {
        (*CISCO_PEER, 3, *index): Integer32(state),
        (*CISCO_PEER, 4, *index): Integer32(2),
        (*CISCO_PEER, 11, *index): Gauge32(remote),
    }


async def routed(*mibs: Mib) -> Facts:
    """Poll with BGP and addresses: who is on a link is told from these."""
    async with bench(settings(bgp="poll", addresses="poll")) as here:
        link = old((192, 0, 2, 1), 2, b"\xff\xff\xff\xfc")
        here.show(link, ports((2, "wan0")), *mibs)
        first, _, third = [await here.poll() for _ in range(3)]
    assert first.facts == third.facts
    assert third.plans["bgp"] is Outcome.SUCCESS
    return third.facts


async def test_peers_on_a_link_and_over_loopbacks() -> None:
    found = await routed(
        SPEAKER, peer((10, 255, 0, 9), state=3), peer((192, 0, 2, 2), remote=65001)
    )
    assert found.router_id == "10.255.0.1"
    inside, outside = found.neighbours
    assert (inside.protocol, inside.name, inside.interface) == (
        *(Protocol.BGP, "10.255.0.9", ""),
    )
    assert (inside.status, inside.state) == (Status.DOWN, "active")
    assert (outside.interface, outside.remote_as) == ("wan0", 65001)
    assert (outside.status, outside.state) == (Status.UP, "established")


async def test_a_peer_that_is_switched_off_is_not_called_down() -> None:
    (one,) = (await routed(SPEAKER, peer((10, 0, 0, 9), 1, admin=1))).neighbours
    assert (one.status, one.state) == (Status.UNKNOWN, "stopped")


async def test_an_as_that_has_no_room_is_not_known() -> None:
    (one,) = (await routed(SPEAKER, peer((10, 0, 0, 9), remote=23456))).neighbours
    assert one.remote_as is None


async def test_ciscos_table_knows_ipv6_and_large_numbers() -> None:
    found = await routed(
        *(SPEAKER, peer((10, 0, 0, 9)), cisco_peer((1, 4, 10, 0, 0, 9))),
        cisco_peer((2, 16, *V6), state=1),
        cisco_peer((2, 4, 1)),
    )
    four, six = found.neighbours
    assert (four.name, four.remote_as) == ("10.0.0.9", 4_200_000_000)
    assert (six.name, six.status) == ("2001:db8::1", Status.DOWN)


async def test_a_speaker_without_peers_is_asked_on() -> None:
    async with bench(settings(bgp="poll")) as here:
        here.show(SPEAKER)
        assert (await here.poll()).plans == {"bgp": Outcome.SUCCESS}
        here.show(SPEAKER, peer((10, 0, 0, 9)))
        assert len((await here.poll()).facts.neighbours) == 1


async def test_an_agent_that_has_the_mib_but_no_bgp_is_none() -> None:
    off: Mib = {(*BGP, 2, 0): Integer32(0), (*BGP, 4, 0): IpAddress(bytes(4))}
    assert (await read("bgp", off)).plans == {"bgp": Outcome.UNSUPPORTED}


V3: Oid = (1, 3, 6, 1, 2, 1, 191, 1)
ROUTER: Mib = {(*V3, 1, 1, 0): Gauge32(0x0AFF0001)}
THEIR_ID = 0x0AFF0002


def neighbour6(interface: int = 2, router: int = THEIR_ID, state: int = 8) -> Mib:
    at = interface, 0, router
    return {
        (*V3, 9, 1, 5, *at): OctetString(bytes((0xFE, 0x80, *V6[2:]))),
        (*V3, 9, 1, 8, *at): Integer32(state),
    }


def lan6(designated: int = 1, interface: int = 2) -> Mib:
    cells = {4: 1, 12: 7, 13: designated, 14: 0, 18: 200}
    return {(*V3, 7, 1, n, interface, 0): Integer32(v) for n, v in cells.items()}


async def test_ospf_for_ipv6_knows_interfaces_by_index() -> None:
    found = await facts("ospfv3", ROUTER, lan6(), neighbour6())
    assert found.router_id == "10.255.0.1"
    (one,) = found.neighbours
    assert (one.protocol, one.name, one.interface) == (
        *(Protocol.OSPF, "10.255.0.2", "eth2"),
    )
    assert (one.status, one.state, one.metric) == (Status.UP, "full", 200)


@pytest.mark.parametrize(
    ("designated", "status"), [(1, Status.UP), (THEIR_ID, Status.DOWN)]
)
async def test_two_way_will_do_there_too(designated: int, status: Status) -> None:
    lan = lan6(designated)
    (one,) = (await facts("ospfv3", ROUTER, lan, neighbour6(state=4))).neighbours
    assert one.status is status


async def test_a_router_whose_id_is_none_is_nobody() -> None:
    found = await facts("ospfv3", ROUTER, neighbour6(router=0), neighbour6(router=9))
    assert [one.name for one in found.neighbours] == ["0.0.0.9"]


CDP: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1)
RUNS: Mib = {(*CDP, 3, 1, 0): Integer32(1)}


def cached(index: Oid, device: bytes, port: bytes, system: bytes | None = None) -> Mib:
    cells = {4: b"\x0a\x00\x00\x02", 6: device, 7: port}
    cells |= {} if system is None else {17: system}
    return {(*CDP, 2, 1, 1, n, *index): OctetString(cell) for n, cell in cells.items()}


async def test_a_cdp_neighbour_goes_by_its_system_name_or_its_id() -> None:
    found = await facts(
        "cdp",
        *(RUNS, ports((10101, "Gi1/0/1"), (10102, "Gi1/0/2"))),
        cached((10101, 1), b"nx1(FOX1234)", b"Ethernet1/1", b"nx1"),
        cached((10102, 4), b"ios1.example.org", b"GigabitEthernet0/1"),
        cached((10102,), b"odd", b""),
    )
    nexus, ios = found.neighbours
    assert (nexus.name, nexus.chassis, nexus.interface) == (
        *("nx1", "nx1(FOX1234)", "Gi1/0/1"),
    )
    assert (nexus.port, nexus.port_kind) == ("Ethernet1/1", PortKind.NAME)
    assert nexus.addresses == ("10.0.0.2",)
    assert (ios.name, ios.interface) == ("ios1.example.org", "Gi1/0/2")


async def test_cdp_without_neighbours_is_no_reason_to_stop_asking() -> None:
    assert (await read("cdp", RUNS)).plans == {"cdp": Outcome.SUCCESS}
    assert (await read("cdp", new((1,), 1))).plans == {"cdp": Outcome.UNSUPPORTED}
