"""What single elements cut off, for every site at once, as the analyses ask it.

A site is cut off when none of its devices is reached from a root; where there are
several sets of roots (a service that needs all of its hosts), when one set reaches
none of them.
"""

from typing import NamedTuple

import numpy as np

from topology.arrays import Bools, Floats, Ints
from topology.kernels.hanging import UNREACHED, Tree, Web, hang, lost_with
from topology.kernels.jit import kernel


class Parts(NamedTuple):
    """What can fail: the e elements of a `topology.network.Network`.

    Attributes
    ----------
    of_start, of_item : array of int32
        Elements that take each node down.
    down : array of float64, shape (e,)
        Share of the time each is down.
    """

    member_start: Ints
    member_item: Ints
    of_start: Ints
    of_item: Ints
    premises: Ints
    down: Floats


class Question(NamedTuple):
    """Who is to be reached from where.

    Attributes
    ----------
    root_start, root_item : array of int32
        Sets of roots (r of them), as in `topology.arrays.Rows`.
    site_of : array of int32, shape (n,)
        Site of each device.
    asked : array of bool, shape (s,)
        Sites the answer is about; each is reached now from every set of roots.
    """

    root_start: Ints
    root_item: Ints
    site_of: Ints
    asked: Bools


class View(NamedTuple):
    """The network with some nodes down, seen from each of r sets of roots.

    Attributes
    ----------
    parent, place, size, at : array of int32, shape (r, n)
        A tree for each (see `topology.kernels.hanging.Tree`).
    reached : array of int32, shape (r, s)
        How many devices of each site are reached.
    first : array of int32, shape (r, s)
        The first such device; undefined where there is none.
    """

    parent: Ints
    place: Ints
    size: Ints
    at: Ints
    reached: Ints
    first: Ints


class Scratch(NamedTuple):
    """Room to work in, all zeros at first; shape (n,), (n,), (s,) and (s,)."""

    mark: Ints
    out: Ints
    tally: Ints
    sites: Ints


def empty_scratch(nodes: int, sites: int) -> Scratch:
    """Return room to work in."""
    return Scratch(*np.zeros((2, nodes), np.int32), *np.zeros((2, sites), np.int32))


def empty_view(roots: int, nodes: int, sites: int) -> View:
    """Return room for a view."""
    parent, place, size, at = np.zeros((4, roots, nodes), np.int32)
    return View(parent, place, size, at, *np.zeros((2, roots, sites), np.int32))


@kernel
def tree_of(view: View, r: int) -> Tree:
    """Return the tree of the r-th set of roots."""
    return Tree(view.parent[r], view.place[r], view.size[r], view.at[r])


@kernel
def look(question: Question, web: Web, dead: Bools, view: View) -> None:
    """Write to `view` what is reached while the nodes `dead` are down."""
    for r in range(len(question.root_start) - 1):
        roots = question.root_item[question.root_start[r] : question.root_start[r + 1]]
        hang(web, dead, roots, tree_of(view, r))
        view.reached[r, :] = 0
        for device in range(len(question.site_of) - 1, -1, -1):
            if view.parent[r, device] != UNREACHED:
                view.reached[r, question.site_of[device]] += 1
                view.first[r, question.site_of[device]] = device


@kernel
def sites_lost(
    element: int,
    r: int,
    parts: Parts,
    question: Question,
    web: Web,
    view: View,
    scratch: Scratch,
) -> int:
    """Write to ``scratch.sites`` the sites that `element` takes from roots `r`.

    Returns
    -------
    int
        How many there are.
    """
    begin, end = parts.member_start[element], parts.member_start[element + 1]
    members = parts.member_item[begin:end]
    lost = lost_with(members, web, tree_of(view, r), scratch.mark, scratch.out)
    found = 0
    for k in range(lost):
        node = scratch.out[k]
        if node < len(question.site_of):
            site = question.site_of[node]
            scratch.tally[site] += 1
            if scratch.tally[site] == view.reached[r, site]:
                scratch.sites[found] = site
                found += 1
    for k in range(lost):
        if scratch.out[k] < len(question.site_of):
            scratch.tally[question.site_of[scratch.out[k]]] = 0
    return found


@kernel
def single_cuts(
    parts: Parts, question: Question, web: Web, view: View, scratch: Scratch
) -> tuple[Ints, Ints]:
    """Find for each element the asked sites that it cuts off.

    Returns
    -------
    start, item : array of int32
        A row of sites for each element, as in `topology.arrays.Rows`.
    """
    elements, sites = len(parts.down), len(question.asked)
    start = np.zeros(elements + 1, np.int32)
    item = np.empty(1024, np.int32)
    seen = np.full(sites, -1, np.int32)
    total = 0
    for element in range(elements):
        for r in range(len(question.root_start) - 1):
            found = sites_lost(element, r, parts, question, web, view, scratch)
            for k in range(found):
                site = scratch.sites[k]
                if question.asked[site] and seen[site] != element:
                    seen[site] = element
                    if total == len(item):
                        item = np.concatenate((item, np.empty(total, np.int32)))
                    item[total] = site
                    total += 1
        start[element + 1] = total
    return start, item[:total].copy()
