"""Figures as other people write them, checked before anything is made of them."""

import math
import re

from bellrock.document.values import quoted
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.rates import LARGEST
from bellrock.inventory.schema import LARGEST_METRIC

_NUMBER = re.compile(
    r"[-+]?(?:[0-9]{1,40}(?:\.[0-9]{0,40})?|\.[0-9]{1,40})(?:[eE][-+]?[0-9]{1,3})?"
)
_TRUE = frozenset({"1", "true", "yes"})
_FALSE = frozenset({"0", "false", "no", ""})


def is_number(text: str) -> bool:
    """Tell whether a text is a finite number."""
    written = text.strip()
    return _NUMBER.fullmatch(written) is not None and math.isfinite(float(written))


def number(text: str, place: Place, findings: Findings) -> float | None:
    """Return a finite number; None, and a problem, where `text` is none."""
    if is_number(text):
        return float(text)
    what = f"{quoted(text.strip())} is no number"
    findings.wrong(place, what, "write digits, or leave it out")
    return None


def degrees(
    lat: float | None, lon: float | None, place: Place, findings: Findings
) -> tuple[float | None, float | None]:
    """Return a place on earth, both or neither of its coordinates."""
    for value, name, limit in ((lat, "latitude", 90), (lon, "longitude", 180)):
        if value is not None and abs(value) > limit:
            findings.wrong(
                place.at(name),
                f"{value:g} is out of range; expected {-limit} to {limit}",
                "write degrees, WGS 84, or leave both out",
            )
            return None, None
    if (lat is None) != (lon is None):
        given, other = (
            ("longitude", "latitude") if lat is None else ("latitude", "longitude")
        )
        findings.doubt(place, f"a {given} without a {other}; it is left out")
        return None, None
    return lat, lon


def bits(value: float | None, place: Place, findings: Findings) -> float | None:
    """Return a capacity in bit/s; None where it is zero, which is not one."""
    if value is None:
        return None
    if value < 0 or value > LARGEST:
        findings.wrong(
            place,
            f"a capacity of {value:g} bit/s is out of range; expected 1 to 1000T",
            "correct it, or leave it out where it is not known",
        )
        return None
    if value < 1:
        findings.doubt(place, "a capacity of nothing; it is left out")
        return None
    return value


def load(value: float | None, place: Place, findings: Findings) -> float | None:
    """Return a demand in bit/s, zero or more."""
    if value is not None and not 0 <= value <= LARGEST:
        findings.wrong(
            place,
            f"a demand of {value:g} bit/s is out of range; expected 0 to 1000T",
            "correct it, or leave the demand out",
        )
        return None
    return value


def metric(value: float | None, place: Place, findings: Findings) -> float | None:
    """Return an IGP metric: a whole number from 1 on."""
    if value is None:
        return None
    if value < 0 or value > LARGEST_METRIC:
        findings.wrong(
            place,
            f"a metric of {value:g} is out of range",
            f"write a whole number from 1 to {LARGEST_METRIC}, or leave it out",
        )
        return None
    if value != int(value) or value == 0:
        findings.doubt(
            place, f"a metric of {value:g} is no whole number from 1 on; it is left out"
        )
        return None
    return value


def truth(text: str, place: Place, findings: Findings) -> bool:
    """Return yes or no; false where nothing is written."""
    written = text.strip().casefold()
    if written not in _TRUE | _FALSE:
        findings.wrong(
            place, f"{quoted(text)} is neither yes nor no", "write true or false"
        )
    return written in _TRUE


def whole(
    text: str, low: int, high: int, place: Place, findings: Findings
) -> int | None:
    """Return a whole number within bounds; None, and a problem, for any other."""
    value = number(text, place, findings)
    if value is None:
        return None
    if value != int(value) or not low <= value <= high:
        findings.wrong(place, f"{value:g} is not a whole number from {low} to {high}")
        return None
    return int(value)


def all_zero(positions: "list[tuple[float, float]]") -> bool:
    """Tell whether a source fills in zeros where it knows no position."""
    return all(position == (0.0, 0.0) for position in positions)


def on_earth(positions: "list[tuple[float, float]]") -> bool:
    """Tell whether (longitude, latitude) can be degrees, all of them."""
    return all(abs(lon) <= 180 and abs(lat) <= 90 for lon, lat in positions)
