"""Circuits that carry less than what is paid for."""

from alerts.memory import CIRCUIT
from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from bellrock.model import catalogue
from bellrock.promql import series

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


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    return Group(
        "bellrock-contract",
        pace.interval,
        records=(AT_MOST,),
        alerts=(capacity_below_contract(),),
    )


def capacity_below_contract() -> AlertRule:
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
            7 * 3600,
            "Longer than from one test to the next, six hours unless set otherwise: a "
            "second test has to find the same.",
        ),
        stay=Patience(
            7 * 3600,
            "A figure is forgotten when the monitor restarts, or when two tests have "
            "failed; the next test that shows enough ends it by then.",
        ),
    )
