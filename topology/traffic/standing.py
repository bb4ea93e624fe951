"""Which devices and links are up when some elements are down."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from topology.arrays import Arrays, Bools

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True, eq=False)
class Standing:
    """Which devices (n) and links (m) are up.

    A link is up if it and both its devices are.

    Attributes
    ----------
    device : array of bool, shape (n,)
    link : array of bool, shape (m,)
    """

    device: Bools
    link: Bools

    @classmethod
    def of(cls, arrays: Arrays, down: Iterable[str] = NOTHING) -> "Standing":
        """Take down devices, links, sites and risk groups; other ids are ignored.

        Examples
        --------
        >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
        >>> net = Inventory(
        ...     id="n", name="n", risk_groups={}, gateways=frozenset(),
        ...     sites={name: Site(name, name, "gp") for name in "xy"},
        ...     devices={"pe": Device("pe", "x"), "cpe": Device("cpe", "y")},
        ...     links={"tail": Link("tail", End("pe"), End("cpe"))},
        ... )
        >>> standing = Standing.of(Arrays.of(net), {"x"})
        >>> standing.device.tolist(), standing.link.tolist()
        ([False, True], [False])
        """
        n = len(arrays.devices)
        up = np.ones(n + len(arrays.links), np.bool_)
        wanted = frozenset(down)
        for name in wanted & arrays.device_number.keys():
            up[arrays.device_number[name]] = False
        for name in wanted & arrays.link_number.keys():
            up[n + arrays.link_number[name]] = False
        for names, rows in (
            (arrays.sites, arrays.devices_at),
            (arrays.groups, arrays.members),
        ):
            for row in [i for i, name in enumerate(names) if name in wanted]:
                up[rows[row]] = False
        device, circuits = up[:n], arrays.circuits
        ends = device[circuits.a] & device[circuits.b]
        return cls(device, np.logical_and(up[n:], ends))

    def reached(self, arrays: Arrays) -> Bools:
        """Tell which sites have a device that a gateway reaches; shape (s,)."""
        n, circuits = len(arrays.devices), arrays.circuits
        a, b = circuits.a[self.link], circuits.b[self.link]
        joined = coo_array((np.ones(len(a), np.bool_), (a, b)), (n, n))
        count, part = connected_components(joined, directed=False)
        good = np.zeros(count, np.bool_)
        good[part[arrays.gateway & self.device]] = True
        sites = np.zeros(len(arrays.sites), np.bool_)
        sites[arrays.site_of[good[part] & self.device]] = True
        return sites
