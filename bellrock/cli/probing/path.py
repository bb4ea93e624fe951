"""``bellrock probe path``: every way to a target, and what fits through each."""

import asyncio
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import ValidationError

from bellrock.cli.answers import Format, OutputFormat
from bellrock.cli.probing.each import INTERRUPTED, cut_short, each
from bellrock.cli.probing.options import (
    Config,
    Deadline,
    Dscp,
    Explain,
    InventoryPath,
    OnlyV4,
    OnlyV6,
    Targets,
    seconds,
)
from bellrock.cli.probing.output import Answer, Column, Event, milliseconds, write
from bellrock.cli.probing.places import Place, places, told
from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome
from bellrock.model.route import Branch, Ending, Flow, MtuSource, Route
from bellrock.model.words import counted
from probes.path.settings import PathProbe
from probes.path.syn import RST, SYN_ACK
from probes.path.tracer import Event as Happened
from probes.path.tracer import Tracer
from probes.target import Target

Flows = Annotated[
    int | None,
    typer.Option(min=1, max=256, help="the most to follow; as many as are needed"),
]
MaxTtl = Annotated[
    int | None, typer.Option("--max-ttl", min=1, max=64, help="the farthest hop to ask")
]
Confidence = Annotated[
    float | None,
    typer.Option(
        min=0.5, max=0.9999, help="with which all branches of a router are to be found"
    ),
]
Rate = Annotated[
    float | None, typer.Option(min=1, max=10_000, help="packets a second at most")
]


class Method(StrEnum):
    """What packets ways are looked for with."""

    UDP = "udp"
    TCP = "tcp"


By = Annotated[
    Method | None,
    typer.Option("--method", help="udp; tcp: SYNs, no MTUs, needs CAP_NET_RAW"),
]
Port = Annotated[
    int | None,
    typer.Option(min=1, max=65_535, help="to send to: 33434 by udp, 443 by tcp"),
]
NoMtu = Annotated[bool, typer.Option("--no-mtu", help="leave out what fits through")]
Duration = Annotated[
    str | None, typer.Option(metavar="TIME", help="after which to end: 30s, 2m")
]

_COLUMNS = (
    Column("target", "target", 0),
    Column("branch", "br", -2),
    Column("ttl", "ttl", -3),
    Column("address", "hop", 0),
    Column("rtt", "ms", -6, milliseconds),
    Column("flows", "flows", -5),
    Column("mtu", "mtu", -5),
    Column("note", "", 0),
)

_FIELDS = tuple(column.key for column in _COLUMNS)

_ENDS = {
    Ending.UNREACHABLE: "says: no way",
    Ending.LOOP: "loop",
    Ending.SILENT: "silence beyond",
    Ending.TOO_FAR: "goes on",
}

_SAID = {
    SYN_ACK: "the target's SYN-ACK (the port is open)",
    RST: "the target's RST (the port is closed)",
}


