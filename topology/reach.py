"""Who is reached from a set of devices, and what every failure would change.

One question, asked of the gateways (which sites are cut off?) and of the hosts of a
service (which sites lose it?). Single elements are answered by one dominator tree
for all of them at once, sets of elements by looking again only where the set stands
in the way.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import cached_property, reduce
from typing import cast

import networkx as nx

from topology.graph import Layout

ROOT = ""
"""The virtual root that stands before the roots: no element has an empty id."""


class Blocks:
    """A graph cut into its biconnected components, from which dominators follow.

    A node dominates another if it lies on every path from the roots to it.

    Notes
    -----
    In an undirected graph the immediate dominator of a node is the node by which its
    block (biconnected component) is entered from the root, so a depth-first search
    gives the dominator tree in linear time, and one search serves every set of roots:
    joining several roots to a virtual one merges the blocks between them and changes
    nothing elsewhere. `networkx.immediate_dominators` (Cooper, Harvey and Kennedy
    2006) gives the same tree, which the tests check, but goes over the whole graph
    once for every step a change has to travel around a ring.
    """

    def __init__(self, graph: "nx.Graph[str]") -> None:
        # Plain dictionaries: going through the graph's views takes twice as long.
        self.neighbours: Mapping[str, Mapping[str, object]] = dict(graph.adjacency())
        # The stubs promise lists of sets where networkx yields sets.
        blocks = cast("Iterable[set[str]]", nx.biconnected_components(graph))
        self._blocks = list(blocks)
        self._of: defaultdict[str, list[int]] = defaultdict(list)
        for index, block in enumerate(self._blocks):
            for node in block:
                self._of[node].append(index)

    def dominators(self, roots: Iterable[str]) -> dict[str, str]:
        """Map each node reached from `roots` to its immediate dominator.

        Returns
        -------
        dict of str to str
            `ROOT` for nodes that no other node dominates. Dominators come before
            what they dominate. Roots that are not in the graph are ignored.

        Examples
        --------
        >>> ring = nx.Graph([("pe", "p1"), ("p1", "p2"), ("p2", "pe"), ("pe", "cpe")])
        >>> Blocks(ring).dominators(["p1", "p2"])["cpe"]
        'pe'
        """
        present = [root for root in roots if root in self.neighbours]
        order: list[str] = []
        within: dict[str, int | None] = {}
        entered_by: dict[int, str] = {}
        for root in present:
            if root not in within:
                within[root] = None
                order += self._walk(root, within, entered_by)

        merged: set[int] = set()
        for root in present:
            block = within[root]
            while block is not None and block not in merged:
                merged.add(block)
                block = within[entered_by[block]]

        above: dict[str, str] = {}
        for node in order:
            block = within[node]
            if block is None or block in merged:
                above[node] = ROOT
            else:
                above[node] = entered_by[block]
        return above

    def _walk(
        self, root: str, within: dict[str, int | None], entered_by: dict[int, str]
    ) -> list[str]:
        """Visit blocks outwards from `root`, noting by which node each is entered."""
        found = [root]
        for node in found:  # grows while we go: a breadth-first search
            for block in self._of[node]:
                if block in entered_by:
                    continue
                entered_by[block] = node
                for other in self._blocks[block]:
                    if other != node:
                        within[other] = block
                        found.append(other)
        return found


class Reach:
    """The user sites reached from some devices, and what stands in between.

    A site is reached if any of its devices is; its devices are joined only by links.
    """

    def __init__(self, layout: Layout, blocks: Blocks, roots: Set[str]) -> None:
        self._layout = layout
        self._neighbours = blocks.neighbours
        self._roots = roots
        self._above: Mapping[str, str] = blocks.dominators(roots)
        self._depth = {ROOT: 0}
        for node, dominator in self._above.items():
            self._depth[node] = self._depth[dominator] + 1
        self._last: dict[str, str] = {}
        for site in layout.user_sites:
            reached = [d for d in layout.devices[site] if d in self._above]
            if reached:
                self._last[site] = reduce(self._nearest_common, reached)

    @property
    def sites(self) -> Set[str]:
        """User sites that are reached."""
        return self._last.keys()

    def __contains__(self, element: object) -> bool:
        """Whether the device or link is reached."""
        return element in self._above

    def dominators(self, element: str) -> Iterator[str]:
        """Yield the element itself and all devices and links on every path to it."""
        while element != ROOT:
            yield element
            element = self._above[element]

    def separators(self, site: str) -> Iterator[str]:
        """Yield the devices and links that lie on every path to a reached site."""
        return self.dominators(self._last[site])

    def lost_with(self, members: Set[str]) -> set[str]:
        """Return the user sites no longer reached if `members` all fail together.

        Parameters
        ----------
        members : set of str
            Ids of devices and links; those not reached now change nothing.

        Notes
        -----
        Only what the spanning tree reaches through `members` can be lost, so only
        that part is searched again, from its edge with the rest.
        """
        failed = [member for member in members if member in self._above]
        behind = list(failed)
        for node in behind:  # grows while we go, as below
            behind += (n for n in self._children[node] if n not in members)
        cut = set(behind)

        # What neighbours a reached node is reached, so outside `cut` means safe.
        rescued = [
            node
            for node in behind[len(failed) :]
            if not cut.issuperset(self._neighbours[node])
        ]
        cut.difference_update(rescued)
        for node in rescued:
            found = cut.intersection(self._neighbours[node]) - members
            cut -= found
            rescued += found
        return self._sites_within(cut)

    def _sites_within(self, cut: Set[str]) -> set[str]:
        """Return the reached user sites of which no reached device is outside `cut`."""
        premises, devices = self._layout.premises, self._layout.devices
        touched = {premises[node] for node in cut if node in premises}
        return {
            site
            for site in touched & self._last.keys()
            if not any(d in self._above and d not in cut for d in devices[site])
        }

    @cached_property
    def _children(self) -> defaultdict[str, list[str]]:
        """A breadth-first spanning tree, from each node to those found from it."""
        children: defaultdict[str, list[str]] = defaultdict(list)
        queue = [root for root in self._roots if root in self._neighbours]
        seen = set(queue)
        for node in queue:
            found = [n for n in self._neighbours[node] if n not in seen]
            seen.update(found)
            queue += found
            children[node] = found
        return children

    def _nearest_common(self, one: str, other: str) -> str:
        """Return the last element that lies on every path to both."""
        while one != other:
            if self._depth[one] < self._depth[other]:
                one, other = other, one
            one = self._above[one]
        return one
