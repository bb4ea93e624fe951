"""What hangs on what: a spanning tree, and what is lost with some of its nodes."""

from typing import NamedTuple

import numpy as np

from topology.arrays import Bools, Ints
from topology.kernels.jit import kernel

UNREACHED = -2
ROOT = -1

_BEHIND, _MEMBER, _SAVED = 1, 2, 3


class Web(NamedTuple):
    """Neighbours of each of n nodes, as in `topology.arrays.Rows`."""

    start: Ints
    item: Ints


class Tree(NamedTuple):
    """A spanning tree of what is reached; arrays of int32, shape (n,).

    Attributes
    ----------
    parent : array
        The node each hangs on, `ROOT` for roots, `UNREACHED` for the rest.
    place, size, at : array
        The nodes behind `v`, itself included, are
        ``at[place[v]:place[v] + size[v]]``. Undefined where unreached.
    """

    parent: Ints
    place: Ints
    size: Ints
    at: Ints


def empty_tree(nodes: int) -> Tree:
    """Return room for a tree of `nodes`, for `hang` to write in."""
    parent, place, size, at = np.zeros((4, nodes), np.int32)
    return Tree(parent, place, size, at)


@kernel
def hang(web: Web, dead: Bools, roots: Ints, tree: Tree) -> int:
    """Hang what is reached from `roots` on a breadth-first tree, in O(n + m).

    Parameters
    ----------
    web : Web
        What is next to what.
    dead : array of bool, shape (n,)
        Nodes that are down.
    roots : array of int32
        Nodes to begin from; those that are down are passed over.
    tree : Tree
        Written.

    Returns
    -------
    int
        How many nodes are reached.
    """
    queue = np.empty(len(dead), np.int32)
    found = spread(web, dead, roots, tree, queue)
    for k in range(found - 1, -1, -1):
        above = tree.parent[queue[k]]
        if above != ROOT:
            tree.size[above] += tree.size[queue[k]]
    # A node's children stand behind one another after it: `free` is where the next
    # one goes. What comes later in the queue is never above what comes earlier.
    free = np.empty(len(dead), np.int32)
    next_root = 0
    for k in range(found):
        node = queue[k]
        above = tree.parent[node]
        if above == ROOT:
            tree.place[node] = next_root
            next_root += tree.size[node]
        else:
            tree.place[node] = free[above]
            free[above] += tree.size[node]
        free[node] = tree.place[node] + 1
        tree.at[tree.place[node]] = node
    return found


@kernel
def spread(web: Web, dead: Bools, roots: Ints, tree: Tree, queue: Ints) -> int:
    """Search breadth first; write parents, sizes of 1, and the order to `queue`."""
    parent = tree.parent
    parent[:] = UNREACHED
    found = 0
    for root in roots:
        if not dead[root] and parent[root] == UNREACHED:
            parent[root] = ROOT
            queue[found] = root
            found += 1
    done = 0
    while done < found:
        node = queue[done]
        done += 1
        tree.size[node] = 1
        for k in range(web.start[node], web.start[node + 1]):
            other = web.item[k]
            if parent[other] == UNREACHED and not dead[other]:
                parent[other] = node
                queue[found] = other
                found += 1
    return found


@kernel
def lost_with(members: Ints, web: Web, tree: Tree, mark: Ints, out: Ints) -> int:
    """Find the nodes no longer reached once `members` are down too.

    Only what hangs on the members can be lost, so only that is looked at: O(nodes
    behind them and their neighbours).

    Parameters
    ----------
    members : array of int32
        Nodes; those that are not reached change nothing.
    web, tree
        What is next to what, and the tree that `hang` made of it.
    mark : array of int32, shape (n,)
        Zeros, and zeros again afterwards.
    out : array of int32, shape (n,)
        Written: the lost nodes, members that were reached among them.

    Returns
    -------
    int
        How many nodes of `out` are lost.
    """
    behind = _behind(members, tree, mark, out)
    _save(behind, web, tree, mark, out)
    lost = 0
    for k in range(behind):
        node = out[k]
        keep = mark[node] != _SAVED
        mark[node] = 0
        if keep:
            out[lost] = node
            lost += 1
    return lost


@kernel
def _behind(members: Ints, tree: Tree, mark: Ints, out: Ints) -> int:
    """Mark what hangs on `members` and the reached members themselves; list both."""
    behind = 0
    for node in members:
        if tree.parent[node] == UNREACHED or mark[node] != 0:
            continue
        for k in range(tree.place[node], tree.place[node] + tree.size[node]):
            other = tree.at[k]
            if mark[other] == 0:
                mark[other] = _BEHIND
                out[behind] = other
                behind += 1
    for node in members:
        if mark[node] != 0:
            mark[node] = _MEMBER
    return behind


@kernel
def _save(behind: int, web: Web, tree: Tree, mark: Ints, out: Ints) -> None:
    """Mark as saved what hangs on the members and is reached another way."""
    saved = np.empty(behind, np.int32)
    count = 0
    for k in range(behind):
        node = out[k]
        if mark[node] == _BEHIND and _neighbours_reached(node, web, tree, mark):
            mark[node] = _SAVED
            saved[count] = node
            count += 1
    done = 0
    while done < count:
        node = saved[done]
        done += 1
        for k in range(web.start[node], web.start[node + 1]):
            other = web.item[k]
            if mark[other] == _BEHIND:
                mark[other] = _SAVED
                saved[count] = other
                count += 1


@kernel
def _neighbours_reached(node: int, web: Web, tree: Tree, mark: Ints) -> bool:
    """Whether something next to `node` is reached and hangs on no member."""
    for k in range(web.start[node], web.start[node + 1]):
        other = web.item[k]
        if mark[other] == 0 and tree.parent[other] != UNREACHED:
            return True
    return False
