"""One node's daemons: started in order, killed by name, frozen and thawed."""

import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.lab import configs
from tests.lab.configs import Passwords
from tests.lab.description import NOC, Description
from tests.lab.namespaces import FOLDER, Namespaces, until

STAMP_PORT, IPERF_PORT = 862, 5201

_FRR = "/usr/lib/frr"
_REFLECT = (
    "import asyncio, sys; from ipaddress import ip_address; "
    "from probes.stamp.reflector import Reflector, ReflectorSettings; "
    "asyncio.run(Reflector(ReflectorSettings("
    "address=ip_address(sys.argv[1]), port=int(sys.argv[2]))).run())"
)


@dataclass(frozen=True, slots=True)
class Daemon:
    """A program that runs on a node.

    Attributes
    ----------
    ready : str
        A shell command that succeeds once it is up.
    """

    name: str
    command: tuple[str, ...]
    ready: str = "true"
    environment: dict[str, str] = field(default_factory=dict)


class Router:
    """A node of the lab, as far as it is programs; its wires are the lab's."""

    def __init__(self, space: Namespaces, lab: Description, node: str) -> None:
        self.node = node
        self.passwords = Passwords()
        self.address = lab.addresses[node]
        self._space = space
        self._lab = lab
        self._folder = FOLDER / node

    def boot(self) -> None:
        """Write the configuration and start every daemon, each after what it needs."""
        folder = self._space.path(self._folder)
        (folder / "snmp").mkdir(parents=True, exist_ok=True)
        for name, text in self._files():
            (folder / name).write_text(text)
        (folder / "commands.sh").chmod(0o755)
        script = "".join(_starting(self._folder, d) for d in self._daemons())
        self._space.script(
            self.node, f"chown -R frr:frr {self._folder}\n{_AWAIT}{script}"
        )

    def start(self, name: str) -> None:
        """Start one daemon, with the configuration as it is now."""
        folder = self._space.path(self._folder)
        for file, text in self._files():
            (folder / file).write_text(text)
        daemon = next(d for d in self._daemons() if d.name == name)
        self._space.script(self.node, _AWAIT + _starting(self._folder, daemon))

    def reconfigure(self) -> None:
        """Let the SNMP agent know of interfaces that were replaced beside it."""
        folder = self._space.path(self._folder)
        (folder / "snmpd.conf").write_text(dict(self._files())["snmpd.conf"])
        self.kill("snmpd", "HUP")

    def kill(self, name: str, signal: str = "KILL") -> None:
        """Send a daemon a signal, and wait until it is gone if that ends it."""
        pids = self._pids(name)
        self._signal(signal, pids)
        if signal in ("KILL", "TERM"):
            until(f"{name} gone", lambda: not self._pids(name))

    def shut_down(self) -> None:
        """End everything that runs on the node, at once."""
        self._signal("KILL", self._pids())
        until(f"{self.node} quiet", lambda: not self._pids())

    def freeze(self) -> None:
        """Stop every process where it stands; the kernel goes on forwarding."""
        self._signal("STOP", self._pids())

    def thaw(self) -> None:
        """Let them go on."""
        self._signal("CONT", self._pids())

    def log(self, name: str) -> str:
        """Return what a daemon wrote."""
        return self._space.path(self._folder / f"{name}.log").read_text()

    def indexes(self) -> dict[str, int]:
        """Return the ifIndex of each interface."""
        listed = self._space.run(None, "ip", "-n", self.node, "-o", "link")
        rows = (line.split(":") for line in listed.splitlines())
        return {name.strip().split("@")[0]: int(index) for index, name, *_ in rows}

    def _pids(self, name: str | None = None) -> list[str]:
        listed = self._space.run(None, "ip", "netns", "pids", self.node).split()
        if name is None:
            return listed
        wanted = []
        for pid in listed:
            try:
                comm = self._space.path(Path(f"/proc/{pid}/comm")).read_text().strip()
            except OSError:
                continue
            if comm == name:
                wanted.append(pid)
        return wanted

    def _signal(self, signal: str, pids: list[str]) -> None:
        if pids:
            self._space.script(None, f"kill -{signal} {' '.join(pids)} || true")

    def _files(self) -> Iterator[tuple[str, str]]:
        yield "zebra.conf", configs.zebra(self.node)
        yield "ospfd.conf", configs.ospfd(self._lab, self.node)
        yield "frr.conf", f"agentXSocket {configs.AGENTX}\nagentXPingInterval 1\n"
        known = self.indexes()
        yield "snmpd.conf", configs.snmpd(self._lab, self.node, known, self.passwords)
        yield "snmptrapd.conf", configs.snmptrapd()
        yield "lldpd.conf", configs.lldpd(self.node)
        yield "sshd.conf", configs.sshd(self._lab, self.node, self._folder)
        yield "commands.sh", configs.commands(self._folder)

    def _daemons(self) -> Iterator[Daemon]:
        folder, at = self._folder, self.address
        if self.node != NOC:
            yield Daemon(
                "snmpd",
                ("snmpd", "-fLo", "-C", "-c", f"{folder}/snmpd.conf", "-I", "-smux"),
                # Port 705, listening; the kernel's own table needs no tool.
                "grep -q ':02C1 00000000:0000 0A' /proc/net/tcp",
                {
                    "SNMP_PERSISTENT_DIR": f"{folder}/snmp",
                    "MIBS": "IF-MIB:SNMPv2-MIB:DISMAN-EVENT-MIB",
                },
            )
        common = (
            *("-u", "frr", "-g", "frr", "--vty_socket", f"{folder}", "-P", "0"),
            *("-z", f"{folder}/zserv.api", "--log", "stdout"),
        )
        zebra = (f"{_FRR}/zebra", *common, "-f", f"{folder}/zebra.conf")
        yield Daemon(
            "zebra",
            (*zebra, "-i", f"{folder}/zebra.pid"),
            f"test -S {folder}/zserv.api",
        )
        ospfd = (f"{_FRR}/ospfd", *common, "-f", f"{folder}/ospfd.conf")
        agentx = () if self.node == NOC else ("-M", "snmp")
        yield Daemon(
            "ospfd",
            (*ospfd, "-i", f"{folder}/ospfd.pid", *agentx),
            environment={"SNMPCONFPATH": f"{folder}"},
        )
        if self.node == NOC:
            traps = (f"udp:{at}:{port}" for port in (configs.TRAPS, configs.INFORMS))
            options = ("-f", "-Lo", "-n", "-C", "-c", f"{folder}/snmptrapd.conf")
            yield Daemon(
                "snmptrapd",
                ("snmptrapd", *options, "-OQn", *traps),
                environment={"SNMP_PERSISTENT_DIR": f"{folder}/snmp"},
            )
            return
        yield Daemon(
            "lldpd",
            (
                *(
                    "lldpd",
                    "-d",
                    "-x",
                    "-X",
                    configs.AGENTX,
                    "-u",
                    f"{folder}/lldpd.sock",
                ),
                *("-O", f"{folder}/lldpd.conf"),
            ),
        )
        yield Daemon(
            "sshd",
            ("/usr/sbin/sshd", "-D", "-e", "-f", f"{folder}/sshd.conf"),
            "grep -q ':0016 00000000:0000 0A' /proc/net/tcp",
        )
        yield Daemon("iperf3", ("iperf3", "-s", "-B", at, "-p", str(IPERF_PORT)))
        if "stamp" in self._lab.inventory.devices[self.node].probes:
            reflect = (sys.executable, "-P", "-c", _REFLECT, at, str(STAMP_PORT))
            yield Daemon("reflector", reflect)


_AWAIT = """\
await() {
    n=0
    until eval "$1"; do
        n=$((n + 1))
        [ $n -lt 1000 ] || { echo "not ready: $1"; exit 1; }
        sleep 0.05
    done
}
"""


def _starting(folder: Path, daemon: Daemon) -> str:
    words = " ".join(f"{key}={value}" for key, value in daemon.environment.items())
    command = " ".join(shlex.quote(word) for word in daemon.command)
    return (
        f"{words} setsid {command} >>{folder}/{daemon.name}.log 2>&1 </dev/null &\n"
        f"await {shlex.quote(daemon.ready)}\n"
    )
