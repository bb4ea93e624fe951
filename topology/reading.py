"""A network with some of it down, and all that follows, worked out when asked for."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from bellrock.model.inventory import ElementKind
from topology.arrays import Bools
from topology.network import Network
from topology.reach import Reach, Standing
from topology.redundancy import Redundancy, redundancy
from topology.services import Services
from topology.spof import CutOff, cut_off_sets


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

    >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
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
