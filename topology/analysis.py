"""Everything a network state means for its sites, as one value.

Unknown elements are taken as up and then as down; what both readings agree on is
published, the rest is unknown. Reach and redundancy can only fall when more is down,
so where the two extremes agree every case in between does too.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bellrock.model.inventory import ElementKind, Inventory
from bellrock.model.status import Status
from topology.arrays import Bools
from topology.network import Network
from topology.reach import Reach, Standing
from topology.redundancy import Level, Levels, Redundancy, redundancy
from topology.services import Services
from topology.spof import CutOff, cut_off_sets
from topology.state import NetworkState

if TYPE_CHECKING:
    from topology.graph import Layout


@dataclass(frozen=True, slots=True)
class Element:
    """An element whose failure would cut something off, and what.

    Attributes
    ----------
    on_site : bool
        Whether its own site is among those it cuts off.
    sites_cut, services_cut : tuple of str
        Ids in alphabetical order.
    people_cut : int
        People served by `sites_cut`.
    """

    id: str
    kind: ElementKind
    on_site: bool
    sites_cut: tuple[str, ...]
    services_cut: tuple[str, ...]
    people_cut: int


class Reading:
    """A network with the nodes `down` failed and all others up.

    Each answer is worked out when it is first asked for, once. `redundancy` and
    `cut_off` are columns of numbers and take milliseconds for thousands of sites;
    `elements`, `service_elements` and the mappings of `Redundancy` are made of them for
    people, an object each.

    Parameters
    ----------
    network : Network
        As declared, or changed: see `Network.with_links` and `with_gateways`.
    down : array of bool, shape (n + m,), or set of str, optional
        Devices and links that failed (`Network.expand` makes them of sites and risk
        groups). Ids that are no device and no link are ignored.

    Examples
    --------
    What-if: a circuit more, a device less.

    >>> from bellrock.model.inventory import Device, End, Link, Site
    >>> network = Network.of(Inventory(
    ...     id="n", name="n", risk_groups={}, gateways=frozenset({"pe"}),
    ...     sites={name: Site(name, name, "school") for name in "xyz"},
    ...     devices={"pe": Device("pe", "x"), "a": Device("a", "y"),
    ...              "b": Device("b", "z")},
    ...     links={"pa": Link("pa", End("pe"), End("a")),
    ...            "ab": Link("ab", End("a"), End("b"))},
    ... ))
    >>> Reading(network).redundancy.level.tolist()
    [-1, 1, 1]
    >>> ring = network.with_links([Link("pb", End("pe"), End("b"))])
    >>> Reading(ring, network.expand(["y"])).redundancy.levels
    {'y': 0, 'z': 1}
    """

    def __init__(self, network: Network, down: Bools | Set[str] = frozenset()) -> None:
        self.network = network
        if not isinstance(down, np.ndarray):
            down = network.down(down)
        more = network.nodes - len(down)
        self.down: Bools = np.concatenate((down, np.zeros(more, np.bool_)))
        self.standing = Standing.of(network, self.down)

    @cached_property
    def reach(self) -> Reach:
        """Who reaches a gateway, and what stands in between."""
        return Reach.of(self.standing, self.network.arrays.gateway)

    @cached_property
    def reached(self) -> frozenset[str]:
        """User sites that reach a gateway; nothing else is worked out for it."""
        arrays = self.network.arrays
        sites = np.flatnonzero(self.standing.reached(arrays.gateway)).tolist()
        return frozenset(arrays.sites[site] for site in sites)

    @cached_property
    def on_backup(self) -> Bools:
        """User sites that reach a gateway over backup links only; shape (s,)."""
        gateway = self.network.arrays.gateway
        reached = self.standing.reached(gateway)
        if not self.backups_up:
            return np.zeros_like(reached)
        without = Standing.of(self.network, self.down | self._backup)
        return reached & ~without.reached(gateway)

    @property
    def backups_up(self) -> bool:
        """Whether a backup link is up."""
        return bool((self._backup & ~self.down).any())

    @property
    def _backup(self) -> Bools:
        arrays = self.network.arrays
        devices = np.zeros(len(arrays.devices), np.bool_)
        return np.concatenate((devices, arrays.circuits.backup))

    @cached_property
    def cut_off(self) -> CutOff:
        """What each element would cut off from the gateways."""
        return cut_off_sets(self.reach)

    @cached_property
    def redundancy(self) -> Redundancy:
        """Redundancy of every user site."""
        return redundancy(self.reach, self.cut_off)

    @cached_property
    def services(self) -> Services:
        """Who has which service, and what would take it away."""
        return Services(self.standing, self.cut_off)

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Elements that would cut a user site off, worst first.

        Worst is most sites, then most people, then the most urgent priority among
        the sites; the id decides between equals.
        """
        cut_off, ids, priority = self.cut_off, self.network.ids, self.network.priority
        cutting = np.flatnonzero(cut_off.count).tolist()
        people = cut_off.total(self.network.people).tolist()
        urgency = {each: int(priority[cut_off[each]].min()) for each in cutting}
        count = cut_off.count.tolist()
        cutting.sort(key=lambda e: (-count[e], -people[e], urgency[e], ids[e]))
        return tuple(self._element(each, people[each]) for each in cutting)

    @cached_property
    def service_elements(self) -> tuple[Element, ...]:
        """Elements that take a service from a user site and cut no site off."""
        count = self.cut_off.count
        only = (self._element(e, 0) for e in self.services.cut if count[e] == 0)
        return tuple(sorted(only, key=lambda e: (-len(e.services_cut), e.id)))

    @property
    def without_service(self) -> Mapping[str, int]:
        """How many of the user sites that use each service do not have it."""
        return self.services.lacking

    def _element(self, element: int, people: int) -> Element:
        sites = self.cut_off[element].tolist()
        names = self.network.arrays.sites
        return Element(
            id=self.network.ids[element],
            kind=self.network.kind(element),
            on_site=int(self.network.premises[element]) in sites,
            sites_cut=tuple(sorted([names[site] for site in sites])),
            services_cut=tuple(sorted(self.services.cut.get(element, ()))),
            people_cut=people,
        )


