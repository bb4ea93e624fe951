"""What devices would tell of a network that we know."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from bellrock.model.neighbourhood import (
    Address,
    Neighbour,
    OspfLink,
    OspfLinkKind,
    Port,
    PortKind,
    Protocol,
)
from bellrock.model.status import Status
from topology.discovery.join import join
from topology.discovery.links import SeenLink, Wiring
from topology.discovery.told import Told

HOST = "255.255.255.255"
EVERY = frozenset({Protocol.LLDP, Protocol.CDP, Protocol.OSPF})


@dataclass(frozen=True)
class Wire:
    """A cable between two ports, by device and ifName."""

    a: tuple[str, str]
    b: tuple[str, str]

    @property
    def ways(self) -> tuple[tuple[tuple[str, str], tuple[str, str]], ...]:
        """Both directions: here and there."""
        return (self.a, self.b), (self.b, self.a)


@dataclass
class World:
    """Devices that tell the truth; a test then changes what it is about."""

    told: dict[str, Told] = field(default_factory=dict)

    def add(self, name: str, *interfaces: str, **more: object) -> None:
        """Add a device with all its interfaces up at 1 Gbit/s."""
        number = len(self.told) + 1
        known: dict[str, object] = {
            "name": name,
            "chassis": mac(number),
            "router_id": f"10.255.{number // 250}.{number % 250 + 1}",
            "interfaces": interfaces,
            "indexes": tuple(range(1, len(interfaces) + 1)),
            "statuses": (Status.UP,) * len(interfaces),
            "speeds": (1e9,) * len(interfaces),
            "whole": True,
            "read": EVERY,
        }
        self.told[name] = Told(name, **(known | more))  # type: ignore[arg-type]

    def change(self, device: str, **changes: object) -> None:
        """Have a device tell something else."""
        self.told[device] = replace(self.told[device], **changes)  # type: ignore[arg-type]

    def hears(self, device: str, *neighbours: Neighbour) -> None:
        """Have a device tell of more neighbours."""
        before = self.told[device].neighbours
        self.change(device, neighbours=before + neighbours)

    def lldp(self, here: tuple[str, str], there: tuple[str, str]) -> None:
        """Have LLDP at one port hear another."""
        self.hears(here[0], self.heard(here, there))

    def heard(
        self,
        here: tuple[str, str],
        there: tuple[str, str],
        protocol: Protocol = Protocol.LLDP,
    ) -> Neighbour:
        """Return what one port hears from another, which is named by its ifName."""
        far = self.told[there[0]]
        return Neighbour(
            protocol,
            far.name,
            here[1],
            port=there[1],
            port_kind=PortKind.NAME,
            chassis=far.chassis if protocol is Protocol.LLDP else "",
        )

    def cable(self, *wires: Wire) -> None:
        """Have LLDP at both ends of each wire hear the other."""
        for wire in wires:
            for here, there in wire.ways:
                self.lldp(here, there)

    def route(
        self, wire: Wire, number: int, *, metric: int = 10, back: int | None = None
    ) -> None:
        """Have OSPF run over a wire, in a network of its own."""
        metrics = metric, metric if back is None else back
        for (here, there), ours, metric in zip(wire.ways, (1, 2), metrics, strict=True):
            own = f"10.{number // 250}.{number % 250}.{ours}"
            other = f"10.{number // 250}.{number % 250}.{3 - ours}"
            told = self.told[here[0]]
            self.change(here[0], addresses=(*told.addresses, Address(own, 30, here[1])))
            self.hears(here[0], self.adjacent(here[1], there[0], other, metric))

    def database(self) -> tuple[OspfLink, ...]:
        """Return the links that every router has of all of them, as they tell now."""
        found = []
        for told in self.told.values():
            router = told.router_id
            found.append(OspfLink(router, OspfLinkKind.STUB, router, HOST, 0))
            own = {each.interface: each.address for each in told.addresses}
            found += [
                OspfLink(
                    *(router, OspfLinkKind.POINT_TO_POINT, each.name),
                    *(own[each.interface], each.metric or 0),
                )
                for each in told.neighbours
                if each.protocol is Protocol.OSPF
            ]
        return tuple(sorted(found))

    def adjacent(
        self, interface: str, far: str, address: str, metric: int | None = None
    ) -> Neighbour:
        """Return an adjacency of OSPF."""
        return Neighbour(
            Protocol.OSPF,
            self.told[far].router_id,
            interface,
            state="full",
            addresses=(address,),
            metric=metric,
        )

    def join(self) -> Wiring:
        """Return the links that follow."""
        return join(self.told)


def world(devices: Sequence[str], wires: Iterable[Wire]) -> World:
    """Return devices whose interfaces are those the wires are plugged into."""
    found = World()
    wires = list(wires)
    for device in devices:
        plugs = [plug for wire in wires for plug in (wire.a, wire.b)]
        found.add(device, *dict.fromkeys(p for name, p in plugs if name == device))
    return found


def own_ports(told: Told, kind: PortKind) -> tuple[Port, ...]:
    """Return what a device calls its ports: all by one MAC address, or each apart."""
    return tuple(
        Port(name, told_port(told, name, kind), kind, f"port {name}")
        for name in told.interfaces
    )


def told_port(told: Told, interface: str, kind: PortKind) -> str:
    """Return what neighbours hear one of its ports called."""
    at = told.rows[interface]
    words = {
        PortKind.NAME: interface,
        PortKind.MAC: f"{told.chassis[:-2]}{at % 256:02x}",
        PortKind.LOCAL: str(at + 100),
        PortKind.ALIAS: f"to somewhere {at}",
        PortKind.COMPONENT: f"slot {at}",
        PortKind.CIRCUIT: f"circuit {at}",
    }
    return words[kind]


def mac(number: int) -> str:
    """Return a MAC address that no other number has."""
    digits = f"{number:08x}"
    return ":".join(["02", digits[:2], digits[2:4], digits[4:6], digits[6:], "00"])


def ends(links: Iterable[SeenLink]) -> set[str]:
    """Return links as written in labels."""
    return {str(link) for link in links}


def label(wire: Wire) -> str:
    """Return how a wire's link is written."""
    return " - ".join(f"{device}:{port}" for device, port in sorted((wire.a, wire.b)))
