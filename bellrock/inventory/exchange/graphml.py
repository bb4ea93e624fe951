"""GraphML (http://graphml.graphdrawing.org), as the Topology Zoo and editors write it.

Out: a node is a device and repeats what is said of its site. Lost are sites without
devices, names and kinds of risk groups, names of organisations and suppliers, phones,
services, demands, and how devices are asked.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from xml.sax.saxutils import escape, quoteattr

from bellrock.document.values import quoted
from bellrock.inventory.exchange import xmltext
from bellrock.inventory.exchange.arcs import paired
from bellrock.inventory.exchange.element import Element
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.nodes import Nodes, Said, text
from bellrock.inventory.exchange.records import LinkRecord, Records, Wishes
from bellrock.inventory.yamltext import printable
from bellrock.model.inventory import Device, Inventory, Link


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a GraphML file with one graph.

    An ``edgedefault="directed"`` graph, or edges marked so, are arcs: two opposite ones
    are a link (:mod:`arcs`). Nodes inside nodes, ports and hyperedges are refused.
    """
    del wishes
    top = xmltext.read(Path(source), findings)
    graphs = list(top.all("graph"))
    if top.tag != "graphml" or not graphs:
        findings.stop(top.place, "no <graphml> with a <graph> in it", "is it GraphML?")
    for extra in graphs[1:]:
        findings.wrong(extra.place, "a second graph", "keep one in a file")
    [graph, *_] = graphs
    keys = _Keys(top, findings)
    said = keys.said(graph, "graph")
    name = (
        text(said, "Network") or text(said, "label") or graph.attributes.get("id", "")
    )
    records = Records(
        graph.place,
        text(said, "name") or name,
        graph.attributes.get("id", "") if "name" in said else "",
    )
    nodes = Nodes(records, findings)
    for node in graph.all("node"):
        _nested(node, findings)
        key = _attribute(node, "id", findings)
        nodes.node(key, node.place.at(key), keys.said(node, "node"))
    links: list[LinkRecord] = []
    arcs: list[LinkRecord] = []
    default = graph.attributes.get("edgedefault", "undirected")
    for edge in graph.all("edge"):
        a, b = (_attribute(edge, end, findings) for end in ("source", "target"))
        place = edge.place.at(f"{a} to {b}")
        directed = edge.attributes.get("directed", str(default == "directed").lower())
        made = nodes.edge(a, b, place, keys.said(edge, "edge"))
        (arcs if directed == "true" else links).append(made)
    for hyper in graph.all("hyperedge"):
        findings.wrong(hyper.place, "a hyperedge", "give its medium a node, and edges")
    nodes.done()
    records.links = links + paired(arcs, findings, drawn=True)
    return records


class _Keys:
    """What the file's ``key`` elements declare: names and defaults of attributes."""

    def __init__(self, top: Element, findings: Findings) -> None:
        self._findings = findings
        self._names: dict[str, str] = {}
        self._defaults: list[tuple[str, str, Element]] = []
        for key in top.all("key"):
            ident = _attribute(key, "id", findings)
            name = key.attributes.get("attr.name", ident)
            self._names[ident] = name
            default = key.first("default")
            if default is not None:
                where = key.attributes.get("for", "all")
                self._defaults.append((where, name, default))

    def said(self, element: Element, kind: str) -> Said:
        """Return what is said of an element: defaults, then its own data."""
        found = {
            name: (default.text, default.place)
            for where, name, default in self._defaults
            if where in (kind, "all")
        }
        for data in element.all("data"):
            key = data.attributes.get("key", "")
            if key not in self._names:
                what = f"data with the key {quoted(key)}, which is not declared"
                self._findings.wrong(data.place, what, "add a <key> for it")
            else:
                # What is in elements is other programs' drawing.
                found[self._names[key]] = (data.text.strip(), data.place)
        return {name: each for name, each in found.items() if each[0].strip()}


