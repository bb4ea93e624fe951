"""How many failures away each user site is from being cut off, and for what reason.

Worked out from the cut-off sets turned around: for each site, what cuts it off.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from topology.arrays import Bools
from topology.network import Network
from topology.reach import Reach
from topology.spof import CutOff

Level = Literal[0, 1, 2]
Levels = npt.NDArray[np.int8]

_LEVELS: tuple[Level, ...] = (0, 1, 2)


@dataclass(frozen=True, eq=False)
class Redundancy:
    """How user sites would bear one failure: columns by site, mappings when asked for.

    Attributes
    ----------
    level : array of int8, shape (s,)
        For each user site: 0 cut off now, 1 one failure off its premises cuts it
        off, 2 any one is survived; -1 for other sites. Failures of the site itself, of
        its own devices and on-site links, and of risk groups that lie wholly on its
        premises are left out.
    diverse_by_name : array of bool, shape (s,)
        Sites at 1 only because of risk groups or other sites: no single device or
        link off their premises cuts them off. They look as if they had two paths.
    single : array of bool, shape (s,)
        Sites that one device of their own cuts off; and, among those cut off now,
        sites with fewer than two devices up.
    """

    network: Network
    level: Levels
    diverse_by_name: Bools
    single: Bools
    cut_off: CutOff

    @cached_property
    def levels(self) -> Mapping[str, Level]:
        """Redundancy of each user site, in the order of the inventory."""
        ids, level = self.network.arrays.sites, self.level
        users = np.flatnonzero(level >= 0)
        return {ids[site]: _LEVELS[level[site]] for site in users.tolist()}

    @cached_property
    def count(self) -> Mapping[Level, int]:
        """How many user sites have each redundancy."""
        return {each: int(np.count_nonzero(self.level == each)) for each in _LEVELS}

    @cached_property
    def false_diversity(self) -> frozenset[str]:
        """Ids of the falsely diverse sites."""
        return self._named(self.diverse_by_name)

    @cached_property
    def single_equipment(self) -> frozenset[str]:
        """Ids of the sites whose own equipment is single."""
        return self._named(self.single)

    @cached_property
    def shared(self) -> Mapping[str, frozenset[str]]:
        """For each falsely diverse site, the risk groups and sites that cut it off."""
        network = self.network
        elements, sites = self.cut_off.pairs
        wanted = self.diverse_by_name[sites] & (network.premises[elements] != sites)
        found: dict[int, set[str]] = {}
        for element, site in zip(
            elements[wanted].tolist(), sites[wanted].tolist(), strict=True
        ):
            found.setdefault(site, set()).add(network.ids[element])
        ids = network.arrays.sites
        return {ids[site]: frozenset(shared) for site, shared in found.items()}

    @property
    def two_paths(self) -> int:
        """Sites that appear to have two paths: redundancy 2, or falsely diverse."""
        return self.count[2] + int(np.count_nonzero(self.diverse_by_name))

    def _named(self, sites: Bools) -> frozenset[str]:
        ids = self.network.arrays.sites
        return frozenset(ids[site] for site in np.flatnonzero(sites).tolist())


def redundancy(reach: Reach, cut_off: CutOff) -> Redundancy:
    """Work out the redundancy of every user site.

    Parameters
    ----------
    reach : Reach
        Who is reached from the gateways.
    cut_off : CutOff
        The cut-off sets of the same.

    Notes
    -----
    O(n + m + s) beside the sets that are given. On the way to a site only the last
    node can be its own: a device of its own farther up would be on the way to all of
    its devices, and so be the last.
    """
    network = reach.standing.network
    arrays, user, up = network.arrays, network.user, reach.standing.up
    sites = np.arange(len(arrays.sites))
    root = network.nodes
    reached = reach.sites

    last = np.where(reached, reach.last, root)
    site_of = np.append(network.premises[:root], -1)
    above = np.append(reach.above, root)
    own = site_of[last] == sites
    by_one = np.where(own, above[last], last) != root

    elements, cut = cut_off.pairs
    several = np.zeros(len(sites), np.bool_)
    several[cut[network.premises[elements] != cut]] = True

    equipped = np.bincount(
        arrays.site_of[up[: len(arrays.devices)]], minlength=len(sites)
    )
    return Redundancy(
        network=network,
        level=np.where(
            user, np.where(reached, np.where(by_one | several, 1, 2), 0), -1
        ).astype(np.int8),
        diverse_by_name=several & ~by_one,
        single=user & np.where(reached, own, equipped < 2),
        cut_off=cut_off,
    )
