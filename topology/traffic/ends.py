"""Where demands between sites enter and leave the network that is up.

A site with one device up is that device. Where several are up, the site is two nodes of
its own: one that sends, with an arc to each of them, and one that attracts, with an arc
from each; so that shortest paths find the nearest. But where all other devices of a
site hang on one of them, that one is always nearer, and is the site.
"""

from dataclasses import dataclass

import numpy as np

from topology.arrays import Arrays, Bools, Floats, Ints
from topology.kernels.fold import NONE, Forest, fold
from topology.traffic.demands import Demands
from topology.traffic.standing import Standing


@dataclass(frozen=True, eq=False)
class Ends:
    """The demands (k) whose sites both have a device up, between nodes.

    Attributes
    ----------
    source, target : array of int32, shape (k,)
        A device; or, from n on, a site: ``n + 2 * site`` as it sends and one more as
        it attracts.
    rate : array of float64, shape (k,)
        bit/s.
    lost : float
        bit/s of all the other demands.
    """

    source: Ints
    target: Ints
    rate: Floats
    lost: float

    @classmethod
    def of(cls, demands: Demands, arrays: Arrays, device: Ints) -> "Ends":
        """Place demands at the `device` of each site (see `_devices`)."""
        n = len(arrays.devices)
        usable = (device[demands.source] != NONE) & (device[demands.target] != NONE)
        source, target = demands.source[usable], demands.target[usable]
        several = device == SEVERAL
        return cls(
            source=np.where(several[source], n + 2 * source, device[source]),
            target=np.where(several[target], n + 2 * target + 1, device[target]),
            rate=demands.rate[usable],
            lost=float(demands.rate[~usable].sum()),
        )


SEVERAL = -2
"""In place of the device of a site that has several, none of which is always nearer."""


def folded(arrays: Arrays, demands: Demands, standing: Standing) -> tuple[Forest, Ends]:
    """Fold the trees of a network, and place its demands."""
    pinned = _backup(arrays)
    forest = _fold(arrays, standing, pinned)
    device = _devices(arrays, demands, standing, forest)
    several = device == SEVERAL
    if several.any():
        # Where the nodes of a site are joined on, nothing may be folded away.
        n, joined = len(arrays.devices), several[arrays.site_of] & standing.device
        pinned[-n:] = joined
        forest = _fold(arrays, standing, pinned)
    return forest, Ends.of(demands, arrays, device)


def _backup(arrays: Arrays) -> Bools:
    """Pin the arcs of backup links, by which a device hangs only at times."""
    devices = np.zeros(len(arrays.devices), np.bool_)
    return np.concatenate((np.repeat(arrays.circuits.backup, 2), devices))


def _fold(arrays: Arrays, standing: Standing, pinned: Bools) -> Forest:
    return fold(
        *(arrays.circuits.head, arrays.leaving.start, arrays.leaving.item),
        *(np.repeat(standing.link, 2), pinned),
    )


def _devices(
    arrays: Arrays, demands: Demands, standing: Standing, forest: Forest
) -> Ints:
    """Return the device that stands for each site: NONE if it has none, or SEVERAL.

    Sites that have no demands count as if they had one device.
    """
    sites = len(arrays.sites)
    up = np.flatnonzero(standing.device).astype(np.int32)
    site = arrays.site_of[up]
    place = forest.first[up]
    # In a tree what is nearer to the root has the lower number; tops are the lowest.
    order = np.lexsort((place, site))
    top = np.full(sites, NONE, np.int32)
    top[site[order[::-1]]] = up[order[::-1]]

    lowest = np.full(sites, len(forest.at), np.int64)
    highest = np.full(sites, -1, np.int64)
    np.minimum.at(lowest, site, place)
    np.maximum.at(highest, site, place)
    behind = np.where(top == NONE, 0, forest.last[top])
    several = np.bincount(site, minlength=sites) > 1
    apart = several & (highest >= behind)
    # Seen from behind the top, another device may be the nearest.
    for here, there in (
        (demands.source, demands.target),
        (demands.target, demands.source),
    ):
        within = (lowest[there] < behind[here]) & (highest[there] >= lowest[here])
        apart[here[within & several[here]]] = True
    used = np.zeros(sites, np.bool_)
    used[demands.source] = used[demands.target] = True
    return np.where(apart & used, np.int32(SEVERAL), top)