@dataclass(frozen=True, slots=True)
class SiteState:
    """What is known of one user site.

    Attributes
    ----------
    reachable : Status
        Whether it reaches a gateway.
    redundancy : 0, 1, 2 or None
        None where the two readings of what is unknown disagree.
    designed : 0, 1 or 2
        Redundancy with everything declared up.
    on_backup : bool or None
        Whether it is reached, and over backup links only; None where the readings
        disagree.
    """

    reachable: Status
    redundancy: Level | None
    designed: Level
    on_backup: bool | None = False

    @property
    def redundancy_lost(self) -> bool:
        """Whether redundancy is known to be less than designed."""
        return self.redundancy is not None and self.redundancy < self.designed


@dataclass(frozen=True)
class Analysis:
    """What a network state means for the user sites.

    Attributes
    ----------
    sites : mapping of str to SiteState
        Every user site, in the order of the inventory.
    elements, service_elements : tuple of Element
        What the next failure would cut off, worst first, with unknown elements taken
        as up: taken as down they would hide, as cut off already, the very sites that
        a failure endangers.
    without_service : mapping of str to int or None
        By service, how many of the sites that use it do not have it; None where the
        two readings of what is unknown disagree.
    """

    sites: Mapping[str, SiteState]
    elements: tuple[Element, ...]
    service_elements: tuple[Element, ...]
    without_service: Mapping[str, int | None]

    @cached_property
    def redundancy_lost(self) -> tuple[str, ...]:
        """User sites whose redundancy is known to be less than designed."""
        return tuple(s for s, state in self.sites.items() if state.redundancy_lost)

    @cached_property
    def on_backup(self) -> tuple[str, ...]:
        """User sites that are known to be reached over backup links only."""
        return tuple(s for s, state in self.sites.items() if state.on_backup)

    @cached_property
    def reachable(self) -> Mapping[Status, int]:
        """How many user sites are up, down and unknown (0 where none)."""
        counted = Counter(state.reachable for state in self.sites.values())
        return {status: counted[status] for status in Status}

    @cached_property
    def redundancy(self) -> Mapping[Level | None, int]:
        """How many user sites have each redundancy; None counts the unknown."""
        counted = Counter(state.redundancy for state in self.sites.values())
        levels: tuple[Level | None, ...] = (0, 1, 2, None)
        return {level: counted[level] for level in levels}

    @property
    def sites_unknown(self) -> int:
        """How many user sites may or may not be cut off."""
        return self.reachable[Status.UNKNOWN]


