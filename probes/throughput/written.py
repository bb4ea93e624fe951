"""Sizes and times of day, as people write them in the settings."""

import re
from typing import Annotated

from pydantic import BeforeValidator

_SIZE = re.compile(r"([0-9]{1,12}(?:\.[0-9]{1,6})?) ?(k|M|G|T)?B")
_FACTORS = {None: 1, "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12}
_LARGEST = 10**15
_SIZE_SO = "write bytes, or a number with B, kB, MB or GB such as 20MB"

_WINDOW = re.compile(r"([0-9]{1,2}):([0-9]{2}) ?- ?([0-9]{1,2}):([0-9]{2})")
_WINDOW_SO = 'write from and to in quotes, such as "20:00-06:00"'
_DAY = 24 * 60

Window = tuple[int, int]
"""From and to, in minutes since midnight; `to` is not in it."""


def size(value: object) -> int:
    """Turn a written size into bytes, at least one.

    Raises
    ------
    ValueError
        If it is no size; a letter without B might have meant bits.

    Examples
    --------
    >>> size("20MB"), size("1.5 kB"), size(4096)
    (20000000, 1500, 4096)
    """
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise ValueError(f"not a size; {_SIZE_SO}")
    if isinstance(value, int):
        octets = value
    else:
        match = _SIZE.fullmatch(value)
        if match is None:
            raise ValueError(f"not a size; {_SIZE_SO}")
        octets = int(float(match[1]) * _FACTORS[match[2]])
    if not 1 <= octets <= _LARGEST:
        raise ValueError(f"out of range; {_SIZE_SO}")
    return octets


def window(value: object) -> Window:
    """Turn a part of the day into minutes since midnight.

    Raises
    ------
    ValueError
        If it is none, or begins where it ends.

    Examples
    --------
    >>> window("20:00-06:30")
    (1200, 390)
    """
    match = _WINDOW.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"not a part of a day; {_WINDOW_SO}")
    hours, minutes = (int(match[1]), int(match[3])), (int(match[2]), int(match[4]))
    begin, end = (60 * h + m for h, m in zip(hours, minutes, strict=True))
    if max(minutes) > 59 or max(begin, end) > _DAY or begin == _DAY:
        raise ValueError(f"no such time of day; {_WINDOW_SO}")
    if begin == end:
        raise ValueError(f"ends where it begins; {_WINDOW_SO}")
    return begin, end


def within(windows: tuple[Window, ...], minute: int) -> bool:
    """Return whether a minute of the day is in any of them; without any, it is.

    Examples
    --------
    >>> night = (window("20:00-06:30"),)
    >>> within(night, 23 * 60), within(night, 6 * 60 + 30), within((), 0)
    (True, False, True)
    """
    return not windows or any(
        begin <= minute < end if begin < end else minute >= begin or minute < end
        for begin, end in windows
    )


Size = Annotated[int, BeforeValidator(size)]
"""Bytes, written as a number or as ``20MB``."""

PartOfDay = Annotated[Window, BeforeValidator(window)]
"""Part of the day, written as ``"20:00-06:00"``."""
