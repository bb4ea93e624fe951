"""Links out of one-way arcs, for formats in which a link is two of them."""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import replace

from bellrock.inventory.exchange.findings import Findings
from bellrock.inventory.exchange.records import EndRecord, LinkRecord
from bellrock.model.words import counted


def paired(
    arcs: Sequence[LinkRecord], findings: Findings, *, drawn: bool
) -> list[LinkRecord]:
    """Join each arc with one the other way between the same ends.

    Arcs at the same two interfaces go together before any others; the rest pair up in
    the order of the source, so that parallel circuits stay parallel.

    Parameters
    ----------
    arcs : sequence of LinkRecord
        From `a` to `b`: of each pair of figures only the first is looked at.
    drawn : bool
        Whether programs of this format draw arrows that mean nothing: where not one
        arc then has another the other way, each is a link in both directions.

    Returns
    -------
    list of LinkRecord
        In the order of their first arcs. An arc without another is a link whose figures
        are not declared, since an inventory has both directions or none; a doubt says
        so. The cost is linear.
    """
    partner = partners(arcs)
    taken = {*partner, *partner.values()}
    if drawn and not partner and arcs:
        findings.note(
            "no edge has another the other way: their direction is taken as drawing, "
            "and each as a link in both directions"
        )
        return [_both_ways(arc) for arc in arcs]
    if partner:
        findings.note(f"a link each: {counted(len(partner), 'pair')} of opposite arcs")
    links = []
    for index, arc in enumerate(arcs):
        if index in partner:
            links.append(_joined(arc, arcs[partner[index]]))
        elif index not in taken:
            links.append(_lone(arc, findings))
    return links


def partners(arcs: Sequence[LinkRecord]) -> dict[int, int]:
    """Return which arc goes with which later one, by their places in the sequence."""
    taken: set[int] = set()
    partner: dict[int, int] = {}
    for exact in (True, False):
        waiting: defaultdict[tuple[EndRecord | str, EndRecord | str], deque[int]]
        waiting = defaultdict(deque)
        for index, arc in enumerate(arcs):
            if index in taken:
                continue
            a, b = (arc.a, arc.b) if exact else (arc.a.device, arc.b.device)
            others = waiting[b, a]
            if others and a != b:
                first = others.popleft()
                partner[first] = index
                taken |= {first, index}
            else:
                waiting[a, b].append(index)
    return partner


def _both_ways(arc: LinkRecord) -> LinkRecord:
    capacity, metric = arc.capacity[0], arc.metric[0]
    return replace(arc, capacity=(capacity, capacity), metric=(metric, metric))


def _joined(arc: LinkRecord, back: LinkRecord) -> LinkRecord:
    a = arc.a if arc.a.interface else replace(arc.a, interface=back.b.interface)
    b = arc.b if arc.b.interface else replace(arc.b, interface=back.a.interface)
    groups = dict.fromkeys((*arc.risk_groups, *back.risk_groups))
    return replace(
        arc,
        a=a,
        b=b,
        capacity=(arc.capacity[0], back.capacity[0]),
        metric=(arc.metric[0], back.metric[0]),
        risk_groups=tuple(groups),
    )


def _lone(arc: LinkRecord, findings: Findings) -> LinkRecord:
    if arc.a.device != arc.b.device:
        findings.doubt(
            arc.place,
            "no arc goes the other way; it is taken as a link, its figures left out",
            "add the other arc, or delete the link from the inventory",
        )
    return replace(arc, capacity=(None, None), metric=(None, None))
