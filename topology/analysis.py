"""Everything a network state means for its sites, as one value.

Unknown elements are taken as up and then as down; what both readings agree on is
published, the rest is unknown. Reach and redundancy can only fall when more is down,
so where the two extremes agree every case in between does too.
"""

from collections import Counter
from collections.abc import Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from bellrock.model.inventory import ElementKind, Inventory
from bellrock.model.status import Status
from topology.graph import NOTHING, Layout
from topology.redundancy import Level, Redundancy, redundancy
from topology.services import services_cut, sites_served
from topology.spof import Snapshot, is_on_site
from topology.state import NetworkState


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
    """A network with the elements `down` failed and all others up.

    Each answer is worked out when it is first asked for, once.
    """

    def __init__(self, layout: Layout, down: Set[str] = NOTHING) -> None:
        self.layout = layout
        self.down = down

    @cached_property
    def snapshot(self) -> Snapshot:
        """The graph of what is up."""
        return Snapshot(self.layout, self.down)

    @cached_property
    def redundancy(self) -> Redundancy:
        """Redundancy of every user site."""
        gateways = self.layout.inventory.gateways
        snapshot = self.snapshot
        return redundancy(
            self.layout,
            snapshot.reach(gateways).sites,
            snapshot.cut_off(gateways),
            self.down,
        )

    @cached_property
    def elements(self) -> tuple[Element, ...]:
        """Elements that would cut a user site off, worst first.

        Worst is most sites, then most people, then the most urgent priority among
        the sites; the id decides between equals.
        """
        found = (self._element(e) for e in self._cut_off)
        return tuple(sorted(found, key=self._rank))

    @cached_property
    def service_elements(self) -> tuple[Element, ...]:
        """Elements that take a service from a user site and cut no site off."""
        only = self._services.keys() - self._cut_off.keys()
        found = (self._element(e) for e in only)
        return tuple(sorted(found, key=lambda e: (-len(e.services_cut), e.id)))

    @cached_property
    def without_service(self) -> dict[str, int]:
        """How many of the user sites that use each service do not have it."""
        return {
            service.id: len(service.used_by - sites_served(self.snapshot, service))
            for service in self.layout.inventory.services.values()
        }

    @property
    def _cut_off(self) -> Mapping[str, frozenset[str]]:
        return self.snapshot.cut_off(self.layout.inventory.gateways)

    @cached_property
    def _services(self) -> dict[str, frozenset[str]]:
        return services_cut(self.snapshot)

    def _element(self, element: str) -> Element:
        cut = self._cut_off.get(element, NOTHING)
        sites = self.layout.inventory.sites
        return Element(
            id=element,
            kind=self.layout.kinds[element],
            on_site=is_on_site(self.layout, element, cut),
            sites_cut=tuple(sorted(cut)),
            services_cut=tuple(sorted(self._services.get(element, NOTHING))),
            people_cut=sum(sites[site].people for site in cut),
        )

    def _rank(self, element: Element) -> tuple[int, int, int, str]:
        sites = self.layout.inventory.sites
        urgency = min(sites[site].priority for site in element.sites_cut)
        return -len(element.sites_cut), -element.people_cut, urgency, element.id


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
    """

    reachable: Status
    redundancy: Level | None
    designed: Level

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
        self.layout = Layout.of(inventory)

    @cached_property
    def reading(self) -> Reading:
        """The network as designed: everything declared, all up."""
        return Reading(self.layout)

    @cached_property
    def levels(self) -> Mapping[str, Level]:
        """Designed redundancy of every user site."""
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
        optimistic = Reading(design.layout, state.optimistic)
    pessimistic = optimistic
    if state.unknown:
        pessimistic = Reading(design.layout, state.pessimistic)
    best, worst = optimistic.redundancy.levels, pessimistic.redundancy.levels
    sites = {
        site: SiteState(
            reachable=_agreed(best[site] > 0, worst[site] > 0),
            redundancy=best[site] if best[site] == worst[site] else None,
            designed=design.levels[site],
        )
        for site in design.inventory.sites
        if site in best
    }
    lost, at_worst = optimistic.without_service, pessimistic.without_service
    without = {name: n if n == at_worst[name] else None for name, n in lost.items()}
    return Analysis(sites, optimistic.elements, optimistic.service_elements, without)


def _agreed(at_best: bool, at_worst: bool) -> Status:
    """Return the status both readings agree on, else unknown."""
    if at_best != at_worst:
        return Status.UNKNOWN
    return Status.UP if at_best else Status.DOWN
