"""How much of the time sites are cut off, from minimal cut sets of up to two elements.

A cut set is minimal if no smaller one within it cuts the site off. One fails as often
as all its elements are down together. The share of time that some fails is at most

    1 - product over the cut sets of (1 - how often it fails)

since elements are up independently and what one cut set spares helps the next (Esary
and Proschan 1963). [1]_ That is the figure here. It takes two cut sets that share an
element for unrelated, which adds little, and leaves out sets of three and more: where
nothing smaller cuts a site off it says 0, and `topology.availability.exact` more.

References
----------
.. [1] J. D. Esary and F. Proschan, "Coherent structures of non-identical components",
   Technometrics 5(2), 1963.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from topology.arrays import Floats, Rows
from topology.availability.faults import Asked
from topology.availability.reduce import Cores
from topology.kernels.cuts import empty_scratch, single_cuts
from topology.kernels.pairs import Sums, pair_cuts
from topology.web import turned

WORST = 8
"""Pairs that are remembered for each site."""

_AT_ONCE = 64

Progress = Callable[[int, int], None]
"""Told how much is done, of how much."""


@dataclass(frozen=True, slots=True)
class CutSet:
    """Elements that cut a site off together, and for what share of the time."""

    elements: tuple[int, ...]
    down: float


@dataclass(frozen=True, eq=False)
class CutSets:
    """The cut sets of the sites asked about.

    Attributes
    ----------
    whole, outside : array of float64, shape (s,)
        Share of the time that each site is cut off: by anything but its own failure
        as a site, and by what lies off its premises. 1 if it is cut off now; nan for
        sites not asked about.
    single : Rows
        Elements that cut each site off, the site itself not among them.
    pairs : array of int64, shape (s,)
        How many cut sets of two each site has.
    """

    asked: Asked
    whole: Floats
    outside: Floats
    single: Rows
    sums: Sums

    @cached_property
    def cores(self) -> Cores:
        """What is left of the network where one site is concerned."""
        return Cores(self.asked, self.single)

    def worst(self, site: int, most: int = WORST) -> list[CutSet]:
        """Return the cut sets of a site that fail most often, at most `WORST`."""
        down = self.asked.faults.down
        found = [CutSet((e,), float(down[e])) for e in self.single[site].tolist()]
        together = self.sums.worst_down[site].tolist()
        for pair, share in zip(self.sums.worst[site].tolist(), together, strict=True):
            if share > 0:
                found.append(CutSet(tuple(pair), share))
        found.sort(key=lambda each: (-each.down, each.elements))
        return found[: min(most, WORST)]


def cut_sets(asked: Asked, progress: Progress | None = None) -> CutSets:
    """Find the minimal cut sets of one and two elements.

    Notes
    -----
    O(e (n + m)) for the pairs: the network is searched anew with each element down
    that is on the way to some site and not all there is behind it.
    """
    faults = asked.faults
    before, question = asked.before, asked.question
    sites, elements = len(asked.wanted), len(faults.network.ids)
    scratch = empty_scratch(len(faults.web.start) - 1, sites)
    start, item = single_cuts(faults.parts, question, faults.web, before, scratch)
    sums = Sums(
        whole=np.zeros(sites),
        outside=np.zeros(sites),
        pairs=np.zeros(sites, np.int64),
        worst=np.zeros((sites, WORST, 2), np.int32),
        worst_down=np.zeros((sites, WORST)),
    )
    for first in range(0, elements, _AT_ONCE):
        last = min(first + _AT_ONCE, elements)
        pair_cuts(
            *(first, last, faults.parts, question, faults.web, before),
            *(start, item, sums),
        )
        if progress is not None:
            progress(last, elements)
    single = _but_itself(asked, turned(Rows(start, item), sites))
    whole, outside = sums.whole.copy(), sums.outside.copy()
    premises = faults.network.premises
    for site in np.flatnonzero(question.asked).tolist():
        cutting = single[site]
        whole[site] += np.log1p(-faults.down[cutting]).sum()
        cutting = cutting[premises[cutting] != site]
        outside[site] += np.log1p(-faults.down[cutting]).sum()
    return CutSets(
        asked=asked,
        whole=_share(asked, whole),
        outside=_share(asked, outside),
        single=single,
        sums=sums,
    )


def _but_itself(asked: Asked, single: Rows) -> Rows:
    """Leave out each site's own failure: its people are not asking then."""
    itself = asked.faults.itself
    sites = range(len(asked.wanted))
    return Rows.of(single[s][single[s] != itself[s]].tolist() for s in sites)


def _share(asked: Asked, logs: Floats) -> Floats:
    """Return the share of time down; `logs` has the logarithm of that up."""
    shares = np.where(asked.question.asked, -np.expm1(logs), 1.0)
    return np.where(asked.wanted, shares, np.nan)
