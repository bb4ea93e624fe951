"""What a network in one state means for its sites, services and links."""

import math
from collections.abc import Mapping
from functools import cached_property

import numpy as np

from bellrock.model.inventory import Inventory
from bellrock.model.scenario import Scenario
from topology.arrays import Bools
from topology.graph import NOTHING
from topology.kernels.sweep import FULL
from topology.network import Network
from topology.planning.applied import apply, rearranged, regrown
from topology.planning.loading import Loading
from topology.reading import Reading
from topology.redundancy import Level, Redundancy
from topology.routing import Arc
from topology.traffic.demands import Demands
from topology.traffic.loads import Loads, loads
from topology.traffic.n1 import WorstCases, n1


class Outlook:
    """A network with some of it down; each answer is worked out once, when asked for.

    Parameters
    ----------
    inventory : Inventory
        What is declared, whether up or down.
    failed : frozenset of str
        Ids of the devices, links, sites and risk groups that are down.
    network, demands : optional
        Those of the inventory, where they are known already.

    Attributes
    ----------
    closed : frozenset of str
        Sites that are down as a whole. They count as cut off in `redundancy`, but not
        in `cut_off` and `lacking`: nobody is there to ask.
    """

    def __init__(
        self,
        inventory: Inventory,
        failed: frozenset[str] = NOTHING,
        *,
        network: Network | None = None,
        demands: Demands | None = None,
    ) -> None:
        self.inventory = inventory
        self.failed = failed
        self.closed = failed & inventory.sites.keys()
        self.network = Network.of(inventory) if network is None else network
        self.demands = Demands.of(inventory) if demands is None else demands

    def after(self, scenario: Scenario) -> "Outlook":
        """Return the outlook with `scenario` on top of all that is declared here.

        Raises
        ------
        KeyError
            If something that changes is not declared; for what fails, when it is
            asked what that means.

        Notes
        -----
        The same as an outlook of the inventory that `apply` returns; arrays are
        mended instead of made anew.
        """
        changed = apply(self.inventory, scenario)
        return Outlook(
            *(changed, self.failed | {*scenario.down}),
            network=rearranged(self.network, scenario, changed),
            demands=regrown(self.demands, self.inventory, scenario.grow),
        )

    @cached_property
    def _reading(self) -> Reading:
        # A risk group of which nothing is a member is declared, and has no number.
        empty = self.inventory.risk_groups.keys() - {*self.network.arrays.groups}
        return Reading(self.network, self.network.expand(self.failed - empty))

    @property
    def redundancy(self) -> Redundancy:
        """Redundancy of every user site."""
        return self._reading.redundancy

    @property
    def levels(self) -> Mapping[str, Level]:
        """Redundancy of every user site, as a number."""
        return self.redundancy.levels

    @cached_property
    def cut_off(self) -> frozenset[str]:
        """User sites that reach no gateway, but for those that are closed."""
        return self._named(self.redundancy.level == 0) - self.closed

    @cached_property
    def spofs(self) -> frozenset[str]:
        """Elements that would cut a user site off."""
        ids = self.network.ids
        cutting = np.flatnonzero(self._reading.cut_off.count).tolist()
        return frozenset([ids[element] for element in cutting])

    @cached_property
    def lacking(self) -> Mapping[str, frozenset[str]]:
        """By service, the sites that use it and do not have it; closed ones do not."""
        having = self._reading.services.having
        users = self._named(self.network.user)
        return {
            service.id: (service.used_by & users)
            - self._named(having[service.id])
            - self.closed
            for service in self.network.services
        }

    def _named(self, sites: Bools) -> frozenset[str]:
        ids = self.network.arrays.sites
        return frozenset([ids[site] for site in np.flatnonzero(sites).tolist()])

    @cached_property
    def _loads(self) -> Loads:
        return loads(self.network.arrays, self.demands, self.failed)

    @cached_property
    def loading(self) -> Loading:
        """What each link carries."""
        return Loading(self.network.arrays, self._loads.load)

    @property
    def unrouted(self) -> float:
        """Demand that finds no way, bit/s."""
        return self._loads.unrouted

    @property
    def demand(self) -> float:
        """Demand that is offered, bit/s."""
        return math.fsum(self.demands.rate.tolist())

    @cached_property
    def over(self) -> Mapping[Arc, float]:
        """Utilisation of all that carries more than it can, worst first."""
        used = self.loading.utilisation
        arcs = np.flatnonzero(used > FULL).tolist()
        found = {self.loading.arc(arc): float(used[arc]) for arc in arcs}
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))

    @cached_property
    def worst(self) -> WorstCases:
        """What the next single failure would do to the links."""
        return n1(self.network.arrays, self.demands, self.failed)

    @cached_property
    def worst_loading(self) -> Loading:
        """The most that each link carries after any single failure."""
        return Loading(self.network.arrays, self.worst.worst_load)

    @property
    def troubled(self) -> bool:
        """Whether some user site is cut off, or a link carries more than it can."""
        return bool(self.cut_off or self.over)
