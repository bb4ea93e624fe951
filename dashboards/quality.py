"""The Quality page: what paths do to packets, by class of service and direction."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.observation import Direction
from bellrock.promql.query import Query
from bellrock.promql.select import AnyOf, Not, firing, increase, rate, series, values_of
from dashboards import words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import Panel, table, timeseries
from dashboards.parts import Ask, Column
from dashboards.queries import device_state, loss

UID = "bellrock-quality"

_WHOLE = Direction.ROUND_TRIP.value
_SITE, _TARGET, _CLASS = AnyOf("$site"), AnyOf("$device"), AnyOf("$class")
_BY = ("target", "class")
_NONE = "nothing was measured"
_NO_WAYS = "no reflector here tells the directions apart"


def quality() -> Page:
    """Return the page."""
    return Page(
        UID,
        "Bellrock: Quality",
        "Delay, variation and loss of each class of service towards each target, "
        "against what is promised for it; each direction alone where the far end "
        "tells; and how wrong our own clock may be.",
        _variables(),
        (Annotation("Alerts of these targets", firing(target=_TARGET)),),
        (
            Section("Against the promise", (Row(11, ((24, _promises()),)),)),
            Section("Round trips", (_delays(), _varying())),
            Section("Each direction", (_directions(),)),
            Section("Odd answers, marks and our own error", (_odd(), _marks())),
        ),
    )


def _variables() -> tuple[Variable, ...]:
    sent = catalogue.PROBE_SENT
    return (
        Variable("site", "Site", "Narrows the targets.", values_of("site", sent)),
        Variable(
            "device",
            "Target",
            "The devices shown.",
            values_of("target", sent, site=_SITE),
        ),
        Variable(
            "class",
            "Class",
            "The classes of service shown.",
            values_of("class", sent, target=_TARGET),
        ),
    )


def _round_trip(metric: Metric, **labels: str) -> Query:
    """Return a gauge of round trips, the worst of a target's probes."""
    chosen = series(
        metric, site=_SITE, target=_TARGET, class_=_CLASS, direction=_WHOLE, **labels
    )
    return chosen.max(*_BY)


def _promises() -> Panel:
    def promised(metric: Metric) -> Query:
        return series(metric).max("class")

    lost = loss(*_BY, site=_SITE, target=_TARGET, class_=_CLASS)
    mean = _round_trip(catalogue.PROBE_DELAY_MEAN)
    variation = _round_trip(catalogue.PROBE_DELAY_VARIATION)
    both_ways = Query(f"(1 - (1 - {promised(catalogue.CLASS_LOSS_TARGET)}) ^ 2)")
    sent = series(
        catalogue.PROBE_SENT,
        site=_SITE,
        target=_TARGET,
        class_=_CLASS,
        direction=_WHOLE,
    ).one(*_BY)
    state = device_state(site=_SITE).named("target", "device").max("target")
    answers = (
        sent.told_by(state, "target", add=()),
        lost,
        mean,
        _round_trip(catalogue.PROBE_DELAY_QUANTILE, share="0.99"),
        variation,
        mean.share_of(promised(catalogue.CLASS_DELAY_TARGET) * 2, "class"),
        variation.share_of(promised(catalogue.CLASS_VARIATION_TARGET) * 2, "class"),
        lost.share_of(both_ways, "class"),
    )
    return table(
        "Targets and classes",
        "Round trips of the last window, by target and class of service. The coloured "
        "columns compare them with what is promised one way, and so with twice the "
        "delay and the loss of two passages: over 100 % one direction at least breaks "
        "its promise; under it, one still may.",
        *(Ask(answer.joined("row", *_BY)) for answer in answers),
        key="row",
        columns=(
            Column("row", "Target and class"),
            Column(0, "Device", states=words.UP, width=90),
            Column(1, "Loss", "percentunit", steps=words.LOSS, width=90),
            Column(2, "Mean", "s", width=90),
            Column(3, "99 %", "s", width=90),
            Column(4, "Variation", "s", width=90),
            Column(
                5, "Mean of promise", "percentunit", steps=words.PROMISED, width=140
            ),
            Column(
                *(6, "Variation of promise", "percentunit"),
                steps=words.PROMISED,
                width=160,
            ),
            Column(
                7, "Loss of promise", "percentunit", steps=words.PROMISED, width=140
            ),
        ),
        sort=("Target and class", "up"),
        empty="-",
    )


def _delays() -> Row:
    shares = ("0", "0.5", "0.95", "0.99", "1")
    names = ("least", "half below", "95 % below", "99 % below", "greatest")
    quantiles = timeseries(
        "Quantiles",
        "Delays that so many of the last window's packets stayed below, of each target "
        "and class. Least far from half: it queues.",
        *(
            Ask(
                _round_trip(catalogue.PROBE_DELAY_QUANTILE, share=share),
                f"{{{{target}}}} {{{{class}}}} {name}",
            )
            for share, name in zip(shares, names, strict=True)
        ),
        unit="s",
        empty=_NONE,
    )
    lost = timeseries(
        "Loss",
        "Share of round trips without an answer in time, by target and class.",
        Ask(
            loss(*_BY, site=_SITE, target=_TARGET, class_=_CLASS),
            "{{target}} {{class}}",
        ),
        unit="percentunit",
        empty=_NONE,
    )
    return Row(9, ((12, quantiles), (12, lost)))


