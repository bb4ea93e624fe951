"""How often things fail and how long they stay so: what is declared, and the defaults.

Seconds throughout. MTBF is the mean time from a repair to the next failure and MTTR
that from a failure to its repair, so that a thing is down for MTTR / (MTBF + MTTR) of
the time.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

HOUR, DAY, YEAR = 3600.0, 86400.0, 365.25 * 86400.0
MINUTES_A_YEAR = YEAR / 60

OTHER = "other"
"""The kind whose default serves kinds that have none of their own."""


@dataclass(frozen=True, slots=True)
class Repair:
    """What was declared of one thing, or of all of a kind; None where nothing was."""

    mtbf: float | None = None
    mttr: float | None = None


@dataclass(frozen=True, slots=True)
class Default:
    """What is taken where nothing was declared, and where it comes from."""

    mtbf: float
    mttr: float
    source: str


_DIG_UPS = (
    "4.39 cuts a year per 1,000 sheath miles and 12 hours to repair, as published for "
    "the United States in the 1990s (Grover, Mesh-based Survivable Networks, 2003)"
)
_SUBSEA = (
    "assumed for a short coastal cable; the mean of all oceans is about 200 faults a "
    "year (Kordahi et al., SubOptic 2019) on 1.2 million km (TeleGeography, 2020), and "
    "reported repairs take 20 to 30 days (SubTel Forum, 2019)"
)

DEFAULTS: Mapping[str, Mapping[str, Default]] = {
    "devices": {
        "cpe": Default(8 * YEAR, 8 * HOUR, "assumed: one box, next working day"),
        "pe": Default(10 * YEAR, 6 * HOUR, "assumed: redundant parts, spares held"),
        "p": Default(10 * YEAR, 4 * HOUR, "assumed: redundant parts, spares near"),
        OTHER: Default(8 * YEAR, 8 * HOUR, "assumed"),
    },
    "links": {
        "access": Default(3 * YEAR, 10 * HOUR, "assumed: the last mile and its ports"),
        "core": Default(5 * YEAR, 6 * HOUR, "assumed: optics and ports, not the cable"),
        "on-site": Default(20 * YEAR, 4 * HOUR, "assumed: a patch lead"),
        "backup": Default(0.5 * YEAR, 6 * HOUR, "assumed: a radio or satellite tail"),
    },
    "risk_groups": {
        "bridge": Default(50 * YEAR, 2 * DAY, "assumed"),
        "duct": Default(7 * YEAR, 12 * HOUR, f"{_DIG_UPS}; 50 km assumed"),
        "exchange": Default(20 * YEAR, 12 * HOUR, "assumed: fire, flood, cooling"),
        "power": Default(5 * YEAR, 4 * HOUR, "assumed: longer than batteries last"),
        "subsea-cable": Default(20 * YEAR, 20 * DAY, _SUBSEA),
        "supplier": Default(10 * YEAR, 4 * HOUR, "assumed: a fault of the whole net"),
        OTHER: Default(20 * YEAR, 12 * HOUR, "assumed"),
    },
    "sites": {
        "datacentre": Default(20 * YEAR, 4 * HOUR, "assumed: two feeds, generators"),
        "exchange": Default(20 * YEAR, 12 * HOUR, "assumed: fire, flood, cooling"),
        "pop": Default(15 * YEAR, 12 * HOUR, "assumed"),
        OTHER: Default(2 * YEAR, 2 * HOUR, "assumed: mains without batteries"),
    },
}
"""By section of the inventory and kind: a device's role, a link's kind (see
`topology.availability.components`), a risk group's or a site's kind."""


@dataclass(frozen=True, slots=True)
class Targets:
    """What availability is asked for, each a ratio between 0 and 1.

    Examples
    --------
    >>> targets = Targets(default=0.999, kind={"gp": 0.9995}, priority={1: 0.9999})
    >>> targets.of("gp", 1), targets.of("gp", 3), targets.of("school", 3)
    (0.9999, 0.9995, 0.999)
    """

    default: float | None = None
    kind: Mapping[str, float] = field(default_factory=dict)
    priority: Mapping[int, float] = field(default_factory=dict)

    def of(self, kind: str, priority: int) -> float | None:
        """Return the stricter of what its kind and its priority ask, else the default.

        None where nothing is asked.
        """
        asked = [self.kind.get(kind), self.priority.get(priority)]
        return max((a for a in asked if a is not None), default=self.default)


@dataclass(frozen=True, slots=True)
class Reliability:
    """The ``reliability`` of an inventory: by kind, in place of the defaults."""

    devices: Mapping[str, Repair] = field(default_factory=dict)
    links: Mapping[str, Repair] = field(default_factory=dict)
    risk_groups: Mapping[str, Repair] = field(default_factory=dict)
    sites: Mapping[str, Repair] = field(default_factory=dict)

    def of(self, section: str, kind: str) -> tuple[Repair, Default]:
        """Return what was declared for a kind, and the default beside it.

        A kind that neither names takes what both say of `OTHER`.
        """
        told: Mapping[str, Repair] = getattr(self, section)
        known = DEFAULTS[section]
        if kind in told or kind in known:
            return told.get(kind, Repair()), known.get(kind) or known[OTHER]
        return told.get(OTHER, Repair()), known[OTHER]
