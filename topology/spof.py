"""Cut-off sets: the user sites that each single failure would cut off."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from topology.arrays import Bools, Ints
from topology.kernels.spread import lost_together
from topology.network import Network
from topology.reach import Reach

Offsets = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class CutOff:
    """The cut-off set of every element, as slices of one array.

    Sites not reached now are in no set, as nothing can cut them off further, and a
    site is never in its own; it is in its sole device's.

    Attributes
    ----------
    network : Network
    begin, end : array of int64, shape (E,)
        Element `e` cuts off the sites ``site[begin[e]:end[e]]``.
    site : array of int32
        Numbers of sites. Slices may overlap: those of devices and links are intervals
        of one order, in which a site stands behind all that is on its way.
    listed : int
        Where in `site` that order ends, and the lists of elements of several nodes
        begin.
    """

    network: Network
    begin: Offsets
    end: Offsets
    site: Ints
    listed: int

    def __getitem__(self, element: int) -> Ints:
        """Return the sites that an element cuts off."""
        return self.site[self.begin[element] : self.end[element]]

    @cached_property
    def count(self) -> Offsets:
        """How many sites each element cuts off; shape (E,)."""
        return self.end - self.begin

    def total(self, value: npt.NDArray[np.int64] | Bools) -> Offsets:
        """Return, for each element, the sum of a value of the sites that it cuts off.

        Parameters
        ----------
        value : array of int64 or bool, shape (s,)
        """
        running = np.zeros(len(self.site) + 1, np.int64)
        np.cumsum(value[self.site], out=running[1:])
        return running[self.end] - running[self.begin]

    @cached_property
    def pairs(self) -> tuple[Ints, Ints]:
        """Elements of several nodes, and a site that each cuts off, as two columns."""
        several = self.network.several
        return np.repeat(several, self.count[several]), self.site[self.listed :]


def cut_off_sets(reach: Reach) -> CutOff:
    """Find what each element (device, link, site, risk group) cuts off.

    Parameters
    ----------
    reach : Reach
        Who is reached now, and from where: the gateways, or the hosts of a service.

    Notes
    -----
    The result is that of removing each element and looking again. Devices and links
    come from the dominator tree: O(n + m) for all of them, as the sites behind a node
    are an interval; an element of one node cuts off what that node does. Others are
    searched where they stand in the way (see `topology.kernels.spread.lost_together`):
    at worst O(n + m) each.
    """
    network = reach.standing.network
    order, before = _in_order(reach)
    alone, nodes = network.alone, network.nodes
    begin = np.zeros(len(alone), np.int64)
    end = np.zeros(len(alone), np.int64)
    single = np.flatnonzero(alone >= 0)
    # What is not reached, or dominates nothing, has first and end -1: nothing.
    begin[single] = before[reach.first[alone[single]]]
    end[single] = before[reach.end[alone[single]]]

    # Its own site comes first behind a site's sole device, and is not in its own set.
    sites = np.arange(len(network.arrays.sites))
    sole = alone[nodes : nodes + len(sites)]
    itself = (sole >= 0) & (reach.last == sole)
    begin[nodes + sites[itself]] += 1

    start, item = _lists(reach)
    begin[network.several] = start[:-1] + len(order)
    end[network.several] = start[1:] + len(order)
    return CutOff(network, begin, end, np.concatenate((order, item)), len(order))


def _in_order(reach: Reach) -> tuple[Ints, Offsets]:
    """Return the reached sites in the order of the tree, and how many are before each.

    The second has an entry for each position in the tree, one for its end, and a last
    one, which is that of position -1, for what has none.
    """
    network = reach.standing.network
    sites = np.flatnonzero(reach.sites).astype(np.int32)
    position = reach.first[reach.last[sites]]
    several = np.diff(network.arrays.devices_at.start)[sites] > 1
    order = sites[np.argsort(2 * position.astype(np.int64) + several, kind="stable")]
    count = np.bincount(position, minlength=reach.end[-1])
    return order, np.concatenate(([0], np.cumsum(count), [0]))


def _lists(reach: Reach) -> tuple[Offsets, Ints]:
    """Return what the elements of several nodes cut off."""
    standing = reach.standing
    arrays, sets = standing.network.arrays, standing.network.together
    rows = arrays.leaving
    start, item = lost_together(
        rows.start,
        rows.item,
        arrays.circuits.head,
        standing.up,
        reach.tree,
        sets.start,
        sets.item,
        arrays.site_of,
        standing.network.user,
    )
    return _without_itself(standing.network, start, item)


def _without_itself(
    network: Network, start: Offsets, item: Ints
) -> tuple[Offsets, Ints]:
    """Leave out each site that is in its own set."""
    rows = np.repeat(np.arange(len(start) - 1), np.diff(start))
    others = network.several[rows] != item + network.nodes
    kept = np.bincount(rows[others], minlength=len(start) - 1)
    return np.concatenate(([0], np.cumsum(kept))), item[others]
