"""Linux with a shell: lldpd, iproute2, and FRRouting where it is installed."""

from bellrock.model.neighbourhood import Address, Facts
from collectors.ssh.platforms import database, frr
from collectors.ssh.platforms.lldpd import LLDP
from collectors.ssh.platforms.platform import Plan, Platform
from collectors.ssh.reader import address, listing, number, several, word


def addresses(text: str) -> Facts:
    """Read ``ip -j address show``, without what is valid on this host or link alone."""
    found = []
    for interface in listing(text):
        for each in several(interface, "addr_info"):
            ip = address(each.get("local"))
            if ip and word(each, "scope") == "global":
                name = word(interface, "ifname")
                found.append(Address(ip, number(each.get("prefixlen"), 128), name))
    return Facts(addresses=tuple(found))


def _vtysh(commands: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(f"vtysh -c '{command}'" for command in commands)


LINUX = Platform(
    "linux",
    (
        LLDP,
        Plan("ospf", _vtysh(frr.OSPF_COMMANDS), frr.ospf),
        Plan("bgp", _vtysh(frr.BGP_COMMANDS), frr.bgp),
        Plan("addresses", ("ip -j address show",), addresses),
    ),
    database=Plan(database.NAME, _vtysh(frr.DATABASE_COMMANDS), frr.ospf_database),
)
