"""Rates: bit/s, written with the SI's k, M, G or T, or with nothing."""

import math
import re

from bellrock.document.values import Value, described

_FACTORS = {"": 1.0, "k": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}
LARGEST = 1e15
_RATE = re.compile(r"([0-9]{1,15}(?:\.[0-9]{1,12})?)([kMGT]?)")
_NEARLY = re.compile(
    r"\s*([0-9]{1,15}(?:\.[0-9]{1,12})?)\s*([kmgt]?)i?(?:b|bit|bits|bps)?"
    r"\s*(?:/\s*s|ps)?\s*",
    re.IGNORECASE,
)
_HOW = "write digits and k, M, G or T; without a letter it is bit/s"


def rate(value: object) -> float:
    """Turn a written rate into bit/s, zero or more.

    Raises
    ------
    ValueError
        If it is no rate, has a unit, or is negative or over 1000T.

    Examples
    --------
    >>> rate("1.5G"), rate(64000)
    (1500000000.0, 64000.0)
    >>> rate("1 Gb")
    Traceback (most recent call last):
    ...
    ValueError: the text "1 Gb" is no rate; did you mean 1G?  (bit/s)
    """
    bits = _bits(value)
    if not math.isfinite(bits) or not 0 <= bits <= LARGEST:
        raise ValueError("the rate is out of range; expected 0 to 1000T")
    return bits


def capacity(value: object) -> float:
    """Turn a written capacity into bit/s; zero is none, and refused."""
    bits = rate(value)
    if bits == 0:
        raise ValueError("a capacity of nothing; leave it out where it is not known")
    return bits


def _bits(value: object) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            return math.inf
    if not isinstance(value, str):
        raise ValueError(f"expected a rate, found {_found(value)}; {_HOW}")
    written = _RATE.fullmatch(value)
    if written is not None:
        return float(written[1]) * _FACTORS[written[2]]
    raise ValueError(f"{described(value)} is no rate; {_meant(value)}")


def _found(value: object) -> str:
    simple: Value = value if isinstance(value, bool | list | dict) else None
    return described(simple)


def _meant(text: str) -> str:
    nearly = _NEARLY.fullmatch(text)
    if nearly is None:
        return _HOW
    letter = nearly[2].lower() if nearly[2] in "kK" else nearly[2].upper()
    return f"did you mean {nearly[1]}{letter}?  (bit/s)"
