"""Graphviz's DOT language: https://graphviz.org/doc/info/lang.html."""

from collections.abc import Iterator, Mapping

from bellrock.inventory.yamltext import printable, rate
from bellrock.model.inventory import Inventory, Link

_PALETTE = ("#b30000", "#e34a33", "#fc8d59")
"""From what cuts off most to what cuts off least."""
_LONGEST = 60


def write(inventory: Inventory, cuts: Mapping[str, int] | None = None) -> str:
    """Return a drawing of devices in boxes of their sites, joined by circuits.

    Parameters
    ----------
    inventory : Inventory
        Gateways are doubly framed, backup links dashed; a link's risk groups are in its
        tooltip.
    cuts : mapping of str to int, optional
        How many sites the failure of an element cuts off, by its id: devices, links and
        sites named are coloured, and risk groups listed below the drawing.

    Notes
    -----
    ``dot`` draws ranks; ``neato`` starts from the coordinates where there are some.
    Parallel circuits are parallel edges.
    """
    return "".join(f"{line}\n" for line in _lines(inventory, cuts or {}))


def _lines(inventory: Inventory, cuts: Mapping[str, int]) -> Iterator[str]:
    worst = max(cuts.values(), default=0)
    yield f"graph {_quoted(inventory.id)} {{"
    yield "  graph [" + _attributes(
        {"label": _title(inventory, cuts), "labelloc": "b", "fontname": "Helvetica"}
    )
    yield "  node [" + _attributes({"shape": "box", "fontname": "Helvetica"})
    by_site: dict[str, list[str]] = {}
    for device in inventory.devices.values():
        by_site.setdefault(device.site, []).append(device.id)
    for number, site in enumerate(inventory.sites.values()):
        # Graphviz frames what is called cluster something.
        yield f"  subgraph cluster_{number} {{"
        yield "    graph [" + _attributes(
            {"label": site.name, "tooltip": f"{site.id}: {site.kind}"}
            | _colour(cuts.get(site.id, 0), worst, "bgcolor")
        )
        for ident in by_site.get(site.id, ()):
            attributes = {"tooltip": inventory.devices[ident].role or ident}
            if ident in inventory.gateways:
                attributes["peripheries"] = "2"
            if site.lat is not None and site.lon is not None:
                attributes["pos"] = f"{site.lon:.5f},{site.lat:.5f}"
            attributes |= _colour(cuts.get(ident, 0), worst, "fillcolor")
            if "fillcolor" in attributes:
                attributes["style"] = "filled"
            yield f"    {_quoted(ident)} [" + _attributes(attributes)
        yield "  }"
    for link in inventory.links.values():
        ends = f"{_quoted(link.a.device)} -- {_quoted(link.b.device)}"
        attributes = _link(link) | _colour(cuts.get(link.id, 0), worst, "color")
        if cuts.get(link.id, 0):
            attributes["penwidth"] = "2"
        yield f"  {ends} [" + _attributes(attributes)
    yield "}"


def _title(inventory: Inventory, cuts: Mapping[str, int]) -> str:
    """Return the name, and the risk groups that cut somebody off, worst first."""
    found = sorted(
        (ident for ident in inventory.risk_groups if cuts.get(ident)),
        key=lambda ident: (-cuts[ident], ident),
    )
    lines = [inventory.name]
    for ident in found:
        group = inventory.risk_groups[ident]
        lines.append(f"{group.name} ({group.kind}): cuts off {cuts[ident]} sites")
    return "\n".join(lines)


def _link(link: Link) -> dict[str, str]:
    known = [bits for bits in (link.capacity_ab, link.capacity_ba) if bits is not None]
    label = " / ".join(dict.fromkeys(map(rate, known)))
    tooltip = ", ".join((link.id, *link.risk_groups))
    found = {"label": label, "tooltip": tooltip} if label else {"tooltip": tooltip}
    return found | ({"style": "dashed"} if link.backup else {})


def _colour(cut: int, worst: int, attribute: str) -> dict[str, str]:
    if not cut:
        return {}
    rank = int((1 - cut / worst) * len(_PALETTE))
    return {attribute: _PALETTE[min(rank, len(_PALETTE) - 1)]}


def _attributes(values: Mapping[str, str]) -> str:
    return ", ".join(f"{key}={_quoted(text)}" for key, text in values.items()) + "];"


def _quoted(text: str) -> str:
    """Return any text in double quotes, none of it markup, an escape or an entity."""
    lines = (printable(each)[:_LONGEST] for each in text.split("\n"))
    escaped = (
        # Graphviz reads HTML entities and escapes such as \\N in every label.
        each.replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
        for each in lines
    )
    return '"' + "\\n".join(escaped) + '"'
