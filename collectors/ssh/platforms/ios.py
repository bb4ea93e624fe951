"""Cisco IOS and IOS-XE: screens for people, typed for at a prompt.

https://www.cisco.com/c/en/us/td/docs/ios-xml/ios/iproute_ospf/command/iro-cr-book.html
and the command references beside it (CDP, LLDP, BGP, interfaces).
"""

import re

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
from collectors.ssh.platforms.routing import bgp_neighbour, ospf_neighbour
from collectors.ssh.platforms.templates import rows, screen
from collectors.ssh.reader import address, mac, number
from collectors.ssh.text import plain

_NAME = re.compile(r"([A-Za-z-]+) ?([0-9][0-9./:]*)")
_NEIGHBOUR = re.compile(
    r"([0-9]{1,3}(?:\.[0-9]{1,3}){3}) +[0-9]{1,3} +([0-9A-Z]{2,10}/ {0,3}[A-Z-]{1,9}) +"
    r"[0-9:a-z-]{1,12} +([0-9]{1,3}(?:\.[0-9]{1,3}){3}) +(\S{1,60})"
)
_SHORT = {
    "fastethernet": "Fa",
    "gigabitethernet": "Gi",
    "twogigabitethernet": "Tw",
    "fivegigabitethernet": "Fi",
    "tengigabitethernet": "Te",
    "twentyfivegige": "Twe",
    "fortygigabitethernet": "Fo",
    "fiftygige": "Fif",
    "hundredgige": "Hu",
    "ethernet": "Et",
    "port-channel": "Po",
    "serial": "Se",
    "loopback": "Lo",
    "tunnel": "Tu",
    "vlan": "Vl",
    "bdi": "BD",
    "dialer": "Di",
}


def short(name: str) -> str:
    """Return an interface's ifName, which is the short form of its name.

    Examples
    --------
    >>> short("GigabitEthernet0/0/1.100"), short("Gi0/1"), short("FastEthernet 0/1")
    ('Gi0/0/1.100', 'Gi0/1', 'Fa0/1')
    """
    found = _NAME.fullmatch(name)
    kind = None if found is None else _SHORT.get(found[1].lower())
    return name if found is None or kind is None else f"{kind}{found[2]}"


def lldp(text: str) -> Facts:
    """Read who is told of, at which of our interfaces; older ones say not where."""
    found = []
    for row in rows(
        "cisco_ios_show_lldp_neighbors_detail", text, expected="entries displayed"
    ):
        chassis = mac(row["chassis_id"])
        managed = address(row["mgmt_address"])
        if chassis:
            found.append(
                Neighbour(
                    Protocol.LLDP,
                    row["neighbor_name"] or chassis,
                    short(row["local_interface"]),
                    port=mac(row["neighbor_port_id"]),
                    port_description=row["neighbor_interface"],
                    chassis=chassis,
                    addresses=(managed,) if managed else (),
                )
            )
    return Facts(neighbours=tuple(found))


def cdp(text: str) -> Facts:
    """Read neighbours that speak Cisco's own protocol."""
    found = []
    for row in rows(
        "cisco_ios_show_cdp_neighbors_detail", text, expected="entries displayed"
    ):
        managed = address(row["mgmt_address"])
        found.append(
            Neighbour(
                Protocol.CDP,
                row["neighbor_name"],
                short(row["local_interface"]),
                port=row["neighbor_interface"],
                port_kind=PortKind.NAME,
                chassis=row["neighbor_name"],
                addresses=(managed,) if managed else (),
            )
        )
    return Facts(neighbours=tuple(found))


def ospf(neighbours: str, interfaces: str) -> Facts:
    """Read OSPF's neighbours, the interfaces' costs, and their addresses."""
    costs: dict[str, int | None] = {}
    addresses = []
    for row in rows(
        "cisco_ios_show_ip_ospf_interface_brief", interfaces, expected="Interface"
    ):
        name = short(row["interface"])
        costs[name] = number(row["cost"], 65535)
        own = address(row["ip_address"])
        if own:
            addresses.append(Address(own, number(row["prefix_length"], 32), name))
    found = []
    for line in screen(neighbours, expected="Neighbor ID"):
        # The library's template takes minutes over a line of nothing but digits.
        told = _NEIGHBOUR.match(line)
        if told is not None:
            router, state, ours, name = map(plain, told.groups())
            metric = costs.get(short(name))
            found.append(
                ospf_neighbour(
                    router, state, interface=short(name), at=ours, metric=metric
                )
            )
    return Facts(addresses=tuple(addresses), neighbours=tuple(found))


def bgp(text: str) -> Facts:
    """Read BGP's peers; where the state is a number, prefixes are being received."""
    peers: dict[str, Neighbour] = {}
    router_id = ""
    for row in rows("cisco_ios_show_ip_bgp_summary", text, expected="BGP router"):
        router_id = router_id or row["router_id"]
        state = row["state_or_prefixes_received"]
        state = "established" if number(state) is not None else state
        if row["bgp_neighbor"]:
            found = bgp_neighbour(row["bgp_neighbor"], state, row["neighbor_as"])
            peers.setdefault(found.name, found)
    return Facts(router_id=router_id, neighbours=tuple(peers.values()))


def optics(text: str) -> Facts:
    """Read the light in and out of each port, in dBm."""
    found: list[Sensor] = []
    for row in rows("cisco_ios_show_interface_transceiver", text, expected="Port"):
        found += sensors(
            short(row["interface"]),
            receive=row["rx_pwr"],
            transmit=row["tx_pwr"],
            temperature=row["temperature"],
        )
    return Facts(sensors=tuple(found))


IOS = Platform(
    "ios",
    (
        Plan("lldp", ("show lldp neighbors detail",), lldp),
        Plan("cdp", ("show cdp neighbors detail",), cdp),
        Plan("ospf", ("show ip ospf neighbor", "show ip ospf interface brief"), ospf),
        Plan("bgp", ("show bgp all summary",), bgp),
        Plan("optics", ("show interfaces transceiver",), optics),
    ),
    database=Plan(database.NAME, ("show ip ospf database router",), database.screen),
    shell=True,
    preparation=("terminal length 0", "terminal width 511"),
)
