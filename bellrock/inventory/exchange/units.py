"""Figures of sources that count in units of their own."""

import math


def scaled(figure: float, unit: float) -> float:
    """Return a figure in bit/s; infinite, so out of range, where it is endless.

    Sources write a thousandth here and there: what is off by less than a billionth of
    itself is rounded to whole bits.

    Examples
    --------
    >>> scaled(2.3, 1e6), scaled(1e308, 1e6)
    (2300000.0, inf)
    """
    value = float(figure) * unit
    if not math.isfinite(value):
        return math.inf
    nearest = float(round(value))
    return nearest if math.isclose(value, nearest, rel_tol=1e-9) else value
