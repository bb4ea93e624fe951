"""How wrong estimated demands make the answers that are asked of them.

Nobody needs single demands right; what counts is what links carry after a failure. So
the error is stated as that of the worst-case loads, never of single demands.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

import numpy as np

from bellrock.model.inventory import Inventory
from topology.arrays import Arrays
from topology.estimate.demands import Estimate, estimate
from topology.estimate.pairs import Pattern
from topology.traffic.demands import Demands
from topology.traffic.loads import loads
from topology.traffic.n1 import n1
from topology.traffic.standing import NOTHING

FACTOR = 2.0
"""How far real demands are taken to be off: two in three within it, either way."""
NOISE = 0.01
"""And counters."""


def n1_error(
    arrays: Arrays, truth: Demands, found: Demands, down: Iterable[str] = NOTHING
) -> float:
    """Return how wrong the worst-case loads are, relative to all of them together.

    The sum over all arcs of the difference in worst-case load (every link, device, site
    and risk group failed in turn), over the sum of the true ones; 0 for no traffic.
    """
    right = n1(arrays, truth, down).worst_load
    ours = n1(arrays, found, down).worst_load
    total = float(right.sum())
    return float(np.abs(ours - right).sum()) / total if total else 0.0


@dataclass(frozen=True, slots=True)
class Trials:
    """What estimating demands that are known comes to on this network.

    Attributes
    ----------
    errors : tuple of float
        `n1_error` of each trial.
    """

    errors: tuple[float, ...]

    @property
    def worst(self) -> float:
        """The largest error; 0 if nothing was tried."""
        return max(self.errors, default=0.0)


def try_out(
    inventory: Inventory,
    arrays: Arrays,
    found: Estimate,
    pattern: Pattern,
    down: Iterable[str] = NOTHING,
    *,
    trials: int,
    seed: int = 1,
    notify: Callable[[int], None] = lambda _: None,
) -> Trials:
    """Estimate demands that are known, from loads as noisy as counters are.

    What was found is spread at random, each demand by a factor that is log-normal with
    a standard deviation of `FACTOR`; taken as the truth, routed, measured with `NOISE`,
    and estimated anew. That tells what the method loses on this network, if real
    demands are no wilder than that; it cannot tell how wild they are.

    Parameters
    ----------
    trials : int
        How many truths.
    seed : int
        The same seed gives the same truths.
    notify : callable
        Called with the number of each trial that is done.
    """
    down = frozenset(down)
    generator = np.random.default_rng(seed)
    errors = []
    for number in range(1, trials + 1):
        spread = generator.lognormal(0, np.log(FACTOR), len(found.demands))
        truth = replace(found.demands, rate=found.demands.rate * spread)
        load = loads(arrays, truth, down).load
        load *= np.maximum(1 + NOISE * generator.standard_normal(len(load)), 0)
        again = estimate(inventory, arrays, load, pattern, down)
        errors.append(n1_error(arrays, truth, again.demands, down))
        notify(number)
    return Trials(tuple(errors))
