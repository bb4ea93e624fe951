"""The declared network as arrays: the compiled form of the networkx model.

Devices, links and sites are numbered in the order of the inventory. Where devices and
links are both meant, as in a cut-off set, device `d` is node `d` and link `l` is node
`n + l`, n the number of devices. Link `l` is two arcs, `2 l` from a to b and `2 l + 1`
from b to a.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt

from bellrock.model.inventory import Inventory, Link

Ints = npt.NDArray[np.int32]
Metrics = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Rows:
    """Lists of different lengths in two arrays (compressed sparse rows).

    Attributes
    ----------
    start : array of int32, shape (rows + 1,)
    item : array of int32, shape (items,)
        Row `r` is ``item[start[r]:start[r + 1]]``.
    """

    start: Ints
    item: Ints

    @classmethod
    def grouped(cls, row_of: Ints, rows: int) -> "Rows":
        """Put each index of `row_of` into the row it names, in ascending order.

        Examples
        --------
        >>> rows = Rows.grouped(np.array([1, 0, 1], np.int32), 3)
        >>> rows.start.tolist(), rows.item.tolist()
        ([0, 1, 3, 3], [1, 0, 2])
        """
        item = np.argsort(row_of, kind="stable").astype(np.int32)
        counts = np.bincount(row_of, minlength=rows)
        start = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return cls(start, item)

    @classmethod
    def of(cls, lists: Iterable[Iterable[int]]) -> "Rows":
        """Put the lists one behind the other."""
        kept = [list(items) for items in lists]
        lengths = np.cumsum([0] + [len(items) for items in kept])
        flat = [value for items in kept for value in items]
        return cls(lengths.astype(np.int32), np.array(flat, np.int32))

    def __getitem__(self, row: int) -> Ints:
        """Return one row."""
        return self.item[self.start[row] : self.start[row + 1]]


@dataclass(frozen=True, eq=False)
class Circuits:
    """The links (m) as columns.

    Attributes
    ----------
    a, b : array of int32, shape (m,)
        Devices at the two ends.
    metric : array of int64, shape (2 m,)
        IGP metric of each arc; positive.
    capacity : array of float64, shape (2 m,)
        bit/s of each arc; nan where not declared.
    backup : array of bool, shape (m,)
    """

    a: Ints
    b: Ints
    metric: Metrics
    capacity: Floats
    backup: Bools

    @classmethod
    def of(cls, links: Iterable[Link], device: Mapping[str, int]) -> "Circuits":
        """Arrange `links`, whose devices have the numbers `device`."""
        kept = list(links)
        nan = float("nan")
        capacity = [
            nan if value is None else value
            for link in kept
            for value in (link.capacity_ab, link.capacity_ba)
        ]
        metric = [m for link in kept for m in (link.metric_ab, link.metric_ba)]
        return cls(
            a=np.array([device[link.a.device] for link in kept], np.int32),
            b=np.array([device[link.b.device] for link in kept], np.int32),
            metric=np.array(metric, np.int64),
            capacity=np.array(capacity, np.float64),
            backup=np.array([link.backup for link in kept], np.bool_),
        )

    def followed_by(self, others: "Circuits") -> "Circuits":
        """Return these links and then the others."""
        return Circuits(
            a=np.concatenate((self.a, others.a)),
            b=np.concatenate((self.b, others.b)),
            metric=np.concatenate((self.metric, others.metric)),
            capacity=np.concatenate((self.capacity, others.capacity)),
            backup=np.concatenate((self.backup, others.backup)),
        )

    @cached_property
    def tail(self) -> Ints:
        """Device at which each arc begins; shape (2 m,)."""
        return np.column_stack((self.a, self.b)).ravel()

    @cached_property
    def head(self) -> Ints:
        """Device at which each arc ends; shape (2 m,)."""
        return np.column_stack((self.b, self.a)).ravel()


@dataclass(frozen=True, eq=False)
class Arrays:
    """Devices (n), links (m), sites (s) and risk groups (g) as columns.

    Attributes
    ----------
    devices, links, sites, groups : tuple of str
        Ids by number; `groups` are the risk groups that have members.
    site_of : array of int32, shape (n,)
        Site of each device.
    gateway : array of bool, shape (n,)
    circuits : Circuits
        The links, in columns.
    members : Rows
        Nodes (see above) of each risk group.
    """

    devices: tuple[str, ...]
    links: tuple[str, ...]
    sites: tuple[str, ...]
    groups: tuple[str, ...]
    site_of: Ints
    gateway: Bools
    circuits: Circuits
    members: Rows

    @classmethod
    def of(cls, inventory: Inventory) -> "Arrays":
        """Return `inventory` numbered and arranged, in O(n + m).

        Examples
        --------
        >>> from bellrock.model.inventory import Device, End, Site
        >>> pair = Inventory(
        ...     id="n", name="n", risk_groups={}, gateways=frozenset({"pe"}),
        ...     sites={name: Site(name, name, "school") for name in "xy"},
        ...     devices={"pe": Device("pe", "x"), "cpe": Device("cpe", "y")},
        ...     links={"tail": Link("tail", End("pe"), End("cpe"), metric_ba=7)},
        ... )
        >>> arrays = Arrays.of(pair)
        >>> arrays.circuits.head.tolist(), arrays.circuits.metric.tolist()
        ([1, 0], [10, 7])
        """
        devices, links = tuple(inventory.devices), tuple(inventory.links)
        number = {device: index for index, device in enumerate(devices)}
        site = {name: index for index, name in enumerate(inventory.sites)}
        found: dict[str, list[int]] = {}
        for index, device in enumerate(inventory.devices.values()):
            for group in device.risk_groups:
                found.setdefault(group, []).append(index)
        for index, link in enumerate(inventory.links.values(), start=len(devices)):
            for group in link.risk_groups:
                found.setdefault(group, []).append(index)
        arranged = inventory.devices.values()
        return cls(
            devices=devices,
            links=links,
            sites=tuple(inventory.sites),
            groups=tuple(found),
            site_of=np.array([site[device.site] for device in arranged], np.int32),
            gateway=np.array([d in inventory.gateways for d in devices], np.bool_),
            circuits=Circuits.of(inventory.links.values(), number),
            members=Rows.of(found.values()),
        )

    def with_links(self, added: Iterable[Link]) -> "Arrays":
        """Return the network with more links, numbered after those there are.

        Raises
        ------
        KeyError
            If an end of a link is not a device.
        """
        links = list(added)
        found = {group: self.members[i].tolist() for i, group in enumerate(self.groups)}
        nodes = enumerate(links, start=len(self.devices) + len(self.links))
        for node, link in nodes:
            for group in link.risk_groups:
                found.setdefault(group, []).append(node)
        return replace(
            self,
            links=(*self.links, *(link.id for link in links)),
            groups=tuple(found),
            members=Rows.of(found.values()),
            circuits=self.circuits.followed_by(Circuits.of(links, self.device_number)),
        )

    @cached_property
    def device_number(self) -> Mapping[str, int]:
        """Number of each device."""
        return {device: index for index, device in enumerate(self.devices)}

    @cached_property
    def link_number(self) -> Mapping[str, int]:
        """Number of each link."""
        return {link: index for index, link in enumerate(self.links)}

    @cached_property
    def site_number(self) -> Mapping[str, int]:
        """Number of each site."""
        return {site: index for index, site in enumerate(self.sites)}

    @cached_property
    def leaving(self) -> Rows:
        """Arcs that begin at each device."""
        return Rows.grouped(self.circuits.tail, len(self.devices))

    @cached_property
    def entering(self) -> Rows:
        """Arcs that end at each device."""
        return Rows.grouped(self.circuits.head, len(self.devices))

    @cached_property
    def devices_at(self) -> Rows:
        """Devices of each site."""
        return Rows.grouped(self.site_of, len(self.sites))
