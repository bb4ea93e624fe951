"""A network's traffic as it is, from which failures are worked out as differences."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topology.arrays import Arrays, Floats, Ints, Rows
from topology.kernels.broken import Net
from topology.kernels.failure import Plane, Targets
from topology.kernels.fold import NONE
from topology.kernels.losing import Branches, Carried, Climb
from topology.kernels.route import Bytes, Crossing, Paths
from topology.kernels.spf import Wiring
from topology.kernels.sweep import Swept, after, sweep, users
from topology.traffic.demands import Demands
from topology.traffic.elements import Elements
from topology.traffic.fabric import Fabric
from topology.traffic.loads import Loads, add_trees, crossing, room, routed
from topology.traffic.standing import NOTHING

LARGEST = 1 << 33
"""Bytes that a study may take for its paths."""


class TooLargeError(ValueError):
    """A study would take more memory than it may; the text says how much."""


@dataclass(frozen=True, eq=False)
class Study:
    """Every demand routed in one state of a network, ready for what fails next.

    Attributes
    ----------
    arrays : Arrays
    elements : Elements
        What can fail.
    alive : array of int32
        The elements that have a member that is up.
    distinct : array of int32
        Those but sites and risk groups of one member, which fail as it does.
    base : Loads
        What the links carry before anything else fails.
    """

    arrays: Arrays
    elements: Elements
    alive: Ints
    distinct: Ints
    base: Loads
    _net: Net
    _climb: Climb
    _branches: Branches
    _carried: Carried
    _targets: Targets
    _planes: tuple[Plane, ...]
    _load: Floats

    @classmethod
    def of(
        cls, arrays: Arrays, demands: Demands, down: Iterable[str] = NOTHING
    ) -> "Study":
        """Route `demands` with `down` down; parameters and errors as `loads`.

        Raises
        ------
        TooLargeError
            If the paths to all targets would take more than 8 GiB.

        Notes
        -----
        Takes 20 bytes for each target and device, devices that hang on a single link
        not counted, and as much again if backup links are up.
        """
        fabric = Fabric.of(arrays, demands, down)
        demand, routes = crossing(fabric)
        _fits(len(routes.targets), fabric)
        planes = [room(len(routes.targets), fabric) for _ in fabric.planes]
        load, way = routed(fabric, routes, planes)
        inner = np.flatnonzero(fabric.inner).astype(np.int32)
        add_trees(fabric, np.append(demand[way > 0], inner), load)
        lost = fabric.ends.lost + float(routes.rate[way == 0].sum())
        elements = Elements.of(arrays)
        standing = fabric.standing
        up = np.concatenate((standing.device, standing.link))
        sizes = np.diff(elements.members.start)
        element = np.repeat(np.arange(len(sizes)), sizes)
        alive = np.unique(element[up[elements.members.item]]).astype(np.int32)
        single = (alive >= len(up)) & (sizes[alive] == 1)
        return cls(
            arrays=arrays,
            elements=elements,
            alive=alive,
            distinct=alive[~single],
            base=Loads(load[: 2 * len(arrays.links)], lost),
            _net=_net(fabric, up),
            _climb=Climb(
                up=fabric.forest.up,
                depth=fabric.forest.depth,
                root=fabric.forest.root,
                head=arrays.circuits.head,
            ),
            _branches=_branches(fabric, np.append(demand, inner), len(demand)),
            _carried=Carried(
                source=fabric.ends.source[np.append(demand, inner)],
                target=fabric.ends.target[np.append(demand, inner)],
                rate=fabric.ends.rate[np.append(demand, inner)],
                way=np.append(way, np.ones(len(inner), np.int8)),
                row=_rows(routes),
            ),
            _targets=_targets(fabric, routes, way),
            _planes=tuple(map(_plane, fabric.planes, planes)),
            _load=load,
        )

    def after(self, failed: Iterable[str]) -> Loads:
        """Return the loads when elements fail together on top of what is down.

        Raises
        ------
        KeyError
            If an id is not one of `elements`.
        """
        number, members = self.elements.number, self.elements.members
        chosen = [members[number[element]] for element in failed]
        load, lost = after(
            np.concatenate([np.empty(0, np.int32), *chosen]),
            *(self._net, self._climb, self._branches, self._carried, self._targets),
            *(self._planes[0], self._planes[-1], len(self._planes) > 1, self._load),
        )
        # What is left of a difference where all was taken away is no traffic.
        load = np.maximum(load[: len(self.base.load)], 0.0)
        return Loads(load, self.base.unrouted + lost)

    def sweep(self, failures: npt.NDArray[np.int32]) -> Swept:
        """Let each of `failures` happen to the network as it is now.

        Parameters
        ----------
        failures : array of int32, shape (f, width)
            Numbers of the elements that fail together.
        """
        capacity = self.arrays.circuits.capacity
        known = np.flatnonzero(~np.isnan(capacity))
        used = self.base.load[known] / capacity[known]
        fullest = known[np.argsort(-used, kind="stable")].astype(np.int32)
        members = self.elements.members
        return sweep(
            self._net,
            self._climb,
            self._branches,
            self._carried,
            self._targets,
            self._planes[0],
            self._planes[-1],
            len(self._planes) > 1,
            self._load,
            capacity,
            fullest,
            members.start,
            members.item,
            np.ascontiguousarray(failures),
        )


def _fits(targets: int, fabric: Fabric) -> None:
    size = 20 * targets * fabric.nodes * len(fabric.planes)
    if size > LARGEST:
        raise TooLargeError(
            f"the paths from {fabric.nodes:,} devices to {targets:,} of them take "
            f"{size / 1e9:,.0f} GB; it may be {LARGEST / 1e9:,.0f}"
        )


def _net(fabric: Fabric, up: npt.NDArray[np.bool_]) -> Net:
    """Arrange what fails with each device: both arcs of its links, its site's arcs."""
    arrays, wiring = fabric.arrays, fabric.planes[-1]
    devices, real = len(arrays.devices), 2 * len(arrays.links)
    arc = np.flatnonzero(np.repeat(up[devices:], 2))
    at_node = np.full(fabric.nodes, NONE, np.int32)
    own = np.flatnonzero(fabric.core != NONE)
    at_node[fabric.core[own]] = own
    joins = np.arange(real, len(wiring.tail))
    ends = np.maximum(at_node[wiring.tail[joins]], at_node[wiring.head[joins]])
    device = np.concatenate(
        (arrays.circuits.tail[arc], arrays.circuits.head[arc], ends)
    )
    rows = Rows.grouped(device, devices)
    arcs = np.concatenate((arc, arc, joins)).astype(np.int32)
    return Net(up, rows.start, arcs[rows.item], fabric.core)


