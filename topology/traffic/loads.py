"""What every link carries in one state of the network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topology.arrays import Arrays, Floats, Ints
from topology.kernels.route import Crossing, Paths, along_trees, route
from topology.traffic.demands import Demands
from topology.traffic.fabric import Fabric
from topology.traffic.standing import NOTHING


@dataclass(frozen=True, eq=False)
class Loads:
    """Traffic on every link (m), and what found no way.

    Attributes
    ----------
    load : array of float64, shape (2 m,)
        bit/s of each arc.
    unrouted : float
        bit/s of the demands that have no way, or whose site has no device up.
    """

    load: Floats
    unrouted: float


def loads(arrays: Arrays, demands: Demands, down: Iterable[str] = NOTHING) -> Loads:
    """Route demands over the links that are up.

    A demand enters at the up devices of its source site that reach the destination at
    the lowest total metric, in equal parts; the nearest device of the destination
    site attracts it. At each device it splits equally over the arcs of its shortest
    paths, parallel arcs counted each (ECMP). Backup links carry only the demands that
    have no other way. A demand of a site to itself loads nothing.

    Parameters
    ----------
    arrays : Arrays
        The declared network.
    demands : Demands
        Between its sites.
    down : iterable of str
        Devices, links, sites and risk groups that are down; other ids are ignored.

    Raises
    ------
    ValueError
        If a metric is not positive, or metrics are so large that a path's length is
        not exact.

    Notes
    -----
    O(t (m + n log n)) for t targets, devices with one way out not counted (they are
    folded; see `topology.traffic.fabric`).
    """
    fabric = Fabric.of(arrays, demands, down)
    demand, routes = crossing(fabric)
    planes = [room(1, fabric)] * len(fabric.planes)
    load, way = routed(fabric, routes, planes)
    add_trees(fabric, np.append(demand[way > 0], np.flatnonzero(fabric.inner)), load)
    lost = fabric.ends.lost + float(fabric.ends.rate[demand[way == 0]].sum())
    return Loads(load[: 2 * len(arrays.links)], lost)


def crossing(fabric: Fabric) -> tuple[Ints, Crossing]:
    """Sort the demands of a fabric that are not `Fabric.inner`, by target and source.

    Returns
    -------
    demand : array of int32, shape (k,)
        Which of the fabric's demands each is.
    crossing : Crossing
    """
    chosen = np.flatnonzero(~fabric.inner)
    order = np.lexsort((fabric.source[chosen], fabric.target[chosen]))
    demand = chosen[order].astype(np.int32)
    targets, start = np.unique(fabric.target[demand], return_index=True)
    found = Crossing(
        targets=targets,
        start=np.append(start, len(demand)).astype(np.int32),
        source=fabric.source[demand],
        rate=fabric.ends.rate[demand],
    )
    return demand, found


def room(rows: int, fabric: Fabric) -> Paths:
    """Make room for the shortest paths to `rows` targets."""
    shape = (rows, fabric.nodes)
    return Paths(np.empty(shape, np.int64), np.empty(shape, np.int32), np.empty(shape))


def routed(
    fabric: Fabric, crossing: Crossing, planes: Sequence[Paths]
) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Route the demands of a fabric over its core.

    Parameters
    ----------
    planes : sequence of Paths
        One for each of the fabric's, to be written.

    Returns
    -------
    load : array of float64, shape (arcs,)
        bit/s of each arc, those of sites too, and without the trees'.
    way : array of int8, shape (k,)
        The plane (from 1 on) that carries each demand; 0 for none.
    """
    load = np.zeros(len(fabric.planes[0].tail))
    way = np.zeros(len(crossing.rate), np.int8)
    both = zip(fabric.planes, planes, strict=True)
    for number, (wiring, paths) in enumerate(both, start=1):
        route(wiring, crossing, number, paths, way, load)
    return load, way


def add_trees(fabric: Fabric, carried: Ints, load: Floats) -> None:
    """Add to `load` what the fabric's demands `carried` put on the trees."""
    source, target = fabric.ends.source[carried], fabric.ends.target[carried]
    rate, head = fabric.ends.rate[carried], fabric.arrays.circuits.head
    along_trees(source, target, rate, fabric.forest, head, load)
