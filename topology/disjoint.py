"""How many paths with nothing in common each site has to the gateways.

By links and by devices this is a maximum flow (Menger 1927), found exactly. By risk
groups it is not: whether two paths that share no risk group exist is NP-complete (J. Q.
Hu, "Diverse routing in optical mesh networks", IEEE Trans. Commun. 51(3), 2003). What
is told of groups instead is what single ones and pairs of them cut off
(`topology.spof`, `topology.pairs`): no number of paths, but exact, and what a planner
can act on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.arrays import Bools, Ints
from topology.kernels.disjoint import disjoint_paths
from topology.reach import Standing


@dataclass(frozen=True, eq=False)
class Disjoint:
    """Disjoint paths of every user site, in columns by site.

    Attributes
    ----------
    links : array of int32, shape (s,)
        Most paths no two of which share a link; 0 where none is reached, and for
        sites that are no user sites.
    devices : array of int32, shape (s,)
        Most paths no two of which share a device either, the gateway at their end
        included. The site's own devices and on-site links are left out: how many of
        those fail is told by its own equipment.
    """

    standing: Standing
    links: Ints
    devices: Ints

    @cached_property
    def by_site(self) -> Mapping[str, tuple[int, int]]:
        """Paths by links and by devices of each user site, in the inventory's order."""
        network = self.standing.network
        users = np.flatnonzero(network.user).tolist()
        links, devices = self.links.tolist(), self.devices.tolist()
        ids = network.arrays.sites
        return {ids[site]: (links[site], devices[site]) for site in users}


def disjoint(standing: Standing, sites: Bools | None = None) -> Disjoint:
    """Count the disjoint paths of user sites.

    Parameters
    ----------
    standing : Standing
    sites : array of bool, shape (s,), optional
        Those to look at; by default all user sites.

    Notes
    -----
    O(k (n + m)) at worst for a site with k paths. A site of redundancy 2 has at least
    two by devices; the converse is not so, as paths may share a risk group.

    Examples
    --------
    Two tails that end at one router:

    >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
    >>> from topology.network import Network
    >>> ends = {"t1": ("cpe", "pe"), "t2": ("cpe", "pe")}
    >>> network = Network.of(Inventory(
    ...     id="n", name="n", risk_groups={}, gateways=frozenset({"pe"}),
    ...     sites={name: Site(name, name, "school") for name in "xy"},
    ...     devices={"pe": Device("pe", "x"), "cpe": Device("cpe", "y")},
    ...     links={name: Link(name, End(a), End(b)) for name, (a, b) in ends.items()},
    ... ))
    >>> disjoint(Standing.of(network)).by_site
    {'y': (2, 1)}
    """
    network = standing.network
    arrays, own = network.arrays, network.arrays.devices_at
    rows, head = arrays.leaving, arrays.circuits.head
    packed = (rows.start, rows.item, head, standing.up, arrays.gateway)
    wanted = network.user if sites is None else network.user & sites
    return Disjoint(
        standing,
        disjoint_paths(packed, own.start, own.item, wanted, False),
        disjoint_paths(packed, own.start, own.item, wanted, True),
    )