class Design:
    """An inventory made ready for analysis: build it once, ask it of many states."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.network = Network.of(inventory)

    @cached_property
    def layout(self) -> "Layout":
        """The networkx model, for those who ask something that arrays do not say."""
        # Those who do not ask start sooner without networkx.
        from topology.graph import Layout

        return Layout.of(self.inventory)

    @cached_property
    def reading(self) -> Reading:
        """The network as designed: everything declared, all up."""
        return Reading(self.network)

    @property
    def level(self) -> Levels:
        """Designed redundancy by site (see `Redundancy`)."""
        return self.reading.redundancy.level

    @property
    def levels(self) -> Mapping[str, Level]:
        """Designed redundancy of every user site, in the order of the inventory."""
        return self.reading.redundancy.levels


def analyse(design: Design, state: NetworkState) -> Analysis:
    """Say what `state` means for every user site, and what would make it worse.

    Parameters
    ----------
    design : Design
        The declared network; its designed redundancy is worked out by the first call.
    state : NetworkState
        What is down and unknown now.
    """
    if not state.down and not state.unknown:
        optimistic = design.reading
    else:
        optimistic = Reading(design.network, state.optimistic)
    pessimistic = optimistic
    if state.unknown:
        pessimistic = Reading(design.network, state.pessimistic)
    lost, at_worst = optimistic.without_service, pessimistic.without_service
    without = {name: n if n == at_worst[name] else None for name, n in lost.items()}
    return Analysis(
        _sites(design, optimistic, pessimistic),
        optimistic.elements,
        optimistic.service_elements,
        without,
    )


def _sites(design: Design, best: Reading, worst: Reading) -> Mapping[str, SiteState]:
    """Return what both readings agree on of each user site."""
    backups = best.backups_up
    ids = design.network.arrays.sites
    levels = best.redundancy.level, worst.redundancy.level, design.level
    users = np.flatnonzero(design.level >= 0)
    columns = (
        each[users].tolist() for each in (*levels, best.on_backup, worst.on_backup)
    )
    # A value for all sites of a kind: there are few kinds, and many sites.
    known: dict[tuple[Level, Level, Level, bool, bool], SiteState] = {}
    found = {}
    for site, told in zip(users.tolist(), zip(*columns, strict=True), strict=True):
        if told not in known:
            known[told] = _agreed(*told, backups_up=backups)
        found[ids[site]] = known[told]
    return found


def _agreed(
    best: Level,
    worst: Level,
    designed: Level,
    on_backup: bool,
    at_worst: bool,
    *,
    backups_up: bool,
) -> SiteState:
    """Return what both readings agree on; the rest is unknown."""
    if (best > 0) != (worst > 0):
        # In between, the site may be up on a backup though at neither extreme it is.
        reachable, over_backup = Status.UNKNOWN, None if backups_up else False
    else:
        reachable = Status.UP if best > 0 else Status.DOWN
        over_backup = on_backup if on_backup == at_worst else None
    redundancy = best if best == worst else None
    return SiteState(reachable, redundancy, designed, over_backup)
