"""Who is reached from some devices, and what stands on every path to them.

One question, asked of the gateways (which sites are cut off?) and of the hosts of a
service (which sites lose it?).
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.arrays import Bools, Ints
from topology.kernels.dominators import dominators, last_common
from topology.kernels.spread import Spanning, components, spanning, spread
from topology.network import Network


@dataclass(frozen=True, eq=False)
class Standing:
    """A network of which some nodes are down.

    Attributes
    ----------
    network : Network
    up : array of bool, shape (n + m,)
        Devices and links that are not down themselves.
    """

    network: Network
    up: Bools

    @classmethod
    def of(cls, network: Network, down: Bools | None = None) -> "Standing":
        """Return `network` without the nodes that are `down`."""
        up = np.ones(network.nodes, np.bool_) if down is None else ~down
        return cls(network, up)

    @cached_property
    def _component(self) -> Ints:
        arrays = self.network.arrays
        rows = arrays.leaving
        return components(rows.start, rows.item, arrays.circuits.head, self.up)

    def reached(self, roots: Bools) -> Bools:
        """Return the user sites a device of which is joined to `roots`; shape (s,).

        Cheaper than `Reach` where one only wants to know who is.
        """
        arrays = self.network.arrays
        part = self._component
        living = np.zeros(len(arrays.devices) + 1, np.bool_)
        living[part[roots]] = True
        living[-1] = False  # what is down is in part -1
        found = np.zeros(len(arrays.sites), np.bool_)
        found[arrays.site_of[living[part]]] = True
        return found & self.network.user

    def spread(self, sources: Bools) -> Bools:
        """Return the devices joined to the devices `sources`; shape (n,)."""
        arrays = self.network.arrays
        rows = arrays.leaving
        return spread(rows.start, rows.item, arrays.circuits.head, self.up, sources)


@dataclass(frozen=True, eq=False)
class Reach:
    """What stands between some devices and the user sites.

    Attributes
    ----------
    above : array of int32, shape (n + m,)
        Immediate dominator of each node, n + m for the virtual root, -1 where not
        reached.
    first, end : array of int32, shape (n + m + 1,)
        The nodes that `x` dominates, itself included, are those whose `first` is from
        ``first[x]`` up to ``end[x]``; -1 for links that dominate only themselves.
    last : array of int32, shape (s,)
        The last node on every path to a user site: it and all above it cut the site
        off. n + m if nothing does, -1 if it is no user site or not reached.

    Examples
    --------
    A site on a tail behind one router: ``pe`` dominates ``tail``, which dominates
    ``cpe``.

    >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
    >>> network = Network.of(Inventory(
    ...     id="n", name="n", risk_groups={}, gateways=frozenset({"pe"}),
    ...     sites={name: Site(name, name, "school") for name in "xy"},
    ...     devices={"pe": Device("pe", "x"), "cpe": Device("cpe", "y")},
    ...     links={"tail": Link("tail", End("pe"), End("cpe"))},
    ... ))
    >>> reach = Reach.of(Standing.of(network), network.arrays.gateway)
    >>> reach.above.tolist(), reach.last.tolist()
    ([3, 2, 0], [-1, 1])
    """

    standing: Standing
    roots: Bools
    above: Ints
    first: Ints
    end: Ints
    last: Ints

    @classmethod
    def of(cls, standing: Standing, roots: Bools) -> "Reach":
        """Look from the devices `roots`, in O(n + m).

        Parameters
        ----------
        standing : Standing
        roots : array of bool, shape (n,)
            Those that are down are no roots.
        """
        network = standing.network
        arrays, sites = network.arrays, network.arrays.devices_at
        rows, head = arrays.leaving, arrays.circuits.head
        above, first, end = dominators(rows.start, rows.item, head, standing.up, roots)
        last = last_common(sites.start, sites.item, network.user, above, first, end)
        return cls(standing, roots, above, first, end, last)

    @property
    def sites(self) -> Bools:
        """User sites that are reached; shape (s,)."""
        return self.last >= 0

    @cached_property
    def tree(self) -> Spanning:
        """A breadth-first tree from the roots (see `topology.kernels.spread`)."""
        arrays = self.standing.network.arrays
        rows = arrays.leaving
        return spanning(
            rows.start, rows.item, arrays.circuits.head, self.standing.up, self.roots
        )
