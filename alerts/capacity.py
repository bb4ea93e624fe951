"""Links that are full."""

from alerts.memory import CIRCUIT, fires_already
from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from bellrock.model import catalogue
from bellrock.promql.select import series

FULL, RELIEVED = 0.9, 0.8
"""Utilisation above which a link is called full, and down to which it stays so."""

_NAME, _ARC = "LinkSaturated", ("link", "direction")
_CAUSE = ("failure", "kind")
_TOLD = ("circuit", "supplier", "a_site", "b_site")

UTILISATION = RecordingRule(
    "link",
    catalogue.LINK_UTILISATION,
    "max",
    series(catalogue.LINK_UTILISATION).max(*_ARC),
    why="One series a link and direction, whichever of two monitors says so.",
)
STILL_FULL = RecordingRule(
    "link",
    catalogue.LINK_UTILISATION,
    "full",
    UTILISATION.series.above(FULL).otherwise(
        UTILISATION.series.above(RELIEVED).where(fires_already(_NAME, *_ARC), *_ARC)
    ),
    why="What was full stays so until it is clearly less; asked for twice.",
)


WORST = RecordingRule(
    "link",
    catalogue.LINK_WORST_UTILISATION,
    "max",
    series(catalogue.LINK_WORST_UTILISATION).max(*_ARC),
    why="One series a link and direction, whichever of two monitors says so.",
)
CAUSE = RecordingRule(
    "link",
    catalogue.LINK_WORST_FAILURE,
    "cause",
    series(catalogue.LINK_WORST_FAILURE).max(*_ARC, *_CAUSE).top(1, *_ARC),
    why="One failure a link and direction: two would make every join fail.",
)


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    return Group(
        "bellrock-capacity",
        pace.interval,
        records=(UTILISATION, STILL_FULL, WORST, CAUSE),
        alerts=(link_saturated(), link_full_after_failure()),
    )


def link_saturated() -> AlertRule:
    """Traffic leaves hardly any of the link's declared capacity."""
    full = STILL_FULL.series
    # A join without a partner drops the series; names must never cost an alert.
    told_of = full.told_by(CIRCUIT.series, "link", add=_TOLD).otherwise(full, *_ARC)
    far_end = (
        '{{ if eq $labels.direction "ab" }}{{ $labels.b_site }}'
        "{{ else }}{{ $labels.a_site }}{{ end }}"
    )
    return AlertRule(
        _NAME,
        told_of,
        about=(*_ARC, *_TOLD),
        severity="ticket",
        fault="capacity",
        summary="{{ $labels.link }} is {{ $value | humanizePercentage }} full "
        f"towards {far_end}",
        description="{{ $labels.link }} ({{ $labels.a_site }} to {{ $labels.b_site }}"
        "{{ if $labels.circuit }}, circuit {{ $labels.circuit }}{{ end }}"
        "{{ if $labels.supplier }}, {{ $labels.supplier }}{{ end }}) "
        "carries {{ $value | humanizePercentage }} of its capacity towards "
        f"{far_end}. It is called full above {FULL:.0%}, and until it is down to "
        f"{RELIEVED:.0%}.",
        wait=Patience(
            600,
            "A backup or a large download fills a link for minutes and is what it is "
            "for; ten minutes are a shortage.",
        ),
        stay=Patience(
            600,
            "Traffic swings about a level, and a poll or two may fail: ten minutes "
            "below it, and the link is relieved.",
        ),
    )


def link_full_after_failure() -> AlertRule:
    """More than it can carry goes over a link, now or after one more failure.

    By declared demands; that it is full by what is measured is `link_saturated`'s to
    say. Where no failure is worse than what is so now, none is told as the cause.
    """
    over = WORST.series.above(1)
    told_of = over.told_by(CIRCUIT.series, "link", add=_TOLD).otherwise(over, *_ARC)
    # Asked for, not a label: another cause is no other alert.
    asked = f"{CAUSE.name}{{link=%q, direction=%q}}"
    if_caused = (
        f'{{{{ with printf "{asked}" $labels.link $labels.direction | query }}}}'
    )
    link = (
        "{{ $labels.link }} ({{ $labels.a_site }} to {{ $labels.b_site }}"
        "{{ if $labels.circuit }}, circuit {{ $labels.circuit }}{{ end }}"
        "{{ if $labels.supplier }}, {{ $labels.supplier }}{{ end }})"
    )
    much = (
        "{{ $value | humanizePercentage }} of its capacity in direction "
        "{{ $labels.direction }}, by the demands that are declared"
    )
    return AlertRule(
        "LinkFullAfterFailure",
        told_of,
        about=(*_ARC, *_TOLD),
        severity="ticket",
        fault="capacity",
        summary=f"{{{{ $labels.link }}}} {if_caused}would be "
        "{{ $value | humanizePercentage }} full after one more failure{{ else }}"
        "is asked to carry {{ $value | humanizePercentage }} of its capacity as it is"
        "{{ end }}",
        description=f"{if_caused}If {{{{ . | first | label `failure` }}}} "
        "({{ . | first | label `kind` }}) failed now, "
        f"{link} would be asked to carry {much}.{{{{ else }}}}"
        f"{link} is asked to carry {much}, with what is down now; no one more failure "
        "would add to it.{{ end }}",
        wait=Patience(
            3600,
            "Most outages that raise it are repaired within the hour before another "
            "failure hurts anybody; and a network built like this, or asked for more "
            "than it has, waits for an order, not for a night shift.",
        ),
        stay=Patience(
            1800,
            "Circuits under repair come and go; half an hour without, and it is told "
            "back once.",
        ),
    )
