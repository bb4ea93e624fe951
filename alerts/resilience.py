"""Who is cut off, which services they lose, and who is one failure from it."""

from alerts.memory import (
    CIRCUIT,
    DOWN_NOW,
    LINKS_DOWN,
    NAME,
    REACHABLE,
    REACHABLE_SITES,
    SITE,
    fires_already,
    settled,
    undeclared,
    until,
)
from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from bellrock.model import catalogue
from bellrock.promql.select import series

_ABOUT = (*SITE, "name")

_CUT_OFF_WAIT = Patience(
    60,
    "Three probes were lost before a site is believed cut off; a minute more outlasts "
    "routing that finds another way, and a monitor that is just losing its own link.",
)
_CUT_OFF_STAY = Patience(
    120,
    "A circuit under repair comes and goes; two minutes well, and it is over once.",
)

REDUNDANCY = RecordingRule(
    "site",
    catalogue.SITE_REDUNDANCY,
    "max",
    series(catalogue.SITE_REDUNDANCY).max(*SITE),
    why="One series a site, whichever of two monitors says so; asked for twice.",
)
ON_BACKUP = RecordingRule(
    "site",
    catalogue.SITE_ON_BACKUP,
    "max",
    series(catalogue.SITE_ON_BACKUP).max(*SITE),
    why="One series a site, whichever of two monitors says so; asked for twice.",
)
SERVICE = RecordingRule(
    "service",
    catalogue.SERVICE_SITES_CUT,
    "max",
    series(catalogue.SERVICE_SITES_CUT).max("service", "priority"),
    why="One series a service, whichever of two monitors says so; its past is asked "
    "for.",
)


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    return Group(
        "bellrock-resilience",
        pace.interval,
        records=(
            NAME,
            CIRCUIT,
            LINKS_DOWN,
            REACHABLE,
            REACHABLE_SITES,
            REDUNDANCY,
            ON_BACKUP,
            SERVICE,
        ),
        alerts=(
            site_cut_off(pace),
            service_cut_off(pace),
            redundancy_lost(),
            site_on_backup(),
        ),
    )


def site_cut_off(pace: Pace) -> AlertRule:
    """Tell which sites have no device that reaches a gateway."""
    name = "SiteCutOff"
    reachable = REACHABLE.series
    back = settled(reachable, 1, "min_over_time", "site", pace)
    cut = reachable.equal(0).told_by(NAME.series, "site", add=("name",))
    over = back.otherwise(undeclared(name))
    return AlertRule(
        name,
        until(over, name, cut, "site", about=_ABOUT),
        about=_ABOUT,
        severity="page",
        fault="cut-off",
        summary="{{ $labels.name }} is cut off",
        description="No device of {{ $labels.name }} ({{ $labels.site }}, "
        "{{ $labels.kind }}, priority {{ $labels.priority }}"
        "{{ if $labels.organisation }}, {{ $labels.organisation }}{{ end }}) "
        f"reaches a gateway. {DOWN_NOW}",
        wait=_CUT_OFF_WAIT,
        stay=_CUT_OFF_STAY,
    )


def service_cut_off(pace: Pace) -> AlertRule:
    """Tell which services some user site should have and cannot reach."""
    name, about = "ServiceCutOff", ("service", "priority")
    cut = SERVICE.series
    back = settled(cut, 0, "max_over_time", "service", pace)
    # With every site known so is every service: without a sample it was removed.
    all_known = series(catalogue.SITES_UNKNOWN).max().equal(0)
    gone = fires_already(name, "service").without(cut, "service").where(all_known)
    now = (
        f'{{{{ with printf "{SERVICE.name}{{service=%q}}" $labels.service | query }}}}'
        "{{ . | first | value }} user sites cannot reach it now."
        "{{ else }}How many user sites is not known now.{{ end }}"
    )
    return AlertRule(
        name,
        until(back.otherwise(gone), name, cut.above(0), "service", about=about),
        about=about,
        severity="page",
        fault="cut-off",
        summary="{{ $labels.service }} is out of reach for some of its sites",
        description="{{ $labels.service }} (priority {{ $labels.priority }}): "
        f"{now} {DOWN_NOW}",
        wait=_CUT_OFF_WAIT,
        stay=_CUT_OFF_STAY,
    )


def redundancy_lost() -> AlertRule:
    """Tell which sites were built to survive any failure, and now would not.

    A site that is cut off next has not got its redundancy back: the alert neither ends
    then nor begins for a site that lost everything at once.
    """
    name = "RedundancyLost"
    now = REDUNDANCY.series
    designed = series(catalogue.SITE_REDUNDANCY_DESIGNED).max("site")
    lost = now.equal(1).where(designed.equal(2), "site")
    over = now.above(0).otherwise(undeclared(name))
    return AlertRule(
        name,
        until(
            over,
            name,
            lost.told_by(NAME.series, "site", add=("name",)),
            "site",
            about=_ABOUT,
        ),
        about=_ABOUT,
        severity="ticket",
        fault="redundancy",
        summary="{{ $labels.name }} has lost its second path",
        description="{{ $labels.name }} ({{ $labels.site }}, {{ $labels.kind }}, "
        "priority {{ $labels.priority }}"
        "{{ if $labels.organisation }}, {{ $labels.organisation }}{{ end }}) was built "
        "to survive any one failure off its premises; now one more may cut it off. "
        f"{DOWN_NOW}",
        wait=Patience(
            180,
            "Nobody is cut off by it. Routing settles and a device restarts in less, "
            "and a site that goes on to be cut off at once never lost only this.",
        ),
        stay=Patience(
            300,
            "A repair is tested by taking the circuit down again; five minutes up, and "
            "the second path is told back once.",
        ),
    )


def site_on_backup() -> AlertRule:
    """Tell which sites work, and only over a 4G or satellite tail.

    A site that is cut off next is not back on its circuits: as with lost redundancy,
    the alert ends when they carry it again.
    """
    name = "SiteOnBackup"
    now = ON_BACKUP.series
    works = REACHABLE.series.equal(1)
    back = now.equal(0).where(works, "site")
    # Without any backup in the inventory nobody says who is on one.
    removed = fires_already(name, "site").where(now.absent()).where(works, "site")
    return AlertRule(
        name,
        until(
            back.otherwise(removed).otherwise(undeclared(name)),
            name,
            now.equal(1).told_by(NAME.series, "site", add=("name",)),
            "site",
            about=_ABOUT,
        ),
        about=_ABOUT,
        severity="ticket",
        fault="redundancy",
        summary="{{ $labels.name }} is on its backup",
        description="{{ $labels.name }} ({{ $labels.site }}, {{ $labels.kind }}, "
        "priority {{ $labels.priority }}"
        "{{ if $labels.organisation }}, {{ $labels.organisation }}{{ end }}) reaches a "
        "gateway over backup links only: it works, slower, and a backup may be paid by "
        f"what it carries. {DOWN_NOW}",
        wait=Patience(
            180,
            "A backup is there to be used, and a circuit that is back within minutes "
            "needs nobody.",
        ),
        stay=Patience(
            300,
            "A repair is tested by taking the circuit down again; five minutes on it, "
            "and it is told back once.",
        ),
    )
