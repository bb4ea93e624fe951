"""A network made ready to be asked how often somebody is cut off."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np

from bellrock.model.inventory import Inventory, Service
from topology.arrays import Arrays, Bools, Floats, Ints, Rows
from topology.availability.components import Rate, rates
from topology.availability.ways import Ways
from topology.graph import NOTHING
from topology.kernels.cuts import Parts, Question, View, empty_view, look
from topology.kernels.hanging import Web
from topology.network import Network
from topology.web import neighbours, turned


class Faults:
    """A network, everything that can fail in it, and how often it does.

    Parameters
    ----------
    gone : frozenset of str, optional
        Ids of devices, links, sites and risk groups that are down now, and taken to
        stay so: what is asked is how often the rest fails on top of that.

    Attributes
    ----------
    dead : array of bool, shape (n + m,)
        Nodes that are down with these.
    network : Network
        What there is; all that follows speaks in its numbers.
    down : array of float64, shape (e,)
        Share of the time that each element is down.
    users : list of int
        Numbers of the user sites, but for those that are down as a whole: nobody is
        there to ask.
    """

    def __init__(self, inventory: Inventory, gone: frozenset[str] = NOTHING) -> None:
        self.inventory = inventory
        self.gone = gone
        self.network = Network.of(inventory)
        # A risk group of which nothing is a member is declared, and has no number.
        empty = inventory.risk_groups.keys() - {*self.network.arrays.groups}
        self.dead: Bools = self.network.expand(gone - empty)
        self.down: Floats = np.array(
            [self.rates[element].down for element in self.network.ids], np.float64
        )
        ids = self.network.arrays.sites
        self.users: list[int] = [
            site
            for site in np.flatnonzero(self.network.user).tolist()
            if ids[site] not in gone
        ]

    @cached_property
    def rates(self) -> Mapping[str, Rate]:
        """How reliable each element is, by id."""
        return rates(self.inventory)

    @property
    def arrays(self) -> Arrays:
        """The devices, links and sites."""
        return self.network.arrays

    @cached_property
    def itself(self) -> Ints:
        """The element that each site is, shape (s,)."""
        first, sites = self.network.nodes, len(self.arrays.sites)
        return np.arange(first, first + sites, dtype=np.int32)

    @cached_property
    def neighbours(self) -> Rows:
        """What is next to what (see `topology.web`); nothing to what is down."""
        near = neighbours(self.arrays)
        if not self.dead.any():
            return near
        node = np.repeat(np.arange(self.network.nodes), np.diff(near.start))
        kept = ~(self.dead[node] | self.dead[near.item])
        order = Rows.grouped(node[kept].astype(np.int32), self.network.nodes)
        return Rows(order.start, near.item[kept])

    @property
    def web(self) -> Web:
        """What is next to what, for the kernels."""
        return Web(self.neighbours.start, self.neighbours.item)

    @cached_property
    def of_node(self) -> Rows:
        """Elements that take each node down."""
        return turned(self.network.members, self.network.nodes)

    @cached_property
    def parts(self) -> Parts:
        """What can fail, for the kernels."""
        members, of_node = self.network.members, self.of_node
        return Parts(
            *(members.start, members.item, of_node.start, of_node.item),
            *(self.network.premises, self.down),
        )

    def ask(self, roots: Sequence[Iterable[int]], sites: Iterable[int]) -> "Asked":
        """Ask how often `sites` have a way to some device of every one of `roots`.

        Devices that are down are no roots; a set that has no others leaves every site
        cut off.
        """
        up = [[root for root in each if not self.dead[root]] for each in roots]
        asked = np.zeros(len(self.arrays.sites), np.bool_)
        asked[list(sites)] = True
        return Asked(self, Rows.of(up), asked)

    def of_gateways(self) -> "Asked":
        """Ask how often user sites reach a gateway."""
        return self.ask([np.flatnonzero(self.arrays.gateway).tolist()], self.users)

    def of_service(self, service: Service) -> "Asked":
        """Ask how often the sites that use `service` have it."""
        at = self.arrays.devices_at
        hosts = [at[self.arrays.site_number[host]].tolist() for host in service.hosts]
        roots = hosts if service.needs_all else [[*chain.from_iterable(hosts)]]
        users = {self.arrays.site_number[site] for site in service.used_by}
        return self.ask(roots, users.intersection(self.users))


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
        """The network as it is, with everything up that is not `Faults.dead`."""
        faults = self.faults
        nodes, sites = len(faults.web.start) - 1, len(self.wanted)
        view = empty_view(len(self.roots.start) - 1, nodes, sites)
        question = self._question(self.wanted)
        look(question, faults.web, np.zeros(nodes, np.bool_), view)
        return view

    @cached_property
    def ways(self) -> Ways:
        """What lies between any site and the roots."""
        return Ways(self.faults.neighbours, self.roots)

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
