"""What traffic is routed over: the network that is up, arranged for the kernels.

Two things make it smaller than the network, and neither changes an answer. What is down
is left out. And trees are folded (`topology.kernels.fold`): a device with one way out
is no transit, so shortest paths are looked for among the others, the *core*, and
traffic takes the one way there is from a device to the root of its tree.

Links that are no backup are one graph, the first *plane*; all links that are up are
another, the second, which carries the demands that have no way in the first.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from topology.arrays import Arrays, Bools, Ints, Metrics
from topology.kernels.fold import NONE, Forest
from topology.kernels.spf import FAR, Wiring
from topology.traffic.demands import Demands
from topology.traffic.ends import Ends, folded
from topology.traffic.standing import NOTHING, Standing


@dataclass(frozen=True, eq=False)
class Fabric:
    """A network with its demands (k) and what is down, ready to be routed.

    Attributes
    ----------
    ends : Ends
        The demands, by device or site.
    core : array of int32, shape (n,)
        The node of each device in the core, -1 if it is down or in a tree.
    nodes : int
        How many nodes the core has, those of sites included.
    source, target : array of int32, shape (k,)
        The nodes between which the core carries each demand.
    planes : tuple of Wiring
        One, or two if a backup link is up. Arcs 2 m and above are those of sites.
    """

    arrays: Arrays
    standing: Standing
    forest: Forest
    ends: Ends
    core: Ints
    nodes: int
    source: Ints
    target: Ints
    planes: tuple[Wiring, ...]

    @classmethod
    def of(
        cls, arrays: Arrays, demands: Demands, down: Iterable[str] = NOTHING
    ) -> "Fabric":
        """Arrange a network, in O(n + m + k log k).

        Raises
        ------
        ValueError
            If a metric is not positive, or metrics are so large that a path's length
            is not exact.
        """
        _check(arrays)
        standing = Standing.of(arrays, down)
        forest, ends = folded(arrays, demands, standing)
        devices = len(arrays.devices)
        kept = standing.device & (forest.up == NONE)
        core = np.where(kept, np.cumsum(kept) - 1, NONE).astype(np.int32)
        count = int(kept.sum())
        of_sites = np.unique(np.concatenate((ends.source, ends.target)))
        of_sites = of_sites[of_sites >= devices]

        def node(ends: Ints) -> Ints:
            """Return the core's node of devices and of nodes of sites."""
            found = np.empty(len(ends), np.int32)
            real = ends < devices
            found[real] = core[forest.root[ends[real]]]
            found[~real] = count + np.searchsorted(of_sites, ends[~real])
            return found

        return cls(
            *(arrays, standing, forest, ends, core, count + len(of_sites)),
            source=node(ends.source),
            target=node(ends.target),
            planes=_planes(arrays, standing, core, of_sites - devices, count),
        )

    @property
    def inner(self) -> Bools:
        """Which demands stay in one tree, and so out of the core; shape (k,)."""
        # The two nodes of a site differ, so a site of several devices is never inner.
        return np.asarray(self.source == self.target)


def _planes(
    arrays: Arrays, standing: Standing, core: Ints, of_sites: Ints, first: int
) -> tuple[Wiring, ...]:
    """Wire the core: its own links, and those of the nodes of sites.

    Parameters
    ----------
    of_sites : array of int32
        Twice the site, and one more as it attracts; numbered from `first` on.
    """
    circuits = arrays.circuits
    tails, heads = [core[circuits.tail]], [core[circuits.head]]
    for node, (site, attracts) in enumerate(
        zip((of_sites // 2).tolist(), (of_sites % 2).tolist(), strict=True), first
    ):
        devices = arrays.devices_at[site]
        devices = core[devices[standing.device[devices]]]
        alone = np.full(len(devices), node, np.int32)
        tails.append(devices if attracts else alone)
        heads.append(alone if attracts else devices)
    tail, head = np.concatenate(tails), np.concatenate(heads)
    joins = len(tail) - len(circuits.tail)
    # Doubled, with one for the arcs of sites: no path grows longer than another by it.
    metric = np.concatenate((2 * circuits.metric, np.ones(joins, np.int64)))
    up = np.concatenate((np.repeat(standing.link, 2), np.ones(joins, np.bool_)))
    used = up & (tail != NONE) & (head != NONE)
    backup = np.concatenate((np.repeat(circuits.backup, 2), np.zeros(joins, np.bool_)))
    nodes = first + len(of_sites)
    graphs = [used & ~backup, used] if (used & backup).any() else [used]
    return tuple(_wiring(tail, head, metric, nodes, arcs) for arcs in graphs)


def _wiring(tail: Ints, head: Ints, metric: Metrics, nodes: int, used: Bools) -> Wiring:
    arcs = np.flatnonzero(used).astype(np.int32)

    def rows(ends: Ints) -> tuple[Ints, Ints]:
        order = np.argsort(ends[arcs], kind="stable")
        counts = np.bincount(ends[arcs], minlength=nodes)
        start = np.concatenate(([0], np.cumsum(counts))).astype(np.int32)
        return start, arcs[order]

    return Wiring(tail, head, metric, *rows(tail), *rows(head))


def _check(arrays: Arrays) -> None:
    metric = arrays.circuits.metric
    for arc in np.flatnonzero(metric <= 0)[:1].tolist():
        raise ValueError(
            f"link {arrays.links[arc // 2]}: a metric of {metric[arc]}; it must be 1 "
            "or more"
        )
    if metric.sum(dtype=np.float64) >= FAR / 4:
        raise ValueError("metrics so large that the lengths of paths are not exact")
