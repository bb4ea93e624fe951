"""What GraphML and GML have in common: attributes of nodes and edges by their names.

Names of the Internet Topology Zoo are known, and those that our own exporter adds.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bellrock.document.values import quoted
from bellrock.inventory.exchange import figures
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.records import (
    DeviceRecord,
    EndRecord,
    LinkRecord,
    NamedRecord,
    Pair,
    Records,
    SiteRecord,
)
from bellrock.model.words import counted

_UNITS = {"K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
_LONGEST = 10_000

Said = Mapping[str, tuple[str, Place]]
"""By its name: an attribute's text, and where it stands."""


@dataclass(slots=True)
class Nodes:
    """Adds nodes and edges to records, with what these refer to by name."""

    records: Records
    findings: Findings
    _sites: dict[str, SiteRecord] = field(default_factory=dict)
    _named: set[tuple[str, str]] = field(default_factory=set)
    _odd: Counter[str] = field(default_factory=Counter)

    def node(self, key: str, place: Place, said: Said) -> None:
        """Add a node: a device, at the site it names or at one of its own."""
        named = text(said, "site")
        label = text(said, "label")
        lat, lon = self._position(said, place)
        site = SiteRecord(
            named or f"node {key}",
            place,
            named or label or f"node-{key}",
            name=label,
            kind=text(said, "kind") or None,
            organisation=self._refer("organisation", text(said, "organisation"), place),
            lat=lat,
            lon=lon,
            priority=self._whole(said, "priority", 1, 5),
            people=self._whole(said, "people", 0, 1_000_000_000),
        )
        first = self._sites.setdefault(site.key, site)
        if first is site:
            self.records.sites.append(site)
        elif replace(first, place=place) != site:
            what = (
                f"it says other things of the site {quoted(named)} than {first.place}"
            )
            self.findings.doubt(place, f"{what}, which is believed")
        self.records.devices.append(
            DeviceRecord(
                key,
                place,
                site.key,
                text(said, "device"),
                role=text(said, "role"),
                address=text(said, "address") or None,
                risk_groups=self._groups(said, place),
                gateway=self._truth(said, "gateway"),
            )
        )
        self._odd["hyperedge"] += text(said, "hyperedge") == "1"
        self._odd["external"] += text(said, "Internal") == "0"

    def edge(self, a: str, b: str, place: Place, said: Said) -> LinkRecord:
        """Return an edge; its figures are the same both ways unless it says more."""
        return LinkRecord(
            place,
            EndRecord(a, text(said, "a_interface")),
            EndRecord(b, text(said, "b_interface")),
            text(said, "link"),
            capacity=self._capacity(said),
            metric=self._metric(said),
            supplier=self._refer("supplier", text(said, "supplier"), place),
            circuit=text(said, "circuit"),
            risk_groups=self._groups(said, place),
            backup=self._truth(said, "backup"),
        )

    def done(self) -> None:
        """Note what kinds of nodes there were that are no devices of this network."""
        if count := self._odd["hyperedge"]:
            self.findings.note(
                f"no devices but shared media (hyperedge 1): {counted(count, 'node')}"
            )
        if count := self._odd["external"]:
            self.findings.note(
                f"of other networks (Internal 0): {counted(count, 'node')}"
            )

    def _position(self, said: Said, place: Place) -> tuple[float | None, float | None]:
        lat, lon = (
            self._number(said, name if name in said else short)
            for name, short in (("Latitude", "lat"), ("Longitude", "lon"))
        )
        return figures.degrees(lat, lon, place, self.findings)

    def _capacity(self, said: Said) -> Pair:
        if "capacity_ab" in said or "capacity_ba" in said:
            return self._bits(said, "capacity_ab"), self._bits(said, "capacity_ba")
        raw = self._bits(said, "LinkSpeedRaw")
        if "LinkSpeedRaw" in said or "LinkSpeed" not in said:
            return raw, raw
        speed, place = said["LinkSpeed"]
        unit = text(said, "LinkSpeedUnits").upper()
        if unit not in _UNITS or not figures.is_number(speed):
            what = (
                f"the speed {quoted(speed)} {quoted(unit)} is no figure; it is left out"
            )
            self.findings.doubt(place, what)
            return None, None
        bits = figures.bits(float(speed) * _UNITS[unit], place, self.findings)
        return bits, bits

    def _metric(self, said: Said) -> Pair:
        if "metric" in said:
            metric = self._cost(said, "metric")
            return metric, metric
        return self._cost(said, "metric_ab"), self._cost(said, "metric_ba")

    def _groups(self, said: Said, place: Place) -> tuple[str, ...]:
        names = text(said, "risk_groups").split()
        for name in names:
            self._refer("risk group", name, place)
        return tuple(names)

    def _refer(self, noun: str, name: str, place: Place) -> str | None:
        """Declare what is only ever named, once."""
        if not name:
            return None
        if (noun, name) not in self._named:
            self._named.add((noun, name))
            lists = {
                "organisation": self.records.organisations,
                "supplier": self.records.suppliers,
                "risk group": self.records.risk_groups,
            }
            lists[noun].append(NamedRecord(name, place, name, name=name))
        return name

    def _number(self, said: Said, name: str) -> float | None:
        if name not in said:
            return None
        written, place = said[name]
        return figures.number(written, place.at(name), self.findings)

    def _bits(self, said: Said, name: str) -> float | None:
        value = self._number(said, name)
        place = said[name][1].at(name) if name in said else self.records.place
        return figures.bits(value, place, self.findings)

    def _cost(self, said: Said, name: str) -> float | None:
        value = self._number(said, name)
        place = said[name][1].at(name) if name in said else self.records.place
        return figures.metric(value, place, self.findings)

    def _whole(self, said: Said, name: str, low: int, high: int) -> int | None:
        if name not in said:
            return None
        written, place = said[name]
        return figures.whole(written, low, high, place.at(name), self.findings)

    def _truth(self, said: Said, name: str) -> bool:
        written, place = said.get(name, ("", self.records.place))
        return figures.truth(written, place.at(name), self.findings)


def text(said: Said, name: str) -> str:
    """Return an attribute's text, empty where it is not said."""
    return said[name][0].strip()[:_LONGEST] if name in said else ""
