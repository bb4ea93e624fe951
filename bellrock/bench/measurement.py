"""What a benchmark says, and the lines it is written as.

A figure means little without another from the same machine in the same minute: where
a peer is installed it does the same work in the same run, and the ratio is what counts.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypedDict

_DIGITS = 4


class NotMeasuredError(Exception):
    """A case could not be measured here; the text says why, for a person."""


@dataclass(frozen=True, slots=True)
class Measurement:
    """Our figure and those of peers that did the same work in the same run.

    Attributes
    ----------
    value : float
        In the unit of the case.
    peers : mapping of str to float
        The same of each peer, by name; a name says so if its figure is extrapolated.
    """

    value: float
    peers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Case:
    """One thing that is measured.

    Attributes
    ----------
    about : str
        What is measured, in a line.
    measure : callable
        Does it, in half a minute at most, on loopback only; may raise
        NotMeasuredError.
    more_is_better : bool
        As for a rate; false for a cost.
    """

    name: str
    unit: str
    about: str
    measure: Callable[[], Measurement]
    more_is_better: bool = False


class Line(TypedDict):
    """One line of ``bellrock bench``; the peer's keys are None where there is none."""

    bench: str
    case: str
    value: float
    unit: str
    peer: str | None
    peer_value: float | None
    ratio: float | None


def lines(bench: str, case: Case, measured: Measurement) -> Iterator[Line]:
    """Write a measurement as one line for each peer, or one if there is none.

    Examples
    --------
    >>> case = Case("1k", "µs", "a ping", lambda: Measurement(20.0, {"other": 30.0}))
    >>> [line["ratio"] for line in lines("icmp", case, case.measure())]
    [1.5]
    """
    peers: list[tuple[str | None, float | None]] = [*measured.peers.items()]
    for peer, theirs in peers or [(None, None)]:
        ratio = None
        if theirs is not None:
            better, worse = measured.value, theirs
            if not case.more_is_better:
                better, worse = worse, better
            ratio = _short(better / worse)
        yield Line(
            bench=bench,
            case=case.name,
            value=_short(measured.value),
            unit=case.unit,
            peer=peer,
            peer_value=None if theirs is None else _short(theirs),
            ratio=ratio,
        )


def _short(value: float) -> float:
    """Leave out digits that mean nothing."""
    return float(f"{value:.{_DIGITS}g}")
