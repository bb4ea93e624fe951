"""What the circuits of a site have in common, by what is declared.

Three questions, from what certainly fails together to what merely looks alike:

- *shared*: what cuts the site off by itself, off its premises, however traffic were
  rerouted (its cut-off sets turned round);
- *hops*: what all circuits pass on the ways the IGP takes while everything is up, even
  where another way is there;
- *suppliers*: who would have to be rung for each of them. A supplier is no risk group
  unless declared as one, but what the loss of all its circuits would cut off is told.

Nothing in common is only worth as much as what is declared: a circuit in no risk group
may lie in any duct, so a pair of such circuits is *unproven*, not diverse.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from itertools import combinations

from topology.analysis import Design
from topology.audit.routed import Routed, routed
from topology.graph import NOTHING, Layout
from topology.reading import Reading
from topology.tracing.diversity import circuits


class Verdict(StrEnum):
    """Whether circuits are diverse, as ``verdict`` in every answer."""

    SHARED = "shared"
    UNPROVEN = "unproven"
    DIVERSE = "diverse"


@dataclass(frozen=True, slots=True)
class Pair:
    """Two of three or more circuits, and what both hang on next to the site.

    Attributes
    ----------
    shared : tuple of str
        Devices, sites and risk groups, in alphabetical order.
    """

    circuits: tuple[str, str]
    shared: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Circuits:
    """The circuits of one user site that has two or more.

    Attributes
    ----------
    circuits : tuple of str
        Ids of the links that leave its premises.
    shared : tuple of str
        Elements off its premises that cut it off alone, alphabetically.
    hops : tuple of str
        Devices and links that every circuit's shortest paths to a gateway pass,
        nearest first. A circuit whose shortest path leads back through the site
        carries nothing inward and is left out.
    suppliers : tuple of str
        Suppliers of the circuits, if all are known and there is just one.
    supplier_cuts : tuple of str
        Suppliers whose circuits, lost all at once, would cut the site off.
    pairs : tuple of Pair
        Of three or more circuits, those two that share something next to the site.
    missing : tuple of str
        Circuits that are in no risk group.
    """

    site: str
    circuits: tuple[str, ...]
    shared: tuple[str, ...]
    hops: tuple[str, ...]
    suppliers: tuple[str, ...]
    supplier_cuts: tuple[str, ...]
    pairs: tuple[Pair, ...]
    missing: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Shared if anything is; unproven while a circuit is in no risk group."""
        if self.shared:
            return Verdict.SHARED
        return Verdict.UNPROVEN if self.missing else Verdict.DIVERSE


def audit_circuits(design: Design) -> tuple[Circuits, ...]:
    """Say what the circuits of every user site with two or more have in common.

    Sites in alphabetical order, as declared and with everything up. Sites that no
    gateway reaches have nothing that could cut them off, and are told with nothing
    shared but what both circuits hang on.

    Notes
    -----
    One analysis of the network, one more reach for each supplier, and one pass over the
    devices for the shortest paths.
    """
    layout = design.layout
    cut_by = _cut_by(design)
    ways = routed(layout)
    lost_with = _lost_with_supplier(design)
    return tuple(
        Circuits(
            site=site,
            circuits=own,
            shared=tuple(sorted(cut_by[site])),
            hops=_hops(layout, site, own, ways),
            suppliers=_one_supplier(layout, own),
            supplier_cuts=tuple(s for s, sites in lost_with.items() if site in sites),
            pairs=tuple(_pairs(layout, site, own)) if len(own) > 2 else (),
            missing=tuple(c for c in own if not layout.inventory.links[c].risk_groups),
        )
        for site, own in circuits(layout).items()
    )


def _cut_by(design: Design) -> Mapping[str, set[str]]:
    """Return the elements off its premises that cut each user site off."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    premises = design.layout.premises
    for element in design.reading.elements:
        for site in element.sites_cut:
            if premises.get(element.id) != site:
                found[site].add(element.id)
    return found


def _lost_with_supplier(design: Design) -> dict[str, frozenset[str]]:
    """Return the user sites that the loss of all links of each supplier cuts off."""
    links: defaultdict[str, set[str]] = defaultdict(set)
    for link in design.inventory.links.values():
        if link.supplier is not None:
            links[link.supplier].add(link.id)
    reached = design.reading.reached
    return {
        supplier: reached - Reading(design.network, links[supplier]).reached
        for supplier in sorted(links)
    }


def _hops(
    layout: Layout, site: str, own: Sequence[str], ways: Routed
) -> tuple[str, ...]:
    inward: list[tuple[str, ...]] = []
    for circuit in own:
        passed = ways.passes(_far(layout, site, circuit))
        if passed and not any(layout.premises.get(hop) == site for hop in passed):
            inward.append((circuit, *passed))
    if len(inward) < 2:
        return ()
    common = reduce(frozenset.intersection, map(frozenset, inward))
    return tuple(hop for hop in inward[0] if hop in common)


def _far(layout: Layout, site: str, circuit: str) -> str:
    """Return the device at the end of a circuit that is not on the premises."""
    link = layout.inventory.links[circuit]
    ends = (link.a.device, link.b.device)
    return next(device for device in ends if layout.premises[device] != site)


def _one_supplier(layout: Layout, own: Sequence[str]) -> tuple[str, ...]:
    suppliers = {layout.inventory.links[circuit].supplier for circuit in own}
    one = suppliers.pop()
    return (one,) if one is not None and not suppliers else ()


def _pairs(layout: Layout, site: str, own: Sequence[str]) -> Iterator[Pair]:
    near = {circuit: _near(layout, site, circuit) for circuit in own}
    for one, other in combinations(own, 2):
        shared = near[one] & near[other]
        if shared:
            yield Pair((one, other), tuple(sorted(shared)))


def _near(layout: Layout, site: str, circuit: str) -> frozenset[str]:
    """Return what a circuit hangs on next to the site: itself and its far end."""
    link = layout.inventory.links[circuit]
    far = layout.inventory.devices[_far(layout, site, circuit)]
    groups = {*link.risk_groups, *far.risk_groups}
    members = layout.members
    # A group that is wholly on the premises fails with the site, not with a circuit.
    off = {g for g in groups if layout.premises.get(g) != site and members.get(g)}
    return NOTHING | off | {far.id, far.site}