def path(
    targets: Targets,
    config: Config = None,
    inventory: InventoryPath = None,
    flows: Flows = None,
    max_ttl: MaxTtl = None,
    confidence: Confidence = None,
    no_mtu: NoMtu = False,
    rate: Rate = None,
    method: By = None,
    port: Port = None,
    deadline: Deadline = None,
    duration: Duration = None,
    dscp: Dscp = None,
    only_v4: OnlyV4 = False,
    only_v6: OnlyV6 = False,
    explain: Explain = False,
    form: OutputFormat = Format.TABLE,
) -> None:
    """Find all ways that load balancing sends packets, hop by hop, and their MTUs.

    No privilege is needed: an ordinary UDP socket is told what routers say of its own
    packets. Where a firewall lets no UDP through, --method tcp sends the first packet
    of a TCP connection instead, and measures no MTU. What does not answer is shown as
    *, and never guessed. MTUs are of IP packets, in bytes, and are tried, not only
    believed; "black hole" means that larger packets vanish without a word. Ctrl-C shows
    what was found until then.

    Exit status: 0 every target was reached, 1 some was not, or a black hole was found,
    2 the input is wrong, 130 interrupted, 70 our fault.

    Example:
      bellrock probe path lerwick-pe1 --explain
      bellrock probe path council-web --method tcp
    """
    known = told(config, inventory)
    found = places("path", targets, known, only_v4=only_v4, only_v6=only_v6)
    given: dict[str, object] = {
        "flows": flows,
        "max_ttl": max_ttl,
        "confidence": confidence,
        "rate": rate,
        "method": method.value if method is not None else None,
        "port": port,
        "dscp": dscp,
        "mtu": False if no_mtu else None,
    }
    if deadline is not None:
        given["deadline"] = seconds(deadline, "--deadline", least=0.05, most=10)
    if duration is not None:
        given["duration"] = seconds(duration, "--duration", least=0.1, most=600)
    section = known.settings.probes.get("path") if known is not None else None
    before = section.model_dump() if isinstance(section, PathProbe) else {}
    changed = {key: value for key, value in given.items() if value is not None}
    try:
        probe = PathProbe.model_validate({**before, **changed})
    except ValidationError as error:
        first = error.errors()[0]
        raise UserError(f"probe path: {first['loc'][0]}", first["msg"]) from None
    events: list[Event] | None = [] if explain else None
    routes = asyncio.run(_trace(found, probe, events))
    write(_answer(routes, len(found), events), form)
    if len(routes) < len(found):
        raise typer.Exit(INTERRUPTED)
    bad = any(route.outcome is not Outcome.SUCCESS or _holes(route) for route in routes)
    raise typer.Exit(1 if bad else 0)


async def _trace(
    found: Sequence[Place], probe: PathProbe, events: list[Event] | None
) -> list[Route]:
    tracer = Tracer(probe)

    async def one(place: Place) -> Route:
        def watch(happened: Happened) -> None:
            if events is not None:
                events.append(_told(place, happened))

        target = Target(place.name, place.address)
        return await tracer.trace(target, watch=None if events is None else watch)

    what = f"tracing, each for up to {probe.duration:g} s"
    try:
        # The time each has begins with its turn, or the last would have none left.
        traced = await each(found, one, at_once=probe.at_once, what=what)
    finally:
        await tracer.close()
    return [route for _, route in traced]


def _told(place: Place, happened: Happened) -> Event:
    """Say in words what was sent or seen."""
    at, kind, source, ttl, size, heard, rtt = happened
    packet = f"{place.name} from port {source}, TTL {ttl}, {size} octets"
    if kind == "sent":
        return Event(at, "->", packet)
    if kind == "lost":
        return Event(at, "..", f"{packet}: no answer in time")
    if heard is None:
        return Event(at, "**", packet)
    said = f"ICMP type {heard.type} code {heard.code} from {heard.offender}"
    if heard.offender is None:
        said = _SAID.get(heard.type, "an application's answer")
    if heard.mtu:
        said += f", MTU {heard.mtu}"
    if heard.labels:
        said += f", MPLS {' '.join(map(str, heard.labels))}"
    if kind == "stray":
        why = "it does not quote what we sent, or says what cannot be"
        return Event(at, "**", f"port {source}: {said}: not believed: {why}")
    after = "" if rtt is None else f" after {milliseconds(rtt)} ms"
    late = ", late" if kind == "late" else ""
    return Event(at, "<-", f"{said}{after}{late}", [packet])


def _answer(
    routes: Sequence[Route], targets: int, events: list[Event] | None
) -> Answer:
    rows = [row for route in routes for row in _rows(route)]
    notes = [note for route in routes for note in _notes(route)]
    notes += cut_short(len(routes), targets)
    about = {
        "routes": [
            {
                "target": route.target,
                "address": route.address,
                "outcome": route.outcome.value,
                "detail": route.detail,
                "branches": len(route.branches),
                "mtu": route.mtu,
                "confidence": route.confidence,
                "incomplete": sorted(route.incomplete),
                "per_packet": sorted(route.per_packet),
                "sent": route.sent,
                "answered": route.answered,
                "strays": route.strays,
                "duration": round(route.duration, 3),
                "flows": [_flow(flow) for flow in route.flows],
            }
            for route in routes
        ]
    }
    return Answer(_COLUMNS, rows, _FIELDS, about, notes, events)


