"""``bellrock probe train``: how much a path carries, for less than a megabyte."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Annotated

import typer
import uvloop
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.each import INTERRUPTED, cut_short
from bellrock.cli.probing.options import (
    Config,
    Dscp,
    Explain,
    InventoryPath,
    OnlyV4,
    OnlyV6,
    Targets,
    seconds,
)
from bellrock.cli.probing.output import Answer, Column, Event, write
from bellrock.cli.probing.places import Place, places, told
from bellrock.model.errors import UserError
from bellrock.model.throughput import Capacity
from probes.target import Target
from probes.throughput.train import Ran, TrainProbe
from probes.throughput.train_dispersion import Dispersion

_BITS = 8
_NANO = 1e9
_ETHERNET = 14

Size = Annotated[
    int,
    typer.Option(
        min=5_000,
        max=10_000_000,
        help="bytes at most in each direction, for each target; more of them see past "
        "larger token buckets",
    ),
]
Packet = Annotated[
    int,
    typer.Option(
        min=128, max=9000, help="bytes of each IP packet: the path must take it whole"
    ),
]
Deadline = Annotated[
    str,
    typer.Option(metavar="TIME", help="for each target; what came until then counts"),
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65535, help="of the reflectors; 862 if not said elsewhere"),
]


def train(
    targets: Targets,
    config: Config = None,
    inventory: InventoryPath = None,
    size: Size = 480_000,
    packet: Packet = 1400,
    deadline: Deadline = "10s",
    port: Port = None,
    dscp: Dscp = None,
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Measure capacity by trains of packets, towards STAMP reflectors and back.

    Packets sent back to back come out of the narrowest place of a path at its rate. Any
    session-reflector (RFC 8762) is a far end. The way back has a figure only where it
    is narrower than the way there; of a path that was not filled a lower bound is told.
    Targets are measured one after the other; Ctrl-C shows what was found until then.
    With --explain every train is shown.

    Exit status: 0 every target has a figure or a lower bound, 1 some have none, 2 the
    input is wrong, or this machine does not let us; 130 interrupted, 70 our fault.

    Example:
      bellrock probe train lerwick-gp-cpe1 --explain
    """
    known = told(config, inventory)
    found = places("train", targets, known, only_v4=only_v4, only_v6=only_v6)
    probe = _probe(
        size=size,
        packet=packet,
        deadline=seconds(deadline, "--deadline", least=0.1, most=300),
        dscp=dscp or 0,
    )
    rows: list[dict[str, object]] = []
    events: list[Event] = []
    notes: list[str] = []
    began = time.monotonic()
    failed = False
    done = 0
    for place in found:
        at = f", {done + 1} of {len(found)}" if len(found) > 1 else ""
        try:
            with _shown(f"{place.name}{at}", probe) as show:

                def witness(ran: Ran, place: Place = place, show: _Show = show) -> None:
                    events.append(_event(ran, place, time.monotonic() - began))
                    show(ran)

                own = place.device and place.device.ports.get("stamp")
                target = Target(place.name, place.address, port or own or None)
                both = uvloop.run(probe.measure(target, witness=witness))
        except KeyboardInterrupt:
            if not done:
                raise
            break
        rows += (_row(each, place, form) for each in both)
        notes += _notes(both)
        failed = failed or all(each.rate is None for each in both)
        done += 1
    notes += cut_short(done, len(found))
    notes.append(
        "rates are of IP packets; a shaper that counts Ethernet frames is set "
        f"{_ETHERNET / probe.packet:.1%} higher"
    )
    about = {"probe": "train", "packet": probe.packet, "cost_at_most": probe.cost()}
    shown = events if explain else None
    write(Answer(_COLUMNS, rows, _FIELDS, about, notes, shown), form)
    raise typer.Exit(INTERRUPTED if done < len(found) else int(failed))


_Show = Callable[[Ran], None]


def _probe(**given: object) -> TrainProbe:
    try:
        return TrainProbe.model_validate(given)
    except ValidationError as error:
        why = error.errors()[0]["msg"].removeprefix("Value error, ")
        raise UserError(
            f"probe train: {why}", "give a larger --size or a smaller --packet"
        ) from None


