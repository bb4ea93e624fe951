"""How much of the time sites are cut off, by drawing states of the network at random.

Slow and rough where failures are rare, but it shares no reasoning with cut sets and
disjoint cases: a cross-check. Each state is drawn anew, so the number of states in
which a site is cut off is binomial, and its interval that of Clopper and Pearson [1]_,
which holds the true share at least as often as it says.

References
----------
.. [1] C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits
   illustrated in the case of the binomial", Biometrika 26(4), 1934.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import betaincinv

from topology.availability.cutsets import Progress
from topology.availability.faults import Asked
from topology.kernels.trials import draw

CONFIDENCE = 0.95
MOST_TRIALS = 1_000_000_000

_AT_ONCE = 10_000


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share of time that was estimated.

    Attributes
    ----------
    share : float
        Of the states drawn; nan where the site itself had failed in all.
    low, high : float
        Interval that holds the true share with `CONFIDENCE`.
    """

    share: float
    low: float
    high: float


def simulate(
    asked: Asked, trials: int, seed: int = 0, progress: Progress | None = None
) -> dict[int, Estimate]:
    """Estimate for what share of the time each site is cut off.

    States in which the site itself has failed are left out, as elsewhere.

    Parameters
    ----------
    trials : int
        States to draw; 1 to `MOST_TRIALS`.
    seed : int
        0 or more; the same seed gives the same answer.

    Returns
    -------
    dict of int to Estimate
        By number of the site.
    """
    faults = asked.faults
    cut, away = np.zeros((2, len(asked.wanted)), np.int64)
    seeds = np.random.SeedSequence(seed)
    for done in range(0, trials, _AT_ONCE):
        batch = min(_AT_ONCE, trials - done)
        (word,) = seeds.spawn(1)[0].generate_state(1)
        draw(
            *(batch, int(word), faults.parts, asked.question, faults.web),
            *(asked.before, faults.itself, cut, away),
        )
        if progress is not None:
            progress(done + batch, trials)
    estimates = {}
    for site in asked.sites:
        if asked.question.asked[site]:
            estimates[site] = estimate(int(cut[site]), trials - int(away[site]))
        else:
            estimates[site] = Estimate(1.0, 1.0, 1.0)
    return estimates


def estimate(hits: int, trials: int) -> Estimate:
    """Return the share that `hits` of `trials` speak for.

    Examples
    --------
    >>> found = estimate(0, 1000)
    >>> found.share, found.low, round(found.high, 4)
    (0.0, 0.0, 0.0037)
    """
    if trials == 0:
        return Estimate(float("nan"), 0.0, 1.0)
    tail = (1.0 - CONFIDENCE) / 2.0
    low = 0.0 if hits == 0 else float(betaincinv(hits, trials - hits + 1, tail))
    high = 1.0
    if hits < trials:
        high = float(betaincinv(hits + 1, trials - hits, 1.0 - tail))
    return Estimate(hits / trials, low, high)
