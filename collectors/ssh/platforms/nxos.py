"""Cisco NX-OS, which writes JSON: tables of rows, a single row standing alone.

https://www.cisco.com/c/en/us/td/docs/switches/datacenter/nexus9000/sw/93x/progammability/guide/b-cisco-nexus-9000-series-nx-os-programmability-guide-93x.html
"""

import re
from collections.abc import Iterator

from bellrock.model.neighbourhood import Address, Facts, Neighbour, Protocol, Sensor
from collectors.ssh.platforms import database
from collectors.ssh.platforms.optics import sensors
from collectors.ssh.platforms.platform import Plan, Platform
from collectors.ssh.platforms.routing import bgp_neighbour, ospf_neighbour
from collectors.ssh.reader import (
    Document,
    address,
    document,
    mac,
    number,
    several,
    word,
)

_SHORT = re.compile(r"(Eth|Po|Lo)(?=[0-9])")
_LONG = {"Eth": "Ethernet", "Po": "port-channel", "Lo": "loopback"}


def long(name: str) -> str:
    """Return an interface's ifName, which is its name in full.

    Examples
    --------
    >>> long("Eth1/1"), long("Po10"), long("Vlan10")
    ('Ethernet1/1', 'port-channel10', 'Vlan10')
    """
    return _SHORT.sub(lambda found: _LONG[found[1]], name, count=1)


def _rows(parent: Document, *tables: str) -> Iterator[Document]:
    """Yield the rows of a table within each row of the one before it."""
    if not tables:
        yield parent
        return
    for table in several(parent, f"TABLE_{tables[0]}"):
        for row in several(table, f"ROW_{tables[0]}"):
            yield from _rows(row, *tables[1:])


def _document(text: str) -> Document:
    """Return what it wrote; of nothing at all it writes nothing at all."""
    return document(text) if text.strip() else {}


def lldp(text: str) -> Facts:
    """Read who is told of at which interface."""
    found = []
    for row in _rows(_document(text), "nbor_detail"):
        chassis = mac(word(row, "chassis_id"))
        name = word(row, "sys_name")
        managed = (address(row.get(key)) for key in ("mgmt_addr", "mgmt_addr_ipv6"))
        if chassis or name:
            found.append(
                Neighbour(
                    Protocol.LLDP,
                    chassis if name in ("", "null") else name,
                    long(word(row, "l_port_id")),
                    port=mac(word(row, "port_id")),
                    port_description=word(row, "port_desc"),
                    chassis=chassis,
                    addresses=tuple(filter(None, managed)),
                )
            )
    return Facts(neighbours=tuple(found))


def ospf(neighbours: str, interfaces: str) -> Facts:
    """Read OSPF's neighbours, the interfaces' costs, and their addresses."""
    costs: dict[str, int | None] = {}
    addresses = []
    for row in _rows(_document(interfaces), "ctx", "intf"):
        name = long(word(row, "ifname"))
        costs[name] = number(row.get("cost"), 65535)
        own = address(row.get("addr"))
        if own:
            addresses.append(Address(own, number(row.get("masklen"), 32), name))
    found = []
    for row in _rows(_document(neighbours), "ctx", "nbr"):
        name = long(word(row, "intf"))
        found.append(
            ospf_neighbour(
                word(row, "rid"),
                f"{word(row, 'state')}/{word(row, 'drstate')}",
                interface=name,
                at=row.get("addr"),
                metric=costs.get(name),
            )
        )
    return Facts(addresses=tuple(addresses), neighbours=tuple(found))


def bgp(text: str) -> Facts:
    """Read BGP's sessions, in every VRF."""
    peers: dict[str, Neighbour] = {}
    router_id = ""
    for vrf in _rows(_document(text), "vrf"):
        router_id = router_id or word(vrf, "router-id")
        for row in _rows(vrf, "neighbor"):
            found = bgp_neighbour(
                word(row, "neighbor-id"), word(row, "state"), row.get("remoteas")
            )
            peers.setdefault(found.name, found)
    return Facts(router_id=router_id, neighbours=tuple(peers.values()))


def optics(text: str) -> Facts:
    """Read the light in and out of each lane, in dBm."""
    found: list[Sensor] = []
    for port in _rows(_document(text), "interface"):
        name = long(word(port, "interface"))
        lanes = list(_rows(port, "lane"))
        for lane in lanes:
            beside = f" lane {word(lane, 'lane_number')}" if len(lanes) > 1 else ""
            found += sensors(
                name + beside,
                receive=lane.get("rx_pwr"),
                transmit=lane.get("tx_pwr"),
                temperature=lane.get("temperature"),
            )
    return Facts(sensors=tuple({each.name: each for each in found}.values()))


NXOS = Platform(
    "nxos",
    (
        Plan("lldp", ("show lldp neighbors detail | json",), lldp),
        Plan(
            "ospf",
            ("show ip ospf neighbors | json", "show ip ospf interface | json"),
            ospf,
        ),
        Plan("bgp", ("show bgp sessions | json",), bgp),
        Plan("optics", ("show interface transceiver details | json",), optics),
    ),
    database=Plan(
        database.NAME, ("show ip ospf database router detail",), database.screen
    ),
    preparation=("terminal length 0", "terminal width 511"),
)
