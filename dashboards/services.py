"""The Services page: what people use, asked as they would ask it."""

from bellrock.model import catalogue
from bellrock.promql.query import Query
from bellrock.promql.select import (
    AnyOf,
    Not,
    firing,
    increase,
    quantile,
    rate,
    series,
    values_of,
)
from dashboards import words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import POLLED, Panel, state_timeline, table, timeseries
from dashboards.parts import Ask, Column

UID = "bellrock-services"

_SERVICE, _CHECK = AnyOf("$service"), AnyOf("$check")
_OURS = {"service": _SERVICE, "check": _CHECK}
_KINDS = AnyOf("tcp|tls|http|dns|ntp")
_NO_CHECKS = "no service is checked: see checks in the settings"


def services() -> Page:
    """Return the page."""
    return Page(
        UID,
        "Bellrock: Services",
        "Whether what people use answers as it should, how long each step of the way "
        "to it takes, and which certificates run out.",
        _variables(),
        (Annotation("Alerts of these services", firing(service=_SERVICE)),),
        (
            Section("All of them", (Row(10, ((24, _checks()),)),)),
            Section("When they failed, and how", (_states(), _failures())),
            Section("Where the time goes", (_times(),)),
            Section("Certificates and clocks", (_ends(),)),
        ),
    )


def _variables() -> tuple[Variable, ...]:
    info = catalogue.CHECK_INFO
    return (
        Variable(
            "service", "Service", "Narrows the checks.", values_of("service", info)
        ),
        Variable(
            "check",
            "Check",
            "The checks shown.",
            values_of("check", info, service=_SERVICE),
        ),
    )


def _checks() -> Panel:
    told = ("check", "service", "probe", "address")
    up = series(catalogue.CHECK_UP, **_OURS).min("check")
    lost, sent = (
        rate(metric, whole=True, target=_CHECK, probe=_KINDS).sum("target")
        for metric in (catalogue.PROBE_LOST, catalogue.PROBE_SENT)
    )
    failed = (lost / sent).named("check", "target").max("check")
    return table(
        "Checks",
        "Every check, the worse of its address families. Failed is its share of the "
        "time shown.",
        Ask(up.otherwise(series(catalogue.CHECK_INFO, **_OURS).one("check") * -1)),
        Ask(series(catalogue.CHECK_INFO, **_OURS).max(*told)),
        Ask(failed),
        Ask(_left().min("check")),
        key="check",
        columns=(
            Column("check", "Check"),
            Column("service", "Service"),
            Column(0, "State", states=words.CHECKED, width=90),
            Column("probe", "Speaks", width=80),
            Column("address", "Target"),
            Column(2, "Failed", "percentunit", steps=words.ANY_SHARE_IS_BAD, width=100),
            Column(3, "Certificate", "dtdurations", steps=words.TIME_LEFT, width=170),
        ),
        sort=("Check", "up"),
        interval=POLLED,
        empty="-",
    )


def _left() -> Query:
    return series(catalogue.CHECK_CERTIFICATE_EXPIRY, **_OURS).from_now()


def _states() -> Row:
    states = state_timeline(
        "State",
        "Of each check over each address family by itself: a service that is lost over "
        "IPv6 alone is slow for many, and lost for some.",
        Ask(
            series(catalogue.CHECK_UP, **_OURS).max("check", "family"),
            "{{check}} {{family}}",
        ),
        states=words.CHECKED,
        empty=_NO_CHECKS,
    )
    return Row(9, ((24, states),))


def _failures() -> Row:
    lost = rate(catalogue.PROBE_LOST, family=Not(""), target=_CHECK, probe=_KINDS)
    sent = rate(catalogue.PROBE_SENT, family=Not(""), target=_CHECK, probe=_KINDS)
    by = ("target", "family")
    failed = timeseries(
        "Failed",
        "Share of the attempts that failed, by check and address family.",
        Ask(lost.sum(*by) / sent.sum(*by), "{{target}} {{family}}"),
        unit="percentunit",
        share=True,
        interval=POLLED,
        empty=_NO_CHECKS,
    )
    outcomes = increase(catalogue.PROBE_OUTCOME, target=_CHECK, probe=_KINDS)
    how = timeseries(
        "How they ended",
        "Attempts over each step of the graph, by what came of them. A mismatch is an "
        "answer that is not as it should be.",
        Ask(
            outcomes.sum("target", "outcome"),
            "{{target}}: {{outcome}}",
        ),
        unit="short",
        stacked=True,
        interval=POLLED,
        empty=_NO_CHECKS,
    )
    return Row(8, ((12, failed), (12, how)))


def _times() -> Row:
    def of(share: float) -> Ask:
        found = quantile(
            *(share, catalogue.PROBE_DELAY, "target", "phase"),
            phase=Not(""),
            target=_CHECK,
            probe=_KINDS,
        )
        return Ask(found, "{{target}} {{phase}}")

    usual, worst = (
        timeseries(
            title,
            f"Seconds of each phase of a check, {which}: looking the name up, "
            "connecting, agreeing on TLS, and waiting for the first of the answer. The "
            "part that grows says whom to ask.",
            of(share),
            unit="s",
            interval=POLLED,
            empty=_NO_CHECKS,
        )
        for title, which, share in (
            ("Phases, usually", "the median", 0.5),
            ("Phases, at worst", "the 95th percentile", 0.95),
        )
    )
    return Row(9, ((12, usual), (12, worst)))


def _ends() -> Row:
    left = timeseries(
        "Until certificates end",
        "Time that is left to each certificate. It jumps up when one is renewed.",
        Ask(_left().max("check", "family"), "{{check}} {{family}}"),
        unit="dtdurations",
        empty="no check sees a certificate",
    )
    by = ("check", "family")
    offsets = timeseries(
        "Clocks",
        "How far each time server's clock is ahead of ours, and the bound on that: "
        "what is within the bound may be nothing at all.",
        Ask(
            series(catalogue.CHECK_CLOCK_OFFSET, **_OURS).max(*by),
            "{{check}} {{family}} offset",
        ),
        Ask(
            series(catalogue.CHECK_CLOCK_ERROR, **_OURS).max(*by),
            "{{check}} {{family}} bound",
        ),
        unit="s",
        empty="no time server is checked",
    )
    return Row(8, ((12, left), (12, offsets)))
