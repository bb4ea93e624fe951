"""Run an engine for a number of packets, and say what came of each target."""

import asyncio
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bellrock.cli.probing.output import Event
from bellrock.cli.probing.places import Place
from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome, RoundTrips, Way
from probes.channel import Answer, Channel
from probes.paced import PacedProbe
from probes.target import Target

_SLACK = 0.5
"""Seconds beyond the last deadline until we give up on an engine."""
_MOST_EXPLAINED = 64
"""Targets whose every packet is shown: each has sockets of its own."""
_MOST_EVENTS = 20_000

Words = Callable[[bytes, bool], tuple[str, Sequence[str]]]
"""Says what a datagram is, given whether it was sent: a line, and more lines."""


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


class _Witness:
    """A channel that shows what goes through the one behind it."""

    def __init__(
        self, channel: Channel, note: Callable[[str, bytes, bool], None]
    ) -> None:
        self.sock = channel.sock
        self.sequences = channel.sequences
        self._channel = channel
        self._note = note

    def request(self, sequence: int, cookie: int, now: int) -> tuple[bytes, int]:
        datagram, token = self._channel.request(sequence, cookie, now)
        self._note("->", datagram, True)
        return datagram, token

    def answer(self, data: bytes) -> Answer | None:
        self._note("<-", data, False)
        return self._channel.answer(data)

    def quoted(self, data: bytes) -> Answer | None:
        self._note("!!", data, True)
        return self._channel.quoted(data)


def measure(
    probe: PacedProbe,
    targets: Sequence[tuple[Place, Target]],
    markings: Sequence[Marking],
    *,
    count: int,
    words: Words | None,
) -> Run:
    """Send `count` packets to every target in every class, and wait for the answers.

    Parameters
    ----------
    targets : sequence of (Place, Target)
        The second's id is the first's name.
    words : callable or None
        Explains packets; None where nothing is to be explained.

    Raises
    ------
    UserError
        If a socket may not be opened, or too many targets are to be explained.
    """
    if words is not None and len(targets) > _MOST_EXPLAINED:
        raise UserError(
            f"probe {probe.name}: --explain of {len(targets):,} targets",
            f"name {_MOST_EXPLAINED} at most, or leave --explain out",
        )
    return uvloop.run(_measure(probe, targets, markings, count, words))


async def _measure(
    probe: PacedProbe,
    targets: Sequence[tuple[Place, Target]],
    markings: Sequence[Marking],
    count: int,
    words: Words | None,
) -> Run:
    began = time.monotonic()
    tallies = {
        (target.id, marking.name): Tally(place, marking)
        for place, target in targets
        for marking in markings
    }
    run = Run(list(tallies.values()), events=None if words is None else [])
    finished = asyncio.Event()
    left = dict.fromkeys(tallies, count)

    with _shown(count * len(tallies)) as show:

        def report(trips: RoundTrips) -> None:
            at = trips.target, trips.service_class
            tallies[at].add(trips)
            _note_outcomes(run, trips, tallies[at].place, time.monotonic() - began)
            left[at] -= trips.sent
            show(run.tallies)
            if all(each <= 0 for each in left.values()):
                finished.set()

        engines = []
        try:
            for marking in markings:
                groups = [targets] if words is None else [[each] for each in targets]
                for group in groups:
                    engine = probe.engine(
                        [target for _, target in group],
                        report=report,
                        service_class=marking.name,
                        dscp=marking.dscp,
                        through=_through(run, group[0][0], marking, words, began),
                    )
                    engines.append(engine)
                    engine.open()
                    engine.limit(count)
        except UserError:
            for engine in engines:
                engine.close()
            raise
        asyncio.get_running_loop().add_signal_handler(signal.SIGINT, finished.set)
        running = [asyncio.create_task(engine.run()) for engine in engines]
        longest = (count + 1) * probe.interval + probe.deadline + _SLACK
        await _until(finished, running, longest)
    for engine in engines:
        run.error = max(run.error, engine.error_bound)
        run.unsent += engine.counts.unsent
        run.strays += engine.counts.strays
        run.untimed += engine.counts.untimed
    return run


async def _until(
    finished: asyncio.Event, running: Sequence[asyncio.Task[None]], longest: float
) -> None:
    """Wait for the end, for as long as it may take, or until an engine fails."""
    waiting = asyncio.create_task(finished.wait())
    done, _ = await asyncio.wait(
        [waiting, *running], timeout=longest, return_when=asyncio.FIRST_COMPLETED
    )
    for task in (waiting, *running):
        task.cancel()
    await asyncio.gather(waiting, *running, return_exceptions=True)
    for task in done:
        task.result()


def _through(
    run: Run, place: Place, marking: Marking, words: Words | None, began: float
) -> Callable[[Channel], Channel]:
    if words is None:
        return lambda channel: channel

    def note(arrow: str, data: bytes, sent: bool) -> None:
        head, lines = words(data, sent)
        quoted = "ICMP says it did not arrive: " if arrow == "!!" else ""
        _add(
            run,
            Event(
                time.monotonic() - began,
                arrow,
                f"{_titled(place, marking.name)}  {quoted}{head}",
                lines,
            ),
        )

    return lambda channel: _Witness(channel, note)


def _note_outcomes(run: Run, trips: RoundTrips, place: Place, at: float) -> None:
    """Say what an engine made of packets, beside what went by."""
    title = _titled(place, trips.service_class)
    for delay in trips.delays:
        _add(run, Event(at, "**", f"{title}  answered after {delay * 1000:.3f} ms"))
    for outcome, packets in trips.outcomes.items():
        if outcome is not Outcome.SUCCESS:
            arrow = ".." if outcome is Outcome.TIMEOUT else "!!"
            _add(run, Event(at, arrow, f"{title}  {packets} {outcome.value}"))
    for number, what in (
        (trips.late, "after the deadline: lost all the same"),
        (trips.duplicates, "once more"),
        (trips.reordered, "after one to a packet sent later"),
    ):
        if number:
            _add(run, Event(at, "**", f"{title}  {number} answered {what}"))


def _add(run: Run, event: Event) -> None:
    if run.events is not None and len(run.events) < _MOST_EVENTS:
        run.events.append(event)


def _titled(place: Place, service_class: str) -> str:
    name = (
        place.name if place.name == place.address else f"{place.name} {place.address}"
    )
    return f"{name} ({service_class})"


@contextmanager
def _shown(packets: int) -> Iterator[Callable[[Sequence[Tally]], None]]:
    """Show how far it is, where there is a terminal to show it on."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TextColumn("{task.completed:.0f} of {task.total:.0f} packets"),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task("probing", total=packets)

        def show(tallies: Sequence[Tally]) -> None:
            lost = sum(each.lost for each in tallies)
            bar.update(
                task,
                completed=sum(each.sent for each in tallies),
                description=f"probing, {lost:,} lost" if lost else "probing",
            )

        yield show
