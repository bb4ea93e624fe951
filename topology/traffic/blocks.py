"""A network's traffic as the kernels take it, towards one block of targets at a time.

The shortest paths to all targets of a large network would not fit into memory, and need
not: what flows to one target has nothing to do with what flows to another.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from topology.arrays import Floats, Ints, Rows
from topology.kernels.broken import Net
from topology.kernels.fold import NONE
from topology.kernels.route import Bytes, Crossing, Paths
from topology.kernels.spf import Wiring
from topology.kernels.traffic import (
    FIRST,
    Branches,
    Carried,
    Climb,
    Plane,
    Targets,
    Traffic,
    users,
)
from topology.traffic.fabric import Fabric
from topology.traffic.loads import add_trees, crossing, room, routed


@dataclass(frozen=True, eq=False)
class Blocks:
    """The traffic of a fabric, by blocks of targets.

    Attributes
    ----------
    load : array of float64, shape (arcs,)
        bit/s on each arc, those of sites' nodes too.
    unrouted : float
        bit/s of the demands that have no way.
    size : int
        Targets a block.
    """

    load: Floats
    unrouted: float
    size: int
    _fabric: Fabric
    _routes: Crossing
    _way: Bytes
    _net: Net
    _climb: Climb
    _branches: Branches
    _carried: Carried
    _whole: Traffic | None

    @classmethod
    def of(cls, fabric: Fabric, most: int) -> "Blocks":
        """Route the demands, with as many targets a block as `most` bytes are for.

        Paths that make a single block are kept; those of several are worked out anew
        for each round.
        """
        demand, routes = crossing(fabric)
        targets = len(routes.targets)
        size = max(1, most // max(1, _bytes(fabric)))
        rows = targets if targets <= size else 1
        planes = [room(rows, fabric) for _ in fabric.planes]
        load, way = routed(fabric, routes, planes)
        inner = np.flatnonzero(fabric.inner).astype(np.int32)
        add_trees(fabric, np.append(demand[way > 0], inner), load)
        every = np.append(demand, inner)
        ends, forest = fabric.ends, fabric.forest
        found = cls(
            load=load,
            unrouted=ends.lost + float(routes.rate[way == 0].sum()),
            size=size,
            _fabric=fabric,
            _routes=routes,
            _way=way,
            _net=_net(fabric),
            _climb=Climb(
                up=forest.up,
                depth=forest.depth,
                root=forest.root,
                head=fabric.arrays.circuits.head,
            ),
            _branches=_branches(fabric, every, len(demand)),
            _carried=Carried(
                source=ends.source[every],
                target=ends.target[every],
                rate=ends.rate[every],
                way=np.append(way, np.ones(len(inner), np.int8)),
                row=np.append(_rows(routes), np.full(len(inner), NONE, np.int32)),
            ),
            _whole=None,
        )
        if targets > size:
            return found
        return replace(found, _whole=found._towards(0, targets, planes))

    def __len__(self) -> int:
        """Return how many blocks there are, one at least."""
        return max(1, -(-len(self._routes.targets) // self.size))

    def __iter__(self) -> Iterator[Traffic]:
        """Yield the blocks in order; each is overwritten by the next."""
        if self._whole is not None:
            yield self._whole
            return
        fabric, targets = self._fabric, len(self._routes.targets)
        planes = [room(self.size, fabric) for _ in fabric.planes]
        for low in range(0, targets, self.size):
            high = min(low + self.size, targets)
            fitting = [_rows_of(each, high - low) for each in planes]
            routed(fabric, _part(self._routes, low, high), fitting)
            yield self._towards(low, high, fitting)

    def _towards(self, low: int, high: int, planes: list[Paths]) -> Traffic:
        """Arrange what goes to a range of the targets."""
        wired = [*map(_plane, self._fabric.planes, planes)]
        return Traffic(
            net=self._net,
            climb=self._climb,
            branches=self._branches,
            carried=self._carried,
            targets=_targets(self._fabric, self._routes, self._way, low, high),
            first=wired[0],
            second=wired[-1],
            backed=len(wired) > 1,
        )


def _bytes(fabric: Fabric) -> int:
    """Return what the paths to one target take, at most."""
    # Distance, ways and flow of each node; the target's number on each arc, where the
    # numbers of the block before may not be gone yet.
    return sum(20 * fabric.nodes + 8 * len(wiring.out_arc) for wiring in fabric.planes)


def _rows_of(paths: Paths, rows: int) -> Paths:
    """Return the first rows."""
    return Paths(paths.distance[:rows], paths.ways[:rows], paths.flow[:rows])


def _part(routes: Crossing, low: int, high: int) -> Crossing:
    """Return the demands to a range of the targets."""
    first, last = routes.start[low], routes.start[high]
    return Crossing(
        targets=routes.targets[low:high],
        start=routes.start[low : high + 1] - first,
        source=routes.source[first:last],
        rate=routes.rate[first:last],
    )


def _net(fabric: Fabric) -> Net:
    """Arrange what fails with each device: both arcs of its links, its site's arcs."""
    arrays, wiring = fabric.arrays, fabric.planes[-1]
    up = np.concatenate((fabric.standing.device, fabric.standing.link))
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


def _targets(
    fabric: Fabric, routes: Crossing, way: Bytes, low: int, high: int
) -> Targets:
    node = routes.targets[low:high]
    row_at = np.full(fabric.nodes, NONE, np.int32)
    row_at[node] = np.arange(high - low)
    start = routes.start[low : high + 1]
    over = np.flatnonzero(way[start[0] : start[-1]] > FIRST) + start[0]
    second = np.zeros(high - low, np.bool_)
    second[np.searchsorted(start, over, side="right") - 1] = True
    return Targets(
        node=node,
        start=start,
        source=routes.source,
        row_at=row_at,
        second=second,
        before=low,
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
