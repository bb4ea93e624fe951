"""A network made ready to be asked how often somebody is cut off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from bellrock.model.inventory import ElementKind, Inventory, Service
from topology.arrays import Arrays, Bools, Floats, Ints, Rows
from topology.availability.components import Rate, rates
from topology.elements import Elements
from topology.kernels.cuts import Parts, Question, View, empty_view, look
from topology.kernels.hanging import Web


class Faults:
    """A network, everything that can fail in it, and how often it does.

    Attributes
    ----------
    arrays, elements
        The network as arrays; what follows speaks in their numbers.
    down : array of float64, shape (e,)
        Share of the time that each element is down.
    users : tuple of int
        Numbers of the user sites.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.arrays = Arrays.of(inventory)
        self.elements = Elements.of(self.arrays)
        self.down: Floats = np.array(
            [self.rates[element].down for element in self.elements.ids], np.float64
        )
        chosen = inventory.user_sites()
        self.users = tuple(i for i, s in enumerate(self.arrays.sites) if s in chosen)

    @cached_property
    def rates(self) -> Mapping[str, Rate]:
        """How reliable each element is, by id."""
        return rates(self.inventory)

    @cached_property
    def site_number(self) -> Mapping[str, int]:
        """Number of each site."""
        return {site: number for number, site in enumerate(self.arrays.sites)}

    @cached_property
    def itself(self) -> Ints:
        """The element that each site is, shape (s,); -1 for one without devices."""
        found = np.full(len(self.arrays.sites), -1, np.int32)
        for element, kind in enumerate(self.elements.kinds):
            if kind is ElementKind.SITE:
                found[self.elements.premises[element]] = element
        return found

    @cached_property
    def web(self) -> Web:
        """What is next to what, for the kernels."""
        return Web(self.elements.neighbours.start, self.elements.neighbours.item)

    @cached_property
    def parts(self) -> Parts:
        """What can fail, for the kernels."""
        members, of_node = self.elements.members, self.elements.of_node
        return Parts(
            *(members.start, members.item, of_node.start, of_node.item),
            *(self.elements.premises, self.down),
        )

    def ask(self, roots: Sequence[Iterable[int]], sites: Iterable[int]) -> "Asked":
        """Ask how often `sites` have a way to some device of every one of `roots`."""
        asked = np.zeros(len(self.arrays.sites), np.bool_)
        asked[list(sites)] = True
        return Asked(self, Rows.of(roots), asked)

    def of_gateways(self) -> "Asked":
        """Ask how often user sites reach a gateway."""
        return self.ask([np.flatnonzero(self.arrays.gateway).tolist()], self.users)

    def of_service(self, service: Service) -> "Asked":
        """Ask how often the sites that use `service` have it."""
        at = self.arrays.devices_at
        hosts = [at[self.site_number[host]].tolist() for host in service.hosts]
        roots = hosts if service.needs_all else [[*chain.from_iterable(hosts)]]
        return self.ask(roots, (self.site_number[site] for site in service.used_by))


@dataclass(frozen=True, eq=False)
class Asked:
    """Who is to be reached from where.

    Attributes
    ----------
    roots : Rows
        Sets of devices; a site needs a way to one device of every set.
    wanted : array of bool, shape (s,)
        Sites the answer is about.
    """

    faults: Faults
    roots: Rows
    wanted: Bools

    @cached_property
    def before(self) -> View:
        """The network with everything up."""
        faults = self.faults
        nodes, sites = len(faults.web.start) - 1, len(self.wanted)
        view = empty_view(len(self.roots.start) - 1, nodes, sites)
        question = self._question(self.wanted)
        look(question, faults.web, np.zeros(nodes, np.bool_), view)
        return view

    @cached_property
    def question(self) -> Question:
        """The question for the kernels, about the sites that are not cut off now."""
        return self._question(self.wanted & (self.before.reached > 0).all(axis=0))

    def _question(self, asked: Bools) -> Question:
        site_of = self.faults.arrays.site_of
        return Question(self.roots.start, self.roots.item, site_of, asked)

    @property
    def sites(self) -> list[int]:
        """Numbers of the sites that it is about."""
        found: list[int] = np.flatnonzero(self.wanted).tolist()
        return found
