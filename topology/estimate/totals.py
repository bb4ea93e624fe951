"""What each site sends and receives, by the counters of the links that leave it."""

from dataclasses import dataclass

import numpy as np

from topology.arrays import Arrays, Bools, Floats, Ints


@dataclass(frozen=True, eq=False)
class Totals:
    """Traffic of each site (s), bit/s.

    Attributes
    ----------
    sent, received : array of float64, shape (s,)
        nan where a link that leaves the site is not measured in that direction, and
        for sites that no link leaves. What only passes through a site is in both.
    stub : array of bool, shape (s,)
        No other site can be reached through it: what its links carry is its own, so
        `sent` and `received` are exact.
    """

    sent: Floats
    received: Floats
    stub: Bools


def totals(arrays: Arrays, load: Floats) -> Totals:
    """Add up what the links of each site carry.

    Parameters
    ----------
    load : array of float64, shape (2 m,)
        Measured bit/s of each arc; nan where it was not.

    Notes
    -----
    A site is a stub if all links that leave it lead to one device: traffic that
    entered it over one of them would have to go back the way it came. O(n + m).
    """
    sites = len(arrays.sites)
    site = arrays.site_of
    tail, head = arrays.circuits.tail, arrays.circuits.head
    outward = site[tail] != site[head]
    here, there = site[tail[outward]], site[head[outward]]
    has_links = np.bincount(here, minlength=sites) > 0

    def added(ends: Ints) -> Floats:
        found = np.bincount(ends, load[outward], minlength=sites)
        return np.where(has_links, found, np.nan)

    nearest = np.full(sites, np.iinfo(np.int32).max, np.int32)
    farthest = np.full(sites, -1, np.int32)
    np.minimum.at(nearest, here, head[outward])
    np.maximum.at(farthest, here, head[outward])
    return Totals(added(here), added(there), has_links & (nearest == farthest))
