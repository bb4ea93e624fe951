"""Everything that can fail, numbered, and whom it may hurt.

Elements (E) are numbered in one row: devices (n), links (m), sites (s), and the risk
groups (g) that have members. The first n + m are the nodes of `topology.arrays`.

A changed network (other links, other gateways) costs what its arrays cost: a few
milliseconds for thousands of sites, and no work for an element that nobody asks about.
"""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bellrock.model.inventory import (
    INFRASTRUCTURE_KINDS,
    ElementKind,
    Inventory,
    Link,
    Service,
)
from topology.arrays import Arrays, Bools, Ints, Rows

Counts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Network:
    """A declared network as arrays, with its sites and services.

    Attributes
    ----------
    arrays : Arrays
    carries : array of bool, shape (s,)
        Sites of a kind that carries the network rather than depends on it.
    people : array of int64, shape (s,)
    priority : array of int64, shape (s,)
        1 (most urgent) to 5.
    services : tuple of Service

    Examples
    --------
    >>> from bellrock.model.inventory import Device, End, Site
    >>> network = Network.of(Inventory(
    ...     id="n", name="n", risk_groups={}, gateways=frozenset({"pe"}),
    ...     sites={name: Site(name, name, "school") for name in "xy"},
    ...     devices={"pe": Device("pe", "x"), "cpe": Device("cpe", "y")},
    ...     links={"tail": Link("tail", End("pe"), End("cpe"))},
    ... ))
    >>> network.ids, network.user.tolist()
    (('pe', 'cpe', 'tail', 'x', 'y'), [False, True])
    """

    arrays: Arrays
    carries: Bools
    people: Counts
    priority: Counts
    services: tuple[Service, ...] = ()

    @classmethod
    def of(cls, inventory: Inventory) -> "Network":
        """Return `inventory` numbered and arranged, in O(n + m + s)."""
        sites = inventory.sites.values()
        return cls(
            arrays=Arrays.of(inventory),
            carries=np.array([s.kind in INFRASTRUCTURE_KINDS for s in sites], np.bool_),
            people=np.array([site.people for site in sites], np.int64),
            priority=np.array([site.priority for site in sites], np.int64),
            services=tuple(inventory.services.values()),
        )

    def with_links(self, added: Iterable[Link]) -> "Network":
        """Return the network with more links, numbered after those there are.

        Raises
        ------
        KeyError
            If an end of a link is not a device.
        """
        return replace(self, arrays=self.arrays.with_links(added))

    def with_gateways(self, devices: Iterable[str]) -> "Network":
        """Return the network with other gateways.

        The site of a new gateway is a user site no more, and that of an old one may
        become one. Services are left as they are.

        Raises
        ------
        KeyError
            If one is not a device.
        """
        gateway = np.zeros(len(self.arrays.devices), np.bool_)
        for device in devices:
            gateway[self.arrays.device_number[device]] = True
        return replace(self, arrays=replace(self.arrays, gateway=gateway))

    @property
    def nodes(self) -> int:
        """How many devices and links there are: n + m."""
        return len(self.arrays.devices) + len(self.arrays.links)

    @cached_property
    def ids(self) -> tuple[str, ...]:
        """Id of each element."""
        found = self.arrays
        return (*found.devices, *found.links, *found.sites, *found.groups)

    @cached_property
    def number(self) -> Mapping[str, int]:
        """Number of each element."""
        return {element: number for number, element in enumerate(self.ids)}

    def kind(self, element: int) -> ElementKind:
        """Return what kind of element it is."""
        if element < len(self.arrays.devices):
            return ElementKind.DEVICE
        if element < self.nodes:
            return ElementKind.LINK
        sites = self.nodes + len(self.arrays.sites)
        return ElementKind.SITE if element < sites else ElementKind.RISK_GROUP

    @cached_property
    def user(self) -> Bools:
        """Whether results speak of a site: it has devices, no gateway, carries nothing.

        Shape (s,).
        """
        found = self.arrays
        equipped = np.diff(found.devices_at.start) > 0
        equipped[found.site_of[found.gateway]] = False
        return equipped & ~self.carries

    @cached_property
    def premises(self) -> Ints:
        """Site on whose premises an element lies entirely, -1 if on none; shape (E,).

        A device's site, a link's if both ends are there, a risk group's if all members
        are; a site is its own.
        """
        found = self.arrays
        ends = found.site_of[found.circuits.a], found.site_of[found.circuits.b]
        links = np.where(ends[0] == ends[1], ends[0], -1).astype(np.int32)
        nodes = np.concatenate((found.site_of, links))
        groups = np.zeros(0, np.int32)
        if found.groups:
            where, starts = nodes[found.members.item], found.members.start[:-1]
            lowest = np.minimum.reduceat(where, starts)
            same = lowest == np.maximum.reduceat(where, starts)
            groups = np.where(same, lowest, -1).astype(np.int32)
        sites = np.arange(len(found.sites), dtype=np.int32)
        return np.concatenate((nodes, sites, groups))

    @cached_property
    def members(self) -> Rows:
        """Nodes of every element: of a device or a link, itself."""
        found = self.arrays
        own = np.arange(self.nodes, dtype=np.int32)
        starts = (own, found.devices_at.start[:-1], found.members.start)
        items = (own, found.devices_at.item, found.members.item)
        before, shifted = 0, []
        for start, item in zip(starts, items, strict=True):
            shifted.append(start + before)
            before += len(item)
        return Rows(
            np.concatenate(shifted).astype(np.int32),
            np.concatenate(items).astype(np.int32),
        )

    @cached_property
    def alone(self) -> Ints:
        """The one node that an element consists of, -1 for others; shape (E,)."""
        start = self.members.start
        single = np.diff(start) == 1
        alone = np.full(len(single), -1, np.int32)
        alone[single] = self.members.item[start[:-1][single]]
        return alone

    @cached_property
    def several(self) -> Ints:
        """Elements of more than one node, in ascending order."""
        return np.flatnonzero(np.diff(self.members.start) > 1).astype(np.int32)

    @cached_property
    def together(self) -> Rows:
        """Nodes of each of `several`."""
        start = self.members.start
        lengths = np.diff(start)[self.several]
        own_start = np.concatenate(([0], np.cumsum(lengths))).astype(np.int32)
        shift = np.repeat(start[:-1][self.several] - own_start[:-1], lengths)
        return Rows(own_start, self.members.item[np.arange(len(shift)) + shift])

    def down(self, ids: Set[str]) -> Bools:
        """Return which nodes have one of `ids`; other ids are ignored."""
        down = np.zeros(self.nodes, np.bool_)
        n = len(self.arrays.devices)
        for each in ids:
            if (device := self.arrays.device_number.get(each)) is not None:
                down[device] = True
            elif (link := self.arrays.link_number.get(each)) is not None:
                down[n + link] = True
        return down

    def expand(self, elements: Iterable[str]) -> Bools:
        """Return which nodes fail with `elements`: sites and risk groups whole.

        Raises
        ------
        KeyError
            If an id is no element that has members.
        """
        down = np.zeros(self.nodes, np.bool_)
        for each in elements:
            down[self.members[self.number[each]]] = True
        return down
