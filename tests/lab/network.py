"""The lab, up and running: wires, routers, and whether they have found each other."""

import json
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from tests.lab.description import NOC, Description, Plug, Wire, describe
from tests.lab.namespaces import FOLDER, CommandError, Namespaces, until
from tests.lab.router import Router
from tests.lab.routes import Hop, best_ways

PROGRAMS = (
    *("unshare", "nsenter", "ip", "tc", "nft", "iptables", "ping", "pkill", "setsid"),
    *("snmpd", "snmpget", "snmpset", "snmptrapd", "lldpd", "lldpcli", "vtysh"),
    *("sshd", "ssh", "ssh-keygen", "iperf3"),
)
FRR = (
    "/usr/lib/frr/zebra",
    "/usr/lib/frr/ospfd",
    "/usr/lib/*/frr/modules/ospfd_snmp.so",
)

_SYSCTLS = """\
sysctl -qw net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
sysctl -qw net.ipv4.fib_multipath_hash_policy=1
sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv4.icmp_msgs_per_sec=100000
"""
_IF_TABLE = ".1.3.6.1.4.1.8072.1.5.3.1.2.1.3.6.1.2.1.2.2"
"""``nsCacheTimeout`` of Net-SNMP's interface table."""


class Lab:
    """Every node of the lab.

    Attributes
    ----------
    routers : dict of str to Router
        By name; the monitor's own is ``noc``.
    netem : bool
        Whether this kernel can delay and lose packets by itself.
    """

    def __init__(self, space: Namespaces, description: Description) -> None:
        self.space = space
        self.described = description
        nodes = (*description.routers, NOC)
        self.routers = {node: Router(space, description, node) for node in nodes}
        self.netem = False
        self._boots = 0

    def up(self) -> None:
        """Plug the wires in, boot every router, and wait until they have met."""
        nodes = list(self.routers)
        self.space.script(None, "".join(f"ip netns add {node}\n" for node in nodes))
        keys = FOLDER / "hostkey", FOLDER / "id"
        for key in keys:
            self.space.run(
                None, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)
            )
        public = self.space.path(FOLDER / "id.pub").read_text()
        self.space.path(FOLDER / "authorized_keys").write_text(public)
        self._plug(self.described.wires)
        with ThreadPoolExecutor(4) as several:
            list(several.map(self._prepare, nodes))
            list(several.map(lambda node: self.routers[node].boot(), nodes))
        self.netem = self._try_netem()
        self.converge()
        self._refresh_counters(self.described.routers)

    def converge(self, without: Iterable[Wire] = ()) -> float:
        """Wait until every node routes as the wires demand; return the seconds it took.

        Parameters
        ----------
        without : iterable of Wire
            Those that are cut.
        """
        wanted = best_ways(self.described, without)
        missed: set[Hop] = set()

        def complete() -> bool:
            nonlocal missed
            missed = wanted ^ self._hops()
            return not missed

        try:
            return until("every node has its best routes", complete)
        except TimeoutError as error:
            raise TimeoutError(f"{error}: {sorted(missed)}") from None

    def settle(self) -> None:
        """Wait until every node routes best, and hears who is plugged in where."""
        self.converge()
        for node in self.described.routers:
            until(f"LLDP at {node}", partial(self._knows, node))

    def reboot(self, node: str) -> None:
        """Let a router die and come back: counters at zero, ifIndex shuffled."""
        router = self.routers[node]
        router.shut_down()
        wires = [
            wire
            for wire in self.described.wires
            if node in (plug.node for plug in wire.plugs)
        ]
        for plug in self.described.plugs(node):
            self.space.run(None, "ip", "-n", node, "link", "del", plug.interface)
        self._plug(wires)
        self._prepare(node)
        for wire in wires:
            for plug in wire.plugs:
                self._address(plug)
        router.boot()
        if node != NOC:
            self._refresh_counters((node,))
        # Its cables' far ends are new too, and agents call every veth a fast one
        # until they are told otherwise.
        ends = {plug.node for wire in wires for plug in wire.plugs}
        for other in ends - {node, NOC}:
            self.routers[other].reconfigure()

    def unreachable(self, pairs: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Return the pairs of nodes of which the first cannot ping the second."""
        pairs = list(pairs)
        known = self.described.addresses
        pings = "".join(
            f"(ip netns exec {a} ping -n -q -c 2 -i 0.2 -W 2 -I {known[a]} {known[b]} "
            f">/dev/null 2>&1 && echo {a} {b} || true) &\n"
            for a, b in pairs
        )
        answered = self.space.script(None, f"{pings}wait\n").splitlines()
        return set(pairs) - {(a, b) for a, b in map(str.split, answered)}

    def set_links(self, plugs: Iterable[Plug], state: str) -> None:
        """Switch interfaces ``up`` or ``down``."""
        self.space.script(
            None,
            "".join(
                f"ip -n {plug.node} link set {plug.interface} {state}\n"
                for plug in plugs
            ),
        )

    def counter(self, plug: Plug, name: str) -> int:
        """Return a counter of the kernel's, such as ``rx_bytes``."""
        file = f"/sys/class/net/{plug.interface}/statistics/{name}"
        return int(self.space.run(plug.node, "cat", file))

    def lldp(self, node: str) -> set[tuple[str, str, str]]:
        """Return what LLDP found: own interface, neighbour's name and interface."""
        socket = FOLDER / node / "lldpd.sock"
        words = ("lldpcli", "-u", str(socket), "-f", "json0", "show", "neighbors")
        found = json.loads(self.space.run(node, *words))
        return {
            (each["name"], each["chassis"][0]["name"][0]["value"], port["value"])
            for each in found["lldp"][0].get("interface", [])
            for port in each["port"][0]["id"]
        }

    def ospf(self, node: str) -> set[tuple[str, str]]:
        """Return OSPF's full neighbours: own interface, router id."""
        words = ("vtysh", "--vty_socket", str(FOLDER / node), "-c")
        found = json.loads(self.space.run(node, *words, "show ip ospf neighbor json"))
        return {
            (neighbour["ifaceName"].split(":")[0], router)
            for router, several in found["neighbors"].items()
            for neighbour in several
            if neighbour.get("nbrState", neighbour.get("state", "")).startswith("Full")
        }

    def _prepare(self, node: str) -> None:
        known = self.described
        lines = ["link set lo up"]
        listed = self.space.run(None, "ip", "-n", node, "-o", "-4", "addr")
        if known.addresses[node] not in listed:
            lines.append(f"addr add {known.addresses[node]}/32 dev lo")
        for plug in known.plugs(node):
            if f" {plug.address}/" not in listed:
                lines.append(f"addr add {plug.address}/30 dev {plug.interface}")
            lines.append(f"link set {plug.interface} up")
        batch = "\n".join([*lines, ""])
        self.space.run(None, "ip", "-n", node, "-batch", "-", text=batch)
        forward = int(node != NOC)
        self.space.script(node, f"{_SYSCTLS}sysctl -qw net.ipv4.ip_forward={forward}\n")

    def _address(self, plug: Plug) -> None:
        listed = self.space.run(None, "ip", "-n", plug.node, "-o", "-4", "addr")
        if f" {plug.address}/" not in listed:
            self.space.script(
                None,
                f"ip -n {plug.node} addr add {plug.address}/30 dev {plug.interface}\n"
                f"ip -n {plug.node} link set {plug.interface} up\n",
            )

    def _plug(self, wires: Iterable[Wire]) -> None:
        # Each boot hands out other numbers, as a chassis does whose cards come up in
        # another order.
        self._boots += 1
        wires = list(wires)
        first = 1000 * self._boots
        ordered = enumerate(wires if self._boots % 2 else reversed(wires))
        self.space.script(
            None,
            "".join(
                f"ip link add {wire.a.interface} index {first + 2 * number} "
                f"netns {wire.a.node} type veth peer name {wire.b.interface} "
                f"index {first + 2 * number + 1} netns {wire.b.node}\n"
                for number, wire in ordered
            ),
        )

    def wired(self, node: str) -> set[tuple[str, str, str]]:
        """Return where a node is plugged in: own interface, neighbour, its interface.

        The monitor's host apart, which does not speak LLDP.
        """
        return {
            (here.interface, there.node, there.interface)
            for wire in self.described.wires
            for here, there in (wire.plugs, wire.plugs[::-1])
            if here.node == node and there.node != NOC
        }

    def _knows(self, node: str) -> bool:
        return self.lldp(node) == self.wired(node)

    def _hops(self) -> set[Hop]:
        """Return where each node sends what is for which other."""
        listed = self.space.script(
            None,
            "".join(
                f"ip -j -n {node} -4 route show proto ospf\n" for node in self.routers
            ),
        )
        names = {address: node for node, address in self.described.addresses.items()}
        return {
            (node, names[route["dst"]], hop["dev"])
            for node, line in zip(self.routers, listed.splitlines(), strict=True)
            for route in json.loads(line)
            if route["dst"] in names
            for hop in route.get("nexthops", [route])
        }

    def _refresh_counters(self, nodes: Iterable[str]) -> None:
        """Make agents read the kernel's counters whenever they are asked."""
        for node in nodes:
            self.space.run(
                node,
                *("snmpset", "-v2c", "-c", "lab-local", "-t", "5", "-r", "10"),
                *("127.0.0.1", _IF_TABLE, "i", "0"),
            )

    def _try_netem(self) -> bool:
        try:
            self.space.run(
                NOC, "tc", "qdisc", "add", "dev", "lo", "root", "netem", "delay", "1ms"
            )
        except CommandError:
            return False
        self.space.run(NOC, "tc", "qdisc", "del", "dev", "lo", "root")
        return True


@contextmanager
def lab() -> Iterator[Lab]:
    """Bring the lab up; whatever happens to us, nothing of it stays."""
    with tempfile.TemporaryDirectory() as folder, Namespaces.start() as space:
        here = Lab(space, describe(Path(folder)))
        here.up()
        yield here


def missing() -> list[str]:
    """Return the programs that the lab needs and this machine lacks."""
    path = "/usr/local/sbin:/usr/sbin:/sbin:/usr/local/bin:/usr/bin:/bin"
    absent = [name for name in PROGRAMS if shutil.which(name, path=path) is None]
    root = Path("/")
    absent += [file for file in FRR if not any(root.glob(file.lstrip("/")))]
    return absent


def may_make_namespaces() -> bool:
    """Return whether we may make network namespaces: root, and not in a sandbox."""
    words = ("unshare", "--mount", "--net", "--pid", "--fork", "true")
    return subprocess.run(words, check=False, capture_output=True).returncode == 0
