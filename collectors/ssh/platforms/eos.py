"""Arista EOS, which writes JSON.

https://www.arista.com/en/um-eos/eos-command-line-interface and the protocols' chapters
"""

from collections.abc import Iterator

from bellrock.model.neighbourhood import (
    Address,
    Facts,
    Neighbour,
    PortKind,
    Protocol,
    Sensor,
)
from collectors.ssh.platforms import database
from collectors.ssh.platforms.optics import sensors
from collectors.ssh.platforms.platform import Plan, Platform
from collectors.ssh.platforms.routing import bgp_neighbour, costs, ospf_neighbour
from collectors.ssh.reader import (
    Document,
    address,
    document,
    inside,
    mac,
    named,
    number,
    several,
    word,
)

_KINDS = {
    "interfaceName": PortKind.NAME,
    "interfaceAlias": PortKind.ALIAS,
    "macAddress": PortKind.MAC,
    "networkAddress": PortKind.ADDRESS,
    "local": PortKind.LOCAL,
    "portComponent": PortKind.COMPONENT,
    "agentCircuitId": PortKind.CIRCUIT,
}


def _vrfs(text: str) -> Iterator[Document]:
    for _, vrf in named(inside(document(text), "vrfs")):
        yield vrf


def _instances(text: str) -> Iterator[Document]:
    for vrf in _vrfs(text):
        for _, instance in named(inside(vrf, "instList")):
            yield instance


def lldp(text: str) -> Facts:
    """Read who is told of at which interface."""
    found = []
    for interface, each in named(inside(document(text), "lldpNeighbors")):
        for told in several(each, "lldpNeighborInfo"):
            port = inside(told, "neighborInterfaceInfo")
            chassis = mac(word(told, "chassisId"))
            # The older key has the name in quotation marks.
            name = word(port, "interfaceId_v2", "interfaceId").strip('"')
            kind = _KINDS.get(word(port, "interfaceIdType"), PortKind.UNKNOWN)
            managed = [
                address(one.get("address"))
                for one in several(told, "managementAddresses")
            ]
            found.append(
                Neighbour(
                    Protocol.LLDP,
                    word(told, "systemName") or chassis,
                    interface,
                    port=mac(name) if kind is PortKind.MAC else name,
                    port_kind=kind,
                    port_description=word(port, "interfaceDescription"),
                    chassis=chassis,
                    addresses=tuple(filter(None, managed)),
                )
            )
    return Facts(neighbours=tuple(each for each in found if each.name))


def ospf(neighbours: str, interfaces: str) -> Facts:
    """Read OSPF's neighbours, and what the interfaces to them cost."""
    cost: dict[str, int] = {}
    for instance in _instances(interfaces):
        cost |= costs(inside(instance, "interfaces"))
    found = []
    for instance in _instances(neighbours):
        for each in several(instance, "ospfNeighborEntries"):
            interface = word(each, "interfaceName")
            found.append(
                ospf_neighbour(
                    word(each, "routerId"),
                    f"{word(each, 'adjacencyState')}/{word(each, 'drState')}",
                    interface=interface,
                    at=each.get("interfaceAddress"),
                    metric=cost.get(interface),
                )
            )
    return Facts(neighbours=tuple(found))


def bgp(text: str) -> Facts:
    """Read BGP's peers, in every VRF."""
    peers: dict[str, Neighbour] = {}
    router_id = ""
    for vrf in _vrfs(text):
        router_id = router_id or word(vrf, "routerId")
        for peer, each in named(inside(vrf, "peers")):
            found = bgp_neighbour(
                peer, word(each, "peerState"), each.get("asn", each.get("peerAsn"))
            )
            peers.setdefault(found.name, found)
    return Facts(router_id=router_id, neighbours=tuple(peers.values()))


def addresses(text: str) -> Facts:
    """Read the first address of each interface."""
    found = []
    for interface, each in named(inside(document(text), "interfaces")):
        first = inside(each, "interfaceAddress", "primaryIp")
        own = address(first.get("address"))
        if own and own != "0.0.0.0":
            found.append(Address(own, number(first.get("maskLen"), 32), interface))
    return Facts(addresses=tuple(found))


def optics(text: str) -> Facts:
    """Read the light in and out of each port, in dBm."""
    found: list[Sensor] = []
    for interface, each in named(inside(document(text), "interfaces")):
        found += sensors(
            interface,
            receive=each.get("rxPower"),
            transmit=each.get("txPower"),
            temperature=each.get("temperature"),
        )
    return Facts(sensors=tuple(found))


EOS = Platform(
    "eos",
    (
        Plan("lldp", ("show lldp neighbors detail | json",), lldp),
        Plan(
            "ospf",
            ("show ip ospf neighbor | json", "show ip ospf interface | json"),
            ospf,
        ),
        Plan("bgp", ("show bgp summary | json",), bgp),
        Plan("addresses", ("show ip interface | json",), addresses),
        Plan("optics", ("show interfaces transceiver | json",), optics),
    ),
    database=Plan(
        database.NAME, ("show ip ospf database router detail",), database.screen
    ),
    preparation=("terminal length 0", "terminal width 32767"),
)
