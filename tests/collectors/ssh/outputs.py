"""Which file holds what a platform's command wrote.

Those of FRR, lldpd and iproute2 were recorded in the lab. The others are written after
the vendors' documentation, with addresses for documentation and invented names.
"""

from collections.abc import Mapping

_LLDPD = {
    "lldpcli -f json0 show neighbors details": "lldpd_neighbours.json",
    "lldpcli -f json0 show interfaces details": "lldpd_interfaces.json",
}
_FRR = {
    "show ip ospf neighbor json": "frr_ospf_neighbor.json",
    "show ip ospf interface json": "frr_ospf_interface.json",
    "show ip ospf database router json": "frr_ospf_database.json",
    "show bgp summary json": "frr_bgp_summary.json",
}

_BY_PLATFORM: Mapping[str, Mapping[str, str]] = {
    "frr": {**_LLDPD, **_FRR, "show interface json": "frr_interface.json"},
    "linux": {
        **_LLDPD,
        **{f"vtysh -c '{command}'": name for command, name in _FRR.items()},
        "ip -j address show": "linux_ip_address.json",
    },
    "ios": {
        "show lldp neighbors detail": "ios_lldp.txt",
        "show cdp neighbors detail": "ios_cdp.txt",
        "show ip ospf neighbor": "ios_ospf_neighbor.txt",
        "show ip ospf interface brief": "ios_ospf_interface.txt",
        "show ip ospf database router": "ios_ospf_database.txt",
        "show bgp all summary": "ios_bgp.txt",
        "show interfaces transceiver": "ios_transceiver.txt",
    },
    "nxos": {
        "show lldp neighbors detail | json": "nxos_lldp.json",
        "show ip ospf neighbors | json": "nxos_ospf_neighbors.json",
        "show ip ospf interface | json": "nxos_ospf_interface.json",
        "show ip ospf database router detail": "nxos_ospf_database.txt",
        "show bgp sessions | json": "nxos_bgp.json",
        "show interface transceiver details | json": "nxos_transceiver.json",
    },
    "junos": {
        f"{command} | display json | no-more": name
        for command, name in {
            "show lldp neighbors": "junos_lldp.json",
            "show lldp local-information": "junos_lldp_local.json",
            "show ospf neighbor": "junos_ospf_neighbor.json",
            "show ospf interface detail": "junos_ospf_interface.json",
            "show ospf database router detail": "junos_ospf_database.json",
            "show bgp summary": "junos_bgp.json",
            "show interfaces diagnostics optics": "junos_optics.json",
        }.items()
    },
    "eos": {
        "show lldp neighbors detail | json": "eos_lldp.json",
        "show ip ospf neighbor | json": "eos_ospf_neighbor.json",
        "show ip ospf interface | json": "eos_ospf_interface.json",
        "show ip ospf database router detail": "eos_ospf_database.txt",
        "show bgp summary | json": "eos_bgp.json",
        "show ip interface | json": "eos_ip_interface.json",
        "show interfaces transceiver | json": "eos_transceiver.json",
    },
}

OUTPUTS = {
    (platform, command): name
    for platform, commands in _BY_PLATFORM.items()
    for command, name in commands.items()
}
