"""TopoHub's JSON, which is networkx's node-link data: nodes with ``name`` and ``pos``.

See https://www.topohub.org. Its ``dist`` (km) and ``ecmp_*`` (per cent of an assumed
traffic) are neither metrics nor loads of this network, and are not read.
"""

from pathlib import Path

from bellrock.document import Document
from bellrock.document.values import Value, described
from bellrock.inventory.exchange import figures, jsontext
from bellrock.inventory.exchange.arcs import paired
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.jsonplaces import items, place, word
from bellrock.inventory.exchange.records import (
    DemandRecord,
    EndRecord,
    LinkRecord,
    Records,
    SiteRecord,
    Wishes,
)
from bellrock.inventory.exchange.units import scaled

_Positions = dict[int, tuple[float, float]]


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a node-link graph.

    With ``directed: true`` its edges are arcs: two opposite ones are a link.
    Demands name no unit; without one from the user they are left out.
    """
    document = jsontext.read(Path(source), findings)
    top = document.value
    graph = top.get("graph")
    named = graph if isinstance(graph, dict) else {}
    name = named.get("name")
    records = Records(place(document, ()), name if isinstance(name, str) else "")
    _nodes(document, records, findings)
    key = "edges" if "edges" in top or "links" not in top else "links"
    edges = []
    for keys, edge in items(document, (key,), findings):
        a, b = (
            word(document, (*keys, end), edge.get(end), findings)
            for end in ("source", "target")
        )
        where = place(document, keys).at(f"{a} to {b}")
        edges.append(LinkRecord(where, EndRecord(a), EndRecord(b)))
    directed = top.get("directed") is True
    records.links = paired(edges, findings, drawn=False) if directed else edges
    _demands(document, records, findings, wishes)
    return records


def _nodes(document: Document, records: Records, findings: Findings) -> None:
    nodes = list(items(document, ("nodes",), findings))
    positions: _Positions = {}
    for index, (keys, node) in enumerate(nodes):
        position = _position(node.get("pos"))
        if position is not None:
            positions[index] = position
        elif node.get("pos") is not None:
            what = f"expected [longitude, latitude], found {described(node['pos'])}"
            findings.wrong(place(document, (*keys, "pos")), what, "or leave it out")
    if positions and not figures.on_earth(list(positions.values())):
        findings.note("positions are no degrees on earth; they are left out")
        positions = {}
    for index, (keys, node) in enumerate(nodes):
        key = word(document, (*keys, "id"), node.get("id"), findings)
        name = node.get("name")
        called = name if isinstance(name, str) else ""
        lon, lat = positions.get(index, (None, None))
        where = place(document, keys)
        site = SiteRecord(
            key, where, called or f"node-{key}", name=called, lat=lat, lon=lon
        )
        records.node(site)


def _position(value: Value) -> tuple[float, float] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    lon, lat = value
    if isinstance(lon, bool) or isinstance(lat, bool):
        return None
    if isinstance(lon, int | float) and isinstance(lat, int | float):
        return float(lon), float(lat)
    return None


def _demands(
    document: Document, records: Records, findings: Findings, wishes: Wishes
) -> None:
    demands = document.at(("graph", "demands"))
    if not isinstance(demands, dict) or not demands:
        return
    if wishes.unit is None:
        findings.note(
            "demands name no unit and are left out; --unit 1M reads them as Mbit/s"
        )
        return
    for source, targets in demands.items():
        keys = ("graph", "demands", source)
        if not isinstance(targets, dict):
            what = f"expected rates by target, found {described(targets)}"
            findings.wrong(place(document, keys), what)
            continue
        there = place(document, keys)
        for target, amount in targets.items():
            where = there.at(f"to {target}")
            if isinstance(amount, bool) or not isinstance(amount, int | float):
                what = f"expected a number, found {described(amount)}"
                findings.wrong(where, what)
                continue
            rate = figures.load(scaled(amount, wishes.unit), where, findings)
            if rate is not None:
                records.demands.append(DemandRecord(where, source, target, rate))
