"""What the lab is made of: Bellrock's own inventory, and where the monitor stands."""

from dataclasses import dataclass
from pathlib import Path

import yaml

from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory

FILE = Path(__file__).with_name("lab.yaml")
NOC = "noc"


@dataclass(frozen=True, slots=True)
class Plug:
    """One end of a wire; its address is the first or second of the wire's network."""

    node: str
    interface: str
    address: str


@dataclass(frozen=True, slots=True)
class Wire:
    """A cable between two nodes; `capacity` in bit/s, None where none is declared."""

    id: str
    a: Plug
    b: Plug
    capacity: float | None = None

    @property
    def plugs(self) -> tuple[Plug, Plug]:
        """Both ends."""
        return self.a, self.b


@dataclass(frozen=True, slots=True)
class Description:
    """The lab as it is declared.

    Attributes
    ----------
    text : str
        The inventory alone, as YAML that Bellrock reads.
    addresses : dict of str to str
        Each node's own address, by which the others know it.
    wires : tuple of Wire
        The inventory's links, then those to the monitor.
    """

    text: str
    inventory: Inventory
    addresses: dict[str, str]
    wires: tuple[Wire, ...]

    @property
    def routers(self) -> tuple[str, ...]:
        """The nodes that the inventory knows."""
        return tuple(self.inventory.devices)

    def plugs(self, node: str) -> list[Plug]:
        """Return the ends of wires at a node."""
        return [p for wire in self.wires for p in wire.plugs if p.node == node]

    def wire(self, wire: str) -> Wire:
        """Return a wire by its id."""
        return next(each for each in self.wires if each.id == wire)

    def parts(self, element: str) -> frozenset[Wire]:
        """Return the wires that fail with a link, device, site or risk group."""
        found = self.inventory
        devices = {
            device.id
            for device in found.devices.values()
            if element in (device.id, device.site) or element in device.risk_groups
        }
        links = {
            link.id
            for link in found.links.values()
            if element == link.id or element in link.risk_groups
        }
        return frozenset(
            wire
            for wire in self.wires
            if wire.id in links or not devices.isdisjoint(p.node for p in wire.plugs)
        )


def describe(folder: Path) -> Description:
    """Read the lab's file; `folder` is for the inventory that is taken out of it."""
    document = yaml.safe_load(FILE.read_text())
    lab = document.pop("lab")
    text = yaml.safe_dump(document, sort_keys=False)
    (folder / "network.yaml").write_text(text)
    inventory = load(folder / "network.yaml", cache=None).inventory
    addresses = {
        device.id: str(device.address) for device in inventory.devices.values()
    }
    addresses[NOC] = lab["noc"]["address"]
    ends = [
        (link.id, (link.a.device, link.a.interface), (link.b.device, link.b.interface))
        for link in inventory.links.values()
    ]
    ends += [
        (f"{router}-{NOC}", (router, f"to-{NOC}"), (NOC, f"to-{router}"))
        for router in lab["noc"]["plugged_into"]
    ]
    wires = tuple(
        Wire(
            name,
            Plug(*a, f"10.100.{number}.1"),
            Plug(*b, f"10.100.{number}.2"),
            inventory.links[name].capacity_ab if name in inventory.links else None,
        )
        for number, (name, a, b) in enumerate(ends)
    )
    return Description(text, inventory, addresses, wires)
