"""RFC 8345 network topologies in JSON (RFC 7951): ``ietf-network:networks``.

What a node or link rests on, its ``supporting-node`` and ``supporting-link`` and what
those rest on in turn, are the risk groups it is in. A link there goes one way, so a
circuit is two of them. RFC 8346's ``metric1`` is the IGP metric. There is no place for
coordinates or people, nor for capacities but in RFC 8795, where a bandwidth is a number
without a unit: bytes a second for packets, containers for others. Whatever wrote it may
have meant either, so it is not read, and a note says so.

Two names are a convention of ours: the nodes of an underlay ``NETWORK/sites`` are the
sites of the devices that rest on them, and node and link of one name in
``NETWORK/risk-groups`` are one risk group. Out, all else is lost: names, kinds,
coordinates, organisations, suppliers, circuits, capacities, whether a link is a backup,
gateways, services, demands, and how devices are asked.
"""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from bellrock.inventory.exchange import figures, jsontext
from bellrock.inventory.exchange.arcs import paired
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.records import (
    DeviceRecord,
    LinkRecord,
    NamedRecord,
    Records,
    SiteRecord,
    Wishes,
)
from bellrock.inventory.exchange.underlay import (
    RISK_GROUPS,
    SITES,
    Layers,
    Network,
    Part,
    Thing,
)
from bellrock.model.inventory import End, Inventory, Link

_L3 = "ietf-l3-unicast-topology"
_TE = "ietf-te-topology:te"
_TOPOLOGY = "ietf-network-topology"
_Json = dict[str, object]


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read one network of a file, and what it rests on.

    The network is the one that the user names, else the only one no other rests on.
    """
    document = jsontext.read(Path(source), findings)
    layers = Layers(document, findings)
    top = layers.choose(wishes.network)
    return _Reading(layers, top, findings).records


class _Reading:
    def __init__(self, layers: Layers, top: Network, findings: Findings) -> None:
        self.layers, self.top, self.findings = layers, top, findings
        self.sites, self.groups = f"{top.ident}{SITES}", f"{top.ident}{RISK_GROUPS}"
        self.records = Records(top.place, top.ident)
        self._named: set[str] = set()
        for ident, thing in self._nodes(self.sites):
            key = f"site {ident}"
            self.records.sites.append(SiteRecord(key, thing.place, ident))
        for ident, thing in self._nodes(self.groups):
            self._group((self.groups, "node", ident), thing)
        for ident, thing in top.nodes.items():
            self._device(ident, thing)
        if any(_TE in thing.value for thing in top.links.values()):
            findings.note(
                "RFC 8795's bandwidths are not read, since they have no unit; add what "
                "links can carry as capacity"
            )
        arcs = [self._arc(ident, thing) for ident, thing in top.links.items()]
        self.records.links = paired(arcs, findings, drawn=False)

    def _nodes(self, network: str) -> list[tuple[str, Thing]]:
        found = self.layers.networks.get(network)
        return list(found.nodes.items()) if found else []

    def _device(self, ident: str, thing: Thing) -> None:
        sites, groups = [], []
        for part, below in self.layers.beneath((self.top.ident, "node", ident)):
            if part[0] == self.sites:
                sites.append(f"site {part[2]}")
            else:
                groups.append(self._group(part, below))
        if len(sites) > 1:
            what = f"it rests on {len(sites)} nodes of {self.sites}"
            self.findings.wrong(thing.place, what, "a device stands at one site")
        if not sites:
            site = SiteRecord(f"node {ident}", thing.place, ident, name=ident)
            self.records.sites.append(site)
        self.records.devices.append(
            DeviceRecord(
                ident,
                thing.place,
                sites[0] if sites else f"node {ident}",
                ident if sites else "",
                risk_groups=tuple(dict.fromkeys(groups)),
            )
        )

    def _arc(self, ident: str, thing: Thing) -> LinkRecord:
        part: Part = (self.top.ident, "link", ident)
        groups = [self._group(*each) for each in self.layers.beneath(part)]
        metric = figures.metric(self._metric(thing), thing.place, self.findings)
        return replace(
            self.layers.arc(thing),
            wanted=self._stem(ident),
            metric=(metric, None),
            risk_groups=tuple(dict.fromkeys(groups)),
        )

    def _stem(self, ident: str) -> str:
        """Return a link's name without the way it goes, if another goes back."""
        for way, back in ((":ab", ":ba"), (":ba", ":ab")):
            stem = ident.removesuffix(way)
            if stem != ident and stem + back in self.top.links:
                return stem
        return ident

    def _metric(self, thing: Thing) -> float | None:
        attributes = thing.value.get(f"{_L3}:l3-link-attributes")
        metric = attributes.get("metric1") if isinstance(attributes, dict) else None
        if metric is None:
            return None
        return figures.number(str(metric), thing.place.at("metric1"), self.findings)

    def _group(self, part: Part, thing: Thing) -> str:
        """Return the key of the risk group that a part is, declared once."""
        network, kind, ident = self.layers.same(part)
        ours = network == self.groups
        key = ident if ours else f"{network} {kind} {ident}"
        if key not in self._named:
            self._named.add(key)
            record = NamedRecord(
                key, thing.place, ident, kind=None if ours else f"underlay-{kind}"
            )
            self.records.risk_groups.append(record)
        return key


