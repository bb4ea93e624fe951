"""A network cut down to what decides whether one site is reached.

Each step leaves the share of time as it is. The graph is that in which links are nodes
as well as devices; the site and every set of roots are added as a node next to their
devices.
"""

from collections.abc import Iterable, Set
from typing import cast

import networkx as nx
import numpy as np

from topology.arrays import Rows
from topology.availability.faults import Asked
from topology.kernels.terms import Core

_SITE = -1
"""The site's node; the sets of roots follow as -2, -3 ..."""


def reduced(asked: Asked, site: int, never: Set[int]) -> Core:
    """Return what is left of the network where `site` is concerned.

    Parameters
    ----------
    never : set of int
        Elements that are taken never to fail.

    Notes
    -----
    What is on no way between the site and the roots goes first. Then, until nothing
    changes: a node that nothing takes down joins such a neighbour or, between two
    others, becomes an edge; elements that take the same nodes down become one; two
    nodes in a row become one; and so do two nodes side by side, if what they do not
    share is theirs alone.
    """
    faults = asked.faults
    web, members = faults.neighbours, faults.network.members
    near = {node: {*web[node].tolist()} for node in range(len(web.start) - 1)}
    _join(near, _SITE, faults.arrays.devices_at[site].tolist())
    ends = [_SITE]
    for r in range(len(asked.roots.start) - 1):
        ends.append(_SITE - 1 - r)
        _join(near, ends[-1], asked.roots[r].tolist())
    _keep_between(near, ends)
    core = _Core(near, ends)
    for element, share in enumerate(faults.down.tolist()):
        if element not in never:
            core.add_fault(near.keys() & set(members[element].tolist()), share)
    core.shrink()
    return core.arranged()


def _join(near: dict[int, set[int]], node: int, others: Iterable[int]) -> None:
    near[node] = set()
    for other in others:
        near[node].add(other)
        near[other].add(node)


def _drop(near: dict[int, set[int]], node: int) -> set[int]:
    others = near.pop(node)
    for other in others:
        near[other].discard(node)
    return others


def _keep_between(near: dict[int, set[int]], ends: list[int]) -> None:
    """Drop what is on no way from the first of `ends` to another."""
    loose = [n for n, others in near.items() if len(others) < 2 and n not in ends]
    for node in loose:  # grows while we go; cheaper than looking for blocks
        if node in near:
            others = _drop(near, node)
            loose += (n for n in others if len(near[n]) < 2 and n not in ends)
    graph: nx.Graph[int] = nx.Graph()
    graph.add_edges_from((a, b) for a, others in near.items() for b in others)
    graph.add_edges_from((ends[0], end) for end in ends[1:])
    kept = set(ends)
    # The stubs promise lists of sets where networkx yields sets.
    for block in cast("Iterable[set[int]]", nx.biconnected_components(graph)):
        if ends[0] in block and not block.isdisjoint(ends[1:]):
            kept |= block
    for node in near.keys() - kept:
        _drop(near, node)


def _either(one: float, other: float) -> float:
    """Return how often one of two independent things is down, or both."""
    return one + other - one * other