def _rate(value: object) -> str:
    """Show bit/s in units that people use.

    Examples
    --------
    >>> _rate(9_904_123.0), _rate(99_500_000.0), _rate(1e9), _rate(64_000.0)
    ('9.90M', '99.5M', '1.00G', '64.0k')
    """
    assert isinstance(value, int | float)
    for unit, scale in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= scale * 0.9995:
            shown = value / scale
            return (
                f"{shown:.{2 if shown < 9.995 else 1 if shown < 99.95 else 0}f}{unit}"
            )
    return f"{value:.0f}"


def _bytes(value: object) -> str:
    assert isinstance(value, int)
    return f"{value:,}"


_COLUMNS: Sequence[Column] = (
    Column("target", "target", 0),
    Column("direction", "direction", 9),
    Column("shown", "bit/s", -9),
    Column("low", "from", -6, _rate),
    Column("high", "to", -6, _rate),
    Column("bytes_sent", "bytes", -9, _bytes),
    Column("outcome", "outcome", 11),
)


_FIELDS = (
    *("target", "address", "direction", "outcome", "rate", "low", "high", "at_least"),
    *("layer", "bytes_sent", "detail"),
)


def _row(capacity: Capacity, place: Place, form: Format) -> dict[str, object]:
    shown: dict[str, object] = {}
    if form is Format.TABLE and capacity.rate is not None:
        bound = "≥ " if capacity.at_least else ""
        shown["shown"] = f"{bound}{_rate(capacity.rate)}"
    return {
        "target": place.name,
        "address": place.address,
        "direction": capacity.direction.value,
        "outcome": capacity.outcome.value,
        "rate": capacity.rate,
        "low": capacity.low,
        "high": capacity.high,
        "at_least": capacity.at_least,
        "layer": capacity.layer.value,
        "bytes_sent": capacity.bytes_sent,
        "detail": capacity.detail,
        **shown,
    }


def _notes(both: Sequence[Capacity]) -> Iterator[str]:
    """Say each thing once, where it holds for both directions."""
    details = {each.detail for each in both}
    for each in both:
        if not each.detail:
            continue
        if len(details) == 1:
            yield f"{each.target}: {each.detail}"
            return
        yield f"{each.target} {each.direction.value}: {each.detail}"


def _event(ran: Ran, place: Place, at: float) -> Event:
    train = ran.train
    head = (
        f"{place.name}  {len(train.sent)} packets of {train.size} octets back to back, "
        f"{len(train.rows)} answered in {train.took * 1000:.1f} ms"
    )
    strays = [f"{train.strays} datagrams answer none of them"] if train.strays else []
    length = train.rows[0].length if train.rows else train.size
    return Event(
        at,
        "->",
        head,
        [
            f"forward  {_words(ran.forward, train.size)}",
            f"reverse  {_words(ran.reverse, length)}",
            *strays,
        ],
    )


def _words(seen: Dispersion, size: int) -> str:
    if seen.gap is None:
        return f"{'':>8}  {seen.shape.value}, {seen.head + seen.tail} packets"
    rate = size * _BITS * _NANO / seen.gap
    lost = f", {seen.lost} lost" if seen.lost else ""
    return (
        f"{_rate(rate):>8}  {seen.shape.value}, give or take {seen.error:.1%}: "
        f"{seen.tail} packets after a head of {seen.head}{lost}"
    )


@contextmanager
def _shown(title: str, probe: TrainProbe) -> Iterator[_Show]:
    """Show how far it is, where there is a terminal to show it on."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        TextColumn("{task.completed:,.0f} of at most {task.total:,.0f} packets"),
    )
    console = Console(stderr=True, markup=False)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(title, total=probe.packets)

        def show(ran: Ran) -> None:
            pace = ""
            if ran.forward.gap is not None:
                rate = ran.train.size * _BITS * _NANO / ran.forward.gap
                pace = f", {_rate(rate)}bit/s {ran.forward.shape.value}"
            bar.update(task, advance=len(ran.train.sent), description=f"{title}{pace}")

        yield show
