"""Hold back what only follows from silence, until the silence has lasted.

LLDP is silent for a while after a link has come back, and a device's table of
neighbours is read less often than its ports' state.
"""

import math
from dataclasses import dataclass, field, replace

from topology.discovery.compare import Comparison

PATIENCE = 300.0
"""Seconds: five readings of the neighbours, ten announcements of LLDP."""


@dataclass(slots=True)
class Patience:
    """Knows since when which link has been missed.

    Attributes
    ----------
    lasts : float
        Seconds until it is told.
    """

    lasts: float = PATIENCE
    _since: dict[str, float] = field(default_factory=dict)

    def sift(self, found: Comparison, now: float) -> Comparison:
        """Return what is to be told now."""
        self._since = {
            each.link: self._since.get(each.link, now)
            for each in found.mismatches
            if each.by_absence
        }
        return replace(
            found,
            mismatches=tuple(
                each
                for each in found.mismatches
                if not each.by_absence or self._since[each.link] + self.lasts <= now
            ),
        )

    def next(self, now: float) -> float:
        """Return in how many seconds there is more to tell; infinite if never."""
        due = (since + self.lasts - now for since in self._since.values())
        return min((wait for wait in due if wait > 0), default=math.inf)
