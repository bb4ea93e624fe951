"""Devices that will not be read, and an inventory that devices contradict."""

from alerts.memory import CIRCUIT
from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience
from bellrock.model import catalogue
from bellrock.promql.select import grown, series

_LATELY = 900.0
"""Seconds: three readings of a plan that is read every five minutes."""
_ONCE_MAY_BE_CHANCE = 1

_READING, _WHY = ("device", "collector", "reason"), ("link", "why")
_TOLD = ("circuit", "supplier", "a_site", "b_site")


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    return Group(
        "bellrock-collecting",
        pace.interval,
        alerts=(device_unread(pace), topology_mismatch()),
    )


def device_unread(pace: Pace) -> AlertRule:
    """Tell of a device that is up and refuses, or botches, what is asked of it."""
    failures = grown(catalogue.COLLECT_FAILURES, pace.window(_LATELY)).max(*_READING)
    up = series(catalogue.DEVICE_UP).max("device").equal(1)
    return AlertRule(
        "DeviceUnread",
        failures.above(_ONCE_MAY_BE_CHANCE).where(up, "device"),
        about=_READING,
        severity="ticket",
        fault="no-data",
        summary="{{ $labels.device }} is up but cannot be read over "
        "{{ $labels.collector }}: {{ $labels.reason }}",
        description='{{ $labels.device }} answers, yet {{ printf "%.0f" $value }} '
        "readings over {{ $labels.collector }} failed of late with "
        "{{ $labels.reason }}. What they would have told (counters, neighbours, "
        "sensors) is missing from every graph and from what is computed.",
        wait=Patience(
            1200,
            "Longer than what is looked back at: when a device comes back from an "
            "outage its failures of that time are no news.",
        ),
        stay=Patience(
            600,
            "An agent at its limit answers now and then; ten minutes without a "
            "failure, and it is read.",
        ),
    )


def topology_mismatch() -> AlertRule:
    """Tell of a link that devices describe otherwise than the inventory."""
    found = series(catalogue.TOPOLOGY_MISMATCH).max(*_WHY)
    # A join without a partner drops the series, and an undeclared link has none.
    told_of = found.told_by(CIRCUIT.series, "link", add=_TOLD).otherwise(found, *_WHY)
    return AlertRule(
        "TopologyMismatch",
        told_of,
        about=(*_WHY, *_TOLD),
        severity="ticket",
        fault="inventory",
        summary="{{ $labels.link }}: devices and inventory disagree "
        "({{ $labels.why }})",
        description="{{ $labels.link }}"
        "{{ if $labels.a_site }} ({{ $labels.a_site }} to {{ $labels.b_site }}"
        "{{ if $labels.circuit }}, circuit {{ $labels.circuit }}{{ end }}"
        "{{ if $labels.supplier }}, {{ $labels.supplier }}{{ end }}){{ end }}: what "
        "devices say of it contradicts the inventory ({{ $labels.why }}). Which sites "
        "the next failure cuts off is computed from the inventory.",
        wait=Patience(
            3600,
            "During works cables are moved before papers are; an hour later the papers "
            "should say so.",
        ),
        stay=Patience(
            3600,
            "A device that is not read for a while says nothing, which is no "
            "agreement.",
        ),
    )
