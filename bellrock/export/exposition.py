"""Metric families as text: Prometheus 0.0.4 and OpenMetrics 1.0.

Device series come by the hundred thousand, where the registry of prometheus_client
costs 0.7 s a scrape. Here the unchanging part of each line is built once, when the
series first appears, and a scrape only joins it to the number.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, compress
from typing import Generic, TypeVar

from bellrock.model.catalogue import Metric

LabelValues = tuple[str, ...]

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
        for series in list(self._series.values()):
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
        for labels, values in list(self._tables.values()):
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
        bounds = (*map(_number, metric.buckets), "+Inf")
        begin = f"{metric.name}_bucket"
        # The labels join them, and so stand in each line.
        self._buckets = (
            begin,
            *(f'le="{bound}"}} %d\n{begin}' for bound in bounds[:-1]),
            f'le="{bounds[-1]}"}} %d\n',
        )

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
        """Yield cumulative buckets, sum and count of every series, each at once."""
        name = self.metric.name
        for series in list(self._series.values()):
            histogram, labels = series.value, series.prefix
            labelled = f"{labels[:-1]}," if labels else "{"
            counts = tuple(accumulate(histogram.counts))
            # One template for all buckets, put together and filled in by C.
            buckets = labelled.replace("%", "%%").join(self._buckets) % counts
            yield (
                f"{buckets}{name}_sum{labels} {_number(histogram.total)}\n"
                f"{name}_count{labels} {counts[-1]}\n"
            )


Family = Numbers | Rows | Histograms


def _kept(
    series: dict[LabelValues, Series[Value]], wanted: Callable[[LabelValues], bool]
) -> dict[LabelValues, Series[Value]]:
    return {labels: one for labels, one in series.items() if wanted(labels)}


def render(families: Iterable[Family], *, openmetrics: bool) -> str:
    """Write the families with their help; without OpenMetrics' closing ``# EOF``.

    A family without series is left out: nothing measured is not zero.
    """
    return "".join(
        piece
        for family in families
        for piece in pieces(family, openmetrics=openmetrics)
    )


def pieces(family: Family, *, openmetrics: bool) -> Iterator[str]:
    """Yield a family's help and then its lines; nothing if it has no series.

    Between two of them the family may change: what is yielded is then of a series as
    it was either before or after that, and not of both.
    """
    # A table of which nothing is known has lines without a word.
    lines = filter(None, family.lines())
    first = next(lines, None)
    if first is not None:
        yield _head(family.metric, openmetrics=openmetrics)
        yield first
        yield from lines


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
    # repr() is the shortest text that reads back as the same double; whole numbers
    # are written without a fraction.
    text = repr(float(value))
    if text[-1].isdigit():
        return text.removesuffix(".0")
    return {"inf": "+Inf", "-inf": "-Inf"}.get(text, "NaN")