class _Core:
    """A graph with faults that shrinks.

    Attributes
    ----------
    own : dict of int to float
        Share of the time that each node is down by faults of its own.
    nodes : dict of int to set of int
        By number of a fault that takes several nodes down: which.
    down : dict of int to float
        By its number: for what share of the time.
    on : dict of int to set of int
        Numbers of the faults that take each node down together with others.
    """

    def __init__(self, near: dict[int, set[int]], ends: list[int]) -> None:
        self.near = near
        self.ends = ends
        # A target may be on the way to another; only where it is the last is it safe
        # to let it swallow its devices.
        self.swallow = ends if len(ends) == 2 else ends[:1]
        self.own = dict.fromkeys(near, 0.0)
        self.nodes: dict[int, set[int]] = {}
        self.down: dict[int, float] = {}
        self.on: dict[int, set[int]] = {node: set() for node in near}

    def add_fault(self, nodes: Set[int], down: float) -> None:
        """Add a fault that takes `nodes` down for the share `down` of the time."""
        if len(nodes) == 1:
            (node,) = nodes
            self.own[node] = _either(self.own[node], down)
        elif nodes:
            number = len(self.nodes)
            self.nodes[number], self.down[number] = set(nodes), down
            for node in nodes:
                self.on[node].add(number)

    def shrink(self) -> None:
        """Reduce until nothing changes."""
        self._merge_faults()
        while any([self._perfect(), self._in_a_row(), self._side_by_side()]):
            self._merge_faults()

    def arranged(self) -> Core:
        """Return it as the kernel takes it."""
        order = [*self.ends, *sorted(self.near.keys() - set(self.ends))]
        number = {node: index for index, node in enumerate(order)}
        faults = [(down, {node}) for node, down in self.own.items() if down > 0.0]
        faults += [(self.down[fault], nodes) for fault, nodes in self.nodes.items()]
        on: list[list[int]] = [[] for _ in order]
        for fault, (_, nodes) in enumerate(faults):
            for node in nodes:
                on[number[node]].append(fault)
        near = Rows.of(sorted(number[n] for n in self.near[node]) for node in order)
        by_node = Rows.of(on)
        down = np.array([share for share, _ in faults], np.float64)
        ways = (near.start, near.item, by_node.start, by_node.item)
        return Core(*ways, down, len(self.ends) - 1)

    def _inner(self) -> list[int]:
        return [node for node in self.near if node not in self.ends]

    def _forget(self, node: int) -> set[int]:
        """Take a node out of the graph and of all faults; return its neighbours."""
        del self.own[node]
        for fault in self.on.pop(node):
            self.nodes[fault].discard(node)
        return _drop(self.near, node)

    def _merge_faults(self) -> None:
        """Make those that take the same nodes down one, and a node's alone its own."""
        alike: dict[frozenset[int], int] = {}
        for fault, nodes in list(self.nodes.items()):
            first = alike.setdefault(frozenset(nodes), fault)
            if len(nodes) > 1 and first == fault:
                continue
            down = self.down.pop(fault)
            del self.nodes[fault]
            for node in nodes:
                self.on[node].discard(fault)
            if len(nodes) == 1:
                self.own[min(nodes)] = _either(self.own[min(nodes)], down)
            elif nodes:
                self.down[first] = _either(self.down[first], down)

    def _perfect(self) -> bool:
        """Join nodes that nothing takes down to neighbours, and drop dead ends."""
        changed = False
        for node in self._inner():
            others = self.near[node]
            if len(others) < 2:
                self._forget(node)
                changed = True
            elif self._never_down(node):
                alike = (n for n in others if n in self.swallow or self._never_down(n))
                into = next(alike, None)
                if into is not None:
                    self._connect(into, self._forget(node) - {into})
                    changed = True
                elif len(others) == 2:
                    one, other = self._forget(node)
                    self._connect(one, [other])
                    changed = True
        return changed

    def _never_down(self, node: int) -> bool:
        return node not in self.ends and self.own[node] == 0.0 and not self.on[node]

    def _connect(self, node: int, others: Iterable[int]) -> None:
        for other in others:
            self.near[node].add(other)
            self.near[other].add(node)

    def _in_a_row(self) -> bool:
        """Make two nodes one that can only be passed together."""
        changed = False
        for node in self._inner():
            while node in self.near and len(self.near[node]) == 2:
                following = [
                    n
                    for n in self.near[node]
                    if n not in self.ends and len(self.near[n]) == 2
                ]
                if not following:
                    break
                self._absorb(node, following[0])
                changed = True
        return changed

    def _absorb(self, node: int, other: int) -> None:
        """Make `other`, next to `node`, a part of it: both must be up."""
        self.own[node] = _either(self.own[node], self.own[other])
        for fault in self.on[other]:
            self.nodes[fault].add(node)
            self.on[node].add(fault)
        self._connect(node, self._forget(other) - {node})

    def _side_by_side(self) -> bool:
        """Make nodes one that have the same neighbours and the same shared faults."""
        alike: dict[tuple[frozenset[int], frozenset[int]], int] = {}
        changed = False
        for node in self._inner():
            key = frozenset(self.near[node]), frozenset(self.on[node])
            first = alike.setdefault(key, node)
            if first != node:
                self.own[first] *= self.own[node]
                self._forget(node)
                changed = True
        return changed
