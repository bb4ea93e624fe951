"""What a planner may ask about: failures, new circuits, growth, all at once.

Values only. :mod:`bellrock.inventory.scenarios` reads them and checks that their ids
exist; :mod:`topology.planning.applied` says what they make of a network.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum

from bellrock.model.inventory import Link, RiskGroup


class Whose(StrEnum):
    """Which demands a growth is of, besides all of them."""

    ORGANISATION = "organisation"
    KIND = "kind"


@dataclass(frozen=True, slots=True)
class Growth:
    """Demands multiplied by a factor.

    Attributes
    ----------
    name : str
        An organisation's id or a kind of site; empty for every demand.
    factor : float
        Positive; 1.3 is 30 % more.
    whose : Whose or None
        What `name` is, where somebody said so; None to find out.
    """

    name: str
    factor: float
    whose: Whose | None = None

    def __str__(self) -> str:
        """Write whose demands they are, as a scenario does."""
        if not self.name:
            return ALL
        return f"{self.whose}:{self.name}" if self.whose else self.name


ALL = "all"
"""Stands for every demand, where growth is written down."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Any combination of changes, all at once.

    Attributes
    ----------
    name : str
        For people; may be empty.
    down : tuple of str
        Ids of devices, links, sites and risk groups that fail.
    links : tuple of Link
        Circuits that are added.
    risk_groups : tuple of RiskGroup
        What some of these fail together with and nothing else does yet.
    metric : mapping of str to (int, int)
        New IGP metric of a link, from a to b and from b to a.
    capacity : mapping of str to (float, float)
        New capacity of a link, bit/s, in the same two directions.
    grow : tuple of Growth
        All that apply to a demand multiply.
    gateways_added, gateways_removed : tuple of str
        Ids of devices, or of sites for all their devices.
    """

    name: str = ""
    down: tuple[str, ...] = ()
    links: tuple[Link, ...] = ()
    risk_groups: tuple[RiskGroup, ...] = ()
    metric: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    capacity: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    grow: tuple[Growth, ...] = ()
    gateways_added: tuple[str, ...] = ()
    gateways_removed: tuple[str, ...] = ()

    @property
    def changes(self) -> int:
        """How many things it changes; a risk group only says how links fail."""
        return sum(len(part) for part in self._parts())

    def _parts(self) -> Iterator[tuple[object, ...] | Mapping[str, object]]:
        for each in fields(self):
            if each.name not in ("name", "risk_groups"):
                yield getattr(self, each.name)
