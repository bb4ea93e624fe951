"""A network cut down to what decides whether one site is reached.

Each step leaves the share of time as it is. The graph is that in which links are nodes
as well as devices; the site and every set of roots are added as a node next to their
devices.

What is on no way between the site and the roots goes first. Then, until nothing
changes: a node that nothing takes down joins such a neighbour or, between two others,
becomes an edge; elements that take the same nodes down become one; two nodes in a row
become one; and so do two nodes side by side, if what they do not share is theirs alone.

None of that looks further than a node's neighbours and what takes it down, so most of
it comes out the same for all sites. It is done for many of them at once, with only the
nodes left alone that any of them treats in its own way: its devices, and what elements
take down that one of them takes never to fail. Then it is done for each, to the end.
"""

from collections.abc import Iterable, Set
from hashlib import blake2b

import numpy as np

from topology.arrays import Rows
from topology.availability.faults import Asked
from topology.kernels.terms import Core, sum_cases

AT_ONCE = 128
"""Sites that share a network cut down in part."""

_SITE = -1
"""The site's node; those of the sets of roots follow (`topology.availability.ways`)."""


class Cores:
    """What is left of the network, for one site after the other.

    Parameters
    ----------
    single : Rows
        Elements that cut each site off alone.
    """

    def __init__(self, asked: Asked, single: Rows) -> None:
        self._asked = asked
        self._single = single
        self._place = {site: place for place, site in enumerate(asked.sites)}
        self._batch = -1
        self._held: list[int] = []
        self._shared = _Core({}, [])
        self._summed: dict[tuple[bytes, float, int], tuple[float, float, int]] = {}

    def summed(self, core: Core, least: float, most: int) -> tuple[float, float, int]:
        """Return what `sum_cases` does, once for all sites that it is the same for.

        Many have the same left: those behind one exchange, and a site with and without
        its own equipment.
        """
        # Of thousands of cores no more than that is kept.
        digest = blake2b(digest_size=16)
        for part in (*core[:-1], np.array([core.targets])):
            digest.update(np.array([len(part)]).tobytes() + part.tobytes())
        key = digest.digest(), least, most
        if key not in self._summed:
            self._summed[key] = sum_cases(core, least, most)
        return self._summed[key]

    def of(self, site: int, never: Set[int]) -> Core:
        """Return what is left where `site`, one that is asked about, is concerned.

        Parameters
        ----------
        never : set of int
            Elements that are taken never to fail: of the site itself, those that lie
            on its premises and those that cut it off alone.

        Notes
        -----
        Quickest for sites in ascending order.
        """
        batch = self._place[site] // AT_ONCE
        if batch != self._batch:
            sites = self._asked.sites[batch * AT_ONCE : (batch + 1) * AT_ONCE]
            self._share(sites)
            self._batch = batch
        core = self._shared.copy()
        core.begin_at(self._asked.faults.arrays.devices_at[site].tolist())
        for element in self._held:
            if element not in never:
                self._add(core, element)
        core.shrink()
        return core.arranged()

    def _share(self, sites: list[int]) -> None:
        """Cut the network down as far as it is the same for all of `sites`."""
        asked, faults = self._asked, self._asked.faults
        at, premises = faults.arrays.devices_at, faults.network.premises
        devices = [device for site in sites for device in at[site].tolist()]
        kept = asked.ways.between(devices)
        near = {
            node: kept.intersection(faults.neighbours[node].tolist())
            for node in kept
            if node >= 0
        }
        for r, end in enumerate(asked.ways.ends):
            _join(near, end, kept.intersection(asked.roots[r].tolist()))
        held = set(np.flatnonzero(np.isin(premises, sites)).tolist())
        held |= {element for site in sites for element in self._single[site].tolist()}
        members = faults.network.members
        alone = {node for element in held for node in members[element].tolist()}
        core = _Core(near, asked.ways.ends, near.keys() & alone.union(devices))
        for element in sorted(_elements(asked, near.keys()) - held):
            self._add(core, element)
        core.shrink()
        self._held, self._shared = sorted(held), core

    def _add(self, core: "_Core", element: int) -> None:
        faults = self._asked.faults
        inside = core.near.keys() & set(faults.network.members[element].tolist())
        core.add_fault(inside, float(faults.down[element]))


def _elements(asked: Asked, nodes: Iterable[int]) -> set[int]:
    """Return the elements that take some of `nodes` down."""
    of = asked.faults.of_node
    return {int(each) for node in nodes if node >= 0 for each in of[node]}


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


def _either(one: float, other: float) -> float:
    """Return how often one of two independent things is down, or both."""
    return one + other - one * other


class _Core:
    """A graph with faults that shrinks.

    Parameters
    ----------
    targets : list of int
        The nodes of the sets of roots.
    left : set of int
        Nodes that are left alone.

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

    def __init__(
        self,
        near: dict[int, set[int]],
        targets: list[int],
        left: Set[int] = frozenset(),
    ) -> None:
        self.near = near
        self.targets = targets
        self.ends = {*targets, *left}
        # A target may be on the way to another; only where it is the last is it safe
        # to let it swallow its devices.
        self.swallow = {*targets} if len(targets) == 1 else set()
        self.faults = 0
        self.own = dict.fromkeys(near, 0.0)
        self.nodes: dict[int, set[int]] = {}
        self.down: dict[int, float] = {}
        self.on: dict[int, set[int]] = {node: set() for node in near}

    def copy(self) -> "_Core":
        """Return another that may change while this does not."""
        near = {node: set(others) for node, others in self.near.items()}
        other = _Core(near, self.targets, self.ends)
        other.faults = self.faults
        other.own = dict(self.own)
        other.nodes = {fault: set(nodes) for fault, nodes in self.nodes.items()}
        other.down = dict(self.down)
        other.on = {node: set(faults) for node, faults in self.on.items()}
        return other

    def begin_at(self, devices: Iterable[int]) -> None:
        """Add the site next to its `devices`, and leave nothing else alone any more."""
        _join(self.near, _SITE, [each for each in devices if each in self.near])
        self.own[_SITE], self.on[_SITE] = 0.0, set()
        self.ends = {_SITE, *self.targets}
        self.swallow = {*self.swallow, _SITE}

    def add_fault(self, nodes: Set[int], down: float) -> None:
        """Add a fault that takes `nodes` down for the share `down` of the time."""
        if len(nodes) == 1:
            (node,) = nodes
            self.own[node] = _either(self.own[node], down)
        elif nodes:
            number, self.faults = self.faults, self.faults + 1
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
        first = [_SITE, *self.targets]
        order = [*first, *sorted(self.near.keys() - set(first))]
        number = {node: index for index, node in enumerate(order)}
        faults = [(down, {node}) for node, down in self.own.items() if down > 0.0]
        faults += [(self.down[fault], nodes) for fault, nodes in self.nodes.items()]
        # In an order of their own, so that the same comes out as the same.
        faults.sort(key=lambda fault: (sorted(number[n] for n in fault[1]), fault[0]))
        on: list[list[int]] = [[] for _ in order]
        for fault, (_, nodes) in enumerate(faults):
            for node in nodes:
                on[number[node]].append(fault)
        near = Rows.of(sorted(number[n] for n in self.near[node]) for node in order)
        by_node = Rows.of(on)
        down = np.array([share for share, _ in faults], np.float64)
        ways = (near.start, near.item, by_node.start, by_node.item)
        return Core(*ways, down, len(self.targets))

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