def _attribute(element: Element, name: str, findings: Findings) -> str:
    value = element.attributes.get(name)
    if value is None:
        what = f"a <{element.tag}> without the attribute {name}"
        findings.wrong(element.place, what, "add it")
    return value or ""


def _nested(node: Element, findings: Findings) -> None:
    for inside in node.children:
        if inside.tag == "graph":
            what = "a graph inside a node"
            findings.wrong(inside.place, what, "move its nodes and edges one level up")


_GRAPH = {"name": "string"}
_NODE = {
    **{"device": "string", "site": "string", "label": "string", "kind": "string"},
    **{"Latitude": "double", "Longitude": "double", "organisation": "string"},
    **{"priority": "int", "people": "int", "role": "string", "address": "string"},
    **{"risk_groups": "string", "gateway": "boolean"},
}
_EDGE = {
    **{"link": "string", "a_interface": "string", "b_interface": "string"},
    **{"LinkSpeedRaw": "double", "capacity_ab": "double", "capacity_ba": "double"},
    **{"metric_ab": "int", "metric_ba": "int", "supplier": "string"},
    **{"circuit": "string", "risk_groups": "string", "backup": "boolean"},
}


def write(inventory: Inventory) -> str:
    """Return the network as GraphML, an undirected multigraph of devices."""
    return "".join(f"{line}\n" for line in _lines(inventory))


def _lines(inventory: Inventory) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<graphml xmlns="http://graphml.graphdrawing.org/xmlns">'
    for kind, names in (("graph", _GRAPH), ("node", _NODE), ("edge", _EDGE)):
        for name, type_ in names.items():
            yield (
                f'  <key id="{kind[0]}-{name}" for="{kind}" attr.name="{name}"'
                f' attr.type="{type_}"/>'
            )
    yield f'  <graph id={quoteattr(inventory.id)} edgedefault="undirected">'
    yield from _data("graph", {"name": inventory.name}, "    ")
    for device in inventory.devices.values():
        yield f"    <node id={quoteattr(device.id)}>"
        yield from _data("node", _node(inventory, device), "      ")
        yield "    </node>"
    for link in inventory.links.values():
        source, target = quoteattr(link.a.device), quoteattr(link.b.device)
        yield f"    <edge source={source} target={target}>"
        yield from _data("edge", _edge(link), "      ")
        yield "    </edge>"
    yield "  </graph>"
    yield "</graphml>"


def _node(inventory: Inventory, device: Device) -> dict[str, object]:
    site = inventory.sites[device.site]
    return {
        "device": device.id,
        "site": site.id,
        "label": site.name,
        "kind": site.kind,
        "Latitude": site.lat,
        "Longitude": site.lon,
        "organisation": site.organisation,
        "priority": site.priority,
        "people": site.people,
        "role": device.role,
        "address": device.address,
        "risk_groups": " ".join(device.risk_groups),
        "gateway": "true" if device.id in inventory.gateways else None,
    }


def _edge(link: Link) -> dict[str, object]:
    same = link.capacity_ab == link.capacity_ba
    return {
        "link": link.id,
        "a_interface": link.a.interface,
        "b_interface": link.b.interface,
        "LinkSpeedRaw": link.capacity_ab if same else None,
        "capacity_ab": None if same else link.capacity_ab,
        "capacity_ba": None if same else link.capacity_ba,
        "metric_ab": link.metric_ab if link.metric_declared else None,
        "metric_ba": link.metric_ba if link.metric_declared else None,
        "supplier": link.supplier,
        "circuit": link.circuit,
        "risk_groups": " ".join(link.risk_groups),
        "backup": "true" if link.backup else None,
    }


def _data(kind: str, values: dict[str, object], indent: str) -> Iterable[str]:
    for name, value in values.items():
        if value is not None and value != "":
            written = escape(printable(str(value)))
            yield f'{indent}<data key="{kind[0]}-{name}">{written}</data>'
