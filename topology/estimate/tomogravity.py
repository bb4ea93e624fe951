"""Demands that explain the measured loads, and stay near the first guess."""

import numpy as np
from scipy import sparse
from scipy.sparse.linalg import lsqr

from topology.arrays import Bools, Floats

NOISE = 1e-3
"""How far a counter is trusted, relative to what it counted."""

_REFINED = 200
"""Steps of the refinement that keeps demands positive; each costs one product."""


def tomogravity(shares: sparse.csr_array, load: Floats, prior: Floats) -> Floats:
    """Move the first guess so that the measured loads come out.

    Parameters
    ----------
    shares : sparse.csr_array, shape (arcs, k)
        The routing matrix.
    load : array of float64, shape (arcs,)
        Measured bit/s; nan where it was not.
    prior : array of float64, shape (k,)
        The first guess, bit/s; what is nothing there stays nothing.

    Returns
    -------
    array of float64, shape (k,)
        bit/s, none negative.

    Notes
    -----
    Weighted least squares as in [1]_: the change of each demand is weighed by the root
    of its first guess, and each counter by its size. Least squares may go below zero;
    what does is put back to a part of the guess, and a few steps of maximum likelihood
    for Poisson counts [2]_, which keep signs, bring the loads back.

    References
    ----------
    .. [1] Y. Zhang, M. Roughan, N. Duffield and A. Greenberg, "Fast accurate
       computation of large-scale IP traffic matrices from link loads", SIGMETRICS 2003.
    .. [2] L. A. Shepp and Y. Vardi, "Maximum likelihood reconstruction for emission
       tomography", 1982.
    """
    known = np.isfinite(load)
    matrix, wanted = shares[known], load[known]
    if not prior.any() or not wanted.any():
        return np.zeros_like(prior)
    unit = float(prior.mean())
    spread = np.sqrt(prior * unit)
    weight = 1 / np.maximum(NOISE * wanted, 1e-6 * NOISE * wanted.max())
    scaled = sparse.diags_array(weight) @ matrix @ sparse.diags_array(spread)
    rest = weight * (wanted - matrix @ prior)
    step = lsqr(scaled, rest, damp=1.0, atol=1e-10, btol=1e-10, iter_lim=2000)[0]
    moved = prior + spread * step
    found = np.where(moved > 0.01 * prior, moved, 0.01 * prior)
    return _refined(matrix, wanted, found, moved <= 0.01 * prior)


def _refined(
    matrix: sparse.csr_array, wanted: Floats, found: Floats, clipped: Bools
) -> Floats:
    if not clipped.any():
        return found
    column = np.asarray(matrix.sum(axis=0)).ravel()
    passing = column > 0
    turned = matrix.T.tocsr()
    for _ in range(_REFINED):
        carried = matrix @ found
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = np.where(carried > 0, wanted / carried, 1.0)
        factor = np.ones_like(found)
        factor[passing] = (turned @ ratio)[passing] / column[passing]
        found = found * factor
    return found
