"""The daemons' configuration files, written as their manuals have them."""

from dataclasses import dataclass
from pathlib import Path

from tests.lab.description import NOC, Description

USER, AUTH, PRIVACY = "bellrock", "authpass-of-the-lab", "privpass-of-the-lab"
COMMUNITY = "lab-public"
TRAPS, INFORMS = 1162, 1163
ENGINE = "80001f88046c61622d6e6f63"
"""Whom informs are for, as the lab's routers learn it."""
AGENTX = "tcp:127.0.0.1:705"


@dataclass(frozen=True, slots=True)
class Passwords:
    """What the SNMPv3 user of an agent is known by."""

    auth: str = AUTH
    privacy: str = PRIVACY


def zebra(node: str) -> str:
    """Write ``zebra.conf``.

    Without the kernel's nexthop objects, which it drops when a link goes down: zebra
    8.4 sometimes loses a route for good when the link is soon back.
    """
    return f"hostname {node}\nno zebra nexthop kernel enable\n"


def ospfd(lab: Description, node: str) -> str:
    """Write ``ospfd.conf``: seconds in place of the minutes of a real network."""
    lines = [f"hostname {node}", "agentx"]
    for plug in lab.plugs(node):
        lines += [
            f"interface {plug.interface}",
            " ip ospf area 0",
            " ip ospf network point-to-point",
            " ip ospf hello-interval 1",
            " ip ospf dead-interval 3",
            " ip ospf retransmit-interval 1",
            "exit",
        ]
    lines += [
        *("interface lo", " ip ospf area 0", " ip ospf passive", "exit"),
        *("router ospf", f" ospf router-id {lab.addresses[node]}"),
        " timers throttle spf 10 100 1000",
        " timers throttle lsa all 0",
        " timers lsa min-arrival 0",
    ]
    if node == NOC:
        # It listens to the network and is no way through it.
        lines.append(" max-metric router-lsa administrative")
    return "\n".join([*lines, "exit", ""])


def snmpd(
    lab: Description, node: str, indexes: dict[str, int], passwords: Passwords
) -> str:
    """Write ``snmpd.conf``; `indexes` are the ifIndex of the node's interfaces."""
    noc = lab.addresses[NOC]
    columns = " ".join(f".1.3.6.1.2.1.2.2.1.{column}" for column in (1, 2, 7, 8))
    status = ".1.3.6.1.2.1.2.2.1.8"
    speeds = [
        f"override .1.3.6.1.2.1.31.1.1.1.15.{indexes[plug.interface]} uinteger "
        f"{wire.capacity / 1e6:.0f}"
        for wire in lab.wires
        for plug in wire.plugs
        if plug.node == node and wire.capacity
    ]
    lines = [
        f"agentAddress udp:127.0.0.1:161,udp:{lab.addresses[node]}:161",
        # An interface that was removed stays in the table, down, beside its successor
        # of the same name; for five minutes if it is not said otherwise.
        "interface_fadeout 20",
        f"sysName {node}",
        "sysLocation lab",
        f"rocommunity {COMMUNITY}",
        "rwcommunity lab-local 127.0.0.1",
        f"createUser {USER} SHA {passwords.auth} AES {passwords.privacy}",
        f"rouser {USER} authpriv",
        "master agentx",
        f"agentXSocket {AGENTX}",
        "agentXTimeout 5",
        "createUser internal",
        "iquerySecName internal",
        "rouser internal noauth",
        f"trap2sink {noc}:{TRAPS} {COMMUNITY}",
        f"trapsess -Ci -v 3 -l authPriv -u {USER} -a SHA -A {passwords.auth} "
        f"-x AES -X {passwords.privacy} {noc}:{INFORMS}",
        f"notificationEvent linkUpTrap .1.3.6.1.6.3.1.1.5.4 {columns}",
        f"notificationEvent linkDownTrap .1.3.6.1.6.3.1.1.5.3 {columns}",
        f'monitor -r 2 -e linkUpTrap "linkUp" {status} != 2',
        f'monitor -r 2 -e linkDownTrap "linkDown" {status} == 2',
        *speeds,
        # Whence it sends, as a router's trap source is its loopback.
        f"[snmp] clientaddr {lab.addresses[node]}",
    ]
    return "\n".join([*lines, ""])


def snmptrapd() -> str:
    """Write ``snmptrapd.conf``: who may tell the monitor's host something."""
    return f"""\
exactEngineID 0x{ENGINE}
authCommunity log {COMMUNITY}
createUser {USER} SHA {AUTH} AES {PRIVACY}
authUser log {USER} priv
"""


def lldpd(node: str) -> str:
    """Write ``lldpd.conf``."""
    return f"""\
configure system hostname {node}
configure lldp tx-interval 1
configure lldp tx-hold 4
configure system interface pattern to-*
configure lldp portidsubtype ifname
"""


def sshd(lab: Description, node: str, folder: Path) -> str:
    """Write ``sshd_config``: whoever logs in gets the answers of one script."""
    return f"""\
ListenAddress {lab.addresses[node]}:22
HostKey {folder}/../hostkey
AuthorizedKeysFile {folder}/../authorized_keys
StrictModes no
PasswordAuthentication no
PermitRootLogin prohibit-password
UsePAM no
PidFile none
ForceCommand {folder}/commands.sh
"""


def commands(folder: Path) -> str:
    """Write the script that answers over SSH, as a router's command line would."""
    return f"""\
#!/bin/sh
set -f
case "${{SSH_ORIGINAL_COMMAND:-}}" in
"show lldp neighbors")
    exec lldpcli -u {folder}/lldpd.sock -f json0 show neighbors details ;;
"lldpcli -f json0 show "*" details")
    set -- ${{SSH_ORIGINAL_COMMAND#lldpcli }}
    exec lldpcli -u {folder}/lldpd.sock "$@" ;;
"ip -j address show")
    exec ip -j address show ;;
"vtysh -c 'show "*" json'")
    asked=${{SSH_ORIGINAL_COMMAND#vtysh -c \\'}}
    exec vtysh --vty_socket {folder} -c "${{asked%\\'}}" ;;
"show version" | "show running-config" | "show bgp summary json" | \\
"show interface json" | "show ip "*" json")
    exec vtysh --vty_socket {folder} -c "$SSH_ORIGINAL_COMMAND" ;;
*)
    echo "% Unknown command." >&2
    exit 1 ;;
esac
"""
