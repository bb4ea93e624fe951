"""What a metric is, and the labels that several areas share."""

from dataclasses import dataclass
from typing import Literal

SITE_LABELS = ("site", "organisation", "kind", "priority")
ELEMENT_LABELS = ("element", "kind")


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric family and what its number means.

    A counter's name ends in ``_total``; a histogram's `buckets` are its finite upper
    bounds in the metric's unit.
    """

    name: str
    kind: Literal["gauge", "counter", "histogram"]
    unit: Literal["seconds", "ratio", "bytes", "bits_per_second", ""]
    help: str
    labels: tuple[str, ...] = ()
    buckets: tuple[float, ...] = ()
