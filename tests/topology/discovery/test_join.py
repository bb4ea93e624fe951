"""What real networks say that is no cable between two ports, and what is one."""

from dataclasses import replace

import pytest

from bellrock.model.neighbourhood import (
    Address,
    Facts,
    Neighbour,
    Port,
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
from tests.topology.discovery.heard import Wire, World, ends, label, world
from topology.discovery.join import join
from topology.discovery.links import SeenLink, Wiring
from topology.discovery.sighting import Loose
from topology.discovery.told import Told

AB = Wire(("a", "ge1"), ("b", "ge2"))


def reasons(wiring: Wiring) -> set[tuple[str, Loose | None]]:
    return {(each.device, each.loose) for each in wiring.loose}


def one(wiring: Wiring) -> SeenLink:
    [link] = wiring.links
    return link


def test_a_link_says_who_sees_it_and_by_what() -> None:
    found = world("ab", [AB])
    found.lldp(*AB.ways[0])
    link = one(found.join())
    assert (str(link), link.provenance) == (label(AB), Provenance.ONE_END)
    found.route(AB, 1, metric=70)
    link = one(found.join())
    assert link.provenance is Provenance.BOTH_ENDS
    assert link.by_a == {Protocol.LLDP, Protocol.OSPF}
    assert link.by_b == {Protocol.OSPF}
    assert (link.metrics, link.speeds) == ((70, 70), (1e9, 1e9))


def test_the_far_end_need_not_be_read() -> None:
    found = world("ab", [AB])
    found.cable(AB)
    found.told["b"] = type(found.told["b"])("b", address="10.0.0.2")
    link = one(found.join())
    assert (str(link), link.by_b) == (label(AB), frozenset())


@pytest.mark.parametrize(
    ("theirs", "ours", "same"),
    [
        ("CORE1", "core1", True),
        ("core1", "core1.example.net", True),
        ("core1.example.net", "core1", True),
        ("core1.a.net", "core1.b.net", False),
        ("core1(FOX123)", "core1", True),
        ("core", "core1", False),
    ],
)
def test_names_are_the_same_with_and_without_a_domain(
    theirs: str, ours: str, same: bool
) -> None:
    found = world("ab", [AB])
    found.change("b", name=ours)
    heard = replace(found.heard(*AB.ways[0], Protocol.CDP), name=theirs)
    found.hears("a", heard)
    assert bool(found.join().links) is same


def test_a_stranger_with_a_factory_address_is_not_our_device() -> None:
    found = world("ab", [AB])
    found.change("b", addresses=(Address("192.168.1.1", 24, "ge2"),))
    stranger = Neighbour(
        *(Protocol.LLDP, "switch", "ge1"),
        chassis="02:99:99:99:99:99",
        addresses=("192.168.1.1",),
    )
    found.hears("a", stranger)
    wiring = found.join()
    assert wiring.links == ()
    assert [each.rivals for each in wiring.loose] == [("b",)]


def test_cloned_machines_are_told_apart_by_their_names_or_not_at_all() -> None:
    found = world("abc", [AB, Wire(("c", "ge1"), ("a", "ge9"))])
    found.change("c", chassis=found.told["b"].chassis)
    found.lldp(*AB.ways[0])
    assert ends(found.join().links) == {label(AB)}
    found.change("c", name="b")
    assert reasons(found.join()) == {("a", Loose.AMBIGUOUS)}


def test_keys_that_point_at_two_devices_point_at_none() -> None:
    found = world("abc", [AB, Wire(*_bc())])
    found.change("c", chassis="")
    found.hears("a", replace(found.heard(*AB.ways[0]), name="c"))
    wiring = found.join()
    assert wiring.links == ()
    assert [each.rivals for each in wiring.loose] == [("b", "c")]


def test_several_neighbours_without_ports_are_on_a_shared_medium_too() -> None:
    found = world("abc", [AB, Wire(("c", "ge3"), ("b", "ge4"))])
    for here, far in (("a", "b"), ("a", "c"), ("b", "a"), ("c", "a")):
        heard = found.heard((here, "ge1"), (far, ""))
        found.hears(here, replace(heard, port_kind=PortKind.UNKNOWN))
    wiring = found.join()
    assert wiring.links == ()
    assert reasons(wiring) == {(device, Loose.SHARED) for device in "abc"}


def test_one_device_with_two_ports_on_a_hub_is_on_a_shared_medium() -> None:
    found = world("ab", [AB, Wire(("a", "ge9"), ("b", "ge3"))])
    found.lldp(("a", "ge1"), ("b", "ge2"))
    found.lldp(("a", "ge1"), ("b", "ge3"))
    assert found.join().links == ()


def test_a_network_as_wide_as_the_world_is_nobody_s_wire() -> None:
    found = world("ab", [AB])
    for prefix in (0, None):
        found.change("a", addresses=(Address("10.0.0.1", prefix, "ge1"),))
        found.change("b", addresses=(Address("10.9.0.2", 30, "ge2"),), neighbours=())
        found.change("a", neighbours=(found.adjacent("ge1", "b", "10.9.0.2"),))
        assert str(one(found.join())) == "a:ge1 - b"


def test_neighbours_of_a_silent_switch_are_on_a_shared_medium() -> None:
    found = world("abc", [AB, Wire(("a", "ge1"), ("c", "ge3")), Wire(*_bc())])
    found.cable(AB, Wire(("a", "ge1"), ("c", "ge3")), Wire(*_bc()))
    wiring = found.join()
    assert wiring.links == ()
    assert reasons(wiring) == {(device, Loose.SHARED) for device in "abc"}


def _bc() -> tuple[tuple[str, str], tuple[str, str]]:
    return ("b", "ge2"), ("c", "ge3")


def test_a_port_that_two_others_claim_is_joined_to_neither() -> None:
    found = world("abc", [AB, Wire(*_bc())])
    found.lldp(("a", "ge1"), ("b", "ge2"))
    found.cable(Wire(*_bc()))
    assert found.join().links == ()


def test_a_lan_of_three_routers_is_no_link() -> None:
    found = world("abc", [])
    for number, device in enumerate("abc", 1):
        found.change(device, addresses=(Address(f"10.9.9.{number}", 24, "lan"),))
    for device in "abc":
        for number, other in enumerate("abc", 1):
            if other != device:
                found.hears(device, found.adjacent("lan", other, f"10.9.9.{number}"))
    wiring = found.join()
    assert wiring.links == ()
    assert reasons(wiring) == {(device, Loose.SHARED) for device in "abc"}


def test_ospf_through_a_switch_we_know_is_no_cable() -> None:
    wires = Wire(("a", "ge1"), ("s", "p1")), Wire(("b", "ge2"), ("s", "p2"))
    found = world("abs", wires)
    found.cable(*wires)
    found.route(AB, 1)
    wiring = found.join()
    assert ends(wiring.links) == {label(wire) for wire in wires}
    assert reasons(wiring) == {("a", Loose.THROUGH), ("b", Loose.THROUGH)}


def test_ospf_across_the_supplier_s_own_boxes_is_a_link() -> None:
    found = world("ab", [AB])
    for device, port in (AB.a, AB.b):
        box = Neighbour(Protocol.LLDP, f"nte-{device}", port, chassis="02:77:" + device)
        found.hears(device, box)
    found.route(AB, 1)
    wiring = found.join()
    assert ends(wiring.links) == {label(AB)}
    assert reasons(wiring) == {("a", Loose.UNKNOWN), ("b", Loose.UNKNOWN)}


def test_ospf_without_lldp_is_joined_by_addresses() -> None:
    parallel = [Wire(("a", f"ge{n}"), ("b", f"xe{n}")) for n in range(3)]
    found = world("ab", parallel)
    for number, wire in enumerate(parallel):
        found.route(wire, number)
    for device, told in found.told.items():
        unplaced = tuple(replace(n, interface="") for n in told.neighbours)
        found.change(device, neighbours=unplaced)
    assert ends(found.join().links) == {label(wire) for wire in parallel}


def test_a_borrowed_address_names_no_port() -> None:
    found = world("ab", [AB])
    for device, address in (("a", "10.255.1.1"), ("b", "10.255.1.2")):
        found.change(device, addresses=(Address(address, 32, "lo0"),))
    found.hears("a", found.adjacent("ge1", "b", "10.255.1.2"))
    assert str(one(found.join())) == "a:ge1 - b"
    found.hears("b", found.adjacent("ge2", "a", "10.255.1.1"))
    link = one(found.join())
    assert (str(link), link.by_elimination) == (label(AB), True)


def test_an_adjacency_on_a_unit_is_the_cable_of_its_port() -> None:
    found = World()
    found.add("a", "ge1", "ge1.0")
    found.add("b", "ge2", "ge2.0")
    found.cable(AB)
    found.route(Wire(("a", "ge1.0"), ("b", "ge2.0")), 1, metric=5)
    link = one(found.join())
    assert (str(link), link.metrics) == (label(AB), (5, 5))


def test_members_of_a_bundle_are_told_from_links() -> None:
    members = [Wire(("a", f"ge{n}"), ("b", f"ge{n}")) for n in range(2)]
    bundle = Wire(("a", "ae0"), ("b", "bond0"))
    found = world("ab", [*members, bundle])
    found.cable(*members)
    found.route(bundle, 1)
    links = found.join().links
    assert {str(link): link.bundled for link in links} == {
        label(bundle): False,
        **{label(member): True for member in members},
    }


def test_cdp_s_own_id_is_no_chassis() -> None:
    found = world("ab", [AB])
    for here, there in AB.ways:
        found.hears(
            here[0],
            replace(found.heard(here, there, Protocol.CDP), chassis=f"SN{there[0]}"),
        )
    link = one(found.join())
    assert (str(link), link.by_a, link.by_b) == (
        label(AB),
        frozenset({Protocol.CDP}),
        frozenset({Protocol.CDP}),
    )


@pytest.mark.parametrize("router", ["10.255.0.3", "192.0.2.99"])
def test_ospf_for_both_versions_of_ip_is_one_link(router: str) -> None:
    found = world("ab", [AB])
    found.route(AB, 1, metric=7)
    assert found.told["b"].router_id == "10.255.0.3"
    six = Neighbour(*(Protocol.OSPF, router, "ge1"), addresses=("fe80::2",), metric=100)
    found.hears("a", six)
    link = one(found.join())
    assert (str(link), link.metrics) == (label(AB), (7, 7))


def test_a_command_line_s_long_names_are_those_of_snmp() -> None:
    table = Interfaces.of(InterfaceReading("Gi0/1", 1, Status.UP, speed=1e9))
    told = {}
    for device, far, number in (("a", "b", 1), ("b", "a", 2)):
        long = "GigabitEthernet0/1"
        seen = (
            Neighbour(Protocol.CDP, far, long, port=long, port_kind=PortKind.NAME),
            Neighbour(
                *(Protocol.OSPF, f"10.255.0.{3 - number}", long),
                addresses=(f"10.0.0.{3 - number}",),
                metric=9,
            ),
        )
        reading = DeviceReading(
            *(device, "snmp", 0.0, 0.0, Outcome.SUCCESS),
            name=device,
            interfaces=table,
            facts=Facts(
                router_id=f"10.255.0.{number}",
                addresses=(Address(f"10.0.0.{number}", 30, long),),
                neighbours=seen,
            ),
        )
        told[device] = Told.of(reading, None)
    [link] = join(told).links
    assert (str(link), link.metrics) == ("a:Gi0/1 - b:Gi0/1", (9, 9))
    assert link.by_a == link.by_b == {Protocol.CDP, Protocol.OSPF}


def test_a_loop_is_no_link() -> None:
    found = world("a", [])
    found.cable(Wire(("a", "ge1"), ("a", "ge2")))
    wiring = found.join()
    assert wiring.links == ()
    assert reasons(wiring) == {("a", Loose.ITSELF)}


def test_a_neighbour_that_was_lost_is_not_seen() -> None:
    found = world("ab", [AB])
    found.hears("a", replace(found.heard(*AB.ways[0]), status=Status.DOWN))
    assert found.join().links == ()


@pytest.mark.parametrize(
    ("port", "kind", "description", "meant"),
    [
        ("GigabitEthernet0/1", PortKind.NAME, "", "Gi0/1"),
        ("gi0/1", PortKind.LOCAL, "", "Gi0/1"),
        ("TenGigabitEthernet0/1", PortKind.NAME, "", ""),
        ("02:00:00:00:00:09", PortKind.MAC, "Gi0/2", "Gi0/2"),
        ("02:00:00:00:00:07", PortKind.MAC, "", "Gi0/3"),
        ("02:00:00:00:00:08", PortKind.MAC, "", ""),
        ("7", PortKind.LOCAL, "", "Gi0/4"),
        ("2", PortKind.LOCAL, "", ""),
        ("192.0.2.1", PortKind.ADDRESS, "", "Gi0/2"),
        ("somewhere", PortKind.ALIAS, "uplink", "Gi0/4"),
        ("", PortKind.UNKNOWN, "", ""),
        ("5", PortKind.NAME, "", "5"),
        ("5", PortKind.LOCAL, "", ""),
        ("02:00:00:00:00:06", PortKind.MAC, "twins", ""),
    ],
)
def test_a_port_is_found_by_whatever_names_it_for_certain(
    port: str, kind: PortKind, description: str, meant: str
) -> None:
    found = World()
    found.add("a", "ge1")
    found.add(
        *("b", "Gi0/1", "Gi0/2", "Gi0/3", "Gi0/4", "5"),
        addresses=(Address("192.0.2.1", 30, "Gi0/2"),),
        ports=(
            Port("Gi0/3", "02:00:00:00:00:07", PortKind.MAC),
            Port("Gi0/1", "02:00:00:00:00:08", PortKind.MAC),
            Port("Gi0/2", "02:00:00:00:00:08", PortKind.MAC),
            Port("Gi0/4", "7", PortKind.LOCAL, "uplink"),
            Port("Gi0/1", "02:00:00:00:00:06", PortKind.MAC, "twins"),
            Port("Gi0/2", "02:00:00:00:00:06", PortKind.MAC, "twins"),
        ),
    )
    heard = Neighbour(
        *(Protocol.LLDP, "b", "ge1"),
        port=port,
        port_kind=kind,
        port_description=description,
        chassis=found.told["b"].chassis,
    )
    found.hears("a", heard)
    assert str(one(found.join())) == f"a:ge1 - b:{meant}".rstrip(":")
