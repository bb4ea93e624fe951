"""The first guess: everybody sends to each in proportion to what that one receives."""

import numpy as np

from topology.arrays import Floats, Ints

ROUNDS = 50


def gravity(source: Ints, target: Ints, sent: Floats, received: Floats) -> Floats:
    """Share out what each site sends, among those it may send to.

    Parameters
    ----------
    source, target : array of int32, shape (k,)
        Pairs of sites; others exchange nothing.
    sent, received : array of float64, shape (s,)
        bit/s of each site.

    Returns
    -------
    array of float64, shape (k,)
        bit/s. What each site sends and receives adds up to its totals, as nearly as
        the pairs and totals allow.

    Notes
    -----
    The gravity model [1]_, fitted to both totals by iterative proportional fitting
    [2]_, which keeps the product form where only some pairs are allowed.

    References
    ----------
    .. [1] Y. Zhang, M. Roughan, N. Duffield and A. Greenberg, "Fast accurate
       computation of large-scale IP traffic matrices from link loads", SIGMETRICS 2003.
    .. [2] W. E. Deming and F. F. Stephan, "On a least squares adjustment of a sampled
       frequency table when the expected marginal totals are known", 1940.

    Examples
    --------
    >>> source, target = np.array([0, 1], np.int32), np.array([2, 2], np.int32)
    >>> gravity(source, target, np.array([3., 1., 0.]), np.array([0., 0., 4.])).tolist()
    [3.0, 1.0]
    """
    return fit(source, target, sent[source] * received[target], sent, received)


def fit(
    source: Ints, target: Ints, rate: Floats, sent: Floats, received: Floats
) -> Floats:
    """Scale rates until they add up to the totals; a total of nan is not fitted."""
    found = rate.astype(np.float64)
    for _ in range(ROUNDS):
        for ends, wanted in ((target, received), (source, sent)):
            there = np.bincount(ends, found, minlength=len(wanted))
            with np.errstate(divide="ignore", invalid="ignore"):
                factor = np.where(there > 0, wanted / there, 1.0)
            found *= np.where(np.isnan(factor), 1.0, factor)[ends]
    return found
