"""Run an engine for a number of packets, and say what came of each target."""

import asyncio
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import uvloop
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from bellrock.cli.probing.output import Event
from bellrock.cli.probing.places import Place
from bellrock.cli.probing.tally import Marking, Run, Tally
from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome, RoundTrips
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