def _flow(flow: Flow) -> dict[str, object]:
    return {
        "source_port": flow.source_port,
        "destination_port": flow.destination_port,
        "ending": flow.ending.value,
        "code": flow.code,
        "mtu": flow.mtu,
        "mtu_source": flow.mtu_source,
        "mtu_told_by": flow.mtu_told_by,
        "hops": [
            {
                "ttl": hop.ttl,
                "address": hop.address,
                "rtt": hop.rtt,
                "others": list(hop.others),
                "labels": list(hop.labels),
            }
            for hop in flow.hops
        ],
    }


def _rows(route: Route) -> Iterator[dict[str, object]]:
    """Yield a row for each hop of each branch; what branches share, only once.

    A target that nothing is known of the way to has a row, too: it was asked.
    """
    if not any(branch.hops for branch in route.branches):
        yield {"target": route.target, "address": "*", "note": route.outcome.value}
        return
    shown: set[tuple[int, str | None, str | None]] = set()
    for number, branch in enumerate(route.branches, 1):
        last = len(branch.hops)
        before: str | None = ""
        for ttl, address in enumerate(branch.hops, 1):
            place = (ttl, before, address)
            before = address
            if place in shown and ttl != last:
                continue
            shown.add(place)
            end = ttl == last
            hops = [f.hops[ttl - 1] for f in branch.flows if ttl <= len(f.hops)]
            rtts = [hop.rtt for hop in hops if hop.rtt is not None]
            labels = next((hop.labels for hop in hops if hop.labels), ())
            yield {
                "target": route.target,
                "branch": number,
                "ttl": ttl,
                "address": address or "*",
                "rtt": min(rtts, default=None),
                "flows": len(branch.flows) if end else None,
                "mtu": branch.mtu if end else None,
                "note": _note(route, branch, ttl, labels),
            }


def _note(route: Route, branch: Branch, ttl: int, labels: tuple[int, ...]) -> str:
    words = []
    if ttl == len(branch.hops):
        hole = any(flow.black_hole for flow in branch.flows)
        word = "black hole" if hole else _ENDS.get(branch.flows[0].ending, "")
        words += [word] if word else []
        if any(flow.mtu_source is MtuSource.TOLD for flow in branch.flows):
            words.append("MTU at most")
    if ttl in route.per_packet:
        words.append("per packet")
    if labels:
        words.append(f"MPLS {' '.join(map(str, labels))}")
    return ", ".join(words)


def _notes(route: Route) -> Iterator[str]:
    """Yield what a table cannot say."""
    name = route.target
    if not route.flows:
        yield f"{name}: nothing could be sent: {route.outcome} {route.detail}".rstrip()
        return
    count, flows = len(route.branches), len(route.flows)
    ways = "1 way" if count == 1 else f"{count} ways"
    yield (
        f"{name}: {ways}, {flows} flows, {route.sent} packets, "
        f"{route.answered} answered, {route.duration:.1f} s"
    )
    if not route.reached:
        yield f"{name}: the target did not answer ({route.outcome})"
    if route.incomplete:
        where = ", ".join(map(str, sorted(route.incomplete)))
        yield (
            f"{name}: there may be more ways at TTL {where}: "
            "raise --duration or --flows"
        )
    for flow in _narrow(route):
        yield (
            f"{name}: MTU {flow.mtu} was named by {flow.mtu_told_by}, "
            "before its narrow link"
        )
    if _holes(route):
        yield (
            f"{name}: packets over {_holes(route)[0].mtu} bytes vanish in "
            f"{len(_holes(route))} of {flows} flows, and no router says so: "
            "let ICMP 3/4 (IPv6: type 2) through, or clamp the TCP MSS"
        )
    if route.strays:
        yield f"{name}: {counted(route.strays, 'answer')} not believed (see --explain)"


def _narrow(route: Route) -> list[Flow]:
    """Return one flow for each router that named an MTU."""
    by = {flow.mtu_told_by: flow for flow in route.flows if flow.mtu_told_by}
    return list(by.values())


def _holes(route: Route) -> list[Flow]:
    return [flow for flow in route.flows if flow.black_hole]
