"""Cut-off sets: the user sites that each single failure would cut off."""

from collections import defaultdict
from collections.abc import Mapping, Set

from topology.graph import NOTHING, Layout, subdivide
from topology.reach import Blocks, Reach


def cut_off_sets(layout: Layout, reach: Reach) -> dict[str, frozenset[str]]:
    """Map each element that cuts user sites off to the sites it cuts off.

    Parameters
    ----------
    layout : Layout
        The declared network.
    reach : Reach
        Who is reached now, and from where: the gateways, or the hosts of a service.

    Returns
    -------
    dict of str to frozenset of str
        Only elements (devices, links, sites, risk groups) with a non-empty set.
        Sites not reached now are in no set, as nothing can cut them off further, and
        a site is never in its own; it is in its sole device's.

    Notes
    -----
    The result is that of removing each element and looking again. Devices and links
    come from the dominator tree, at one step per pair in the result; a set of one
    member is that member; other sets are searched where they stand in the way.
    """
    single: defaultdict[str, set[str]] = defaultdict(set)
    for site in reach.sites:
        for element in reach.separators(site):
            single[element].add(site)
    cut = {element: frozenset(sites) for element, sites in single.items()}
    together = {
        element: _cut_by_members(members, cut, reach)
        for element, members in layout.members.items()
    }
    for element, sites in together.items():
        lost = sites - {element}
        if lost:
            cut[element] = lost
    return cut


def _cut_by_members(
    members: frozenset[str], cut: Mapping[str, frozenset[str]], reach: Reach
) -> frozenset[str]:
    if len(members) == 1:
        (member,) = members
        return cut.get(member, NOTHING)
    return frozenset(reach.lost_with(members))


def is_on_site(layout: Layout, element: str, sites_cut: Set[str]) -> bool:
    """Whether a failure on a site's own premises cuts that very site off.

    True for a site's sole device, or a power feed of all its devices; never for a
    site as an element, which is not in its own cut-off set.
    """
    return layout.premises.get(element) in sites_cut


class Snapshot:
    """A network with some elements down, and what has been asked of it so far.

    Parameters
    ----------
    layout : Layout
        The declared network.
    down : set of str
        Ids of the devices and links that are down; other ids are ignored.
    """

    def __init__(self, layout: Layout, down: Set[str] = NOTHING) -> None:
        self.layout = layout
        self._blocks = Blocks(subdivide(layout.network, down))
        self._reach: dict[frozenset[str], Reach] = {}
        self._cut: dict[frozenset[str], dict[str, frozenset[str]]] = {}

    def reach(self, roots: frozenset[str]) -> Reach:
        """Return who is reached from the devices `roots`."""
        if roots not in self._reach:
            self._reach[roots] = Reach(self.layout, self._blocks, roots)
        return self._reach[roots]

    def cut_off(self, roots: frozenset[str]) -> Mapping[str, frozenset[str]]:
        """Return the cut-off sets seen from the devices `roots`."""
        if roots not in self._cut:
            self._cut[roots] = cut_off_sets(self.layout, self.reach(roots))
        return self._cut[roots]
