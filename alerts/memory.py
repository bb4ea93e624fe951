"""What several rules build upon, and how an alert outlasts not knowing.

Unknown has no sample, and an alert whose series ends is resolved: to whoever was woken
by it, that reads "it is over". So an alert about a site or a service that fires goes
on until what it is about is *known* to be well. Unknown never begins an alert either.
Both are in the expressions: Alertmanager's inhibition swallows the end of what it
hides (https://github.com/prometheus/alertmanager/issues/2754).
"""

from alerts.pace import Pace
from alerts.rule import RecordingRule
from bellrock.model import catalogue
from bellrock.promql.query import OverTime, Query
from bellrock.promql.select import constant, firing, series

SITE = ("site", "organisation", "kind", "priority")

REACHABLE = RecordingRule(
    "site",
    catalogue.SITE_REACHABLE,
    "max",
    series(catalogue.SITE_REACHABLE).max(*SITE),
    why="One series a site, whichever of two monitors says so; its past is asked for.",
)
REACHABLE_SITES = RecordingRule(
    "network",
    catalogue.SITE_REACHABLE,
    "sum",
    REACHABLE.series.sum().otherwise(constant(0)),
    why="While it moves, sites are still coming back; 0 when none is known.",
)
NAME = RecordingRule(
    "site",
    catalogue.SITE_INFO,
    "name",
    series(catalogue.SITE_INFO).max("site", "name").top(1, "site"),
    why="One name a site: two monitors that disagree would make every join fail.",
)
CIRCUIT = RecordingRule(
    "link",
    catalogue.LINK_INFO,
    "circuit",
    series(catalogue.LINK_INFO)
    .max("link", "circuit", "supplier", "a_site", "b_site")
    .top(1, "link"),
    why="One circuit a link, for the same reason.",
)
LINKS_DOWN = RecordingRule(
    "link",
    catalogue.LINK_UP,
    "down",
    series(catalogue.LINK_UP)
    .max("link")
    .equal(0)
    .told_by(CIRCUIT.series, "link", add=("circuit", "supplier", "a_site", "b_site")),
    why="Named in every page, and a large outage has a thousand of those.",
)

DOWN_NOW = (
    f'{{{{ with query "{LINKS_DOWN.series.top(5)}" }}}}Links down now: '
    "{{ range $i, $link := . }}{{ if $i }}; {{ end }}{{ $link.Labels.link }}"
    " ({{ $link.Labels.a_site }} to {{ $link.Labels.b_site }}"
    "{{ if $link.Labels.circuit }}, circuit {{ $link.Labels.circuit }}{{ end }}"
    "{{ if $link.Labels.supplier }}, {{ $link.Labels.supplier }}{{ end }})"
    "{{ end }}.{{ else }}No link is known to be down.{{ end }}"
)
"""A template: up to five links that are down, with circuit and supplier."""


def fires_already(alert: str, *about: str) -> Query:
    """Return 1 for each of what `alert` is firing about.

    Read from the series ``ALERTS``, as of the evaluation before this one.
    """
    return firing(alertname=alert).max(*about)


def until(
    over: Query, alert: str, condition: Query, *on: str, about: tuple[str, ...]
) -> Query:
    """Begin with `condition`, and go on until `over` has a series.

    Parameters
    ----------
    over : Query
        A series for each of what is known to be well.
    alert : str
        The name of the alert this is for.
    condition : Query
        With exactly the labels `about`.
    *on : str
        The labels by which the three know each other.
    about : tuple of str
        The alert's labels, so that what goes on is the same alert.
    """
    before = fires_already(alert, *about)
    return condition.otherwise(before.without(over, *on), *on)


def undeclared(alert: str) -> Query:
    """Return the sites with this alert that are in the inventory no more.

    Nothing while the monitor is silent: then nobody says what is declared.
    """
    gone = fires_already(alert, "site").without(NAME.series, "site")
    return gone.where(NAME.series)


def settled(state: Query, well: int, worst: OverTime, on: str, pace: Pace) -> Query:
    """Return what is well, once no more sites are coming back.

    One repair brings sites back over some seconds. Their alerts end together and so
    are told of together; but a site that flaps far away holds nobody up for long.

    Parameters
    ----------
    state : Query
        A recorded series.
    well : int
        Its value when all is well.
    worst : str
        What finds the worst of its past.
    on : str
        The label that tells one from another.
    """
    moving = REACHABLE_SITES.series.over("changes", pace.evaluations(4)).above(0)
    long = pace.evaluations(12)
    # Unknown has no sample: what is well throughout was also known to be at first.
    throughout = state.over(worst, long).equal(well).where(state.ago(long), on)
    return state.equal(well).without(moving).otherwise(throughout)