def _varying() -> Row:
    variation = timeseries(
        "Variation (PDV)",
        "99th percentile minus the least of the last window: how large a buffer has "
        "to be (RFC 5481).",
        Ask(_round_trip(catalogue.PROBE_DELAY_VARIATION), "{{target}} {{class}}"),
        unit="s",
        empty=_NONE,
    )
    between = timeseries(
        "Variation between neighbours (IPDV)",
        "How much each answered packet differs from the one before (RFC 3393): the "
        "mean, and what 99 % stay below. Bursts show here first.",
        *(
            Ask(
                _round_trip(catalogue.PROBE_IPDV, statistic=statistic),
                f"{{{{target}}}} {{{{class}}}} {statistic}",
            )
            for statistic in ("mean", "p99")
        ),
        unit="s",
        empty=_NONE,
    )
    return Row(8, ((12, variation), (12, between)))


def _directions() -> Row:
    by = (*_BY, "direction")
    one_way = Not(_WHOLE)
    lost = timeseries(
        "Loss by direction",
        "Share of packets that each direction lost, as the reflector's count tells.",
        Ask(
            loss(*by, site=_SITE, target=_TARGET, class_=_CLASS, direction=one_way),
            "{{target}} {{class}} {{direction}}",
        ),
        unit="percentunit",
        empty=_NO_WAYS,
    )
    delay = timeseries(
        "Mean one-way delay",
        "Where both clocks say how far off they may be; see the bound beside it.",
        Ask(
            series(
                catalogue.PROBE_DELAY_MEAN,
                site=_SITE,
                target=_TARGET,
                class_=_CLASS,
                direction=one_way,
            ).max(*by),
            "{{target}} {{class}} {{direction}}",
        ),
        unit="s",
        empty=_NO_WAYS,
    )
    bound = timeseries(
        "How wrong one-way delays may be",
        "Bound from what both clocks say of themselves. A delay smaller than this "
        "says nothing but that.",
        Ask(
            series(
                catalogue.PROBE_ONE_WAY_ERROR,
                site=_SITE,
                target=_TARGET,
                class_=_CLASS,
            ).max(*by),
            "{{target}} {{class}} {{direction}}",
        ),
        unit="s",
        empty=_NO_WAYS,
    )
    return Row(8, ((8, lost), (8, delay), (8, bound)))


def _odd() -> Row:
    def counted(metric: Metric) -> Query:
        return increase(metric, site=_SITE, target=_TARGET, class_=_CLASS).sum(*_BY)

    odd = timeseries(
        "Odd answers",
        "Answers over each step of the graph that came twice, out of order, or after "
        "the deadline (these count as lost).",
        Ask(counted(catalogue.PROBE_DUPLICATES), "{{target}} {{class}} twice"),
        Ask(counted(catalogue.PROBE_REORDERED), "{{target}} {{class}} out of order"),
        Ask(counted(catalogue.PROBE_LATE), "{{target}} {{class}} late"),
        unit="short",
        empty=_NONE,
    )
    error = timeseries(
        "Our own timing error",
        "Bound on the error of every round trip, from the clock stamps in use, and of "
        "every time of a check. It grows when this machine is overloaded.",
        Ask(series(catalogue.PROBE_ERROR).max("probe"), "{{probe}}"),
        unit="s",
        empty=_NONE,
    )
    unsent = timeseries(
        "Not sent",
        "Packets a second that this machine could not send, by the error's name.",
        Ask(
            rate(catalogue.PROBE_UNSENT).sum("probe", "reason"), "{{probe}}: {{reason}}"
        ),
        unit="pps",
        empty="everything was sent",
    )
    return Row(8, ((8, odd), (8, error), (8, unsent)))


def _marks() -> Row:
    by = ("target", "class", "direction")
    received = series(
        catalogue.PROBE_RECEIVED_DSCP, site=_SITE, target=_TARGET, class_=_CLASS
    )
    marks = timeseries(
        "Marks at arrival",
        "Code point (DSCP) that the last packet of each class arrived with, by "
        "direction; and the one it is sent with.",
        Ask(received.max(*by), "{{target}} {{class}} {{direction}}"),
        Ask(
            series(catalogue.PROBE_SENT_DSCP, class_=_CLASS).max("probe", "class"),
            "{{probe}} {{class}} sent with",
        ),
        unit="none",
        empty="nobody tells",
    )
    return Row(8, ((24, marks),))
