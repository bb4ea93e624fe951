"""PromQL from the constants of the catalogue, so that no query holds a metric's name.

What alerts and dashboards both speak; each adds its own words elsewhere.
A metric that is renamed or dropped is a type error here; a label it does not have, or
a rate of something that does not count, is a :class:`ValueError` when rendering.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Self

from bellrock.model.catalogue import Metric

INTERVAL = "$__rate_interval"
"""Never shorter than four scrapes, so no rate is a gap for want of samples."""

RANGE = "$__range"
"""The time the dashboard shows."""


OverTime = Literal["avg_over_time", "changes", "max_over_time", "min_over_time"]
"""Functions of a gauge's past."""

_SELECTION = re.compile(r"[A-Za-z_:][A-Za-z0-9_:]*(\{[^{}]*\})?")


def duration(seconds: float) -> str:
    """Write a duration as PromQL and Prometheus' files do.

    Parameters
    ----------
    seconds : float
        Positive; rounded to milliseconds, and never to 0.

    Examples
    --------
    >>> duration(90), duration(600), duration(0.25)
    ('90s', '10m', '250ms')
    """
    whole = max(1, round(seconds * 1000))
    for unit, size in (("h", 3_600_000), ("m", 60_000), ("s", 1000)):
        if whole % size == 0:
            return f"{whole // size}{unit}"
    return f"{whole}ms"


@dataclass(frozen=True, slots=True)
class AnyOf:
    """A label that matches a regular expression, usually a multi-value variable."""

    pattern: str


@dataclass(frozen=True, slots=True)
class Not:
    """A label that is not this text."""

    text: str


Match = str | AnyOf | Not


@dataclass(frozen=True, slots=True)
class Query:
    """An instant-vector expression that can stand as an operand as it is."""

    text: str

    def __str__(self) -> str:
        """Return the PromQL."""
        return self.text

    def sum(self, *by: str) -> Self:
        """Add up, per value of the labels `by`."""
        return self._aggregated("sum", by)

    def min(self, *by: str) -> Self:
        """Take the lowest, per value of the labels `by`."""
        return self._aggregated("min", by)

    def max(self, *by: str) -> Self:
        """Take the highest, per value of the labels `by`."""
        return self._aggregated("max", by)

    def count(self, *by: str) -> Self:
        """Count series, per value of the labels `by`."""
        return self._aggregated("count", by)

    def one(self, *by: str) -> Self:
        """Return 1 for each value of the labels `by`."""
        return self._aggregated("group", by)

    def top(self, count: int, *by: str) -> Self:
        """Keep the `count` highest, per value of the labels `by`."""
        grouping = f" by ({', '.join(by)}) " if by else ""
        return type(self)(f"topk{grouping}({count}, {self})")

    def is_number(self, number: int) -> Self:
        """Return 1 where the value is `number` and 0 where it is another one."""
        return type(self)(f"({self} == bool {number})")

    def equal(self, number: int) -> Self:
        """Keep what is `number`."""
        return type(self)(f"({self} == {number})")

    def above(self, number: float) -> Self:
        """Keep what is above `number`."""
        return type(self)(f"({self} > {number})")

    def less_than(self, number: float) -> Self:
        """Keep what is less than `number`."""
        return type(self)(f"({self} < {number})")

    def plus(self, other: "Query") -> Self:
        """Add series with the same labels."""
        return type(self)(f"({self} + {other})")

    def age(self) -> Self:
        """Return the seconds since the Unix times that these are."""
        return type(self)(f"(time() - {self})")

    def absent(self) -> Self:
        """Return 1 if there is no series at all, else nothing."""
        return type(self)(f"absent({self})")

    def over(self, function: OverTime, seconds: float) -> Self:
        """Sum up each series' last `seconds` seconds.

        Raises
        ------
        ValueError
            If this is more than a selection of series, of which there is no past.
        """
        return type(self)(f"{function}({self._selected}[{duration(seconds)}])")

    def ago(self, seconds: float) -> Self:
        """Take the values of `seconds` seconds before.

        Raises
        ------
        ValueError
            If this is more than a selection of series, of which there is no past.
        """
        return type(self)(f"({self._selected} offset {duration(seconds)})")

    def below(self, other: "Query") -> Self:
        """Return 1 where the value is below that of `other`, else 0."""
        return type(self)(f"({self} < bool {other})")

    def under(self, other: "Query") -> Self:
        """Keep what is below the one series of `other`; nothing while it has none."""
        return type(self)(f"({self} < scalar({other}))")

    def __truediv__(self, other: "Query") -> Self:
        """Divide series with the same labels."""
        return type(self)(f"({self} / {other})")

    def share_of(self, other: "Query", *on: str) -> Self:
        """Divide by the one series of `other` with the same labels `on`."""
        return type(self)(f"({self} / on ({', '.join(on)}) group_left () {other})")

    def unlike(self, other: "Query", *on: str) -> Self:
        """Keep what differs from the one series of `other` with the same labels."""
        return type(self)(f"({self} != on ({', '.join(on)}) group_left () {other})")

    def __mul__(self, number: int) -> Self:
        """Multiply by a number."""
        return type(self)(f"({self} * {number})")

    def magnitude(self) -> Self:
        """Return the values without their sign."""
        return type(self)(f"abs({self})")

    def less(self, other: "Query") -> Self:
        """Take the value of `other` with the same labels from each."""
        return type(self)(f"({self} - {other})")

    def from_now(self) -> Self:
        """Return the seconds from now until the times that the values are."""
        return type(self)(f"({self} - time())")

    def where(self, other: "Query", *on: str) -> Self:
        """Keep series for which `other` has one with the same labels `on`."""
        return type(self)(f"({self} and on ({', '.join(on)}) {other})")

    def without(self, other: "Query", *on: str) -> Self:
        """Keep series for which `other` has none with the same labels `on`."""
        return type(self)(f"({self} unless on ({', '.join(on)}) {other})")

    def otherwise(self, other: "Query", *on: str) -> Self:
        """Add the series of `other` whose labels `on`, or all, this one lacks."""
        matching = f"on ({', '.join(on)}) " if on else ""
        return type(self)(f"({self} or {matching}{other})")

    def told_by(self, info: "Query", *on: str, add: tuple[str, ...]) -> Self:
        """Add the labels `add` of the info metric with the same labels `on`."""
        joined = f"* on ({', '.join(on)}) group_left ({', '.join(add)})"
        return type(self)(f"({self} {joined} {info})")

    def named(self, label: str, source: str) -> Self:
        """Copy the label `source` to `label`."""
        return type(self)(f'label_replace({self}, "{label}", "$1", "{source}", "(.+)")')

    def labelled(self, label: str, text: str) -> Self:
        """Give every series this label."""
        return type(self)(f'label_replace({self}, "{label}", "{text}", "", "")')

    def joined(self, label: str, *sources: str) -> Self:
        """Write the labels `sources`, with spaces between, to `label`."""
        names = ", ".join(f'"{source}"' for source in sources)
        return type(self)(f'label_join({self}, "{label}", " ", {names})')

    @property
    def _selected(self) -> str:
        if _SELECTION.fullmatch(self.text) is None:
            raise ValueError(f"{self}: only a selection has a past, not what it became")
        return self.text

    def _aggregated(self, operator: str, by: tuple[str, ...]) -> Self:
        grouping = f" by ({', '.join(by)}) " if by else ""
        return type(self)(f"{operator}{grouping}({self})")


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
