"""PromQL from the constants of the catalogue, so that no query holds a metric's name.

A metric that is renamed or dropped is a type error here; a label it does not have, or
a rate of something that does not count, is a :class:`ValueError` when rendering.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bellrock.model.catalogue import Metric
from bellrock.promql.query import Query, duration

INTERVAL = "$__rate_interval"
"""Never shorter than four scrapes, so no rate is a gap for want of samples."""

RANGE = "$__range"
"""The time the dashboard shows."""


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A label that matches a regular expression, usually a multi-value variable."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Not:
    """A label that is not this text."""

    text: str


Match = str | AnyOf | Not


def series(metric: Metric, **labels: Match) -> Query:
    """Select the series of a gauge or counter.

    Parameters
    ----------
    metric : Metric
        Of the catalogue.
    **labels : str, AnyOf or Not
        What its labels must be. ``class_`` is the label ``class``.

    Raises
    ------
    ValueError
        If the metric has no such label.
    """
    return Query(_selector(metric, metric.name, labels))


def rate(metric: Metric, *, whole: bool = False, **labels: Match) -> Query:
    """Return the growth of a counter per second.

    Parameters
    ----------
    metric : Metric
        A counter.
    whole : bool
        Over the whole time shown, and so the same at every instant of a graph: a top
        ten by it keeps its members.
    **labels : str, AnyOf or Not
        What its labels must be.

    Raises
    ------
    ValueError
        If the metric is not a counter, or has no such label.
    """
    _must_be("counter", metric, "rate")
    return Query(f"rate({_selector(metric, metric.name, labels)}{_span(whole)})")


def increase(metric: Metric, *, whole: bool = False, **labels: Match) -> Query:
    """Return the growth of a counter over the interval drawn.

    Parameters
    ----------
    metric : Metric
        A counter.
    whole : bool
        Over the whole time shown, as for :func:`rate`.
    **labels : str, AnyOf or Not
        What its labels must be.

    Raises
    ------
    ValueError
        If the metric is not a counter, or has no such label.
    """
    _must_be("counter", metric, "increase")
    chosen = _selector(metric, metric.name, labels)
    return Query(f"increase({chosen}{_span(whole)})")


def quantile(
    share: float, metric: Metric, *by: str, whole: bool = False, **labels: Match
) -> Query:
    """Estimate a quantile of a histogram, in the unit of the metric.

    Parameters
    ----------
    share : float
        Which one, 0 to 1.
    metric : Metric
        A histogram.
    *by : str
        Labels to keep apart.
    whole : bool
        Over the whole time shown, as for :func:`rate`.
    **labels : str, AnyOf or Not
        What its labels must be.

    Raises
    ------
    ValueError
        If the metric is not a histogram, or has no such label.
    """
    _must_be("histogram", metric, "quantiles")
    buckets = _selector(metric, f"{metric.name}_bucket", labels)
    rates = Query(f"rate({buckets}{_span(whole)})").sum("le", *by)
    return Query(f"histogram_quantile({share}, {rates})")


def grown(metric: Metric, seconds: float, **labels: Match) -> Query:
    """Return how much a counter grew in the last `seconds` seconds.

    A histogram grows by its observations. For rules, which have no interval drawn.

    Raises
    ------
    ValueError
        If the metric is a gauge, or has no such label.
    """
    if metric.kind == "gauge":
        raise ValueError(f"{metric.name}: a gauge has no increase")
    name = f"{metric.name}_count" if metric.kind == "histogram" else metric.name
    chosen = _selector(metric, name, labels)
    return Query(f"increase({chosen}[{duration(seconds)}])")


def averaged(metric: Metric, seconds: float, *by: str, **labels: Match) -> Query:
    """Return the mean of what a histogram counted in the last `seconds` seconds.

    Per value of the labels `by`; there is none where it counted nothing.

    Raises
    ------
    ValueError
        If the metric is not a histogram, or has no such label.
    """
    _must_be("histogram", metric, "mean")
    span = duration(seconds)
    added = Query(f"rate({_selector(metric, f'{metric.name}_sum', labels)}[{span}])")
    counted = Query(
        f"rate({_selector(metric, f'{metric.name}_count', labels)}[{span}])"
    )
    return added.sum(*by) / Query(f"({counted.sum(*by)} > 0)")


def peak(metric: Metric, **labels: Match) -> Query:
    """Return the highest value of a gauge over the whole time shown.

    The same at every instant of a graph, so that a top ten by it keeps its members.

    Raises
    ------
    ValueError
        If the metric is not a gauge, or has no such label.
    """
    _must_be("gauge", metric, "peak")
    chosen = _selector(metric, metric.name, labels)
    return Query(f"max_over_time({chosen}{_span(True)})")


def constant(number: float) -> Query:
    """Return one series without labels that always has this value."""
    return Query(f"vector({number})")


def firing(**labels: Match) -> Query:
    """Select firing alerts, from the series Prometheus itself writes."""
    return Query("ALERTS" + _braces({"alertstate": "firing", **labels}))


def values_of(label: str, metric: Metric, **labels: Match) -> str:
    """Return the Grafana variable query for the values of a label of the metric.

    Raises
    ------
    ValueError
        If the metric has no such label.
    """
    _check(metric, (label,))
    return f"label_values({_selector(metric, metric.name, labels)}, {label})"


def _must_be(kind: str, metric: Metric, what: str) -> None:
    if metric.kind != kind:
        raise ValueError(f"{metric.name}: a {metric.kind} has no {what}")


def _span(whole: bool) -> str:
    return f"[{RANGE}] @ end()" if whole else f"[{INTERVAL}]"


def _selector(metric: Metric, name: str, labels: Mapping[str, Match]) -> str:
    matches = {label.rstrip("_"): match for label, match in labels.items()}
    _check(metric, matches)
    return name + _braces(matches)


def _check(metric: Metric, labels: "Mapping[str, Match] | tuple[str]") -> None:
    unknown = sorted(set(labels) - set(metric.labels))
    if unknown:
        known = ", ".join(metric.labels) or "none"
        raise ValueError(
            f"{metric.name}: no label {', '.join(unknown)}\n  known labels: {known}"
        )


def _braces(matches: Mapping[str, Match]) -> str:
    if not matches:
        return ""
    return "{" + ", ".join(_match(*item) for item in matches.items()) + "}"


def _match(label: str, match: Match) -> str:
    if isinstance(match, AnyOf):
        return f'{label}=~"{match.pattern}"'
    if isinstance(match, Not):
        return f'{label}!="{match.text}"'
    return f'{label}="{match}"'
