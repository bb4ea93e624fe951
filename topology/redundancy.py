"""How many failures away each user site is from being cut off, and for what reason.

Worked out from the cut-off sets turned around: for each site, what cuts it off.
"""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Literal

from bellrock.model.inventory import ElementKind
from topology.graph import Layout

Level = Literal[0, 1, 2]


@dataclass(frozen=True, slots=True)
class Redundancy:
    """How user sites would bear one failure.

    Attributes
    ----------
    levels : mapping of str to int
        For each user site: 0 cut off now, 1 one failure off its premises cuts it
        off, 2 any one is survived. Failures of the site itself, of its own devices
        and on-site links, and of risk groups that lie wholly on its premises are
        left out.
    false_diversity : frozenset of str
        Sites at 1 only because of risk groups or other sites: no single device or
        link off their premises cuts them off. They look as if they had two paths.
    shared : mapping of str to frozenset of str
        For each falsely diverse site, the risk groups and sites that cut it off.
    single_equipment : frozenset of str
        Sites that one device of their own cuts off; and, among those cut off now,
        sites with fewer than two devices up.
    """

    levels: Mapping[str, Level]
    false_diversity: frozenset[str]
    shared: Mapping[str, frozenset[str]]
    single_equipment: frozenset[str]

    @property
    def two_paths(self) -> int:
        """Sites that appear to have two paths: redundancy 2, or falsely diverse."""
        truly = sum(1 for level in self.levels.values() if level == 2)
        return truly + len(self.false_diversity)


def redundancy(
    layout: Layout,
    reached: Set[str],
    cut_off: Mapping[str, frozenset[str]],
    down: Set[str],
) -> Redundancy:
    """Work out the redundancy of every user site.

    Parameters
    ----------
    layout : Layout
        The declared network.
    reached : set of str
        User sites that reach a gateway now.
    cut_off : mapping of str to frozenset of str
        Cut-off sets in the same state (see `topology.spof.cut_off_sets`).
    down : set of str
        Ids of the devices and links that are down in that state.
    """
    by_one: set[str] = set()
    by_several: dict[str, set[str]] = {}
    single = {
        site
        for site in layout.user_sites - reached
        if sum(1 for device in layout.devices[site] if device not in down) < 2
    }
    for element, sites in cut_off.items():
        own, kind = layout.premises.get(element), layout.kinds[element]
        if kind is ElementKind.DEVICE and own in sites:
            single.add(own)
        if kind in (ElementKind.DEVICE, ElementKind.LINK):
            by_one |= sites - {own}
        else:
            for site in sites:
                if site != own:
                    by_several.setdefault(site, set()).add(element)

    levels: dict[str, Level] = {}
    for site in layout.user_sites:
        if site not in reached:
            levels[site] = 0
        elif site in by_one or site in by_several:
            levels[site] = 1
        else:
            levels[site] = 2
    shared = {
        site: frozenset(elements)
        for site, elements in by_several.items()
        if site not in by_one
    }
    return Redundancy(levels, frozenset(shared), shared, frozenset(single))
