"""Times between failures and to repair, and the share of time something works."""

import re
from typing import Annotated

from pydantic import BeforeValidator

from bellrock.document.values import Value, described
from bellrock.model.reliability import DAY, HOUR, YEAR

UNITS = {"s": 1.0, "m": 60.0, "h": HOUR, "d": DAY, "w": 7 * DAY, "y": YEAR}
_SPAN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?) ?([smhdwy])")
_HOW = "write digits and s, m, h, d, w or y, such as 5y, 200d or 4h"
_SHORTEST, _LONGEST = 1.0, 1_000_000 * YEAR

_SHARE = re.compile(r"([0-9]{1,2}(?:\.[0-9]{1,12})?) ?%")
_HOW_MUCH = "write a percentage between 0% and 100%, such as 99.95%"


def in_seconds(text: str) -> float | None:
    """Return how long a span is, in range or not; None if `text` is no span."""
    written = _SPAN.fullmatch(text)
    return float(written[1]) * UNITS[written[2]] if written is not None else None


def span(value: object) -> float:
    """Turn a written time span into seconds.

    Raises
    ------
    ValueError
        If it is none, has no unit, or is not between a second and a million years.

    Examples
    --------
    >>> span("4h"), span("1.5d")
    (14400.0, 129600.0)
    """
    seconds = in_seconds(value) if isinstance(value, str) else None
    if seconds is None:
        raise ValueError(f"{described(_shown(value))} is no time span; {_HOW}")
    if not _SHORTEST <= seconds <= _LONGEST:
        raise ValueError("out of range; expected 1s to 1000000y")
    return seconds


def share(value: object) -> float:
    """Turn a written percentage into a ratio between 0 and 1, neither included.

    Examples
    --------
    >>> share("99.5%")
    0.995
    >>> share("99.5")
    Traceback (most recent call last):
    ...
    ValueError: the text "99.5" is no availability; write a percentage between 0% \
and 100%, such as 99.95%
    """
    written = _SHARE.fullmatch(value) if isinstance(value, str) else None
    if written is None or not float(written[1]) > 0:
        what = described(_shown(value))
        raise ValueError(f"{what} is no availability; {_HOW_MUCH}")
    return float(written[1]) / 100


def _shown(value: object) -> Value:
    return value if isinstance(value, bool | int | float | str | list | dict) else None


Span = Annotated[float, BeforeValidator(span)]
"""Seconds, more than 0; written as ``5y``, ``200d``, ``4h``."""

Share = Annotated[float, BeforeValidator(share)]
"""A ratio between 0 and 1; written as ``99.95%``."""
