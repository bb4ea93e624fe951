"""The routing matrix: which share of each demand every arc carries."""

from collections.abc import Iterable

import numpy as np
from scipy import sparse

from topology.arrays import Arrays, Floats, Ints
from topology.kernels.shares import core_shares, tree_shares
from topology.traffic.demands import Demands
from topology.traffic.fabric import Fabric
from topology.traffic.loads import crossing
from topology.traffic.standing import NOTHING


def shares(
    arrays: Arrays, demands: Demands, down: Iterable[str] = NOTHING
) -> sparse.csr_array:
    """Route a unit of each demand as `topology.traffic` does, with links `down`.

    Returns
    -------
    sparse.csr_array, shape (2 m, k)
        ``shares @ rate`` is what the loads of these demands would be. A demand that
        has no way has an empty column.

    Raises
    ------
    ValueError
        If a site of a demand has no device that is up.

    Notes
    -----
    O(t m log n) for t targets and, for each demand, one step for every device nearer to
    its target than its source.
    """
    fabric = Fabric.of(arrays, demands, down)
    if len(fabric.ends.rate) != len(demands):
        raise ValueError("a demand from or to a site without a device")
    arcs, size = 2 * len(arrays.links), len(demands)
    demand, routes = crossing(fabric)
    way = np.zeros(len(demand), np.int8)
    rows: list[Ints] = []
    columns: list[Ints] = []
    values: list[Floats] = []
    for plane, wiring in enumerate(fabric.planes, start=1):
        arc, which, share = core_shares(wiring, routes, plane, way, arcs)
        rows.append(arc)
        columns.append(demand[which])
        values.append(share)
    carried = np.append(demand[way > 0], np.flatnonzero(fabric.inner))
    arc, which = tree_shares(
        *(fabric.ends.source[carried], fabric.ends.target[carried]),
        *(fabric.forest, arrays.circuits.head),
    )
    rows.append(arc)
    columns.append(carried[which].astype(np.int32))
    values.append(np.ones(len(arc)))
    found = np.concatenate(values), (np.concatenate(rows), np.concatenate(columns))
    return sparse.csr_array(sparse.coo_array(found, shape=(arcs, size)))
