"""A PromQL expression, and what can be made of it.

What alerts and dashboards both speak; each adds its own words elsewhere.
"""

import re
from dataclasses import dataclass
from typing import Literal, Self

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
