"""Durations in settings: a number of seconds, or text such as ``500ms``."""

import math
import re
from typing import Annotated

from pydantic import BeforeValidator

_WRITTEN = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,12})?) ?(ms|s|m|h)")
_UNITS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_EXPECTED = "expected seconds, or a number with ms, s, m or h such as 500ms"


def parse(value: object) -> float:
    """Turn a written duration into seconds, positive and finite.

    Raises
    ------
    ValueError
        If `value` is no duration, zero or negative.

    Examples
    --------
    >>> parse("500ms"), parse("5m"), parse(10)
    (0.5, 300.0, 10.0)
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError(f"not a duration; {_EXPECTED}")
    try:
        seconds = _written(value) if isinstance(value, str) else float(value)
    except OverflowError:
        seconds = math.inf
    if not math.isfinite(seconds):
        raise ValueError(f"not a duration; {_EXPECTED}")
    if seconds <= 0:
        raise ValueError("too short; a duration must be more than 0 seconds")
    return seconds


def _written(text: str) -> float:
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise ValueError(f"not a duration; {_EXPECTED}")
    return float(match[1]) * _UNITS[match[2]]


Seconds = Annotated[float, BeforeValidator(parse)]
"""Seconds, more than 0; written as a number, or as ``500ms``, ``10s``, ``5m``."""
