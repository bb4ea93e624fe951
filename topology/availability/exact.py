"""How much of the time one site is cut off, by cases that cover all there is.

Elements that cut the site off alone are independent of all else and are taken out
first; what is left is reduced (`topology.availability.reduce`) and summed in disjoint
cases (`topology.kernels.terms`), unlikely ones last. Where the cases are too many to
look into all, what is left open is known, so the answer is an interval.
"""

from dataclasses import dataclass
from math import ceil, log10

import numpy as np

from topology.availability.cutsets import CutSets

CLOSE = 1e-6
"""How much of the answer may be left open for it to count as exact."""

MOST_CASES = 300_000

_FIRST, _LAST = 9, 45
"""Cases less likely than ten to the power of minus so many are not looked into."""

_SLOPE = 1.25
"""By how many of its own powers that must fall for what is left open to fall by one: as
seen on networks of a few hundred nodes. A little more or less only costs time."""


@dataclass(frozen=True, slots=True)
class Share:
    """A share of time that lies between `low` and `high`.

    Attributes
    ----------
    cases : int
        Disjoint cases that were summed.
    """

    low: float
    high: float
    cases: int

    @property
    def exact(self) -> bool:
        """Whether both are the same to one part in a million (`CLOSE`)."""
        return self.high - self.low <= CLOSE * self.high


def exact(
    sets: CutSets, site: int, *, outside: bool = False, most: int = MOST_CASES
) -> Share:
    """Return for what share of the time `site` is cut off.

    Parameters
    ----------
    sets : CutSets
        What the site was asked in, and which elements cut it off alone.
    outside : bool
        Whether what lies on its premises is taken never to fail.
    most : int
        Cases to look into.

    Notes
    -----
    The worst case grows exponentially with the size of the reduced network, as it must
    (Provan and Ball 1983 [1]_ show the problem to be #P-hard); `most` bounds the time.

    References
    ----------
    .. [1] J. S. Provan and M. O. Ball, "The complexity of counting cuts and of
       computing the probability that a graph is connected", SIAM J. Computing 12(4),
       1983.
    """
    asked = sets.asked
    if not asked.question.asked[site]:
        return Share(1.0, 1.0, 0)
    faults = asked.faults
    premises = faults.network.premises
    own = np.flatnonzero(premises == site).tolist() if outside else []
    never = {*own, int(faults.itself[site])}
    alone = [element for element in sets.single[site].tolist() if element not in never]
    core = sets.cores.of(site, never.union(alone))
    logs = float(np.log1p(-faults.down[alone]).sum())
    power, found = _FIRST, Share(0.0, 1.0, 0)
    while True:
        low, open_still, cases = sets.cores.summed(core, 10.0**-power, most)
        found = _closer(found, Share(low, min(low + open_still, 1.0), cases))
        share = Share(_with(logs, found.low), _with(logs, found.high), cases)
        if share.exact or cases >= most or power >= _LAST:
            return share
        # Every time it begins anew, so neither in small steps nor much too far.
        beyond = (share.high - share.low) / (CLOSE * share.high)
        power += min(max(ceil(_SLOPE * log10(beyond)), 1), 3)


def _closer(one: Share, other: Share) -> Share:
    """Return what both say together; each is right."""
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Share(low, max(low, high), other.cases)


def _with(logs: float, share: float) -> float:
    """Return how often something is down: `share`, or else what `logs` leaves up."""
    return 1.0 if share >= 1.0 else float(-np.expm1(logs + np.log1p(-share)))
