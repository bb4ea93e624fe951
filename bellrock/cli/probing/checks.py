"""Asking services once, by the monitor's own checks, and what is shown of it."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import NamedTuple

import typer
import uvloop
from pydantic import ValidationError

from bellrock.cli.answers import Format
from bellrock.cli.probing.each import INTERRUPTED, cut_short, each
from bellrock.cli.probing.options import seconds
from bellrock.cli.probing.output import Answer, Column, Event, milliseconds, write
from bellrock.model.check import Attempt, CheckReading, Phase
from bellrock.model.errors import UserError
from bellrock.model.observation import Outcome
from probes.checks.measure import measure
from probes.checks.resolving import Resolver
from probes.checks.rounds import Rounds
from probes.checks.settings import Check

_HEADINGS = {
    Phase.RESOLVE: "resolve",
    Phase.CONNECT: "connect",
    Phase.TLS: "tls",
    Phase.FIRST_BYTE: "first",
}
_MOST_TARGETS = 1_000
_AT_ONCE = 64
_USER = re.compile(r"//[^/?#]*@")
"""The part of a web address that may hold a password: it is never shown."""


def check_now(
    kind: str,
    targets: Sequence[str],
    *,
    deadline: str,
    only_v4: bool,
    only_v6: bool,
    explain: bool,
    form: Format,
    **section: object,
) -> None:
    """Ask each target once, show what came of it, and leave with the status for it.

    Parameters
    ----------
    **section
        The section of the check; None leaves out what was not given.

    Raises
    ------
    UserError
        If the input is wrong.
    """
    if only_v4 and only_v6:
        raise UserError(
            f"probe {kind}: -4 and -6 leave nothing",
            "give one of them; without both each family is asked by itself",
        )
    if len(targets) > _MOST_TARGETS:
        raise UserError(f"probe {kind}: over {_MOST_TARGETS} targets", "name fewer")
    families = ["ipv4"] if only_v4 else ["ipv6"] if only_v6 else []
    limit = seconds(deadline, "--deadline", least=0.01, most=60)
    given = {key: value for key, value in section.items() if value is not None}
    checks = [
        _Question(
            _USER.sub("//", target),
            _check(kind, target, given, families=families, deadline=limit),
        )
        for target in dict.fromkeys(targets)
    ]
    found = uvloop.run(_ask(checks, explain=explain))
    write(_answer(kind, found, len(checks), explain=explain), form)
    if len(found) < len(checks):
        raise typer.Exit(INTERRUPTED)
    raise typer.Exit(int(not all(reading.succeeded for _, reading in found)))


class _Question(NamedTuple):
    """A target as it was written, but for passwords, and what it is asked."""

    target: str
    check: Check


def _check(
    kind: str, target: str, section: dict[str, object], **given: object
) -> Check:
    host, port = _split(kind, target)
    chosen = {**section, **({} if port is None else {"port": port})}
    try:
        return Check.model_validate(
            {"name": "now", "service": "now", "target": host, kind: chosen, **given}
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(key) for key in first["loc"] if key != kind)
        said = first["msg"].removeprefix("Value error, ")
        what, _, instead = said.partition("; ")
        if first["type"] == "missing":
            option = where.replace("_", "-")
            what, instead = "not given", f"give it as --{option}"
        place = f"{where}: " if where else ""
        shown = _USER.sub("//", target)
        raise UserError(f"probe {kind} {shown}: {place}{what}", instead) from None


def _split(kind: str, target: str) -> tuple[str, int | None]:
    """Part ``HOST:PORT`` and ``[ADDRESS]:PORT``; a web address is left whole."""
    if kind == "http":
        return target, None
    host, colon, port = target.rpartition(":")
    bracketed = host.startswith("[") and host.endswith("]")
    if not colon or not port.isdigit() or (":" in host and not bracketed):
        return target.removeprefix("[").removesuffix("]"), None
    return host.removeprefix("[").removesuffix("]"), int(port)


_Asked = tuple[_Question, CheckReading]


async def _ask(checks: Sequence[_Question], *, explain: bool) -> list[_Asked]:
    resolver, rounds = Resolver(), Rounds()

    async def one(asked: _Question) -> CheckReading:
        return await measure(asked.check, resolver, rounds=rounds, explain=explain)

    return await each(checks, one, at_once=_AT_ONCE, what="asking")


def _answer(
    kind: str, asked: Sequence[_Asked], targets: int, *, explain: bool
) -> Answer:
    found = [
        (target, attempt)
        for (target, _), reading in asked
        for attempt in reading.attempts
    ]
    phases = [
        phase
        for phase in Phase
        if any(phase in dict(attempt.phases) for _, attempt in found)
    ]
    return Answer(
        [
            Column("target", "target", 0),
            Column("family", "family", 6),
            Column("outcome", "outcome", 11),
            *(
                Column(phase.value, _HEADINGS[phase], -7, milliseconds)
                for phase in phases
            ),
        ],
        [_row(target, attempt) for target, attempt in found],
        _FIELDS,
        about={"probe": kind},
        notes=[*_notes(asked), *cut_short(len(asked), targets)],
        events=list(_events(asked)) if explain else None,
        legend="times in milliseconds; of several connections their sum",
    )


_FIELDS = (
    *("target", "family", "address", "outcome", "detail"),
    *(phase.value for phase in Phase),
    *("expires", "offset", "error", "stratum", "timing_error"),
)


def _row(target: str, attempt: Attempt) -> dict[str, object]:
    times = dict.fromkeys((phase.value for phase in Phase), None)
    summed: dict[str, float | None] = {**times}
    for phase, took in attempt.phases:
        summed[phase.value] = took + (summed[phase.value] or 0.0)
    clock = attempt.clock
    return {
        "target": target,
        "family": attempt.family.value,
        "address": attempt.address,
        "outcome": attempt.outcome.value,
        "detail": attempt.detail,
        **summed,
        "expires": None if attempt.expires is None else _date(attempt.expires),
        "offset": clock and clock.offset,
        "error": clock and clock.error,
        "stratum": clock and clock.stratum,
        "timing_error": attempt.timing_error,
    }


def _notes(asked: Sequence[_Asked]) -> Iterator[str]:
    for (target, _), reading in asked:
        for attempt in reading.attempts:
            yield from _notes_of(f"{target} {attempt.family}", attempt)
        for family in reading.missing:
            yield f"{target}: nothing to ask over {family}"
    errors = [
        attempt.timing_error
        for _, reading in asked
        for attempt in reading.attempts
        if attempt.timing_error is not None
    ]
    if errors:
        yield f"our own timing error was at most {max(errors) * 1000:.3f} ms"


def _notes_of(title: str, attempt: Attempt) -> Iterator[str]:
    if attempt.outcome is not Outcome.SUCCESS:
        yield f"{title}: {attempt.outcome}: {attempt.detail}"
    if attempt.expires is not None:
        yield f"{title}: certificate until {_date(attempt.expires)}"
    if attempt.clock is not None:
        yield (
            f"{title}: {attempt.clock.offset:+.6f} s ahead of us, give or take "
            f"{attempt.clock.error:.6f} s, stratum {attempt.clock.stratum}"
        )


def _events(asked: Sequence[_Asked]) -> Iterator[Event]:
    every = [
        event
        for _, reading in asked
        for attempt in reading.attempts
        for event in attempt.events
    ]
    for event in sorted(every, key=lambda event: event.at):
        yield Event(event.at, event.arrow, event.head, event.lines)


def _date(seconds_: float) -> str:
    return datetime.fromtimestamp(seconds_, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
