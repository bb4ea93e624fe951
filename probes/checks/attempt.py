"""Where a check goes, and what it notes on the way."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter
from typing import Protocol

from bellrock.model.check import ClockReading, Event, Family, Phase
from bellrock.model.observation import Outcome
from probes.checks.resolving import Resolver
from probes.checks.rounds import Rounds

MOST_WORDS = 200
"""Characters of whatever the far end says that are repeated."""
_MOST_EVENTS = 500
_STAMPED = 1e-6
"""Seconds by which the kernel's own times may be off."""

FAMILIES = {Family.IPV4: socket.AF_INET, Family.IPV6: socket.AF_INET6}


@dataclass(frozen=True, slots=True)
class Place:
    """Where to ask.

    Attributes
    ----------
    target : str
        As it was written.
    host : str
        The name in it, or the address. Certificates are held against it.
    address : str
        One of its addresses, numeric.
    family : Family
        Of `address`.
    resolver : Resolver
        Knows where else there is to ask.
    """

    target: str
    host: str
    address: str
    family: Family
    resolver: Resolver


@dataclass(slots=True)
class Timed:
    """A phase while it lasts, and what the kernel knows of it.

    Attributes
    ----------
    started : float
        Seconds, as :func:`time.perf_counter` has them.
    known : tuple of float or None
        How long it took by the kernel, and the bound on that; seconds.
    """

    started: float
    known: tuple[float, float] | None = None
    _leaving: float = 0.0

    def sent(self) -> None:
        """Note that what is to be answered has left by now."""
        self._leaving = perf_counter() - self.started

    def ended(self, at: float | None) -> None:
        """Take over when the kernel had the answer, if it tells.

        A moment before the question is a clock that was set: nothing is known then.
        """
        if at is not None and at >= self.started:
            self.known = at - self.started, self._leaving + _STAMPED

    def took(self, seconds: float) -> None:
        """Take over how long it took."""
        self.known = seconds, _STAMPED


@dataclass(slots=True)
class Seen:
    """What one attempt has seen so far; what came before a failure is kept.

    Attributes
    ----------
    phases, timing_error, detail, expires, clock, hold
        As :class:`bellrock.model.check.Attempt` has them.
    rounds : Rounds
        Of the event loop; all that is asked at a time shares one.
    events : list of Event or None
        None where nobody asked what was sent and seen.
    """

    phases: list[tuple[Phase, float]] = field(default_factory=list)
    timing_error: float | None = None
    detail: str = ""
    expires: float | None = None
    clock: ClockReading | None = None
    hold: float = 0.0
    events: list[Event] | None = None
    began: float = field(default_factory=perf_counter)
    rounds: Rounds = field(default_factory=Rounds)

    @contextmanager
    def phase(self, phase: Phase, waits: int = 1) -> Iterator[Timed]:
        """Time what is done within; not what fails.

        Parameters
        ----------
        waits : int
            How often, one after the other, the far end is waited for.
        """
        with self.rounds.watched() as wait:
            timed = Timed(perf_counter())
            yield timed
            took = perf_counter() - timed.started
        # What is sent may wait here as long as what comes: loops collect it.
        took, error = timed.known or (took, min(took, 2 * waits * wait.longest))
        self.phases.append((phase, took))
        self.timing_error = max(error, self.timing_error or 0.0)

    def note(self, arrow: str, head: str, *lines: str) -> None:
        """Remember what was sent or seen, if anybody asked."""
        if self.events is not None and len(self.events) < _MOST_EVENTS:
            at = perf_counter() - self.began
            shown = [printable(line) for line in lines]
            self.events.append(Event(at, arrow, printable(head), shown))


class Call(Protocol):
    """The section of a check: its settings, and the measurement they describe."""

    async def __call__(self, place: Place, seen: Seen) -> Outcome:
        """Ask `place` once."""


def printable(text: str | bytes) -> str:
    """Return what the far end said as it may be shown, and no more than bears it.

    Examples
    --------
    >>> printable(b"220 ok") + printable("!" * 201)[-4:]
    '220 ok!...'
    """
    if isinstance(text, bytes):
        text = text[: 4 * MOST_WORDS].decode("utf-8", "replace")
    shown = "".join(c if c.isprintable() else "\ufffd" for c in text[: MOST_WORDS + 1])
    return shown if len(shown) <= MOST_WORDS else shown[:MOST_WORDS] + "..."
