"""Whether we can see at all: a monitor that is blind must not look content."""

from alerts.memory import NAME, REACHABLE
from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from bellrock.model import catalogue
from bellrock.promql.select import grown, series

_LATELY = 300.0

_PATH = ("probe", "target", "site")


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    quiet = unanswered(pace)
    return Group(
        "bellrock-monitor",
        pace.interval,
        records=(quiet,),
        alerts=(monitor_isolated(), monitor_down(), probe_no_data(quiet)),
    )


def monitor_isolated() -> AlertRule:
    """Tell that nothing at all answers the monitor."""
    return AlertRule(
        "MonitorIsolated",
        series(catalogue.MONITOR_ISOLATED).max("instance").equal(1),
        about=("instance",),
        severity="page",
        fault="monitor",
        summary="Bellrock at {{ $labels.instance }} is cut off and sees nothing",
        description="Nothing that Bellrock at {{ $labels.instance }} asks answers, so "
        "it is taken to be cut off itself. Every site is unknown: what fired before "
        "goes on, nothing new about sites will fire until something answers.",
        wait=Patience(
            60,
            "A restart of the router next to the monitor is shorter, and a minute "
            "without news of the network is bearable.",
        ),
        stay=Patience(
            180,
            "Its uplink may come and go; three minutes of answers, and it sees again.",
        ),
    )


def monitor_down() -> AlertRule:
    """Tell that Prometheus reads nothing from any monitor."""
    return AlertRule(
        "MonitorDown",
        series(catalogue.BUILD_INFO).absent(),
        about=(),
        severity="page",
        fault="monitor",
        summary="Bellrock says nothing: Prometheus cannot read its metrics",
        description="No Bellrock answers Prometheus, so nobody watches the network. "
        "What fired before goes on, nothing new about sites will fire.",
        wait=Patience(
            120,
            "An upgrade restarts it within two minutes, and nothing is lost by that.",
            # Prometheus' own time from its start to its first scrape.
            least=15,
        ),
        stay=Patience(
            120,
            "One that keeps crashing is up for a scrape or two; two minutes, and it "
            "runs.",
        ),
    )


def unanswered(pace: Pace) -> RecordingRule:
    """Record which probes got no answer, where no known outage explains it."""
    lately = grown(catalogue.PROBE_DELAY, pace.window(_LATELY))
    answered = lately.max("probe", "target").above(0)
    # Behind a cable that is cut a device is unknown: its silence tells nothing new.
    known = series(catalogue.DEVICE_UP).named("target", "device").max("target")
    sent = series(catalogue.PROBE_SENT).max(*_PATH)
    quiet = sent.without(answered, "probe", "target").where(known, "target")
    return RecordingRule(
        "target",
        catalogue.PROBE_SENT,
        "unanswered",
        quiet.without(REACHABLE.series.equal(0), "site"),
        why="A range of every probe's answers, and asked for twice.",
    )


def probe_no_data(quiet: RecordingRule) -> AlertRule:
    """Tell of targets without a measurement that no known outage explains."""
    # Exchanges and data centres are no user sites, and have no name among these.
    named = quiet.series.told_by(NAME.series, "site", add=("name",))
    where = "{{ or $labels.name $labels.site }}"
    return AlertRule(
        "ProbeNoData",
        named.otherwise(quiet.series, *_PATH),
        about=(*_PATH, "name"),
        severity="ticket",
        fault="no-data",
        summary="No {{ $labels.probe }} measurement from {{ $labels.target }} "
        f"at {where}",
        description="{{ $labels.target }} "
        f"at {where} has answered no {{{{ $labels.probe }}}} probe for a while, though "
        "the site is not cut off. Either the device is down, or what answers the probe "
        "is switched off or filtered, or the probe itself has stopped.",
        wait=Patience(
            600,
            "A device restarts in five minutes; and it takes some polls after a cable "
            "is cut to tell what is down from what is behind it.",
        ),
        stay=Patience(
            600,
            "A single answer among losses is no measurement; ten minutes of them are.",
        ),
    )
