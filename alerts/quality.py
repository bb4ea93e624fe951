"""Classes of service that do not get what is promised for them.

Promises are of one direction (ITU-T Y.1541). Where only round trips are measured they
are compared with what two directions that keep their promise may come to together:
whoever exceeds that has one direction at least that breaks it. The reverse does not
hold, and the alert says which of the two was measured.
"""

from alerts.pace import Pace
from alerts.rule import AlertRule, Group, Patience, RecordingRule
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.observation import Direction
from bellrock.promql.query import Query, duration
from bellrock.promql.select import Not, averaged, grown, series

_DELAY_WINDOW = 300.0
"""Seconds: at a packet a second, enough for a mean and for five windows' variation."""
_LOSS_WINDOW = 3600.0
"""Seconds: a promise of 1e-3 needs thousands of packets to be judged by."""
_FEW = 2
"""Packets lost in that time that prove nothing, whatever their share."""

_PROBE_CLASS = ("probe", "class")
_WHERE = ("probe", "target", "site", "class")
_PATH = (*_WHERE, "direction")
_WHOLE = Direction.ROUND_TRIP.value
_ONE_WAY = Not(_WHOLE)


def group(pace: Pace) -> Group:
    """Return the rules at this pace."""
    known = RecordingRule(
        "target",
        catalogue.DEVICE_UP,
        "known",
        _up().otherwise(series(catalogue.PROBE_SENT).one("target") * 0),
        why="1 while a target is believed up, 0 while it is down or nobody knows: "
        "what was lost during an outage breaks no promise.",
    )
    delay = RecordingRule(
        "path",
        catalogue.PROBE_DELAY,
        "share_promised",
        _of_promise(
            catalogue.CLASS_DELAY_TARGET,
            _mean(pace, _ONE_WAY),
            _mean(pace, _WHOLE),
        ),
        why="Mean delay, as a share of what is promised; 1 is all of it.",
    )
    variation = RecordingRule(
        "path",
        catalogue.PROBE_DELAY_VARIATION,
        "share_promised",
        _of_promise(
            catalogue.CLASS_VARIATION_TARGET,
            _variation(pace, _ONE_WAY),
            _variation(pace, _WHOLE),
        ),
        why="Delay variation, as a share of what is promised.",
    )
    lost = RecordingRule(
        "path",
        catalogue.PROBE_LOST,
        "share_promised",
        _loss_of_promise(pace),
        why="Packets lost, as a share of what is promised; a few prove nothing.",
    )
    return Group(
        "bellrock-quality",
        pace.interval,
        records=(known, delay, variation, lost),
        alerts=(
            class_target_missed(pace, known, delay, variation, lost),
            class_unanswered(pace, known),
            dscp_remarked(),
        ),
    )


def class_target_missed(
    pace: Pace,
    known: RecordingRule,
    delay: RecordingRule,
    variation: RecordingRule,
    lost: RecordingRule,
) -> AlertRule:
    """Tell of a path on which a class of service gets less than is promised."""

    def missed(rule: RecordingRule, what: str, seconds: float) -> Query:
        throughout = known.series.over("min_over_time", pace.window(seconds)).equal(1)
        over = rule.series.above(1).where(throughout, "target")
        return over.labelled("what", what)

    label = "what"
    expr = (
        missed(delay, "mean delay", _DELAY_WINDOW)
        .otherwise(missed(variation, "variation", _DELAY_WINDOW), *_PATH, label)
        .otherwise(missed(lost, "loss", _LOSS_WINDOW), *_PATH, label)
    )
    return AlertRule(
        "ClassTargetMissed",
        expr,
        about=(*_PATH, label),
        severity="ticket",
        fault="quality",
        summary="{{ $labels.class }} towards {{ $labels.target }} misses its promise: "
        "{{ $labels.what }}",
        description="The {{ $labels.what }} of {{ $labels.class }} towards "
        "{{ $labels.target }} ({{ $labels.site }}), by {{ $labels.probe }}, is "
        "{{ $value | humanizePercentage }} of what is promised, over "
        f'{{{{ if eq $labels.what "loss" }}}}{duration(pace.window(_LOSS_WINDOW))}'
        f"{{{{ else }}}}{duration(pace.window(_DELAY_WINDOW))}{{{{ end }}}}. "
        f'{{{{ if eq $labels.direction "{_WHOLE}" }}}}Only the round trip is '
        "measured, and compared with what both directions may come to together: one "
        "of them at least breaks its promise.{{ else }}It is the {{ $labels.direction "
        "}} direction alone that does.{{ end }}",
        wait=Patience(
            300,
            "A route that changes, or a backup that begins, shows for a minute or two "
            "in the window; five minutes more, and it stays.",
        ),
        stay=Patience(
            600,
            "A path that is nearly full keeps crossing the line; ten minutes on the "
            "right side, and it is over.",
        ),
    )


