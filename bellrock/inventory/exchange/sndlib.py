"""SNDlib's XML networks: http://sndlib.zib.de, 1.0.

The network file does not say whether links are directed (the model file beside it
does), so each link is a circuit, and its pre-installed capacity that of each direction.
``additionalModules`` are what could be bought, and ``routingCost`` is money; neither is
read as a capacity or a metric.
"""

from pathlib import Path

from bellrock.document.values import quoted
from bellrock.inventory.exchange import figures, xmltext
from bellrock.inventory.exchange.element import Element
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.records import (
    DemandRecord,
    EndRecord,
    LinkRecord,
    Records,
    SiteRecord,
    Wishes,
)
from bellrock.inventory.exchange.units import scaled
from bellrock.model.words import counted

_UNITS = {
    "BITPERSEC": 1.0,
    "KBITPERSEC": 1e3,
    "MBITPERSEC": 1e6,
    "GBITPERSEC": 1e9,
    "TBITPERSEC": 1e12,
}


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a network with its demands.

    Figures are in the unit of ``meta/unit``, else in the user's, else left out.
    Coordinates are degrees only where ``coordinatesType`` is geographical.
    """
    top = xmltext.read(Path(source), findings)
    structure = top.first("networkStructure")
    if top.tag != "network" or structure is None:
        findings.stop(
            top.place,
            "no <network> with a <networkStructure> in it",
            "is it an SNDlib network in XML?",
        )
    records = Records(top.place, Path(source).stem)
    _nodes(structure, records, findings)
    unit = _unit(top, findings, wishes)
    _links(structure, records, findings, unit)
    demands = top.first("demands")
    if demands is not None and unit is not None:
        for demand in demands.all("demand"):
            _demand(demand, records, findings, unit)
    elif demands is not None and demands.first("demand") is not None:
        findings.note(
            "demands name no unit and are left out; --unit 1M reads them as Mbit/s"
        )
    return records


def _unit(top: Element, findings: Findings, wishes: Wishes) -> float | None:
    said = top.first("meta", "unit")
    if said is None or not said.text.strip():
        return wishes.unit
    written = said.text.strip()
    unit = _UNITS.get(written.upper())
    if unit is None and wishes.unit is None:
        findings.doubt(
            said.place,
            f"the unit {quoted(written)} is not known; its figures are left out",
            "say what one of it is in bit/s: --unit 1M",
        )
    return unit or wishes.unit


def _nodes(structure: Element, records: Records, findings: Findings) -> None:
    nodes = structure.first("nodes")
    if nodes is None:
        findings.wrong(structure.place, "no <nodes>")
        return
    on_earth = nodes.attributes.get("coordinatesType") == "geographical"
    if not on_earth:
        findings.note("coordinates are not geographical; they are left out")
    for node in nodes.all("node"):
        key = _id(node, findings)
        lat = lon = None
        coordinates = node.first("coordinates")
        if coordinates is not None and on_earth:
            lon, lat = (
                figures.number(
                    coordinates.said(axis), coordinates.place.at(axis), findings
                )
                for axis in "xy"
            )
            lat, lon = figures.degrees(lat, lon, coordinates.place.at(key), findings)
        place = node.place.at(key)
        records.node(SiteRecord(key, place, key, name=key, lat=lat, lon=lon))


def _links(
    structure: Element, records: Records, findings: Findings, unit: float | None
) -> None:
    links = structure.first("links")
    modules = unread = 0
    for link in links.all("link") if links is not None else ():
        key = _id(link, findings)
        place = link.place.at(key)
        capacity = None
        installed = link.first("preInstalledModule", "capacity")
        if installed is not None:
            where = installed.place.at(key)
            figure = figures.number(installed.text, where, findings)
            unread += bool(figure) and unit is None
            if figure is not None and figure != 0 and unit is not None:
                capacity = figures.bits(scaled(figure, unit), where, findings)
        modules += link.first("additionalModules", "addModule") is not None
        a, b = _ends(link, findings)
        record = LinkRecord(
            place, EndRecord(a), EndRecord(b), key, capacity=(capacity, capacity)
        )
        records.links.append(record)
    if unread:
        findings.note(
            f"capacities of {counted(unread, 'link')} name no unit and are left out; "
            "--unit 1M reads them as Mbit/s"
        )
    if modules:
        findings.note(
            f"{counted(modules, 'link lists', 'links list')} modules that could be "
            "bought; none is a capacity"
        )


def _demand(demand: Element, records: Records, findings: Findings, unit: float) -> None:
    key = _id(demand, findings)
    place = demand.place.at(key)
    value = figures.number(demand.said("demandValue"), place, findings)
    routed = demand.said("routingUnit") or "1"
    each = figures.number(routed, place.at("routingUnit"), findings)
    if value is None or each is None:
        return
    rate = figures.load(scaled(value * each, unit), place, findings)
    if rate is not None:
        source, target = _ends(demand, findings)
        records.demands.append(DemandRecord(place, source, target, rate))


def _id(element: Element, findings: Findings) -> str:
    found = element.attributes.get("id", "")
    if not found:
        findings.wrong(element.place, f"a <{element.tag}> without an id", "add it")
    return found


def _ends(element: Element, findings: Findings) -> tuple[str, str]:
    source, target = element.said("source"), element.said("target")
    for name, end in (("source", source), ("target", target)):
        if not end:
            what = f"a <{element.tag}> without a <{name}>"
            findings.wrong(element.place, what, "add it")
    return source, target
