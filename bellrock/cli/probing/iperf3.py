"""``bellrock probe iperf3``: what a real transfer gets, within bounds."""

import asyncio
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, TypeVar

import typer
import uvloop

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.options import (
    Config,
    Dscp,
    Explain,
    InventoryPath,
    OnlyV4,
    OnlyV6,
    seconds,
)
from bellrock.cli.probing.output import Answer, Column, Event, write
from bellrock.cli.probing.places import Place, places, told
from bellrock.inventory.rates import capacity as written_rate
from bellrock.model.errors import UserError
from bellrock.model.observation import Direction
from bellrock.model.transfer import Transfer
from bellrock.runtime.remote import run_on
from bellrock.runtime.told import Told
from bellrock.runtime.trials import credentials_of
from collectors.ssh.settings import SshSettings
from probes.throughput.command import Ran, Run, run_here
from probes.throughput.failure import NotMeasuredError
from probes.throughput.figures import Figures, figures
from probes.throughput.iperf3 import PORT, Iperf3, measure
from probes.throughput.settings import Protocol
from probes.throughput.written import size as written_size

_PAUSE = 1.0
"""Seconds between two directions: a server takes a moment to be ready again."""


class Both(StrEnum):
    """Which directions to measure."""

    FORWARD = Direction.FORWARD.value
    REVERSE = Direction.REVERSE.value
    BOTH = "both"


Host = Annotated[
    str,
    typer.Argument(
        metavar="HOST",
        help="where iperf3 -s runs: a device's id, a host name or an address",
    ),
]
Rate = Annotated[str, typer.Option(metavar="RATE", help="bit/s at most: 100M, 1G")]
Size = Annotated[
    str, typer.Option(metavar="SIZE", help="bytes at most in each direction: 20MB")
]
Longest = Annotated[
    str,
    typer.Option(metavar="TIME", help="at most, each way; what came until then counts"),
]
Port = Annotated[int, typer.Option(min=1, max=65535, help="where the server listens")]
From = Annotated[
    str | None,
    typer.Option(
        "--from", metavar="DEVICE", help="run it there, over SSH, and not on this host"
    ),
]


