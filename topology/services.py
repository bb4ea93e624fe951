"""Which services each single failure would take away from somebody.

A user site reaches a host if a path of up devices and up links leads from one of its
up devices to an up device of the host site; it need not pass a gateway. A site that
is itself the host has it while one of its devices is up. A host without devices is
reached by nobody.

A user site has a service while it reaches any host, or every host where the service
needs all of them. As with cut-off sets, a site that lacks the service now cannot lose
it, and the failure of a whole site is not a loss to that site itself.
"""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from bellrock.model.inventory import Service
from topology.arrays import Bools
from topology.reach import Reach, Standing
from topology.spof import CutOff, cut_off_sets

Hosts = frozenset[int]
"""Sites; a user must reach a device of any."""


class Services:
    """The services of a network in one state.

    Parameters
    ----------
    standing : Standing
    cut_off : CutOff
        What is cut off from the gateways, which are often the hosts as well.
    """

    def __init__(self, standing: Standing, cut_off: CutOff) -> None:
        self._standing = standing
        self._cut_off = cut_off

    @cached_property
    def having(self) -> Mapping[str, Bools]:
        """By service, the user sites that use it and have it; shape (s,)."""
        reached: dict[Hosts, Bools] = {}
        found = {}
        for service in self._standing.network.services:
            having = self._users(service)
            for hosts in self._hosts(service):
                if hosts not in reached:
                    reached[hosts] = self._standing.reached(self._roots(hosts))
                having = having & reached[hosts]
            found[service.id] = having
        return found

    @cached_property
    def lacking(self) -> Mapping[str, int]:
        """By service, how many of the user sites that use it do not have it."""
        return {
            service.id: int(
                np.count_nonzero(self._users(service) & ~self.having[service.id])
            )
            for service in self._standing.network.services
        }

    @cached_property
    def cut(self) -> Mapping[int, frozenset[str]]:
        """By element, the services that its failure takes from some user site.

        Only elements that cut a service.

        Notes
        -----
        Losing any-of hosts is being cut off from all of them at once: one dominator
        tree rooted at the devices of all hosts. Losing one of all-of hosts is being cut
        off from that one: a tree for each. Services with the same hosts share a tree,
        however many hosts each has, and no more than one is kept at a time:
        O(T (n + m)) time for T different sets of hosts.
        """
        asking: defaultdict[Hosts, list[str]] = defaultdict(list)
        for service in self._standing.network.services:
            if self.having[service.id].any():  # or spare the trees
                for hosts in self._hosts(service):
                    asking[hosts].append(service.id)
        lost: defaultdict[int, set[str]] = defaultdict(set)
        for hosts, services in asking.items():
            sets = self._cut_off_from(self._roots(hosts))
            for name in services:
                hurt = np.flatnonzero(sets.total(self.having[name]))
                for element in hurt.tolist():
                    lost[element].add(name)
        return {element: frozenset(services) for element, services in lost.items()}

    def _cut_off_from(self, roots: Bools) -> CutOff:
        if np.array_equal(roots, self._standing.network.arrays.gateway):
            return self._cut_off
        return cut_off_sets(Reach.of(self._standing, roots))

    def _roots(self, hosts: Hosts) -> Bools:
        arrays = self._standing.network.arrays
        chosen = np.zeros(len(arrays.sites), np.bool_)
        chosen[list(hosts)] = True
        return chosen[arrays.site_of]

    def _hosts(self, service: Service) -> list[Hosts]:
        """Return sets of hosts; a user must reach some host of every set."""
        hosts = [self._standing.network.arrays.site_number[h] for h in service.hosts]
        return (
            [Hosts({host}) for host in hosts] if service.needs_all else [Hosts(hosts)]
        )

    def _users(self, service: Service) -> Bools:
        network = self._standing.network
        users = np.zeros(len(network.arrays.sites), np.bool_)
        users[[network.arrays.site_number[site] for site in service.used_by]] = True
        return users & network.user
