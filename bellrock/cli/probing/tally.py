"""What engines report over a whole run, added up for each target and class."""

from collections import Counter
from dataclasses import dataclass, field

from bellrock.cli.probing.output import Event
from bellrock.cli.probing.places import Place
from bellrock.model.observation import Outcome, RoundTrips, Way


@dataclass(frozen=True, slots=True)
class Marking:
    """A class of service to send in: its name, and its code point."""

    name: str
    dscp: int


@dataclass(slots=True)
class OneWay:
    """One direction of a target, over the whole run."""

    sent: int = 0
    lost: int = 0
    delays: list[float] = field(default_factory=list)
    error: float | None = None
    dscps: Counter[int] = field(default_factory=Counter)

    def add(self, way: Way) -> None:
        """Take over what a report says."""
        self.sent += way.sent
        self.lost += way.lost
        self.delays.extend(way.delays)
        if way.error is not None:
            self.error = max(way.error, self.error or 0.0)
        if way.dscp is not None:
            self.dscps[way.dscp] += 1


@dataclass(slots=True)
class Tally:
    """One target in one class, over the whole run."""

    place: Place
    marking: Marking
    delays: list[float] = field(default_factory=list)
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    late: int = 0
    duplicates: int = 0
    reordered: int = 0
    forward: OneWay | None = None
    reverse: OneWay | None = None

    @property
    def sent(self) -> int:
        """Packets whose fate is known."""
        return self.outcomes.total()

    @property
    def lost(self) -> int:
        """Those of them that were not answered in time."""
        return self.sent - self.outcomes[Outcome.SUCCESS]

    def add(self, trips: RoundTrips) -> None:
        """Take over what the engine reports."""
        self.delays.extend(trips.delays)
        self.outcomes.update(trips.outcomes)
        self.late += trips.late
        self.duplicates += trips.duplicates
        self.reordered += trips.reordered
        if trips.forward is not None:
            self.forward = self.forward or OneWay()
            self.forward.add(trips.forward)
        if trips.reverse is not None:
            self.reverse = self.reverse or OneWay()
            self.reverse.add(trips.reverse)


@dataclass(slots=True)
class Run:
    """What came of a command.

    Attributes
    ----------
    error : float
        Bound in seconds on our own timing error.
    unsent : Counter of str
        Packets this machine would not send, by the name of the error.
    strays, untimed : int
        As the engine counts them.
    events : list of Event or None
        What was sent and seen, where that is wanted.
    """

    tallies: list[Tally]
    error: float = 0.0
    unsent: Counter[str] = field(default_factory=Counter)
    strays: int = 0
    untimed: int = 0
    events: list[Event] | None = None
