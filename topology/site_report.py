"""What hangs over single sites: failures, pairs of failures, and paths left."""

from typing import TypedDict

import numpy as np

from topology.analysis import Design
from topology.disjoint import Disjoint, disjoint
from topology.network import Network
from topology.pairs import CuttingPairs, cutting_pairs_of, urgent
from topology.reading import Element


class PathsReport(TypedDict):
    """How many paths of a site have no link, and no device, in common."""

    id: str
    links: int
    devices: int


class PairReport(TypedDict):
    """Two elements that cut sites off together, where neither does alone."""

    elements: list[str]
    sites_cut: list[str]
    people_cut: int


class PairsReport(TypedDict):
    """What ``bellrock spof --pairs`` adds: of user sites of priority 1.

    ``pairs_unfinished`` names sites of which pairs may be missing.
    """

    pairs: list[PairReport]
    pairs_unfinished: list[str]
    site_paths: list[PathsReport]


class AloneReport(TypedDict):
    """An element that cuts the site off by itself."""

    id: str
    kind: str
    on_site: bool
    sites_cut: int


class SiteReport(TypedDict):
    """What ``bellrock spof --site ID --format json`` prints.

    ``pairs`` are those off the site's premises; ``pairs_complete`` tells whether there
    may be more.
    """

    id: str
    redundancy: int
    false_diversity: bool
    own_equipment: str
    paths: PathsReport
    cut_off_by: list[AloneReport]
    pairs: list[list[str]]
    pairs_complete: bool


def pairs_report(design: Design) -> PairsReport:
    """Report the pairs that cut sites of priority 1 off, everything declared up."""
    standing = design.reading.standing
    wanted = urgent(design.network)
    found, paths = cutting_pairs_of(standing, wanted), disjoint(standing, wanted)
    return PairsReport(
        pairs=[
            PairReport(
                elements=list(pair.elements),
                sites_cut=list(pair.sites_cut),
                people_cut=pair.people_cut,
            )
            for pair in found.pairs
        ],
        pairs_unfinished=list(found.unfinished),
        site_paths=[
            _paths(design.network, paths, site)
            for site in np.flatnonzero(wanted).tolist()
        ],
    )


def site_report(design: Design, site: str) -> SiteReport:
    """Report all that would cut off one user site, everything declared up.

    Raises
    ------
    KeyError
        If `site` is no user site.
    """
    reading, network = design.reading, design.network
    redundancy = reading.redundancy
    level = redundancy.levels[site]
    number = network.arrays.site_number[site]
    only = np.arange(len(network.arrays.sites)) == number
    pairs: CuttingPairs = cutting_pairs_of(reading.standing, only)
    return SiteReport(
        id=site,
        redundancy=level,
        false_diversity=site in redundancy.false_diversity,
        own_equipment="single" if redundancy.single[number] else "dual",
        paths=_paths(network, disjoint(reading.standing, only), number),
        cut_off_by=[
            _alone(network, element, number)
            for element in reading.elements
            if site in element.sites_cut
        ],
        pairs=[list(pair) for pair in pairs.by_site[site]],
        pairs_complete=site not in pairs.unfinished,
    )


def _alone(network: Network, element: Element, site: int) -> AloneReport:
    premises = network.premises[network.number[element.id]]
    return AloneReport(
        id=element.id,
        kind=element.kind.value,
        on_site=bool(premises == site),
        sites_cut=len(element.sites_cut),
    )


def _paths(network: Network, paths: Disjoint, site: int) -> PathsReport:
    return PathsReport(
        id=network.arrays.sites[site],
        links=int(paths.links[site]),
        devices=int(paths.devices[site]),
    )
