"""NetBox 3.3 or later: sites, devices, cables and circuits, by its REST API.

A link is a way from one interface to another, through patch panels and circuits. Its
capacity is what the circuit's committed rate and port speeds, or both interfaces'
``speed``, say (kbit/s); the type of an interface is none. NetBox knows no metrics, risk
groups, gateways or demands.
"""

from collections import Counter
from collections.abc import Iterator

from bellrock.document.values import quoted
from bellrock.inventory.exchange import figures
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.jsonplaces import items, place
from bellrock.inventory.exchange.netbox_object import Object
from bellrock.inventory.exchange.netbox_paths import CIRCUIT, INTERFACE, Path, Plant
from bellrock.inventory.exchange.netbox_source import Lists, lists
from bellrock.inventory.exchange.records import (
    DeviceRecord,
    EndRecord,
    LinkRecord,
    NamedRecord,
    Pair,
    Records,
    SiteRecord,
    Wishes,
)
from bellrock.model.words import counted

_NOT_THERE = frozenset(
    {
        *("planned", "staged", "inventory", "retired"),
        *("provisioning", "decommissioned"),
    }
)
"""Statuses of what is not, or no longer, in the network."""


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a server, or a folder of its saved answers.

    Devices come along that a link ends at or that have a primary address, with their
    sites; patch panels and power strips do not. What is planned, staged, in stock or
    retired is left out, and counted.
    """
    return _Reading(lists(source, findings, wishes), findings).records


class _Reading:
    def __init__(self, found: Lists, findings: Findings) -> None:
        self.found, self.findings = found, findings
        self.left_out: Counter[str] = Counter()
        self.known: set[tuple[str, str]] = set()
        findings.check()
        first = next(document for pages in found.values() for document in pages)
        self.records = Records(place(first, ()), "NetBox", "netbox")
        self.devices = {each.id: each for each in self._objects("devices")}
        self.speeds = {
            each.id: each.number("speed") for each in self._objects("interfaces")
        }
        self.circuits = {each.id: each for each in self._objects("circuits")}
        self.terminations: dict[int, tuple[Object, str]] = {}
        self.ports: dict[tuple[str, int], Object] = {}
        self.plant = self._plant()
        links = [link for path in self.plant.paths() if (link := self._link(path))]
        ends = {end.device for link in links for end in (link.a, link.b)}
        self.records.links = links
        self._devices(ends)
        self._notes()

    def _objects(self, name: str) -> Iterator[Object]:
        """Return the objects of a list that are in the network."""
        for document in self.found[name]:
            for keys, value in items(document, ("results",), self.findings):
                each = Object(document, keys, value, self.findings)
                if each.id < 0:
                    continue
                if each.choice("status") in _NOT_THERE:
                    self.left_out[name] += 1
                else:
                    yield each

    def _plant(self) -> Plant:
        plant = Plant()
        for circuit in self.circuits.values():
            near, far = circuit.inside("termination_a"), circuit.inside("termination_z")
            if near is not None and far is not None:
                self.terminations[near.id] = circuit, "a"
                self.terminations[far.id] = circuit, "z"
                plant.other_side[CIRCUIT, near.id] = CIRCUIT, far.id
                plant.other_side[CIRCUIT, far.id] = CIRCUIT, near.id
        for front in self._objects("front-ports"):
            for rear, position in front.rear_ports():
                plant.patch(front.id, rear, position)
        for cable in self._objects("cables"):
            ends = [self._ends(cable, f"{side}_terminations") for side in "ab"]
            if not plant.plug(*ends):
                a, b = map(len, ends)
                what = f"a cable with {a} ports at one end and {b} at the other"
                self.findings.doubt(cable.place, f"{what}; it is left out")
        return plant

    def _ends(self, cable: Object, key: str) -> list[tuple[str, int]]:
        found = []
        for each in cable.each(key, required=True):
            port = each.text("object_type"), each.whole("object_id")
            found.append(port)
            inside = each.inside("object")
            if port[0] == INTERFACE and inside is not None:
                self.ports[port] = inside
        return found

    def _link(self, path: Path) -> LinkRecord | None:
        ends = []
        for port in (path.a, path.b):
            interface = self.ports.get(port)
            device = interface.inside("device") if interface else None
            if interface is None or device is None or device.id not in self.devices:
                # Its device is planned, say; that was counted.
                self.left_out["links"] += 1
                return None
            ends.append(EndRecord(str(device.id), interface.text("name")))
        passed = [self.terminations[number] for _, number in path.circuits]
        circuits = [circuit for circuit, _ in passed]
        names = [circuit.text("cid") for circuit in circuits]
        suppliers = {self._supplier(circuit) for circuit in circuits}
        return LinkRecord(
            circuits[0].place if circuits else self.ports[path.a].place,
            ends[0],
            ends[1],
            names[0] if len(names) == 1 else "",
            capacity=self._circuits(passed) if passed else self._interfaces(path),
            supplier=suppliers.pop() if len(suppliers) == 1 else None,
            circuit=", ".join(names),
        )

    def _circuits(self, passed: list[tuple[Object, str]]) -> Pair:
        """Return the least that circuits in a row carry each way, if each says so."""
        ways: list[tuple[float | None, float | None]] = []
        for circuit, side in passed:
            a, z = (circuit.inside(f"termination_{each}") for each in "az")
            out, back = (
                _least(circuit.number("commit_rate"), _up(near), _down(far))
                for near, far in ((a, z), (z, a))
            )
            ways.append((out, back) if side == "a" else (back, out))
        ab, ba = zip(*ways, strict=True)
        place = passed[0][0].place
        return (
            figures.bits(None if None in ab else _least(*ab), place, self.findings),
            figures.bits(None if None in ba else _least(*ba), place, self.findings),
        )

    def _interfaces(self, path: Path) -> Pair:
        speeds = [self.speeds.get(port[1]) for port in (path.a, path.b)]
        speed = None if None in speeds else _least(*speeds)
        bits = figures.bits(speed, self.ports[path.a].place, self.findings)
        return bits, bits

    def _supplier(self, circuit: Object) -> str | None:
        provider = circuit.inside("provider")
        if provider is None:
            return None
        return self._named("supplier", self.records.suppliers, provider)

    def _named(self, noun: str, into: list[NamedRecord], found: Object) -> str:
        key = str(found.id)
        if (noun, key) not in self.known:
            self.known.add((noun, key))
            name = found.text("name")
            wanted = found.text("slug") or name
            into.append(NamedRecord(key, found.place, wanted, name))
        return key

    def _devices(self, ends: set[str]) -> None:
        sites = {each.id: each for each in self._objects("sites")}
        used: dict[int, Object] = {}
        for ident, device in self.devices.items():
            address = device.address()
            if str(ident) not in ends and address is None:
                self.left_out["unconnected"] += 1
                continue
            site = device.inside("site")
            known = sites.get(site.id) if site is not None else None
            if known is None:
                name = quoted(site.text("name")) if site is not None else "none"
                what = f"its site ({name}) is not in the list of sites, or not in use"
                self.findings.wrong(device.place, what, "correct it in NetBox")
                continue
            used[known.id] = known
            role = device.inside("role") or device.inside("device_role")
            self.records.devices.append(
                DeviceRecord(
                    str(ident),
                    device.place,
                    str(known.id),
                    device.text("name") or f"device-{ident}",
                    role=role.text("slug") if role else "",
                    address=address,
                )
            )
        self.records.sites = [self._site(each) for each in used.values()]

    def _site(self, site: Object) -> SiteRecord:
        lat, lon = site.number("latitude"), site.number("longitude")
        lat, lon = figures.degrees(lat, lon, site.place, self.findings)
        tenant = site.inside("tenant")
        organisation = None
        if tenant is not None:
            into = self.records.organisations
            organisation = self._named("organisation", into, tenant)
        return SiteRecord(
            str(site.id),
            site.place,
            site.text("slug") or site.text("name"),
            site.text("name"),
            organisation=organisation,
            lat=lat,
            lon=lon,
        )

    def _notes(self) -> None:
        unconnected = self.left_out.pop("unconnected", 0)
        for name, count in self.left_out.items():
            what = "with a device that is" if name == "links" else "as"
            noun = counted(count, name.removesuffix("s"))
            self.findings.note(f"left out {what} planned, in stock or retired: {noun}")
        if unconnected:
            self.findings.note(
                "left out as without a link or an address: "
                f"{counted(unconnected, 'device')}"
            )


def _up(termination: Object | None) -> float | None:
    """Return what a circuit takes from its end, bit/s."""
    if termination is None:
        return None
    upstream = termination.number("upstream_speed")
    return _down(termination) if upstream is None else upstream


def _down(termination: Object | None) -> float | None:
    """Return what a circuit brings to its end, bit/s."""
    return None if termination is None else termination.number("port_speed")


def _least(*figures_: float | None) -> float | None:
    known = [each for each in figures_ if each is not None]
    return min(known, default=None)
