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

MOST_WORDS = 200
"""Characters of whatever the far end says that are repeated."""
_MOST_EVENTS = 500

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
class Seen:
    """What one attempt has seen so far; what came before a failure is kept.

    Attributes
    ----------
    phases, detail, expires, clock, hold
        As :class:`bellrock.model.check.Attempt` has them.
    events : list of Event or None
        None where nobody asked what was sent and seen.
    """

    phases: list[tuple[Phase, float]] = field(default_factory=list)
    detail: str = ""
    expires: float | None = None
    clock: ClockReading | None = None
    hold: float = 0.0
    events: list[Event] | None = None
    began: float = field(default_factory=perf_counter)

    @contextmanager
    def phase(self, phase: Phase) -> Iterator[None]:
        """Time what is done within; not what fails."""
        started = perf_counter()
        yield
        self.phases.append((phase, perf_counter() - started))

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
