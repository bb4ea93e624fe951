"""The pairs of failures that would cut off the sites that matter most.

A site with two paths is not safe: this says which two things must not fail together, so
that works on one are not planned while the other is in doubt. The list is the shortest
that says all of it: a pair is left out if one of its elements alone cuts the site off,
or if a part of it would do. Of elements that are the same nodes (an exchange and its
only router) one is named: the site, else the risk group, else the link.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bellrock.model.inventory import ElementKind
from topology.arrays import Bools, Rows
from topology.kernels.cutting import cutting_pairs
from topology.network import Network
from topology.reach import Standing

LOOKS = 200_000
"""Searches that are made for all sites together, unless told otherwise."""

MOST_URGENT = 1

_TELLING = (
    ElementKind.SITE,
    ElementKind.RISK_GROUP,
    ElementKind.LINK,
    ElementKind.DEVICE,
)


@dataclass(frozen=True, slots=True)
class CuttingPair:
    """Two elements whose joint loss cuts sites off that neither cuts off alone.

    Attributes
    ----------
    elements : pair of str
        Ids, in alphabetical order.
    sites_cut : tuple of str
        Ids in alphabetical order.
    people_cut : int
        People served by these sites.
    """

    elements: tuple[str, str]
    sites_cut: tuple[str, ...]
    people_cut: int


@dataclass(frozen=True)
class CuttingPairs:
    """What was found.

    Attributes
    ----------
    by_site : mapping of str to tuple of (str, str)
        For every site that was looked at, the pairs that cut it off; none for a site
        that is cut off now.
    pairs : tuple of CuttingPair
        The same by pair: most sites first, then most people, then by id.
    unfinished : tuple of str
        Sites of which pairs may be missing, since the searches were used up.
    """

    by_site: Mapping[str, tuple[tuple[str, str], ...]]
    pairs: tuple[CuttingPair, ...]
    unfinished: tuple[str, ...]


def urgent(network: Network) -> Bools:
    """Return the user sites of priority 1; shape (s,)."""
    urgent: Bools = network.user & (network.priority == MOST_URGENT)
    return urgent


def cutting_pairs_of(
    standing: Standing, sites: Bools | None = None, *, looks: int = LOOKS
) -> CuttingPairs:
    """Find every pair of elements off a site's premises that would cut it off.

    Parameters
    ----------
    standing : Standing
        The network, and what is down already.
    sites : array of bool, shape (s,), optional
        Those to look at; by default the user sites of priority 1.
    looks : int
        Searches to make at most, for all sites together; each is one walk from a site
        to its nearest gateway.

    Notes
    -----
    About t u walks a site, t and u the elements on a way to a gateway and on another
    one: few where gateways are near. In a ring of k exchanges it is k squared, and so
    are the pairs.

    Examples
    --------
    >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
    >>> ends = {"t1": ("cpe", "pe1"), "t2": ("cpe", "pe2")}
    >>> network = Network.of(Inventory(
    ...     id="n", name="n", risk_groups={}, gateways=frozenset({"pe1", "pe2"}),
    ...     sites={s: Site(s, s, k, priority=1) for s, k in
    ...            {"ex1": "exchange", "ex2": "exchange", "gp": "gp"}.items()},
    ...     devices={"pe1": Device("pe1", "ex1"), "pe2": Device("pe2", "ex2"),
    ...              "cpe": Device("cpe", "gp")},
    ...     links={name: Link(name, End(a), End(b)) for name, (a, b) in ends.items()},
    ... ))
    >>> cutting_pairs_of(Standing.of(network)).by_site["gp"]
    (('ex1', 'ex2'), ('ex1', 't2'), ('ex2', 't1'), ('t1', 't2'))
    """
    network = standing.network
    wanted = urgent(network) if sites is None else sites & network.user
    search = _Search(standing)
    by_site: dict[str, tuple[tuple[str, str], ...]] = {}
    unfinished = []
    ids = network.arrays.sites
    for site in np.flatnonzero(wanted).tolist():
        pairs, left = search.of(site, looks)
        looks = max(left, 0)
        by_site[ids[site]] = tuple(sorted(pairs))
        if left < 0:
            unfinished.append(ids[site])
    return CuttingPairs(by_site, _by_pair(network, by_site), tuple(unfinished))


class _Search:
    """What the search needs of a network, put together once."""

    def __init__(self, standing: Standing) -> None:
        network = standing.network
        arrays, members = network.arrays, network.members
        rows = arrays.leaving
        self._network = network
        self._packed = (
            *(rows.start, rows.item, arrays.circuits.head),
            *(standing.up, arrays.gateway),
        )
        of = _elements_of(network)
        self._elements = (
            members.start,
            members.item,
            of.start,
            of.item,
            _told(network),
        )

    def of(self, site: int, looks: int) -> tuple[set[tuple[str, str]], int]:
        """Return the pairs of one site by id, and the searches that are left."""
        network = self._network
        devices = network.arrays.devices_at[site]
        off = network.premises != site
        found, left = cutting_pairs(self._packed, self._elements, devices, off, looks)
        pairs = [(one, other) for one, other in found.tolist()]
        ids = network.ids
        short = set[tuple[str, str]]()
        for one, other in self._not_implied(pairs):
            names = ids[one], ids[other]
            short.add((min(names), max(names)))
        return short, left

    def _not_implied(self, pairs: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        """Leave out pairs of which a part would do: one with fewer nodes."""
        partners: dict[int, set[int]] = {}
        for one, other in pairs:
            partners.setdefault(one, set()).add(other)
            partners.setdefault(other, set()).add(one)
        for one, other in pairs:
            if not self._part(one, partners[other]) and not self._part(
                other, partners[one]
            ):
                yield one, other

    def _part(self, element: int, others: Iterable[int]) -> bool:
        """Whether one of `others` is a part of `element`, and not all of it."""
        if self._network.alone[element] >= 0:
            return False
        whole = self._nodes(element)
        return any(self._nodes(other) < whole for other in others)

    def _nodes(self, element: int) -> frozenset[int]:
        if element not in self._sets:
            nodes = self._network.members[element].tolist()
            self._sets[element] = frozenset(nodes)
        return self._sets[element]

    @cached_property
    def _sets(self) -> dict[int, frozenset[int]]:
        return {}


def _elements_of(network: Network) -> Rows:
    """Return the elements that each node belongs to."""
    members = network.members
    element = np.repeat(
        np.arange(len(members.start) - 1, dtype=np.int32), np.diff(members.start)
    )
    grouped = Rows.grouped(members.item, network.nodes)
    return Rows(grouped.start, element[grouped.item])


def _told(network: Network) -> Bools:
    """Return which elements to name: of those of the same nodes, the most telling."""
    rank = {kind: rank for rank, kind in enumerate(_TELLING)}
    best: dict[bytes | int, int] = {}
    alone = network.alone.tolist()
    several = set(network.several.tolist())
    for element, node in enumerate(alone):
        key: bytes | int = node
        if node < 0:
            if element not in several:
                continue  # it has no members
            key = np.sort(network.members[element]).tobytes()
        known = best.setdefault(key, element)
        if rank[network.kind(element)] < rank[network.kind(known)]:
            best[key] = element
    told = np.zeros(len(alone), np.bool_)
    told[list(best.values())] = True
    return told


def _by_pair(
    network: Network, by_site: Mapping[str, tuple[tuple[str, str], ...]]
) -> tuple[CuttingPair, ...]:
    sites: dict[tuple[str, str], list[str]] = {}
    for site, pairs in by_site.items():
        for pair in pairs:
            sites.setdefault(pair, []).append(site)
    people, number = network.people.tolist(), network.arrays.site_number
    found = (
        CuttingPair(pair, tuple(sorted(cut)), sum(people[number[each]] for each in cut))
        for pair, cut in sites.items()
    )
    return tuple(
        sorted(found, key=lambda e: (-len(e.sites_cut), -e.people_cut, e.elements))
    )
