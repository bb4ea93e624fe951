"""Ways that are not what they are believed to be: shared, too narrow, unsteady."""

from alerts.memory import NAME, SITE, undeclared, until
from alerts.pace import Pace
from alerts.resilience import REDUNDANCY
from alerts.rule import AlertRule, Group, Patience
from bellrock.model import catalogue
from bellrock.promql.select import grown, series

_ABOUT = (*SITE, "name")
_TRACE = ("target", "site", "link")

_LONG = 10_800.0
"""Seconds: at the usual interval some thirty traces."""
_TOO_OFTEN = 4
"""Changes in that time. A circuit that fails and is repaired makes two."""

_OF = (
    "{{ $labels.target }}{{ if $labels.link }} over {{ $labels.link }}{{ end }}"
    " ({{ $labels.site }})"
)
_SHARED = (
    f'{{{{ with printf "{catalogue.SITE_PATHS_SHARED.name}{{site=%q}}" $labels.site'
    ' | query | sortByLabel "element" }}All of them pass '
    "{{ range $i, $it := . }}{{ if $i }}, {{ end }}{{ $it.Labels.element }}"
    " ({{ $it.Labels.kind }}){{ end }}.{{ else }}What they share is not known now."
    "{{ end }}"
)


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    return Group(
        "bellrock-paths",
        pace.interval,
        alerts=(
            path_not_diverse(),
            path_black_hole(),
            path_mtu_small(),
            path_unstable(pace),
        ),
    )


def path_not_diverse() -> AlertRule:
    """Tell of sites with two circuits on paper whose packets share something.

    While redundancy is lost, packets rightly go together over what is left: of that
    another alert tells.
    """
    name = "PathNotDiverse"
    diverse = series(catalogue.SITE_PATHS_DIVERSE).max(*SITE)
    believed = REDUNDANCY.series.equal(2)
    shared = diverse.equal(0).where(believed, "site")
    over = diverse.equal(1).otherwise(undeclared(name))
    return AlertRule(
        name,
        until(
            over,
            name,
            shared.told_by(NAME.series, "site", add=("name",)),
            "site",
            about=_ABOUT,
        ),
        about=_ABOUT,
        severity="ticket",
        fault="redundancy",
        summary="{{ $labels.name }}: its circuits take the same way",
        description="By the inventory {{ $labels.name }} ({{ $labels.site }}, "
        "{{ $labels.kind }}, priority {{ $labels.priority }}"
        "{{ if $labels.organisation }}, {{ $labels.organisation }}{{ end }}) survives "
        "any one failure off its premises. Traced packets say otherwise: "
        f"{_SHARED}",
        wait=Patience(
            1800,
            "Packets share a way while routing settles or somebody works on the other "
            "one; after half an hour it is how the network is.",
        ),
        stay=Patience(
            1800,
            "Routing that prefers another way for a few minutes mends nothing.",
        ),
    )


def path_black_hole() -> AlertRule:
    """Tell of ways on which large packets vanish without a word."""
    hole = series(catalogue.PATH_BLACK_HOLE).max(*_TRACE).above(0)
    fits = f"{catalogue.PATH_MTU.name}{{target=%q, link=%q}}"
    now = (
        f'{{{{ with printf "{fits}" $labels.target $labels.link | query }}}}'
        "Up to {{ . | first | value }} bytes get through. {{ end }}"
    )
    return AlertRule(
        "PathBlackHole",
        hole,
        about=_TRACE,
        severity="ticket",
        fault="capacity",
        summary=f"Large packets to {_OF} vanish",
        description=f"Packets to {_OF} that are too large for some link on the way are "
        f"dropped, and no router says so. {now}Connections open and then hang once "
        "they send much: logins work, pages and transfers do not.",
        wait=Patience(
            900,
            "Three traces: answers of routers can be lost, or rationed by them, once.",
        ),
        stay=Patience(
            1800,
            "Only some branches may have the hole; one good trace does not close it.",
        ),
    )


def path_mtu_small() -> AlertRule:
    """Tell of ways that take only smaller packets than they are meant to."""
    mtu = series(catalogue.PATH_MTU).max(*_TRACE)
    least = series(catalogue.PATH_MTU_LEAST).max()
    return AlertRule(
        "PathMtuSmall",
        mtu.under(least),
        about=_TRACE,
        severity="ticket",
        fault="capacity",
        summary=f"Only packets up to {{{{ $value }}}} bytes reach {_OF}",
        description=f"The largest packet that reaches {_OF} has {{{{ $value }}}} "
        "bytes, less than the settings call normal (`probes: path: least_mtu`). A "
        "tunnel in a tunnel, or an interface with a wrong MTU, is on the way.",
        wait=Patience(
            900,
            "Three traces. A way around a failure may rightly be narrower for a while.",
        ),
        stay=Patience(
            1800,
            "Traffic that moves between two ways is not mended each time it moves.",
        ),
    )


def path_unstable(pace: Pace) -> AlertRule:
    """Tell of ways that change again and again."""
    often = grown(catalogue.PATH_CHANGES, pace.window(_LONG)).max(*_TRACE)
    return AlertRule(
        "PathUnstable",
        often.above(_TOO_OFTEN),
        about=_TRACE,
        severity="ticket",
        fault="redundancy",
        summary=f"The way to {_OF} keeps changing",
        description=f"Packets to {_OF} took another way "
        '{{ printf "%.0f" $value }} times of late. Each change loses or reorders some '
        "of them: a circuit or a routing neighbour comes and goes.",
        wait=Patience(60, "It has been going on for hours as it is."),
        stay=Patience(
            3600, "What flaps rests now and then; an hour without, and it is over."
        ),
    )
