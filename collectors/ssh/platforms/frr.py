"""FRRouting: its own command line, vtysh, which writes JSON.

https://docs.frrouting.org/en/latest/ospfd.html and bgp.html
"""

from collections.abc import Iterator

from bellrock.model.neighbourhood import Address, Facts, Neighbour, OspfLink
from collectors.ssh.platforms import database
from collectors.ssh.platforms.lldpd import LLDP
from collectors.ssh.platforms.platform import Plan, Platform
from collectors.ssh.platforms.routing import bgp_neighbour, costs, ospf_neighbour
from collectors.ssh.reader import (
    address,
    document,
    inside,
    mapping,
    named,
    number,
    several,
    word,
)
from collectors.ssh.text import plain

OSPF_COMMANDS = ("show ip ospf neighbor json", "show ip ospf interface json")
DATABASE_COMMANDS = ("show ip ospf database router json",)
BGP_COMMANDS = ("show bgp summary json",)
_ADDRESS_COMMANDS = ("show interface json",)


def ospf(neighbours: str, interfaces: str) -> Facts:
    """Read who OSPF's neighbours are, and what the interfaces to them cost."""
    shown = inside(document(interfaces), "interfaces")
    cost = costs(shown)
    listed = inside(document(neighbours), "neighbors")
    found = []
    for router in listed:
        for each in several(listed, router):
            # The name, a colon, and our address there.
            interface = word(each, "ifaceName").partition(":")[0]
            found.append(
                ospf_neighbour(
                    plain(router),
                    word(each, "nbrState", "state"),
                    interface=interface,
                    at=each.get("ifaceAddress", each.get("address")),
                    metric=cost.get(interface),
                )
            )
    own = [word(each, "routerId") for _, each in named(shown)]
    return Facts(router_id=next(iter(own), ""), neighbours=tuple(found))


def ospf_database(text: str) -> Facts:
    """Read the links of every router in each area."""
    return database.facts(_database(text))


def _database(text: str) -> Iterator[OspfLink | None]:
    areas = inside(document(text), "routerLinkStates", "areas")
    for area in areas:
        for router in several(areas, area):
            if database.expired(router.get("lsaAge")):
                continue
            for _, each in named(inside(router, "routerLinks")):
                yield database.link(
                    router.get("advertisingRouter"),
                    word(each, "linkType"),
                    # By kind: a router's id, a router's address, a network.
                    word(
                        *(each, "neighborRouterId", "designatedRouterAddress"),
                        "networkAddress",
                    ),
                    word(each, "routerInterfaceAddress", "networkMask"),
                    each.get("tos0Metric"),
                )


def bgp(summary: str) -> Facts:
    """Read BGP's peers, each once: it may carry several address families."""
    peers: dict[str, Neighbour] = {}
    router_id = ""
    for _, family in named(document(summary)):
        router_id = router_id or word(family, "routerId")
        for peer, each in named(inside(family, "peers")):
            found = bgp_neighbour(peer, word(each, "state"), each.get("remoteAs"))
            peers.setdefault(peer, found)
    return Facts(router_id=router_id, neighbours=tuple(peers.values()))


def addresses(interfaces: str) -> Facts:
    """Read the addresses of each interface, those of the loopback network left out."""
    found = []
    for name, interface in named(document(interfaces)):
        for each in several(mapping(interface), "ipAddresses"):
            text, _, prefix = word(each, "address").partition("/")
            ip = address(text)
            if ip and not ip.startswith("127.") and ip != "::1":
                found.append(Address(ip, number(prefix, 128), name))
    return Facts(addresses=tuple(found))


FRR = Platform(
    "frr",
    (
        LLDP,
        Plan("ospf", OSPF_COMMANDS, ospf),
        Plan("bgp", BGP_COMMANDS, bgp),
        Plan("addresses", _ADDRESS_COMMANDS, addresses),
    ),
    database=Plan(database.NAME, DATABASE_COMMANDS, ospf_database),
    preparation=("terminal length 0",),
)
