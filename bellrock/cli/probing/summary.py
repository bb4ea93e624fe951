"""What came of a run of packets, as rows, notes and an exit status."""

from collections.abc import Iterator, Mapping

from bellrock.cli.probing.output import Answer, Column, milliseconds, share
from bellrock.cli.probing.tally import OneWay, Run, Tally
from bellrock.model.errors import UserError
from bellrock.model.observation import DEFAULT_CLASS, Outcome
from probes.figures import Figures, quantile, steps

_FIGURES = (
    *(("min", "minimum"), ("mean", "mean"), ("p50", "p50"), ("p95", "p95")),
    *(("p99", "p99"), ("max", "maximum")),
)
_NOT_SHOWN = "p95"
"""There is no room for it beside names on a terminal of 80 characters."""

_WHY = {
    "EPERM": "a firewall of this machine forbids it",
    "EACCES": "this machine may not send there",
    "EAFNOSUPPORT": "this machine does not have that address family",
    "EADDRNOTAVAIL": "this machine has no address to send from",
    "ENOBUFS": "its queues are full: send more slowly, with --interval",
    "EAGAIN": "its queues are full: send more slowly, with --interval",
}


def status(run: Run) -> int:
    """Return 1 if a target answered nothing, else 0."""
    return int(any(each.lost == each.sent for each in run.tallies))


def answer(kind: str, run: Run) -> Answer:
    """Return what a command shows.

    Raises
    ------
    UserError
        If this machine sent nothing at all.
    """
    if run.unsent and not any(each.sent for each in run.tallies):
        reasons = ", ".join(run.unsent)
        raise UserError(
            f"probe {kind}: this machine sends nothing: {reasons}",
            "; ".join(dict.fromkeys(_WHY.get(each, each) for each in run.unsent)),
        )
    return Answer(
        _columns(run),
        [_row(each) for each in run.tallies],
        _fields(kind),
        about={
            "probe": kind,
            "error": run.error,
            "unsent": dict(run.unsent),
            "strays": run.strays,
            "untimed": run.untimed,
        },
        notes=list(_notes(run)),
        events=run.events,
        legend="round trips in milliseconds, vary is p99 - min",
    )


def _columns(run: Run) -> list[Column]:
    classes = {each.marking.name for each in run.tallies} != {DEFAULT_CLASS}
    return [
        Column("target", "target", 0),
        *([Column("class", "class", 0)] if classes else []),
        Column("sent", "sent", -4),
        Column("loss", "loss", -5, share),
        *(
            Column(key, key, -5, milliseconds)
            for key, _ in _FIGURES
            if key != _NOT_SHOWN
        ),
        Column("variation", "vary", -5, milliseconds),
    ]


_OWN = ("target", "address", "class", "dscp", "sent", "lost", "loss")
_MEASURED = (*(key for key, _ in _FIGURES), "variation", "ipdv_mean", "ipdv_p99")
_ODD = ("duplicates", "reordered", "late")
_ONE_WAY = ("sent", "lost", "loss", *_MEASURED, "error", "dscp")


def _fields(kind: str) -> list[str]:
    ways = ("forward", "reverse") if kind == "stamp" else ()
    return [
        *(*_OWN, *_MEASURED, *_ODD),
        *(f"outcomes.{outcome.value}" for outcome in Outcome),
        *(f"{way}.{key}" for way in ways for key in _ONE_WAY),
    ]


def _row(tally: Tally) -> dict[str, object]:
    return {
        "target": tally.place.name,
        "address": tally.place.address,
        "class": tally.marking.name,
        "dscp": tally.marking.dscp,
        "sent": tally.sent,
        "lost": tally.lost,
        "loss": tally.lost / tally.sent if tally.sent else None,
        **_figures(tally.delays),
        "duplicates": tally.duplicates,
        "reordered": tally.reordered,
        "late": tally.late,
        "outcomes": {each.value: n for each, n in tally.outcomes.items() if n},
        **_way("forward", tally.forward),
        **_way("reverse", tally.reverse),
    }


def _figures(delays: list[float]) -> dict[str, object]:
    found = Figures.of(delays)
    steps_ = sorted(steps(delays))
    return {
        **{key: found and getattr(found, name) for key, name in _FIGURES},
        "variation": found and found.variation,
        "ipdv_mean": sum(steps_) / len(steps_) if steps_ else None,
        "ipdv_p99": quantile(steps_, 0.99) if steps_ else None,
    }


def _way(name: str, way: OneWay | None) -> Mapping[str, object]:
    if way is None:
        return {name: None}
    return {
        name: {
            "sent": way.sent,
            "lost": way.lost,
            "loss": way.lost / way.sent if way.sent else None,
            **_figures(way.delays),
            "error": way.error,
            "dscp": sorted(way.dscps),
        }
    }


def _notes(run: Run) -> Iterator[str]:
    for tally in run.tallies:
        yield from _notes_of(tally)
    if run.untimed:
        yield f"{run.untimed:,} answers came while the clock was set: not timed"
    for reason, packets in run.unsent.items():
        yield f"{packets:,} packets not sent: {_WHY.get(reason, reason)}"
    if any(tally.delays for tally in run.tallies):
        yield f"our own timing error was at most {run.error * 1000:.3f} ms"


def _notes_of(tally: Tally) -> Iterator[str]:
    names = (
        *((tally.duplicates, "answered twice"), (tally.reordered, "reordered")),
        (tally.late, "answered too late"),
    )
    said = [f"{number} {what}" for number, what in names if number]
    said += [
        f"{number} {outcome.value}"
        for outcome, number in tally.outcomes.items()
        if outcome.value != "success" and number
    ]
    title = f"{tally.place.name} ({tally.marking.name})"
    if said:
        yield f"{title}: {', '.join(said)}"
    for name, way in (("forward", tally.forward), ("reverse", tally.reverse)):
        if way is not None:
            yield f"{title} {name}: {_said(way, tally.marking.dscp)}"


def _said(way: OneWay, marked: int) -> str:
    parts = [f"{way.lost} of {way.sent} lost"]
    found = Figures.of(way.delays)
    if found is not None and way.error is not None:
        parts.append(
            f"mean delay {milliseconds(found.mean)} ms, p99 {milliseconds(found.p99)} "
            f"ms, both give or take {milliseconds(way.error)} ms"
        )
    others = sorted(way.dscps.keys() - {marked})
    if others:
        parts.append(
            f"sent with DSCP {marked}, came with {', '.join(map(str, others))}"
        )
    return "; ".join(parts)
