"""What a circuit more would save each failure's victims from."""

from typing import NamedTuple

import numpy as np

from topology.arrays import Bools, Ints
from topology.kernels.hanging import UNREACHED, Tree, Web, lost_with
from topology.kernels.jit import kernel

NOTHING_FAILED = -1
"""Stands in place of an element for what is cut off already."""

GONE = 0
"""The island of what fails itself, which no circuit leads to."""


class Proposed(NamedTuple):
    """Circuits that could be built (c of them).

    Attributes
    ----------
    a, b : array of int32, shape (c,)
        Devices at the ends.
    group_start, group_item : array of int32
        Elements (risk groups) that would take each down.
    at_start, at_item : array of int32
        Circuits that would end at each device.
    """

    a: Ints
    b: Ints
    group_start: Ints
    group_item: Ints
    at_start: Ints
    at_item: Ints


class Places(NamedTuple):
    """Where things are.

    Attributes
    ----------
    site_of : array of int32, shape (n,)
    user : array of bool, shape (s,)
    reached : array of int32, shape (s,)
        How many devices of each site are reached now.
    premises : array of int32, shape (e,)
    """

    site_of: Ints
    user: Bools
    reached: Ints
    premises: Ints


class Islands(NamedTuple):
    """What failures cut off in one piece; rows may be there twice.

    Attributes
    ----------
    site : array of int32, shape (i, 3)
        An island, the element whose failure makes it, and a site that is cut off by
        that and has a device on it.
    circuit : array of int32, shape (j, 4)
        An island, a circuit that would leave it and not fail too, 1 if what it leads
        to is reached, so that nobody on the island would be cut off, and the element
        whose failure makes the island.
    islands : int
        How many there are.
    """

    site: Ints
    circuit: Ints
    islands: int


@kernel
def islands(
    elements: Ints,
    member_start: Ints,
    member_item: Ints,
    web: Web,
    tree: Tree,
    places: Places,
    proposed: Proposed,
) -> Islands:
    """Find what each of `elements` cuts off, and which circuits would lead there.

    Parameters
    ----------
    elements : array of int32
        Elements that cut something off; `NOTHING_FAILED` for what is cut off now.
    member_start, member_item : array of int32
        Nodes of each element, as in `topology.arrays.Rows`.
    web, tree
        The network, and a tree of what is reached (`topology.kernels.hanging`).

    Notes
    -----
    O(nodes cut off, what is next to them and the circuits that would end there). A
    site on whose premises the element lies is not its victim. What is cut off now is
    gone through with every element, as a victim may have a device there, too.
    """
    nodes, sites = len(tree.parent), len(places.user)
    mark, out = np.zeros(nodes, np.int32), np.zeros(nodes, np.int32)
    # By node: 0 not concerned, -1 down, else the number of its island, from 1.
    island = np.zeros(nodes, np.int32)
    tally = np.zeros(sites, np.int32)
    seen = np.zeros(sites, np.int32)
    met = np.zeros(len(proposed.a), np.int32)
    by_site, by_circuit = np.empty((64, 3), np.int32), np.empty((64, 4), np.int32)
    site_rows = circuit_rows = count = 0
    cut_off = _unreached(tree)
    for element in elements:
        members, lost = member_item[:0], 0
        if element != NOTHING_FAILED:
            members = member_item[member_start[element] : member_start[element + 1]]
            lost = lost_with(members, web, tree, mark, out)
        # What is cut off already may hold a victim's other devices.
        out[lost : lost + len(cut_off)] = cut_off
        lost += len(cut_off)
        _tally(out[:lost], tree, places, tally)
        count = _number(out[:lost], members, web, island, count)
        for k in range(lost):
            node = out[k]
            if node >= len(places.site_of):
                continue
            where = max(island[node], GONE)
            site = places.site_of[node]
            if (where == GONE or seen[site] != where) and _is_victim(
                site, element, places, tally
            ):
                seen[site] = where
                by_site = _room(by_site, site_rows)
                by_site[site_rows, 0] = where
                by_site[site_rows, 1] = element
                by_site[site_rows, 2] = site
                site_rows += 1
            if where == GONE:
                continue
            for j in range(proposed.at_start[node], proposed.at_start[node + 1]):
                circuit = proposed.at_item[j]
                use = _use(circuit, where, element, proposed, island, tree)
                if use >= 0 and met[circuit] != where:
                    met[circuit] = where
                    by_circuit = _room(by_circuit, circuit_rows)
                    by_circuit[circuit_rows, 0] = where
                    by_circuit[circuit_rows, 1] = circuit
                    by_circuit[circuit_rows, 2] = use
                    by_circuit[circuit_rows, 3] = element
                    circuit_rows += 1
        _forget(out[:lost], members, places, island, tally)
    return Islands(
        by_site[:site_rows].copy(), by_circuit[:circuit_rows].copy(), count + 1
    )


@kernel
def _room(rows: Ints, used: int) -> Ints:
    """Return `rows`, or twice as many where all are used."""
    if used < len(rows):
        return rows
    return np.concatenate((rows, np.empty_like(rows)))


@kernel
def _unreached(tree: Tree) -> Ints:
    return np.flatnonzero(tree.parent == UNREACHED).astype(np.int32)


@kernel
def _tally(lost: Ints, tree: Tree, places: Places, tally: Ints) -> None:
    """Count by site how many devices that were reached are lost."""
    for node in lost:
        if node < len(places.site_of) and tree.parent[node] != UNREACHED:
            tally[places.site_of[node]] += 1


@kernel
def _number(lost: Ints, members: Ints, web: Web, island: Ints, count: int) -> int:
    """Give the islands of `lost` numbers after `count`; return the last one given."""
    for node in lost:
        island[node] = -2
    for node in members:
        island[node] = -1
    stack = np.empty(len(lost), np.int32)
    for node in lost:
        if island[node] != -2:
            continue
        count += 1
        island[node] = count
        stack[0] = node
        waiting = 1
        while waiting > 0:
            waiting -= 1
            here = stack[waiting]
            for k in range(web.start[here], web.start[here + 1]):
                other = web.item[k]
                if island[other] == -2:
                    island[other] = count
                    stack[waiting] = other
                    waiting += 1
    return count


@kernel
def _forget(
    lost: Ints, members: Ints, places: Places, island: Ints, tally: Ints
) -> None:
    for node in lost:
        island[node] = 0
        if node < len(places.site_of):
            tally[places.site_of[node]] = 0
    for node in members:
        island[node] = 0


@kernel
def _is_victim(site: int, element: int, places: Places, tally: Ints) -> bool:
    """Whether `element`, off its premises, takes the last devices of a user site."""
    if not places.user[site]:
        return False
    if element == NOTHING_FAILED:
        return bool(places.reached[site] == 0)
    return bool(
        0 < tally[site] == places.reached[site] and places.premises[element] != site
    )


@kernel
def _use(
    circuit: int,
    where: int,
    element: int,
    proposed: Proposed,
    island: Ints,
    tree: Tree,
) -> int:
    """Say where a circuit leads from an island.

    Returns
    -------
    int
        1 to what is reached, 0 to what is cut off, too, -1 nowhere: it stays on the
        island or fails as well.
    """
    one, other = island[proposed.a[circuit]], island[proposed.b[circuit]]
    if one == other or one == -1 or other == -1:
        return -1
    for k in range(proposed.group_start[circuit], proposed.group_start[circuit + 1]):
        if proposed.group_item[k] == element:
            return -1
    far = proposed.b[circuit] if one == where else proposed.a[circuit]
    if island[far] == 0 and tree.parent[far] != UNREACHED:
        return 1
    return 0
