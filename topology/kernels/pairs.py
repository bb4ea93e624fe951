"""Minimal cut sets of two elements, for every site at once."""

from typing import NamedTuple

import numpy as np

from topology.arrays import Bools, Floats, Ints
from topology.kernels.cuts import Parts, Question, Scratch, View, look, sites_lost
from topology.kernels.hanging import UNREACHED, Web
from topology.kernels.jit import kernel


class Sums(NamedTuple):
    """What has been found so far for each site, and the worst pairs of each.

    Attributes
    ----------
    whole, outside : array of float64, shape (s,)
        Sum over its pairs of log(1 - share of time both are down): all of them, and
        those of which neither lies on its premises.
    pairs : array of int64, shape (s,)
    worst : array of int32, shape (s, k, 2)
        The k pairs most often down together, most often first.
    worst_down : array of float64, shape (s, k)
        Share of time; 0 where there is no pair.
    """

    whole: Floats
    outside: Floats
    pairs: Ints
    worst: Ints
    worst_down: Floats


@kernel
def pair_cuts(
    first: int,
    last: int,
    parts: Parts,
    question: Question,
    web: Web,
    before: View,
    single_start: Ints,
    single_item: Ints,
    sums: Sums,
) -> None:
    """Add to `sums` the minimal cut sets of two of which one is `first` to `last` - 1.

    Parameters
    ----------
    before : View
        The network as it is.
    single_start, single_item : array of int32
        What `single_cuts` returned.

    Notes
    -----
    A pair that cuts a site off holds an element on the way to it in the tree of
    `before`, since that way would be left otherwise. So each element is taken down,
    and with it down the elements on the new ways to the sites behind it. A pair both
    of which are on the old way is met twice, and counted at the first of the two.
    """
    nodes, sites = len(web.start) - 1, len(question.asked)
    after = View(
        np.empty_like(before.parent),
        np.empty_like(before.place),
        np.empty_like(before.size),
        np.empty_like(before.at),
        np.empty_like(before.reached),
        np.empty_like(before.first),
    )
    scratch = Scratch(
        np.zeros(nodes, np.int32),
        np.zeros(nodes, np.int32),
        np.zeros(sites, np.int32),
        np.zeros(sites, np.int32),
    )
    dead = np.zeros(nodes, np.bool_)
    # By site, the last element that cuts it off alone, and that it is behind.
    alone = np.full(sites, -1, np.int32)
    behind = np.full(sites, -1, np.int32)
    settled = np.zeros(sites, np.int64)
    turn = 0
    for element in range(first, last):
        for k in range(single_start[element], single_start[element + 1]):
            alone[single_item[k]] = element
        if not _mark_behind(element, parts, question, before, alone, behind):
            continue
        _set_down(element, parts, dead, True)
        look(question, web, dead, after)
        _set_down(element, parts, dead, False)
        for other in _on_the_way(element, parts, after, behind):
            # Settled this turn: cut off by `other` alone, or found already.
            turn += 1
            for k in range(single_start[other], single_start[other + 1]):
                settled[single_item[k]] = turn
            for r in range(len(before.reached)):
                found = sites_lost(other, r, parts, question, web, after, scratch)
                for k in range(found):
                    site = scratch.sites[k]
                    if behind[site] == element and settled[site] != turn:
                        settled[site] = turn
                        _meet(site, element, other, parts, before, sums)


@kernel
def _set_down(element: int, parts: Parts, dead: Bools, down: bool) -> None:
    for k in range(parts.member_start[element], parts.member_start[element + 1]):
        dead[parts.member_item[k]] = down


@kernel
def _mark_behind(
    element: int,
    parts: Parts,
    question: Question,
    view: View,
    alone: Ints,
    behind: Ints,
) -> bool:
    """Mark the asked sites on whose way `element` is and that it does not cut off."""
    some = False
    for r in range(len(view.reached)):
        for k in range(parts.member_start[element], parts.member_start[element + 1]):
            member = parts.member_item[k]
            if view.parent[r, member] == UNREACHED:
                continue
            begin = view.place[r, member]
            for j in range(begin, begin + view.size[r, member]):
                node = view.at[r, j]
                if node >= len(question.site_of):
                    continue
                site = question.site_of[node]
                if view.first[r, site] != node or alone[site] == element:
                    continue
                if question.asked[site]:
                    behind[site] = element
                    some = True
    return some


@kernel
def _on_the_way(element: int, parts: Parts, view: View, behind: Ints) -> Ints:
    """Return the elements that are on the way to a site marked with `element`."""
    nodes = view.parent.shape[1]
    found = np.empty(len(parts.down), np.int32)
    listed = np.zeros(len(parts.down), np.bool_)
    count = 0
    for r in range(len(view.reached)):
        visited = np.zeros(nodes, np.bool_)
        for site in range(len(behind)):
            if behind[site] != element:
                continue
            node = view.first[r, site]
            while node >= 0 and not visited[node]:
                visited[node] = True
                for k in range(parts.of_start[node], parts.of_start[node + 1]):
                    if not listed[parts.of_item[k]]:
                        listed[parts.of_item[k]] = True
                        found[count] = parts.of_item[k]
                        count += 1
                node = view.parent[r, node]
    return found[:count]


@kernel
def _above(element: int, site: int, parts: Parts, view: View) -> bool:
    """Whether a member of `element` is on the way to `site` from some roots."""
    for r in range(len(view.reached)):
        at = view.place[r, view.first[r, site]]
        for k in range(parts.member_start[element], parts.member_start[element + 1]):
            member = parts.member_item[k]
            if view.parent[r, member] == UNREACHED:
                continue
            begin = view.place[r, member]
            if begin <= at < begin + view.size[r, member]:
                return True
    return False


@kernel
def _meet(
    site: int, one: int, other: int, parts: Parts, before: View, sums: Sums
) -> None:
    """Count the pair, unless it is met from its other side, too, and that is first."""
    if other < one and _above(other, site, parts, before):
        return
    both = parts.down[one] * parts.down[other]
    sums.pairs[site] += 1
    sums.whole[site] += np.log1p(-both)
    if parts.premises[one] != site and parts.premises[other] != site:
        sums.outside[site] += np.log1p(-both)
    worst, k = sums.worst_down[site], sums.worst_down.shape[1] - 1
    if both <= worst[k]:
        return
    while k > 0 and worst[k - 1] < both:
        worst[k] = worst[k - 1]
        sums.worst[site, k] = sums.worst[site, k - 1]
        k -= 1
    worst[k] = both
    sums.worst[site, k, 0] = min(one, other)
    sums.worst[site, k, 1] = max(one, other)
