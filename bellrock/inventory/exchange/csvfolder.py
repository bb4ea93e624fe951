"""A folder of CSV files, the way out of a spreadsheet and back into one.

Lost on the way out are services, and what is declared by kind: ``reliability`` and
``availability_target``.
"""

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

from bellrock.document.values import quoted
from bellrock.inventory.exchange import figures
from bellrock.inventory.exchange.csvtable import MARKED, Row, rows
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.records import (
    DemandRecord,
    DeviceRecord,
    EndRecord,
    LinkRecord,
    NamedRecord,
    Pair,
    Records,
    SiteRecord,
    Wishes,
)
from bellrock.inventory.schema import PROTOCOL
from bellrock.inventory.yamltext import printable, rate, span
from bellrock.model.inventory import Device, Inventory, Link, RiskGroup, Site

COLUMNS: Mapping[str, Sequence[str]] = {
    "network": ("id*", "name"),
    "organisations": ("id*", "name"),
    "suppliers": ("id*", "name", "phone"),
    "sites": (
        *("id*", "name", "kind", "organisation", "lat", "lon", "priority", "people"),
        *("mtbf", "mttr"),
    ),
    "devices": (
        *("id*", "site*", "role", "address", "gateway", "risk_groups", "probes"),
        *("snmp", "ssh", "platform", "ports", "mtbf", "mttr"),
    ),
    "links": (
        *("id", "a*", "b*", "capacity", "capacity_ab", "capacity_ba", "metric"),
        *("metric_ab", "metric_ba", "supplier", "circuit", "backup", "risk_groups"),
        *("mtbf", "mttr"),
    ),
    "risk_groups": ("id*", "kind", "name", "mtbf", "mttr"),
    "demands": ("from*", "to*", "rate*"),
}
"""By file, without its ``.csv``: its columns, those with a * to be filled in."""


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a folder with ``sites.csv``, ``links.csv`` and whatever else there is.

    Without ``devices.csv`` every site has one device, and links join sites. What rows
    refer to, organisations, suppliers and risk groups, may be declared in files of
    their own and is otherwise taken by name.
    """
    del wishes
    folder = Path(source)
    if not folder.is_dir():
        findings.stop(
            Place(folder),
            "not a folder",
            "name the folder that sites.csv and links.csv are in",
        )
    return _Reading(folder, findings).records


class _Reading:
    def __init__(self, folder: Path, findings: Findings) -> None:
        self.folder, self.findings = folder, findings
        self.records = records = Records(Place(folder), folder.resolve().name)
        for row in self._rows("network"):
            records.network = row.text("name") or row.text("id")
            records.network_id = row.text("id")
        records.organisations = [self._named(r) for r in self._rows("organisations")]
        records.suppliers = [self._named(row) for row in self._rows("suppliers")]
        records.risk_groups = [self._named(row) for row in self._rows("risk_groups")]
        self.known = {
            "organisation": {each.key for each in records.organisations},
            "supplier": {each.key for each in records.suppliers},
            "risk group": {each.key for each in records.risk_groups},
        }
        for row in self._rows("sites", needed=True):
            self._site(row)
        for row in self._rows("devices"):
            self._device(row)
        if not (folder / "devices.csv").exists():
            for site in records.sites:
                device = DeviceRecord(site.key, site.place, site.key)
                records.devices.append(device)
        for row in self._rows("links", needed=True):
            self._link(row)
        for row in self._rows("demands"):
            amount = row.rate("rate")
            if amount is not None:
                ends = row.text("from"), row.text("to")
                records.demands.append(DemandRecord(row.place, *ends, amount))

    def _rows(self, name: str, *, needed: bool = False) -> Iterable[Row]:
        file = self.folder / f"{name}.csv"
        if not file.exists():
            if needed:
                listed = ", ".join(COLUMNS[name])
                what = "there is no such file"
                self.findings.wrong(Place(file), what, f"its columns: {listed}")
                self.findings.partial = True
            return ()
        columns = {each.rstrip("*"): each.endswith("*") for each in COLUMNS[name]}
        return rows(file, columns, self.findings)

    def _named(self, row: Row) -> NamedRecord:
        ident = row.text("id")
        return NamedRecord(
            *(ident, row.place, ident, row.text("name") or ident),
            kind=row.text("kind") or None,
            phone=row.text("phone"),
            mtbf=row.span("mtbf"),
            mttr=row.span("mttr"),
        )

    def _site(self, row: Row) -> None:
        lat, lon = row.number("lat"), row.number("lon")
        lat, lon = figures.degrees(lat, lon, row.place, self.findings)
        ident = row.text("id")
        self.records.sites.append(
            SiteRecord(
                *(ident, row.place, ident, row.text("name") or ident),
                kind=row.text("kind") or None,
                organisation=self._refer("organisation", row, "organisation"),
                lat=lat,
                lon=lon,
                priority=row.whole("priority", 1, 5),
                people=row.whole("people", 0, 1_000_000_000),
                mtbf=row.span("mtbf"),
                mttr=row.span("mttr"),
            )
        )

    def _device(self, row: Row) -> None:
        probes = tuple(dict.fromkeys(row.words("probes")))
        for name in probes:
            self._protocol(name, row.place.at("probes"))
        if row.text("ssh") and not row.text("platform"):
            what = "ssh without a platform"
            instead = "say whose command line it is, such as frr"
            self.findings.wrong(row.place.at("ssh"), what, instead)
        self.records.devices.append(
            DeviceRecord(
                *(row.text("id"), row.place, row.text("site"), row.text("id")),
                role=row.text("role"),
                address=row.text("address") or None,
                risk_groups=self._groups(row),
                gateway=row.truth("gateway"),
                snmp=row.text("snmp") or None,
                ssh=row.text("ssh") or None,
                platform=row.text("platform") or None,
                probes=probes,
                ports=self._ports(row),
                mtbf=row.span("mtbf"),
                mttr=row.span("mttr"),
            )
        )

    def _ports(self, row: Row) -> tuple[tuple[str, int], ...]:
        found: dict[str, int] = {}
        for word in row.words("ports"):
            name, _, port = word.partition("=")
            place = row.place.at("ports")
            self._protocol(name, place)
            number = figures.whole(port, 1, 65_535, place, self.findings)
            if number is not None:
                found[name] = number
        return tuple(found.items())

    def _protocol(self, name: str, place: Place) -> None:
        if PROTOCOL.fullmatch(name) is None:
            what = f"{quoted(name)} is not the name of a protocol"
            self.findings.wrong(place, what, "use a-z, 0-9 and _: icmp, or snmp=161")

    def _link(self, row: Row) -> None:
        ends = []
        for column in ("a", "b"):
            device, _, interface = row.text(column).partition(":")
            ends.append(EndRecord(device.strip(), interface.strip()))
        self.records.links.append(
            LinkRecord(
                *(row.place, ends[0], ends[1], row.text("id")),
                capacity=self._both(row, "capacity", row.capacity),
                metric=self._both(row, "metric", row.metric),
                supplier=self._refer("supplier", row, "supplier"),
                circuit=row.text("circuit"),
                risk_groups=self._groups(row),
                backup=row.truth("backup"),
                mtbf=row.span("mtbf"),
                mttr=row.span("mttr"),
            )
        )

    def _both(self, row: Row, column: str, read: Callable[[str], float | None]) -> Pair:
        """Return the figures of one column for both ways, or of two."""
        ways = (f"{column}_ab", f"{column}_ba")
        if not row.text(column):
            return read(ways[0]), read(ways[1])
        if row.text(ways[0]) or row.text(ways[1]):
            what = f"a {column} for both ways, and for one"
            instead = f"fill in {column}, or {ways[0]} and {ways[1]}"
            self.findings.wrong(row.place, what, instead)
        figure = read(column)
        return figure, figure

    def _groups(self, row: Row) -> tuple[str, ...]:
        return tuple(
            self._declared("risk group", name, row.place)
            for name in row.words("risk_groups")
        )

    def _refer(self, noun: str, row: Row, column: str) -> str | None:
        name = row.text(column)
        return self._declared(noun, name, row.place) if name else None

    def _declared(self, noun: str, name: str, place: Place) -> str:
        """Declare by name what has no file of its own; one that has it says all."""
        lists = {
            "organisation": self.records.organisations,
            "supplier": self.records.suppliers,
            "risk group": self.records.risk_groups,
        }
        file = self.folder / f"{noun.replace(' ', '_')}s.csv"
        if name not in self.known[noun] and not file.exists():
            self.known[noun].add(name)
            lists[noun].append(NamedRecord(name, place, name, name))
        return name


def write(inventory: Inventory) -> dict[str, str]:
    """Return the files of a folder by name, each with its columns in the first line."""
    tables: dict[str, list[Sequence[object]]] = {
        "network": [(inventory.id, inventory.name)],
        "organisations": [(o.id, o.name) for o in inventory.organisations.values()],
        "suppliers": [(s.id, s.name, s.phone) for s in inventory.suppliers.values()],
        "sites": [
            (
                *(s.id, s.name, s.kind, s.organisation, s.lat, s.lon),
                *(s.priority, s.people, *_times(s)),
            )
            for s in inventory.sites.values()
        ],
        "devices": [
            (
                *(d.id, d.site, d.role, d.address),
                "true" if d.id in inventory.gateways else "",
                *(" ".join(d.risk_groups), " ".join(d.probes)),
                *(d.snmp, d.ssh, d.platform),
                " ".join(f"{name}={port}" for name, port in d.ports.items()),
                *_times(d),
            )
            for d in inventory.devices.values()
        ],
        "links": [_link_cells(each) for each in inventory.links.values()],
        "risk_groups": [
            (g.id, g.kind, g.name, *_times(g)) for g in inventory.risk_groups.values()
        ],
        "demands": [(d.source, d.target, rate(d.rate)) for d in inventory.demands],
    }
    return {f"{name}.csv": _table(name, cells) for name, cells in tables.items()}


def _link_cells(link: Link) -> Sequence[object]:
    ab, ba = link.capacity_ab, link.capacity_ba
    same = ab == ba
    metrics: Sequence[object] = ("", "", "")
    if link.metric_declared and link.metric_ab == link.metric_ba:
        metrics = (link.metric_ab, "", "")
    elif link.metric_declared:
        metrics = ("", link.metric_ab, link.metric_ba)
    return (
        *(link.id, str(link.a), str(link.b)),
        rate(ab) if ab is not None and same else "",
        "" if ab is None or same else rate(ab),
        "" if ba is None or same else rate(ba),
        *metrics,
        *(link.supplier, link.circuit, "true" if link.backup else ""),
        " ".join(link.risk_groups),
        *_times(link),
    )


def _times(thing: Site | Device | Link | RiskGroup) -> Sequence[str]:
    return ["" if each is None else span(each) for each in (thing.mtbf, thing.mttr)]


def _table(name: str, cells: Iterable[Sequence[object]]) -> str:
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(each.rstrip("*") for each in COLUMNS[name])
    for row in cells:
        writer.writerow(map(_cell, row))
    return out.getvalue()


def _cell(value: object) -> str:
    """Return a cell; one that a spreadsheet would run as a formula gets a quote mark.

    The reader takes it off again.
    """
    if not isinstance(value, str):
        return "" if value is None else str(value)
    shown = printable(value)
    return f"'{shown}" if shown.startswith(MARKED) else shown
