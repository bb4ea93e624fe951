"""What can go wrong, each for the length of a ``with`` block."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.lab.configs import Passwords
from tests.lab.description import Plug, Wire
from tests.lab.network import Lab

DELAYER = Path(__file__).with_name("delayer.py")


@contextmanager
def cut(lab: Lab, wires: Iterable[Wire]) -> Iterator[None]:
    """Cut cables: no carrier at either end."""
    plugs = [plug for wire in wires for plug in wire.plugs]
    lab.set_links(plugs, "down")
    try:
        yield
    finally:
        lab.set_links(plugs, "up")


@contextmanager
def blackhole(lab: Lab, wires: Iterable[Wire]) -> Iterator[None]:
    """Swallow every packet while the carrier stays."""
    with _filtered(lab, wires, "drop"):
        yield


@contextmanager
def loss(lab: Lab, wires: Iterable[Wire], percent: int) -> Iterator[None]:
    """Lose packets at random, as many in either direction."""
    if lab.netem:
        with _queued(lab, wires, f"netem loss {percent}%"):
            yield
    else:
        rule = f"numgen random mod 100 < {percent} drop"
        with _filtered(lab, wires, rule):
            yield


@contextmanager
def rate(lab: Lab, wires: Iterable[Wire], bits: float) -> Iterator[None]:
    """Let no more than so many bit/s through in either direction."""
    shaper = f"tbf rate {bits:.0f}bit burst 32kb latency 200ms"
    with _queued(lab, wires, shaper):
        yield


@contextmanager
def delay(lab: Lab, wires: Iterable[Wire], seconds: float) -> Iterator[None]:
    """Delay packets in either direction.

    Without netem it is the receiving end that delays, after the kernel has stamped
    them: whoever reads those stamps there, as our probes do, sees the other end's only.
    """
    if lab.netem:
        with _queued(lab, wires, f"netem delay {seconds * 1e6:.0f}us"):
            yield
        return
    plugs = _plugs(wires)
    rules = [
        f"PREROUTING -t mangle -i {plug.interface} -j NFQUEUE --queue-num {number} "
        "--queue-bypass"
        for number, plug in enumerate(plugs)
    ]
    for number, (plug, rule) in enumerate(zip(plugs, rules, strict=True)):
        lab.space.script(
            plug.node,
            f"setsid {sys.executable} -P {DELAYER} {number} {seconds} "
            "</dev/null >/dev/null 2>&1 &\n"
            f"until grep -q '^ *{number} ' /proc/net/netfilter/nfnetlink_queue\n"
            "do sleep 0.05; done\n"
            f"iptables -A {rule}\n",
        )
    try:
        yield
    finally:
        for number, (plug, rule) in enumerate(zip(plugs, rules, strict=True)):
            lab.space.script(
                plug.node,
                f"iptables -D {rule}\npkill -f '{DELAYER} {number} ' || true\n",
            )


@contextmanager
def narrow(lab: Lab, wires: Iterable[Wire], mtu: int) -> Iterator[None]:
    """Let a cable take no larger packets than so many bytes."""
    plugs = _plugs(wires)
    _set_mtu(lab, plugs, mtu)
    try:
        yield
    finally:
        _set_mtu(lab, plugs, 1500)


@contextmanager
def mute(lab: Lab, nodes: Iterable[str]) -> Iterator[None]:
    """Let routers drop packets that are too large without saying so."""
    nodes = list(nodes)
    rule = "OUTPUT -p icmp --icmp-type fragmentation-needed -j DROP"
    for node in nodes:
        lab.space.run(node, "iptables", "-A", *rule.split())
    try:
        yield
    finally:
        for node in nodes:
            lab.space.run(node, "iptables", "-D", *rule.split())


@contextmanager
def killed(lab: Lab, node: str, daemon: str) -> Iterator[None]:
    """Kill a daemon; start it again afterwards."""
    lab.routers[node].kill(daemon)
    try:
        yield
    finally:
        lab.routers[node].start(daemon)


@contextmanager
def unreflected(lab: Lab, node: str) -> Iterator[None]:
    """Kill a STAMP reflector, which goes by Python's name; start it again."""
    lab.routers[node].kill(Path(sys.executable).name)
    try:
        yield
    finally:
        lab.routers[node].start("reflector")


@contextmanager
def frozen(lab: Lab, nodes: Iterable[str]) -> Iterator[None]:
    """Let whole devices hang: the kernel forwards, no process answers."""
    nodes = list(nodes)
    for node in nodes:
        lab.routers[node].freeze()
    try:
        yield
    finally:
        for node in nodes:
            lab.routers[node].thaw()


@contextmanager
def other_passwords(lab: Lab, node: str) -> Iterator[None]:
    """Let a device know its SNMPv3 user by other passwords than we do."""
    router = lab.routers[node]
    known = router.passwords
    router.passwords = Passwords("another-auth-pass", "another-priv-pass")
    router.kill("snmpd")
    router.start("snmpd")
    try:
        yield
    finally:
        router.passwords = known
        router.kill("snmpd")
        router.start("snmpd")


def _set_mtu(lab: Lab, plugs: Iterable[Plug], mtu: int) -> None:
    lab.space.script(
        None,
        "".join(
            f"ip -n {plug.node} link set {plug.interface} mtu {mtu}\n" for plug in plugs
        ),
    )


def _plugs(wires: Iterable[Wire]) -> list[Plug]:
    return [plug for wire in wires for plug in wire.plugs]


@contextmanager
def _filtered(lab: Lab, wires: Iterable[Wire], verdict: str) -> Iterator[None]:
    plugs = _plugs(wires)
    for plug in plugs:
        lab.space.script(
            plug.node,
            f"nft add table netdev {plug.interface}\n"
            f"nft 'add chain netdev {plug.interface} in "
            f"{{ type filter hook ingress device {plug.interface} priority 0; }}'\n"
            f"nft 'add rule netdev {plug.interface} in {verdict}'\n",
        )
    try:
        yield
    finally:
        for plug in plugs:
            lab.space.script(plug.node, f"nft delete table netdev {plug.interface}\n")


@contextmanager
def _queued(lab: Lab, wires: Iterable[Wire], discipline: str) -> Iterator[None]:
    plugs = _plugs(wires)
    for plug in plugs:
        device = f"dev {plug.interface} root"
        lab.space.script(plug.node, f"tc qdisc replace {device} {discipline}\n")
    try:
        yield
    finally:
        for plug in plugs:
            lab.space.script(plug.node, f"tc qdisc del dev {plug.interface} root\n")
