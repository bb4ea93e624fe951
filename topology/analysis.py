"""Everything a network state means for its sites, as one value.

Unknown elements are taken as up and then as down; what both readings agree on is
published, the rest is unknown. Reach and redundancy can only fall when more is down,
so where the two extremes agree every case in between does too.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from bellrock.model.inventory import Inventory
from bellrock.model.status import Status
from topology.network import Network
from topology.reading import Element, Reading
from topology.redundancy import Level, Levels
from topology.state import NetworkState

if TYPE_CHECKING:
    from topology.graph import Layout


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
