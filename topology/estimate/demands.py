"""From measured loads to demands: exact where they can be, likely where they cannot."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from bellrock.model.inventory import Inventory
from topology.arrays import Arrays, Bools, Floats
from topology.estimate.gravity import fit, gravity
from topology.estimate.pairs import Pattern, pairs
from topology.estimate.shares import shares
from topology.estimate.tomogravity import tomogravity
from topology.estimate.totals import Totals, totals
from topology.traffic.demands import Demands
from topology.traffic.standing import NOTHING


@dataclass(frozen=True, eq=False)
class Estimate:
    """Demands (k) worked out from measured loads.

    Attributes
    ----------
    demands : Demands
        Those that are not nothing.
    carried : array of float64, shape (2 m,)
        bit/s that they put on each arc; compare with what was measured.
    left_out : array of bool, shape (s,)
        Sites that may exchange traffic, but of which a link is not measured.
    exact : array of bool, shape (s,)
        Sites of which it is certain how much they send and receive in all.
    unexplained : float
        Measured bit/s that no demand explains, and demands' bit/s that nothing was
        measured of, over all that was measured: 0 is a perfect fit.
    """

    demands: Demands
    carried: Floats
    left_out: Bools
    exact: Bools
    unexplained: float


def estimate(
    inventory: Inventory,
    arrays: Arrays,
    load: Floats,
    pattern: Pattern,
    down: Iterable[str] = NOTHING,
) -> Estimate:
    """Work out who sends how much to whom.

    Parameters
    ----------
    inventory, arrays : Inventory, Arrays
        The declared network, in two forms.
    load : array of float64, shape (2 m,)
        Average bit/s of each arc over one and the same time; nan where it was not
        measured.
    pattern : Pattern
        Who may exchange traffic with whom.
    down : iterable of str
        Links that were down all that time.

    Raises
    ------
    ValueError
        If these are too many pairs.

    Notes
    -----
    What a stub sends and receives in all is what its links carry. How it is divided
    among others follows from gravity, moved until the loads of the core come out
    (`topology.estimate.tomogravity`). Where there is one hub, nothing is left to guess.
    """
    measured = totals(arrays, load)
    known = np.isfinite(measured.sent) & np.isfinite(measured.received)
    wanted = pairs(inventory, pattern, np.ones(len(arrays.sites), np.bool_))
    able = pairs(inventory, pattern, known)
    ends = np.zeros(len(arrays.sites), np.bool_)
    ends[wanted.source] = ends[wanted.target] = True
    matrix = shares(arrays, able, down)
    routed = np.diff(matrix.tocsc().indptr) > 0
    chosen = Demands(able.source[routed], able.target[routed], able.rate[routed])
    matrix = matrix[:, routed]
    sent, received = np.nan_to_num(measured.sent), np.nan_to_num(measured.received)
    guess = gravity(chosen.source, chosen.target, sent, received)
    rate = tomogravity(matrix, load, guess)
    rate = fit(chosen.source, chosen.target, rate, *_exact(measured))
    carried = matrix @ rate
    return Estimate(
        demands=_some(chosen, rate),
        carried=carried,
        left_out=ends & ~known,
        exact=ends & known & measured.stub,
        unexplained=_unexplained(load, carried),
    )


def _exact(measured: Totals) -> tuple[Floats, Floats]:
    """Return the totals that are certain, nan where they are not."""
    sent = np.where(measured.stub, measured.sent, np.nan)
    return sent, np.where(measured.stub, measured.received, np.nan)


def _some(chosen: Demands, rate: Floats) -> Demands:
    kept = rate > 0
    return replace(
        chosen,
        source=chosen.source[kept],
        target=chosen.target[kept],
        rate=rate[kept],
    )


def _unexplained(load: Floats, carried: Floats) -> float:
    known = np.isfinite(load)
    measured = float(load[known].sum())
    away = float(np.abs(load[known] - carried[known]).sum())
    return away / measured if measured else 0.0
