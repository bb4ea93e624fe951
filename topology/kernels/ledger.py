"""The loads of the arcs while a failure is worked out, and which of them it changed."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from topology.kernels.jit import borrowing, kernel
from topology.kernels.spf import Floats, Ints

Bools = npt.NDArray[np.bool_]


class Ledger(NamedTuple):
    """Loads, and which of them differ from what they were.

    Attributes
    ----------
    load : array of float64, shape (arcs,)
        bit/s.
    marked : array of bool, shape (arcs,)
        Whether an arc is among the changed.
    changed : array of int32, shape (arcs,)
    tally : array of int32, shape (1,)
        How many of `changed` are meant.
    """

    load: Floats
    marked: Bools
    changed: Ints
    tally: Ints


@kernel
def opened(base: Floats) -> Ledger:
    """Return a ledger that begins with the loads `base`."""
    arcs = len(base)
    return Ledger(
        base.copy(),
        np.zeros(arcs, np.bool_),
        np.empty(arcs, np.int32),
        np.zeros(1, np.int32),
    )


@borrowing
def add(ledger: Ledger, arc: int, amount: float) -> None:
    """Add to the load of an arc."""
    ledger.load[arc] += amount
    if not ledger.marked[arc]:
        ledger.marked[arc] = True
        ledger.changed[ledger.tally[0]] = arc
        ledger.tally[0] += 1


@borrowing
def put_back(ledger: Ledger, base: Floats) -> None:
    """Forget all that was added."""
    load, marked, changed, tally = ledger
    for i in range(tally[0]):
        load[changed[i]] = base[changed[i]]
        marked[changed[i]] = False
    tally[0] = 0


@borrowing
def resume(ledger: Ledger, arcs: Ints, loads: Floats) -> None:
    """Go on from where other changes left off: these loads of these arcs."""
    for i in range(len(arcs)):
        ledger.load[arcs[i]] = loads[i]
        ledger.marked[arcs[i]] = True
        ledger.changed[i] = arcs[i]
    ledger.tally[0] = len(arcs)