def write(inventory: Inventory) -> str:
    """Return the network, and those under it of its sites and risk groups, as JSON."""
    sites, groups = f"{inventory.id}{SITES}", f"{inventory.id}{RISK_GROUPS}"
    supports = [sites, *([groups] if inventory.risk_groups else [])]
    metrics = any(link.metric_declared for link in inventory.links.values())
    top: _Json = {
        "network-id": inventory.id,
        "network-types": {f"{_L3}:l3-unicast-topology": {}} if metrics else {},
        "supporting-network": [{"network-ref": each} for each in supports],
        "node": list(_nodes(inventory, sites, groups)),
        f"{_TOPOLOGY}:link": [
            arc for link in inventory.links.values() for arc in _arcs(link, groups)
        ],
    }
    under: list[_Json] = [
        {
            "network-id": sites,
            "network-types": {},
            "node": [{"node-id": each} for each in inventory.sites],
        }
    ]
    if inventory.risk_groups:
        under.append(
            {
                "network-id": groups,
                "network-types": {},
                "node": [{"node-id": each} for each in inventory.risk_groups],
                f"{_TOPOLOGY}:link": [
                    {
                        "link-id": each,
                        "source": {"source-node": each},
                        "destination": {"dest-node": each},
                    }
                    for each in inventory.risk_groups
                ],
            }
        )
    whole = {"ietf-network:networks": {"network": [top, *under]}}
    return json.dumps(whole, indent=2) + "\n"


def _nodes(inventory: Inventory, sites: str, groups: str) -> Iterator[_Json]:
    points: dict[str, list[str]] = {each: [] for each in inventory.devices}
    for link in inventory.links.values():
        for end in (link.a, link.b):
            if end.interface:
                points[end.device].append(_point(end))
    for device in inventory.devices.values():
        node: _Json = {
            "node-id": device.id,
            "supporting-node": [
                {"network-ref": sites, "node-ref": device.site},
                *({"network-ref": groups, "node-ref": g} for g in device.risk_groups),
            ],
        }
        if points[device.id]:
            found = [{"tp-id": each} for each in points[device.id]]
            node[f"{_TOPOLOGY}:termination-point"] = found
        yield node


def _arcs(link: Link, groups: str) -> Iterator[_Json]:
    ways = (
        ("ab", link.a, link.b, link.metric_ab),
        ("ba", link.b, link.a, link.metric_ba),
    )
    for way, source, target, metric in ways:
        arc: _Json = {
            "link-id": f"{link.id}:{way}",
            "source": _end("source", source),
            "destination": _end("dest", target),
        }
        if link.risk_groups:
            arc["supporting-link"] = [
                {"network-ref": groups, "link-ref": each} for each in link.risk_groups
            ]
        if link.metric_declared:
            # RFC 7951, section 6.1: 64-bit numbers are texts.
            arc[f"{_L3}:l3-link-attributes"] = {"metric1": str(metric)}
        yield arc


def _end(name: str, end: End) -> _Json:
    found: _Json = {f"{name}-node": end.device}
    if end.interface:
        found[f"{name}-tp"] = _point(end)
    return found


def _point(end: End) -> str:
    """Return an interface as the URI that a tp-id is."""
    return quote(end.interface, safe="/-._~")
