"""FRR 8.4, lldpd 1.0.16 and iproute2 6.1 on Debian, as the lab's router reg1 spoke."""

from bellrock.model.neighbourhood import Address, Neighbour, Port, PortKind, Protocol
from bellrock.model.status import Status
from collectors.ssh.platforms import frr, linux, lldpd
from tests.collectors.ssh.device import recorded


def test_lldp_neighbours_are_those_the_wires_lead_to() -> None:
    facts = lldpd.read(
        recorded("lldpd_neighbours.json"), recorded("lldpd_interfaces.json")
    )
    assert {(n.interface, n.name, n.port) for n in facts.neighbours} == {
        ("to-core1", "core1", "to-reg1"),
        ("to-reg2", "reg2", "to-reg1"),
        ("to-site1", "site1", "to-reg1"),
        ("to-site2", "site2", "to-reg1"),
    }
    core1 = next(each for each in facts.neighbours if each.name == "core1")
    assert core1.protocol is Protocol.LLDP
    assert core1.port_kind is PortKind.NAME
    assert core1.port_description == "to-reg1"
    assert core1.chassis.count(":") == 5
    assert core1.addresses[0] == "10.255.0.1"
    assert facts.chassis == "ea:1b:c9:c4:11:ad"
    assert Port("to-core1", "to-core1", PortKind.NAME, "to-core1") in facts.ports


def test_ospf_neighbours_have_their_metric() -> None:
    facts = frr.ospf(
        recorded("frr_ospf_neighbor.json"), recorded("frr_ospf_interface.json")
    )
    assert facts.router_id == "10.255.0.3"
    assert len(facts.neighbours) == 4
    assert facts.neighbours[0] == Neighbour(
        Protocol.OSPF,
        "10.255.0.1",
        "to-core1",
        Status.UP,
        "full",
        addresses=("10.100.1.1",),
        metric=10,
    )


def test_bgp_peers_are_up_once_established() -> None:
    facts = frr.bgp(recorded("frr_bgp_summary.json"))
    assert facts.router_id == "10.255.0.3"
    assert [(n.name, n.status, n.state, n.remote_as) for n in facts.neighbours] == [
        ("10.255.0.1", Status.UP, "established", 65000),
        ("192.0.2.9", Status.DOWN, "active", 65009),
        ("2001:db8::9", Status.DOWN, "active", 65010),
    ]


def test_a_daemon_without_configuration_has_no_neighbours() -> None:
    assert frr.bgp("{}\n").neighbours == ()
    assert frr.ospf("{}", "{}").neighbours == ()


def test_addresses_are_those_others_can_reach() -> None:
    from_frr = frr.addresses(recorded("frr_interface.json")).addresses
    from_ip = linux.addresses(recorded("linux_ip_address.json")).addresses
    assert Address("10.100.1.2", 30, "to-core1") in from_ip
    assert Address("10.255.0.3", 32, "lo") in from_ip
    assert len(from_ip) == 5
    routed = {each for each in from_frr if not each.address.startswith("fe80")}
    assert routed == set(from_ip)
