"""What lies on a way between a site and its roots, for one site after the other.

A node does if it is in a block (a biconnected component) that one passes between them
in the tree of blocks and the nodes they share. That tree is the same for all sites, and
much the largest part of the work.
"""

from collections import deque
from collections.abc import Iterable
from typing import cast

import networkx as nx

from topology.arrays import Rows

ROOTS = -2
"""The node of the first set of roots, next to all of them; others are -3, -4 ..."""


class Ways:
    """The ways from anywhere to each set of roots.

    Parameters
    ----------
    near : Rows
        Neighbours of each node (see `topology.web`).
    roots : Rows
        Sets of nodes.

    Notes
    -----
    O(nodes and edges) for each set of roots to begin with; then O(what is answered).
    """

    def __init__(self, near: Rows, roots: Rows) -> None:
        graph: nx.Graph[int] = nx.Graph()
        for node in range(len(near.start) - 1):
            graph.add_edges_from((node, other) for other in near[node].tolist())
        self.ends = [ROOTS - r for r in range(len(roots.start) - 1)]
        for r, end in enumerate(self.ends):
            graph.add_node(end)
            graph.add_edges_from((end, root) for root in roots[r].tolist())
        # The stubs promise lists of sets where networkx yields sets.
        found = cast("Iterable[set[int]]", nx.biconnected_components(graph))
        self._blocks = [*found]
        self._of: dict[int, list[int]] = {}
        for number, block in enumerate(self._blocks):
            for node in block:
                self._of.setdefault(node, []).append(number)
        self._towards = [self._tree(end) for end in self.ends]

    def _tree(self, end: int) -> "tuple[dict[int, int], dict[int, int]]":
        """Return the block that leads from each node to `end`, and where it is left."""
        block_of: dict[int, int] = {}
        left_at: dict[int, int] = {}
        waiting = deque([end])
        while waiting:
            node = waiting.popleft()
            for block in self._of.get(node, ()):
                if block in left_at:
                    continue
                left_at[block] = node
                for other in self._blocks[block]:
                    if other != node:
                        block_of[other] = block
                        waiting.append(other)
        return block_of, left_at

    def between(self, devices: Iterable[int]) -> set[int]:
        """Return the nodes on ways between some of `devices` and some set of roots.

        The nodes of the sets of roots are among them where a way leads there.
        """
        starts = [*devices]
        passed: set[int] = set()
        for end, (block_of, left_at) in zip(self.ends, self._towards, strict=True):
            seen: set[int] = set()
            for start in starts:
                node = start
                while node != end and node in block_of:
                    block = block_of[node]
                    if block in seen:
                        break
                    seen.add(block)
                    node = left_at[block]
            passed |= seen
        return set().union(*(self._blocks[block] for block in passed))
