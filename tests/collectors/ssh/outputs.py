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
    "show bgp summary json": "frr_bgp_summary.json",
}

_BY_PLATFORM: Mapping[str, Mapping[str, str]] = {
    "frr": {**_LLDPD, **_FRR, "show interface json": "frr_interface.json"},
    "linux": {
        **_LLDPD,
        **{f"vtysh -c '{command}'": name for command, name in _FRR.items()},
        "ip -j address show": "linux_ip_address.json",
    },
}

OUTPUTS = {
    (platform, command): name
    for platform, commands in _BY_PLATFORM.items()
    for command, name in commands.items()
}