def _plane(wiring: Wiring, paths: Paths) -> Plane:
    inside = np.zeros(len(wiring.tail), np.bool_)
    inside[wiring.out_arc] = True
    return Plane(wiring, inside, paths, *users(wiring, paths.distance, paths.flow))


def _rows(routes: Crossing) -> Ints:
    """Return the target of each demand that crosses the core, by number."""
    rows = np.arange(len(routes.targets), dtype=np.int32)
    return np.repeat(rows, np.diff(routes.start))


def _targets(fabric: Fabric, routes: Crossing, way: Bytes) -> Targets:
    rows = len(routes.targets)
    row_at = np.full(fabric.nodes, NONE, np.int32)
    row_at[routes.targets] = np.arange(rows)
    return Targets(
        node=routes.targets,
        start=routes.start,
        source=routes.source,
        row_at=row_at,
        second=np.bincount(_rows(routes)[way > 1], minlength=rows) > 0,
    )


def _branches(fabric: Fabric, demand: Ints, count: int) -> Branches:
    """Arrange what hangs on what; the first `count` demands cross the core."""
    devices, forest = len(fabric.arrays.devices), fabric.forest
    source, target = fabric.ends.source[demand], fabric.ends.target[demand]
    inner, every = np.arange(count, len(demand)), np.arange(len(demand))
    leaving = _by_device(source, every, devices)
    entering = _by_device(target, every, devices)
    meeting = _by_device(_meeting(fabric, source[inner], target[inner]), inner, devices)
    under = np.full(len(fabric.arrays.links), NONE, np.int32)
    hanging = np.flatnonzero(forest.up != NONE)
    under[forest.up[hanging] // 2] = hanging
    return Branches(
        first=forest.first,
        last=forest.last,
        at=forest.at,
        under=under,
        from_start=leaving.start,
        from_demand=leaving.item,
        to_start=entering.start,
        to_demand=entering.item,
        meet_start=meeting.start,
        meet_demand=meeting.item,
    )


def _by_device(end: Ints, demand: "npt.NDArray[np.int64]", devices: int) -> Rows:
    """Put demands into the row of the device at their `end`; sites' are in none."""
    real = end < devices
    rows = Rows.grouped(end[real], devices)
    return Rows(rows.start, demand[real][rows.item].astype(np.int32))


def _meeting(fabric: Fabric, source: Ints, target: Ints) -> Ints:
    """Return the device nearest to the root on the way of each inner demand."""
    forest, head = fabric.forest, fabric.arrays.circuits.head
    one, other = source.copy(), target.copy()
    while (apart := one != other).any():
        climbs = apart & (forest.depth[one] >= forest.depth[other])
        one[climbs] = head[forest.up[one[climbs]]]
        apart &= ~climbs
        other[apart] = head[forest.up[other[apart]]]
    return one
