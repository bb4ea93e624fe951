"""Join a source's records into an inventory: ids, references, and nothing invented."""

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from bellrock.document.values import quoted
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.gateways import chosen
from bellrock.inventory.exchange.keyed import Ids, References, keyed
from bellrock.inventory.exchange.naming import Names, identifier
from bellrock.inventory.exchange.records import (
    UNSAID,
    DeviceRecord,
    EndRecord,
    NamedRecord,
    Pair,
    Records,
    Wishes,
)
from bellrock.inventory.yamltext import printable
from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Inventory,
    Link,
    Organisation,
    RiskGroup,
    Site,
    Supplier,
)

_LONGEST_LINE = 200


def assemble(records: Records, findings: Findings, wishes: Wishes) -> Inventory:
    """Return the inventory that `records` make; it may have no gateway.

    Raises
    ------
    InvalidDocumentError
        With every problem of the source, those of its reader included.
    UserError
        If a gateway wished for is not there.
    """
    if findings.partial:
        findings.check()
    if not records.devices and not findings.problems:
        what = "nothing that could be a device"
        findings.wrong(records.place, what, "is this the right file, and its format?")
    joining = _Joining(records, findings, wishes)
    inventory = joining.inventory()
    findings.check()
    return inventory


class _Joining:
    """The maps from keys to ids, and what is made with them."""

    def __init__(self, records: Records, findings: Findings, wishes: Wishes) -> None:
        self.records, self.findings, self.wishes = records, findings, wishes
        self.ids = Ids(records, findings)
        told: set[Place] = set()
        self.sites = keyed(records.sites, "site", findings, told)
        self.devices = keyed(records.devices, "device", findings, told)
        self.groups = keyed(records.risk_groups, "risk group", findings, told)
        self.organisations = keyed(
            records.organisations, "organisation", findings, told
        )
        self.suppliers = keyed(records.suppliers, "supplier", findings, told)
        # Sites are named first: what they are called is what people know.
        self.site_ids = self.ids.given(self.sites, "site")
        self.device_ids = {
            key: self.ids.device(each, self.site_ids.get(each.site, "device"))
            for key, each in self.devices.items()
        }
        self.group_ids = self.ids.given(self.groups, "risk-group")
        self.organisation_ids = _apart(self.organisations, "organisation")
        self.supplier_ids = _apart(self.suppliers, "supplier")
        self.site = References(self.site_ids, "site", findings)
        self.device = References(self.device_ids, "device", findings)
        self.group = References(self.group_ids, "risk group", findings)
        self.organisation = References(self.organisation_ids, "organisation", findings)
        self.supplier = References(self.supplier_ids, "supplier", findings)
        self.plugged: dict[End, Place] = {}
        self.addresses: dict[str, Place] = {}

    def inventory(self) -> Inventory:
        records = self.records
        devices = {each.id: each for each in self._devices()}
        sites = {each.id: each for each in self._sites()}
        links = {each.id: each for each in self._links()}
        demands = tuple(self._demands())
        # A gateway that is not there may be one of those that are wrong.
        self.findings.check()
        return Inventory(
            id=identifier(records.network_id or records.network) or "network",
            name=line(records.network) or "Imported network",
            sites=sites,
            devices=devices,
            links=links,
            risk_groups={
                (ident := self.group_ids[key]): RiskGroup(
                    ident,
                    line(each.kind or "") or "other",
                    line(each.name) or ident,
                    each.mtbf,
                    each.mttr,
                )
                for key, each in self.groups.items()
            },
            gateways=frozenset(self._gateways(devices)),
            organisations={
                (ident := self.organisation_ids[key]): Organisation(
                    ident, line(each.name) or ident
                )
                for key, each in self.organisations.items()
            },
            suppliers={
                (ident := self.supplier_ids[key]): Supplier(
                    ident, line(each.name) or ident, line(each.phone)
                )
                for key, each in self.suppliers.items()
            },
            demands=demands,
        )

    def _gateways(self, devices: dict[str, Device]) -> Iterator[str]:
        """Return the source's own, and those that the user names."""
        for key, each in self.devices.items():
            if each.gateway:
                yield self.device_ids[key]
        ids = (*self.site_ids.values(), *self.device_ids.values())
        known = {
            **{each.name: self.site_ids[key] for key, each in self.sites.items()},
            **self.site_ids,
            **self.device_ids,
            **{ident: ident for ident in ids},
        }
        # A site may have no name.
        known.pop("", None)
        yield from chosen(self.wishes.gateways, known, devices)

    def _sites(self) -> Iterator[Site]:
        for key, each in self.sites.items():
            ident = self.site_ids[key]
            organisation = None
            if each.organisation is not None:
                organisation = self.organisation(each.organisation, each.place)
            yield Site(
                ident,
                line(each.name) or ident,
                line(each.kind or "") or self.wishes.kind,
                organisation,
                each.lat,
                each.lon,
                3 if each.priority is None else each.priority,
                each.people or 0,
                each.mtbf,
                each.mttr,
            )

    def _devices(self) -> Iterator[Device]:
        for key, each in self.devices.items():
            yield Device(
                self.device_ids[key],
                self.site(each.site, each.place) or "",
                line(each.role),
                self._address(each),
                line(each.snmp or "") or None,
                each.probes,
                dict(each.ports),
                self.group.each(each.risk_groups, each.place),
                line(each.ssh or "") or None,
                line(each.platform or "") or None,
                each.mtbf,
                each.mttr,
            )

    def _address(self, record: DeviceRecord) -> str | None:
        if record.address is None:
            return None
        try:
            address = ipaddress.ip_address(record.address)
        except ValueError:
            what = f"{quoted(record.address)} is no IP address"
            self.findings.wrong(record.place, what, "write one, or leave it out")
            return None
        if address.is_unspecified or address.is_multicast:
            self.findings.wrong(
                record.place,
                f"no single device has the address {address}",
                "write the device's own, or leave it out",
            )
            return None
        first = self.addresses.setdefault(str(address), record.place)
        if first is not record.place:
            self.findings.doubt(
                record.place,
                f"{address} is the address of the device at {first} too; left out here",
                "give each device its own address",
            )
            return None
        return str(address)

    def _links(self) -> Iterator[Link]:
        for each in self.records.links:
            a, b = (self.device(end.device, each.place) for end in (each.a, each.b))
            if a is None or b is None:
                continue
            if a == b:
                what = f"both ends are at the device {a}; it is left out"
                self.findings.doubt(each.place, what)
                continue
            capacity_ab, capacity_ba = self._both(each.capacity, "capacity", each.place)
            metric_ab, metric_ba = self._both(each.metric, "metric", each.place)
            supplier = None
            if each.supplier is not None:
                supplier = self.supplier(each.supplier, each.place)
            link = Link(
                self.ids.link(each.wanted, a, b, each.place),
                self._end(a, each.a, each.place),
                self._end(b, each.b, each.place),
                capacity_ab,
                capacity_ba,
                supplier=supplier,
                circuit=line(each.circuit),
                risk_groups=self.group.each(each.risk_groups, each.place),
                backup=each.backup,
                metric_declared=False,
                mtbf=each.mtbf,
                mttr=each.mttr,
            )
            if metric_ab is None or metric_ba is None:
                yield link
                continue
            yield replace(
                link,
                metric_ab=int(metric_ab),
                metric_ba=int(metric_ba),
                metric_declared=True,
            )

    def _both(self, pair: Pair, noun: str, place: Place) -> Pair:
        """Return a figure for each direction, or none."""
        if (pair[0] is None) == (pair[1] is None):
            return pair
        what = f"a {noun} in one direction only; it is left out"
        self.findings.doubt(place, what, "an inventory has both, or neither")
        return UNSAID

    def _end(self, device: str, record: EndRecord, place: Place) -> End:
        interface = record.interface
        if not interface:
            return End(device)
        if not interface.isprintable() or not interface.strip():
            what = "an interface whose name cannot be printed; it is left out"
            self.findings.doubt(place, what)
            return End(device)
        end = End(device, interface)
        first = self.plugged.setdefault(end, place)
        if first is not place:
            what = f"{end} is already the end of the link at {first}"
            self.findings.doubt(place, f"{what}; the interface is left out here")
            return End(device)
        return end

    def _demands(self) -> Iterator[Demand]:
        for each in self.records.demands:
            ends = (each.source, each.target)
            source, target = (self.site(end, each.place) for end in ends)
            if source is None or target is None:
                continue
            if source == target:
                what = f"a demand of {source} from itself; it is left out"
                self.findings.doubt(each.place, what)
                continue
            yield Demand(source, target, each.rate)


def line(text: str) -> str:
    """Return `text` as one printable line of a length that an inventory takes."""
    return printable(text).strip()[:_LONGEST_LINE].strip()


def _apart(records: dict[str, NamedRecord], noun: str) -> dict[str, str]:
    """Name what has a name space of its own."""
    wanted = [each.wanted for each in records.values()]
    names = Names(each for each in wanted if each == identifier(each))
    return {key: names.give(each.wanted, noun)[0] for key, each in records.items()}
