"""What the kernel is to stamp for an engine."""

from enum import StrEnum

_AFFORDABLE = 5_000
"""Packets a second up to which both stamps are taken if nobody says otherwise."""


class Stamps(StrEnum):
    """Which packets the kernel stamps for an engine.

    Stamps of ``both`` what leaves and what comes are the most accurate. On ``receipt``
    alone costs a tenth less time, and what leaves is taken to leave in groups, evenly
    between two readings of our clock. ``auto`` is both up to 5,000 packets a second.
    """

    AUTO = "auto"
    BOTH = "both"
    RECEIPT = "receipt"

    def exact(self, rate: float) -> bool:
        """Tell whether what leaves is stamped, at so many packets a second."""
        return self is Stamps.BOTH or (self is Stamps.AUTO and rate <= _AFFORDABLE)
