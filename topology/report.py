"""The single points of failure of a network: for programs, and in one sentence."""

from collections import Counter
from typing import TypedDict

from bellrock.model.inventory import ElementKind, Inventory
from bellrock.model.words import counted
from topology.analysis import Design
from topology.reading import Element, Reading
from topology.state import NetworkState


class ElementReport(TypedDict):
    """One item of ``elements`` and ``service_elements``."""

    id: str
    kind: str
    on_site: bool
    sites_cut: list[str]
    services_cut: list[str]
    people_cut: int


class SpofReport(TypedDict):
    """What ``bellrock spof --format json`` prints.

    ``sites`` counts user sites; ``cut_off`` names those at redundancy 0;
    ``service_elements`` are the elements that cut a service but no site.
    """

    network: str
    sites: int
    redundancy: dict[str, int]
    false_diversity: list[str]
    two_paths: int
    own_equipment: dict[str, int]
    elements: list[ElementReport]
    service_elements: list[ElementReport]
    cut_off: list[str]
    sentence: str


def spof_report(design: Design, state: NetworkState | None = None) -> SpofReport:
    """Report what each single failure would cut off.

    Parameters
    ----------
    design : Design
        The declared network.
    state : NetworkState, optional
        What has failed already, with unknown elements taken as up; by default
        everything declared is up.
    """
    reading = reading_of(design, state)
    found = reading.redundancy
    single = len(found.single_equipment)
    return SpofReport(
        network=design.inventory.id,
        sites=len(found.levels),
        redundancy={str(level): count for level, count in found.count.items()},
        false_diversity=sorted(found.false_diversity),
        two_paths=found.two_paths,
        own_equipment={"single": single, "dual": len(found.levels) - single},
        elements=[_item(element) for element in reading.elements],
        service_elements=[_item(element) for element in reading.service_elements],
        cut_off=sorted(site for site, level in found.levels.items() if level == 0),
        sentence=sentence(design.inventory, reading),
    )


def reading_of(design: Design, state: NetworkState | None = None) -> Reading:
    """Return the optimistic reading of `state`; the design's own if nothing is down."""
    if state is None or not state.down:
        return design.reading
    return Reading(design.network, state.optimistic)


def _item(element: Element) -> ElementReport:
    return ElementReport(
        id=element.id,
        kind=element.kind.value,
        on_site=element.on_site,
        sites_cut=list(element.sites_cut),
        services_cut=list(element.services_cut),
        people_cut=element.people_cut,
    )


def sentence(inventory: Inventory, reading: Reading) -> str:
    """Say how many sites have two paths, how many only seem to, and what is worst.

    What falsely diverse sites share is named by the kinds of the risk groups and
    sites that cut them off, the commonest first.

    Examples
    --------
    ``214 sites. 61 have two paths; 17 of those share a duct or exchange. Worst single
    item: Lerwick exchange (site), 23 sites.``
    """
    found = reading.redundancy
    cut_off = found.count[0]
    said = [_sites(len(found.levels)), _paths(inventory, reading)]
    if cut_off:
        said.append(f"{cut_off} {'is' if cut_off == 1 else 'are'} cut off now")
    if found.levels:
        said.append(_worst(inventory, reading))
    return ". ".join(part for part in said if part) + "."


def _sites(count: int) -> str:
    if count == 0:
        return "No sites"
    return counted(count, "site")


def _paths(inventory: Inventory, reading: Reading) -> str:
    found = reading.redundancy
    two, shared = found.two_paths, len(found.false_diversity)
    if not found.levels:
        return ""
    if two == 0:
        return "None has two paths"
    have = f"{two:,} {'has' if two == 1 else 'have'} two paths"
    if shared == 0:
        return have
    if two == 1:
        return f"{have}, which share {_what_is_shared(inventory, reading)}"
    verb = "shares" if shared == 1 else "share"
    return f"{have}; {shared:,} of those {verb} {_what_is_shared(inventory, reading)}"


def _what_is_shared(inventory: Inventory, reading: Reading) -> str:
    """Return the kinds of what breaks diversity: ``a duct or exchange``."""
    known: dict[str, str] = {g.id: g.kind for g in inventory.risk_groups.values()}
    known |= {site.id: site.kind for site in inventory.sites.values()}
    counted: Counter[str] = Counter()
    for elements in reading.redundancy.shared.values():
        counted.update({known[element] for element in elements})
    ranked = sorted(counted, key=lambda kind: (-counted[kind], kind))
    nouns = [_noun(kind) for kind in ranked]
    article = "an" if nouns[0][0] in "aeiou" else "a"
    listed = " or ".join(filter(None, [", ".join(nouns[:-1]), nouns[-1]]))
    return f"{article} {listed}"


_NOUNS = {
    "datacentre": "data centre",
    "gp": "surgery",
    "other": "site",
    "pop": "point of presence",
    "power": "power feed",
}
"""Kinds that are not the word for one thing of that kind."""


def _noun(kind: str) -> str:
    return _NOUNS.get(kind, kind.replace("-", " ").replace("_", " "))


def _worst(inventory: Inventory, reading: Reading) -> str:
    """Name the worst element that cuts off more than the site it stands at."""
    elements = reading.elements
    if not elements:
        return "No single failure cuts a site off"
    first = next(
        (e for e in elements if not e.on_site or len(e.sites_cut) > 1), elements[0]
    )
    # An exchange with one router cuts off what the router does: name the exchange.
    equals = [e for e in elements if e.sites_cut == first.sites_cut]
    order = (ElementKind.SITE, ElementKind.RISK_GROUP)
    worst = next((e for kind in order for e in equals if e.kind is kind), first)
    if worst.kind is ElementKind.SITE:
        name = inventory.sites[worst.id].name
    elif worst.kind is ElementKind.RISK_GROUP:
        name = inventory.risk_groups[worst.id].name
    else:
        name = worst.id
    kind = worst.kind.value.replace("_", " ")
    return f"Worst single item: {name} ({kind}), {_sites(len(worst.sites_cut))}"
