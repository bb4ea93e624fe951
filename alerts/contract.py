"""Circuits that carry less than what is paid for."""

from alerts.memory import CIRCUIT
from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from bellrock.model import catalogue
from bellrock.promql.query import duration
from bellrock.promql.select import series

KEPT = 0.9
"""Share of the declared capacity below which a contract is called broken.

Contracts count frames, and tests IP packets: 3 % less. The rest is for shapers, which
differ by a few percent in what they count.
"""

_TEST = catalogue.PATH_CAPACITY.labels
_TOLD = ("circuit", "supplier", "a_site", "b_site")

AT_MOST = RecordingRule(
    "test",
    catalogue.PATH_CAPACITY,
    "at_most",
    series(catalogue.PATH_CAPACITY)
    .max(*_TEST)
    .plus(series(catalogue.PATH_CAPACITY_ERROR).max(*_TEST))
    / series(catalogue.PATH_CAPACITY_DECLARED).max(*_TEST),
    why="Share of the declared capacity that there is at most: what was measured, what "
    "that may be wrong by, and what others sent meanwhile.",
)


TESTED_EVERY = 6 * 3600.0
"""Seconds from one test to the next where nothing else is known."""

_LATER = 7 / 6
"""By what share of that the next test may end later: it is spread, and takes time."""


def group(pace: Pace, tested_every: float = TESTED_EVERY) -> Group:
    """Return the rules at this pace.

    Parameters
    ----------
    tested_every : float
        Seconds at most from one throughput test to the next of the same.
    """
    return Group(
        "bellrock-contract",
        pace.interval,
        records=(AT_MOST,),
        alerts=(capacity_below_contract(tested_every),),
    )


def capacity_below_contract(tested_every: float = TESTED_EVERY) -> AlertRule:
    """Tell of a circuit that was measured below its declared capacity."""
    less = AT_MOST.series.less_than(KEPT)
    # A join without a partner drops the series; names must never cost an alert.
    told_of = less.told_by(CIRCUIT.series, "link", add=_TOLD).otherwise(less, *_TEST)
    return AlertRule(
        "CapacityBelowContract",
        told_of,
        about=(*_TEST, *_TOLD),
        severity="ticket",
        fault="contract",
        summary="{{ $labels.link }} carries {{ $value | humanizePercentage }} of its "
        "declared capacity at most ({{ $labels.direction }})",
        description="{{ $labels.link }}"
        "{{ if $labels.a_site }} ({{ $labels.a_site }} to {{ $labels.b_site }}"
        "{{ if $labels.circuit }}, circuit {{ $labels.circuit }}{{ end }}"
        "{{ if $labels.supplier }}, {{ $labels.supplier }}{{ end }}){{ end }}: the "
        "test {{ $labels.test }} ({{ $labels.method }}) found at most "
        "{{ $value | humanizePercentage }} of the declared capacity in its "
        "{{ $labels.direction }} direction, towards {{ $labels.target }} being "
        "forward. The bound on its error, and what others sent over the link at the "
        f"time, are allowed for; below {KEPT:.0%} it is told.",
        wait=Patience(
            _LATER * tested_every,
            f"Longer than from one test to the next ({duration(tested_every)}): a "
            "second test has to find the same.",
        ),
        stay=Patience(
            _LATER * tested_every,
            "A figure is forgotten when the monitor restarts, or when two tests have "
            "failed; the next test that shows enough ends it by then.",
        ),
    )