def class_unanswered(pace: Pace, known: RecordingRule) -> AlertRule:
    """Tell of a class that is dropped altogether where another gets through."""
    lately = grown(catalogue.PROBE_DELAY, pace.window(_DELAY_WINDOW))
    answered = lately.max("probe", "target", "class").above(0)
    quiet = series(catalogue.PROBE_SENT, direction=_WHOLE).max(*_WHERE)
    throughout = known.series.over("min_over_time", pace.window(_DELAY_WINDOW))
    return AlertRule(
        "ClassUnanswered",
        _of_engines(quiet)
        .without(answered, "probe", "target", "class")
        .where(answered, "probe", "target")
        .where(throughout.equal(1), "target"),
        about=_WHERE,
        severity="ticket",
        fault="quality",
        summary="Nothing marked as {{ $labels.class }} gets through to "
        "{{ $labels.target }}",
        description="{{ $labels.target }} ({{ $labels.site }}) answers "
        "{{ $labels.probe }} in other classes of service and in {{ $labels.class }} "
        "not at all: something on the way drops packets by their mark.",
        wait=Patience(
            300,
            "A class that was just configured has its first answer within seconds; "
            "five minutes are no restart.",
        ),
        stay=Patience(600, "An answer now and then is no service."),
    )


def dscp_remarked() -> AlertRule:
    """Tell of a path on which packets lose the mark of their class."""
    sent = series(catalogue.PROBE_SENT_DSCP).max(*_PROBE_CLASS)

    def arrived(direction: Direction) -> Query:
        received = series(catalogue.PROBE_RECEIVED_DSCP, direction=direction.value)
        return received.max(*_PATH)

    # A reflector that does not know of marks answers with none: that is no remarking.
    there = arrived(Direction.FORWARD)
    back = arrived(Direction.REVERSE).where(there, *_WHERE)
    return AlertRule(
        "DscpRemarked",
        there.otherwise(back).unlike(sent, *_PROBE_CLASS),
        about=_PATH,
        severity="ticket",
        fault="quality",
        summary="{{ $labels.class }} loses its mark towards {{ $labels.target }}, "
        "{{ $labels.direction }}",
        description="Packets of {{ $labels.class }} between here and "
        "{{ $labels.target }} ({{ $labels.site }}) arrive with the code point "
        "{{ $value }} in the {{ $labels.direction }} direction, which is not the one "
        "they are sent with. From where they are marked anew they are queued as "
        "something else.",
        wait=Patience(
            900,
            "A route that changes for minutes may lead over equipment that is set up "
            "otherwise; a quarter of an hour is how it is set up.",
        ),
        stay=Patience(
            900, "One packet that kept its mark among many that lost it is no mend."
        ),
    )


def _up() -> Query:
    return series(catalogue.DEVICE_UP).named("target", "device").max("target")


def _of_engines(query: Query) -> Query:
    """Keep what is sent in a class: checks have no class, and no promise."""
    marked = series(catalogue.PROBE_SENT_DSCP).max(*_PROBE_CLASS)
    return query.where(marked, *_PROBE_CLASS)


def _mean(pace: Pace, direction: str | Not) -> Query:
    window = pace.window(_DELAY_WINDOW)
    return averaged(catalogue.PROBE_DELAY, window, *_PATH, direction=direction)


def _variation(pace: Pace, direction: str | Not) -> Query:
    told = series(catalogue.PROBE_DELAY_VARIATION, direction=direction)
    return told.over("avg_over_time", pace.window(_DELAY_WINDOW)).max(*_PATH)


def _of_promise(target: Metric, one_way: Query, whole: Query) -> Query:
    """Return each as a share of what is promised; round trips where none is one-way."""
    promised = series(target).max("class")
    directed = _of_engines(one_way).share_of(promised, "class")
    returned = _of_engines(whole.without(one_way, *_WHERE))
    return directed.otherwise(returned.share_of(promised * 2, "class"))


def _loss_of_promise(pace: Pace) -> Query:
    window = pace.window(_LOSS_WINDOW)
    promised = series(catalogue.CLASS_LOSS_TARGET).max("class")

    def share(direction: str | Not) -> Query:
        lost = grown(catalogue.PROBE_LOST, window, direction=direction).sum(*_PATH)
        sent = grown(catalogue.PROBE_SENT, window, direction=direction).sum(*_PATH)
        return lost.above(_FEW) / sent.above(0)

    sent_one_way = series(catalogue.PROBE_SENT, direction=_ONE_WAY)
    directed = _of_engines(share(_ONE_WAY)).share_of(promised, "class")
    returned = _of_engines(share(_WHOLE).without(sent_one_way, *_WHERE))
    # Two passages, each of which loses what it may.
    both = Query(f"(1 - (1 - {promised}) ^ 2)")
    return directed.otherwise(returned.share_of(both, "class"))
