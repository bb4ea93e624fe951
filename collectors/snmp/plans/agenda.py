"""When each plan of a device is read next, and what its last reading came to."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from zlib import crc32

from bellrock.model.neighbourhood import Address, Facts
from bellrock.model.observation import NO_FACTS, Outcome
from collectors.snmp.plans.plan import Plan

_LACKED = 3600.0
"""Seconds, about, until a device that lacks a table is asked for it again."""
_LONGEST = 3600.0
"""Seconds that a plan met with silence again and again waits at most."""
_MOST_SILENCES = 10

Wanted = Sequence[tuple[Plan, float]]
"""Plans, and the seconds between two readings of each."""


@dataclass(slots=True)
class _Entry:
    """One plan of one device.

    Attributes
    ----------
    due : float
        From when it is to be read; seconds, monotonic.
    outcome : Outcome or None
        Of its last reading.
    supported : bool
        Whether the device ever had it.
    silences : int
        Readings in a row that met with no answer.
    hastened : bool
        Whether the next poll is to read it, due or not.
    notes : dict of str to str
        As :attr:`collectors.snmp.plans.plan.Asked.notes`.
    """

    due: float = -math.inf
    outcome: Outcome | None = None
    facts: Facts = NO_FACTS
    supported: bool = False
    silences: int = 0
    hastened: bool = False
    notes: dict[str, str] = field(default_factory=dict)


class Agenda:
    """The plans of one device.

    Parameters
    ----------
    wanted : sequence of (Plan, float)
        In the order in which they are read.
    interval : float
        Seconds between two polls.
    seed : str
        Tells the device from others, so that they do not all have their plans read
        in the same poll.
    """

    def __init__(self, wanted: Wanted, *, interval: float, seed: str) -> None:
        self._wanted = wanted
        self._interval = interval
        self._seed = seed
        self._uptime = 0.0
        self._begin()

    def _begin(self) -> None:
        self._entries = {plan.name: _Entry() for plan, _ in self._wanted}
        self._facts = NO_FACTS
        self._addresses: tuple[Address, ...] = ()
        self._first: str | None = None
        self._apart = False
        self._outcomes: Mapping[str, Outcome] = {}

    @property
    def facts(self) -> Facts:
        """What all plans read last."""
        return self._facts

    @property
    def addresses(self) -> tuple[Address, ...]:
        """The device's own addresses as it last told any, to place its neighbours by.

        One reading of them that fails must not move every neighbour to nowhere.
        """
        return self._addresses

    @property
    def outcomes(self) -> Mapping[str, Outcome]:
        """How the last reading of each plan ended."""
        return self._outcomes

    @property
    def apart(self) -> bool:
        """Whether each plan is asked by itself, and not what all of them ask at once.

        So it is once there was no time for all, to find out for which there is none.
        """
        return self._apart

    def postpone(self, plan: Plan | None) -> None:
        """Take in that there was no time for a plan; None if for the first question.

        With the next poll it is read first: if there is no time even then, it takes
        too much.
        """
        if plan is None:
            self._apart = True
        else:
            self._first = plan.name

    def done(self) -> None:
        """Take in that there was time for all that was due."""
        self._apart = False

    def seldom(self, plan: Plan) -> bool:
        """Return whether polls pass that do not read it."""
        return self._every(plan) >= 2 * self._interval

    def notes(self, plan: Plan) -> dict[str, str]:
        """Return what the plan keeps of the device."""
        return self._entries[plan.name].notes

    def up(self, uptime: float | None) -> None:
        """Take in how long the device has been up: after a restart all begins anew."""
        if uptime is not None:
            if uptime < self._uptime:
                self._begin()
            self._uptime = uptime

    def hasten(self, plans: Collection[str]) -> None:
        """Have the next poll read these, as far as the device has them."""
        for name in self._entries.keys() & plans:
            entry = self._entries[name]
            entry.hastened = entry.supported

    def due(self, now: float) -> Sequence[Plan]:
        """Return the plans to be read in this poll, in order.

        Those that met with silence come last: whoever is silent once is not asked any
        more in that poll, and the others should have their turn.
        """
        # The poll that comes nearest to the time, be it a little early.
        until = now + self._interval / 2
        plans = []
        for plan, _ in self._wanted:
            entry = self._entries[plan.name]
            if entry.due <= until or entry.hastened:
                plans.append(plan)
            # Whoever asks from now on means the poll after this one.
            entry.hastened = False
        return sorted(plans, key=self._place)

    def _place(self, plan: Plan) -> tuple[bool, int]:
        return plan.name != self._first, self._entries[plan.name].silences

    def settle(
        self, plan: Plan, now: float, outcome: Outcome, facts: Facts = NO_FACTS
    ) -> None:
        """Take in how a reading ended; one that failed leaves nothing of the last."""
        entry = self._entries[plan.name]
        if plan.name == self._first:
            self._first = None
        first = entry.outcome is None
        same = (entry.outcome, entry.facts) == (outcome, facts)
        entry.outcome, entry.facts = outcome, facts
        self._addresses = facts.addresses or self._addresses
        entry.supported |= outcome is Outcome.SUCCESS
        silent = outcome is Outcome.TIMEOUT
        entry.silences = min(entry.silences + 1, _MOST_SILENCES) if silent else 0
        every = self._every(plan)
        entry.due = now + self._wait(entry, every, self._share(plan), first=first)
        if same:
            return
        self._facts = Facts.merged(
            self._entries[plan.name].facts for plan, _ in self._wanted
        )
        self._outcomes = {
            name: entry.outcome
            for name, entry in self._entries.items()
            if entry.outcome is not None
        }

    def _every(self, plan: Plan) -> float:
        return next(every for known, every in self._wanted if known == plan)

    def _wait(self, entry: _Entry, every: float, share: float, *, first: bool) -> float:
        """Return the seconds until the next reading."""
        if entry.outcome is Outcome.UNSUPPORTED and not entry.supported:
            return max(every, _LACKED * (0.5 + share))
        if entry.silences > 1:
            longer = max(every, self._interval) * 2.0 ** (entry.silences - 1)
            return min(longer, max(every, _LONGEST))
        return every * share if first and every > self._interval else every

    def _share(self, plan: Plan) -> float:
        """Return a number above 0, up to 1, that is the device's and the plan's own."""
        return (crc32(f"{self._seed} {plan.name}".encode()) + 1) / 2**32
