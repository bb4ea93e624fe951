"""Metric families as text: Prometheus 0.0.4 and OpenMetrics 1.0.

Device series come by the hundred thousand, where the registry of prometheus_client
costs 0.7 s a scrape. Here the unchanging part of each line is built once, when the
series first appears, and a scrape only joins it to the number.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import Generic, TypeVar

from bellrock.model.catalogue import Metric

LabelValues = tuple[str, ...]

_INFINITY = float("inf")
_WHOLE = frozenset((int,))


class Histogram:
    """Counts per bucket and the sum of one series' observations."""

    __slots__ = ("bounds", "counts", "total")

    def __init__(self, bounds: tuple[float, ...]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        """Count `value`, in the metric's unit, in the bucket it falls in."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value


Value = TypeVar("Value", float, Histogram)


@dataclass(slots=True)
class Series(Generic[Value]):
    """One line's fixed part and its number, or a histogram's labels and counts."""

    prefix: str
    value: Value


class Numbers:
    """The series of one gauge or counter family."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._series: dict[LabelValues, Series[float]] = {}

    def set(self, labels: LabelValues, value: float) -> None:
        """Give the series with these label values, in catalogue order, a value."""
        series = self._series.get(labels)
        if series is None:
            prefix = f"{self.metric.name}{_label_text(self.metric, labels)} "
            self._series[labels] = Series(prefix, value)
        else:
            series.value = value

    def add(self, labels: LabelValues, amount: float = 1) -> None:
        """Raise a counter; a series not seen before starts at zero."""
        series = self._series.get(labels)
        self.set(labels, amount if series is None else series.value + amount)

    def get(self, labels: LabelValues) -> float | None:
        """Return the series' value; None when there is no such series."""
        series = self._series.get(labels)
        return None if series is None else series.value

    def labels(self) -> tuple[LabelValues, ...]:
        """Return the label values of every series."""
        return tuple(self._series)

    def total(self, of: Callable[[LabelValues], bool] = lambda _: True) -> float:
        """Return the sum over all series, or those `of` certain label values."""
        return sum(one.value for labels, one in self._series.items() if of(labels))

    def drop(self, labels: LabelValues) -> None:
        """Remove a series: from now on nothing is known of it."""
        self._series.pop(labels, None)

    def keep(self, wanted: Callable[[LabelValues], bool]) -> None:
        """Remove every series whose label values are not `wanted`."""
        self._series = _kept(self._series, wanted)

    def replace(self, values: Iterable[tuple[LabelValues, float]]) -> None:
        """Make the family hold exactly these series."""
        kept = dict(values)
        for labels in self._series.keys() - kept.keys():
            del self._series[labels]
        for labels, value in kept.items():
            self.set(labels, value)

    def slot(self, labels: LabelValues, value: float) -> Series[float]:
        """Give the series a value, and return where the next one may be put at once.

        For what changes with every scrape: finding a series by its labels takes longer
        than anything else here.
        """
        self.set(labels, value)
        return self._series[labels]

    def lines(self) -> Iterator[str]:
        """Yield every sample line, the same in both formats."""
        for series in self._series.values():
            yield f"{series.prefix}{_number(series.value)}\n"


class RowLabels:
    """The label values of many series that come together, and their text.

    Parameters
    ----------
    names : sequence of str
        The labels, as the metrics have them.
    rows : sequence of LabelValues
        Their values, row by row.
    """

    __slots__ = ("lines", "names", "rows")

    def __init__(self, names: Sequence[str], rows: Sequence[LabelValues]) -> None:
        self.names = tuple(names)
        self.rows = tuple(rows)
        texts = [_labelled(self.names, row).replace("%", "%%") for row in self.rows]
        # The metric's name joins them, and so begins each line.
        self.lines = ("", *(f"{text} %s\n" for text in texts))


class Rows:
    """The series of one gauge or counter family that come as columns of a table."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._tables: dict[str, tuple[RowLabels, tuple[float | None, ...]]] = {}

    def set(
        self, table: str, labels: RowLabels, values: tuple[float | None, ...]
    ) -> None:
        """Give a table's series, and no others of it, these values; None has none."""
        self._tables[table] = labels, values

    def get(self, labels: LabelValues) -> float | None:
        """Return the series' value; None when there is no such series."""
        for known, values in self._tables.values():
            if labels in known.rows:
                return values[known.rows.index(labels)]
        return None

    def total(self) -> float:
        """Return the sum over all series."""
        return sum(sum(filter(None, values)) for _, values in self._tables.values())

    def drop(self, table: str) -> None:
        """Remove a table's series: from now on nothing is known of it."""
        self._tables.pop(table, None)

    def keep(self, wanted: Callable[[LabelValues], bool]) -> None:
        """Remove every series whose label values are not `wanted`."""
        for table, (labels, values) in list(self._tables.items()):
            kept = [at for at, row in enumerate(labels.rows) if wanted(row)]
            if len(kept) < len(values):
                rows = RowLabels(labels.names, [labels.rows[at] for at in kept])
                self.set(table, rows, tuple(values[at] for at in kept))

    def lines(self) -> Iterator[str]:
        """Yield the sample lines of each table, the same in both formats."""
        for labels, values in self._tables.values():
            if _WHOLE.issuperset(map(type, values)):
                # One template for all lines, put together and filled in by C.
                if values:
                    yield self.metric.name.join(labels.lines) % values
                continue
            there = [value is not None for value in values]
            lines = compress(labels.lines[1:], there)
            texts = tuple(_number(value) for value in values if value is not None)
            yield self.metric.name.join(("", *lines)) % texts


class Histograms:
    """The series of one histogram family."""

    def __init__(self, metric: Metric) -> None:
        self.metric = metric
        self._series: dict[LabelValues, Series[Histogram]] = {}

    def observe(self, labels: LabelValues, value: float) -> None:
        """Count one observation in the series with these label values."""
        series = self._series.get(labels)
        if series is None:
            text = _label_text(self.metric, labels)
            series = Series(text, Histogram(self.metric.buckets))
            self._series[labels] = series
        series.value.observe(value)

    def keep(self, wanted: Callable[[LabelValues], bool]) -> None:
        """Remove every series whose label values are not `wanted`."""
        self._series = _kept(self._series, wanted)

    def lines(self) -> Iterator[str]:
        """Yield cumulative buckets, sum and count of every series."""
        name = self.metric.name
        for series in self._series.values():
            histogram = series.value
            labelled = f"{{{series.prefix[1:-1]}," if series.prefix else "{"
            running = 0
            bounds = (*map(_number, histogram.bounds), "+Inf")
            for bound, count in zip(bounds, histogram.counts, strict=True):
                running += count
                yield f'{name}_bucket{labelled}le="{bound}"}} {running}\n'
            yield f"{name}_sum{series.prefix} {_number(histogram.total)}\n"
            yield f"{name}_count{series.prefix} {running}\n"


Family = Numbers | Rows | Histograms


def _kept(
    series: dict[LabelValues, Series[Value]], wanted: Callable[[LabelValues], bool]
) -> dict[LabelValues, Series[Value]]:
    return {labels: one for labels, one in series.items() if wanted(labels)}


def render(families: Iterable[Family], *, openmetrics: bool) -> str:
    """Write the families with their help; without OpenMetrics' closing ``# EOF``.

    A family without series is left out: nothing measured is not zero.
    """
    parts: list[str] = []
    for family in families:
        begin = len(parts)
        parts.append(_head(family.metric, openmetrics=openmetrics))
        parts.extend(family.lines())
        if len(parts) == begin + 1:
            del parts[begin]
    return "".join(parts)


def _head(metric: Metric, *, openmetrics: bool) -> str:
    name = metric.name.removesuffix("_total") if openmetrics else metric.name
    unit = f"# UNIT {name} {metric.unit}\n" if openmetrics and metric.unit else ""
    return f"# HELP {name} {_escape(metric.help)}\n# TYPE {name} {metric.kind}\n{unit}"


def _label_text(metric: Metric, values: LabelValues) -> str:
    """Return the labels as text, without those that have no value.

    To Prometheus an empty label and none are the same.
    """
    there = [pair for pair in zip(metric.labels, values, strict=True) if pair[1]]
    return _labelled([name for name, _ in there], tuple(value for _, value in there))


def _labelled(names: Sequence[str], values: LabelValues) -> str:
    pairs = zip(names, values, strict=True)
    text = ",".join(f'{name}="{_escape(value)}"' for name, value in pairs)
    return f"{{{text}}}" if text else ""


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n").replace('"', r"\"")


def _number(value: float) -> str:
    if type(value) is int:
        return str(value)
    if value != value or value in (_INFINITY, -_INFINITY):
        return {_INFINITY: "+Inf", -_INFINITY: "-Inf"}.get(value, "NaN")
    # repr() is the shortest text that reads back as the same double; whole numbers
    # are written without a fraction, so that counters keep every digit.
    return str(int(value)) if value == int(value) else repr(value)
