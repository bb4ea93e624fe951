"""GML, as the Topology Zoo and network editors write it."""

from pathlib import Path

from bellrock.inventory.exchange import gmltext
from bellrock.inventory.exchange.arcs import paired
from bellrock.inventory.exchange.element import Element
from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.nodes import Nodes, Said
from bellrock.inventory.exchange.records import LinkRecord, Records, Wishes


def read(source: str, findings: Findings, wishes: Wishes) -> Records:
    """Read a GML file with one graph.

    ``directed 1`` makes its edges arcs: two opposite ones are a link (:mod:`arcs`).
    Edges between the same nodes are parallel circuits, whatever ``multigraph`` says.
    """
    del wishes
    top = gmltext.read(Path(source), findings)
    graphs = list(top.all("graph"))
    if not graphs:
        findings.stop(top.place, "no graph [ ... ] in the file", "is it GML?")
    for extra in graphs[1:]:
        findings.wrong(extra.place, "a second graph", "keep one in a file")
    [graph, *_] = graphs
    name = graph.said("Network") or graph.said("label") or graph.said("name")
    records = Records(graph.place, name)
    nodes = Nodes(records, findings)
    for node in graph.all("node"):
        key = _key(node, "id", findings)
        nodes.node(key, node.place.at(key), _said(node))
    edges: list[LinkRecord] = []
    for edge in graph.all("edge"):
        a, b = (_key(edge, end, findings) for end in ("source", "target"))
        edges.append(nodes.edge(a, b, edge.place.at(f"{a} to {b}"), _said(edge)))
    nodes.done()
    directed = graph.said("directed") == "1"
    records.links = paired(edges, findings, drawn=True) if directed else edges
    return records


def _key(element: Element, name: str, findings: Findings) -> str:
    key = element.said(name)
    if not key:
        findings.wrong(element.place, f"a {element.tag} without {name}", "add it")
    return key


def _said(element: Element) -> Said:
    return {each.tag: (each.text, each.place) for each in element.children}