def iperf3(
    host: Host,
    config: Config = None,
    inventory: InventoryPath = None,
    rate: Rate = "100M",
    size: Size = "20MB",
    longest: Longest = "20s",
    port: Port = PORT,
    direction: Annotated[Both, typer.Option(help="which way data flows")] = Both.BOTH,
    udp: Annotated[bool, typer.Option("--udp", help="UDP instead of TCP")] = False,
    source: From = None,
    dscp: Dscp = None,
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Transfer data to a server of iperf3 and back, and show what that got.

    Never faster than --rate, nor more than --size or --longest; it takes nothing from
    the budget of the monitor's own tests and asks nobody how busy links are. Shown are
    the capacity for IP packets and RFC 6349's figures. Forward is towards HOST.

    Exit status: 0 every direction has a figure, 1 some have none, 2 the input is wrong,
    70 our fault.

    Example:
      bellrock probe iperf3 lerwick-gp-host --rate 50M --size 10MB
    """
    known = told(config, inventory)
    place = places("iperf3", [host], known, only_v4=only_v4, only_v6=only_v6)[0]
    ways = (Both.FORWARD, Both.REVERSE) if direction is Both.BOTH else (direction,)
    tests = [
        Iperf3(
            host=place.address,
            port=port,
            protocol=Protocol.UDP if udp else Protocol.TCP,
            direction=Direction(way.value),
            rate=_read(written_rate, rate, "--rate"),
            size=_read(_octets, size, "--size"),
            longest=seconds(longest, "--longest", least=1, most=300),
            dscp=dscp or 0,
        )
        for way in ways
    ]
    if sys.stderr.isatty():
        most = sum(test.most for test in tests)
        print(f"sending at most {most:,} bytes …", file=sys.stderr)
    log: list[Event] = []
    run = _noted(_run(source, known), log)
    found = uvloop.run(_all(tests, run))
    rows = [_row(each, place, form) for each in found]
    about: dict[str, object] = {
        "probe": "iperf3",
        "rate_at_most": tests[0].rate,
        "size_at_most": tests[0].size,
    }
    notes, shown = list(_notes(found)), log if explain else None
    write(Answer(_COLUMNS, rows, _FIELDS, about, notes, shown), form)
    raise typer.Exit(0 if all(each.transfer for each in found) else 1)


@dataclass(frozen=True, slots=True)
class _Found:
    test: Iperf3
    transfer: Transfer | None = None
    failure: NotMeasuredError | None = None

    @property
    def figures(self) -> Figures | None:
        if self.transfer is None:
            return None
        return figures(self.transfer, cap=self.test.rate)


async def _all(tests: Sequence[Iperf3], run: Run) -> list[_Found]:
    found: list[_Found] = []
    for at, test in enumerate(tests):
        if at:
            await asyncio.sleep(_PAUSE)
        try:
            found.append(_Found(test, await measure(test, run)))
        except NotMeasuredError as error:
            found.append(_Found(test, failure=error))
    return found


def _run(source: str | None, known: Told | None) -> Run:
    if source is None:
        return run_here
    if known is None:
        raise UserError(
            f"probe iperf3 --from {source}: no settings", "say where with -c FILE"
        )
    device, credentials = credentials_of(source, known.settings, known.inventory)
    ssh = known.settings.collectors["ssh"]
    assert isinstance(ssh, SshSettings)
    return run_on(device, credentials, ssh)


def _noted(run: Run, log: list[Event]) -> Run:
    """Note every command, and what came of it."""

    async def noted(command: Sequence[str], longest: float) -> Ran:
        loop = asyncio.get_running_loop()
        began = loop.time()
        log.append(Event(0.0, "->", " ".join(command), []))
        ran = await run(command, longest)
        lines = ran.output.decode("utf-8", "replace").splitlines()
        took = loop.time() - began
        log.append(Event(took, "<-", f"ended with status {ran.status}", lines))
        return ran

    return noted


def _octets(text: object) -> int:
    # The settings tell a number from a text; on the command line all is text.
    return written_size(int(text) if isinstance(text, str) and text.isdigit() else text)


_Number = TypeVar("_Number", int, float)


def _read(read: Callable[[object], _Number], text: str, option: str) -> _Number:
    try:
        return read(text)
    except ValueError as error:
        what, _, instead = str(error).partition("; ")
        raise UserError(f"{option} {text}: {what}", instead) from None


def _bits(value: object) -> str:
    """Show bit/s in millions.

    Examples
    --------
    >>> _bits(99_512_345.0), _bits(987_654_321.0)
    ('99.51M', '987.7M')
    """
    assert isinstance(value, int | float)
    return f"{value / 1e6:.{2 if value < 1e8 else 1}f}M"


def _share(value: object) -> str:
    assert isinstance(value, int | float)
    return f"{value:.2%}" if value < 10 else f"{value:.0%}"


_COLUMNS: Sequence[Column] = (
    Column("target", "target", 0),
    Column("direction", "way", 7),
    Column("rate", "payload", -8, _bits),
    Column("shown", "capacity", -9),
    Column("bound", "±", -6, _bits),
    Column("efficiency", "TCP eff", -7, _share),
    Column("buffer_delay", "buffers", -7, _share),
    Column("outcome", "outcome", 11),
)


_FIELDS = (
    *("target", "address", "direction", "protocol", "outcome", "detail"),
    *("rate", "capacity", "error", "at_least", "seconds", "bytes_sent", "mtu"),
    *("efficiency", "buffer_delay", "transfer_time_ratio"),
    *("bandwidth_delay_product", "loss", "variation"),
)


def _row(found: _Found, place: Place, form: Format) -> dict[str, object]:
    row: dict[str, object] = {
        "target": place.name,
        "address": place.address,
        "direction": found.test.direction.value,
        "protocol": found.test.protocol.value,
        "outcome": "success" if found.failure is None else found.failure.outcome.value,
        "detail": "" if found.failure is None else found.failure.detail,
    }
    if found.transfer is not None:
        row["detail"] = found.transfer.complaint
    transfer, told_of = found.transfer, found.figures
    if transfer is None or told_of is None:
        return row
    shown: dict[str, object] = {}
    if form is Format.TABLE:
        # What was held by the cap has no bound above, so that its ± means nothing.
        sign, bound = ("≥ ", None) if transfer.capped else ("", transfer.error)
        shown = {"shown": f"{sign}{_bits(transfer.capacity)}", "bound": bound}
    return (
        row
        | shown
        | {
            "rate": transfer.rate,
            "capacity": transfer.capacity,
            "error": transfer.error,
            "at_least": transfer.capped,
            "seconds": transfer.seconds,
            "bytes_sent": transfer.wire,
            "mtu": transfer.mtu,
            "efficiency": told_of.efficiency,
            "buffer_delay": told_of.buffer_delay,
            "transfer_time_ratio": told_of.transfer_time_ratio,
            "bandwidth_delay_product": told_of.bandwidth_delay_product,
            "loss": transfer.loss,
            "variation": transfer.variation,
        }
    )


def _notes(found: Sequence[_Found]) -> Iterator[str]:
    for each in found:
        if each.failure is not None:
            yield f"{each.test.direction.value}: {each.failure.detail}"
        elif each.transfer is not None:
            yield from _remarks(each.test.direction.value, each.transfer, each.figures)


def _remarks(way: str, transfer: Transfer, told_of: Figures | None) -> Iterator[str]:
    sent = f"{way}: {transfer.wire:,} bytes in {transfer.seconds:.2f} s"
    if told_of is not None and told_of.transfer_time_ratio is not None:
        sent += f", {told_of.transfer_time_ratio:.2f} times the least they could take"
    if transfer.loss is not None:
        sent += f", {transfer.loss:.2%} of the datagrams lost"
    yield sent
    if transfer.complaint:
        yield f"{way}: {transfer.complaint}"
    if transfer.capped:
        yield f"{way}: held by --rate, so the path carries at least that"
