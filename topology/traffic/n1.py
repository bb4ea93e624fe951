"""Worst-case loads: every link, device, site and risk group fails in turn (N-1)."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from bellrock.model.inventory import ElementKind
from topology.arrays import Arrays, Floats, Ints
from topology.kernels.sweep import FULL, NONE, SLACK
from topology.traffic.demands import Demands
from topology.traffic.elements import Elements
from topology.traffic.loads import Loads
from topology.traffic.standing import NOTHING
from topology.traffic.study import ROOM, Study


@dataclass(frozen=True, eq=False)
class WorstCases:
    """What single failures do to the links (m).

    Attributes
    ----------
    base : Loads
        Before any of them.
    worst_load : array of float64, shape (2 m,)
        The highest load of each arc, bit/s, that before included.
    worst_failure : array of int32, shape (2 m,)
        The element that causes it, -1 if none makes the load higher than it is. Of
        several that do, the first: links, then devices, sites and risk groups, as the
        arrays have them. Loads are equal that differ by a part in 10^9.
    utilisation, worst_utilisation : array of float64, shape (2 m,)
        Load to capacity; nan where no capacity is declared.
    failures : int
        How many elements failed: all that have a member that is up.
    worst_unrouted : float
        The most that has no way after a failure, bit/s, what has none before included.
    worst_unrouted_failure : int
        The first element that causes it, -1 if none makes it more than before.
    """

    arrays: Arrays
    elements: Elements
    base: Loads
    worst_load: Floats
    worst_failure: Ints
    failures: int
    worst_unrouted: float
    worst_unrouted_failure: int

    @property
    def utilisation(self) -> Floats:
        """Utilisation before any failure."""
        return self.base.load / self.arrays.circuits.capacity

    @property
    def worst_utilisation(self) -> Floats:
        """Utilisation at the highest load."""
        return self.worst_load / self.arrays.circuits.capacity

    @property
    def overloaded(self) -> int:
        """How many arcs are over 100 % at the worst."""
        return int((self.worst_utilisation > FULL).sum())

    def name(self, failure: int) -> tuple[ElementKind, str] | None:
        """Return kind and id of a failure; None for -1."""
        if failure == NONE:
            return None
        return self.elements.kinds[failure], self.elements.ids[failure]


def n1(
    arrays: Arrays,
    demands: Demands,
    down: Iterable[str] = NOTHING,
    *,
    room: int = ROOM,
) -> WorstCases:
    """Let every link, device, site and risk group fail, one at a time.

    Parameters and errors are those of `topology.traffic.study.Study.of`; failures come
    on top of what is `down`. What one does is worked out as a difference, exactly.

    Notes
    -----
    Beyond the loads themselves a failure costs O(a log a) for each target towards which
    something flows over what failed, where a counts the nodes whose shortest paths or
    flows change, and their arcs.
    """
    study = Study.of(arrays, demands, down, room=room)
    failures = study.distinct
    swept = study.sweep(failures[:, np.newaxis])
    cause = np.append(failures, np.int32(NONE))[swept.cause]
    most, first = swept.lost.max(initial=0.0), NONE
    # Demands are lost whole and only added up: what is not nothing is something.
    if most > 0:
        first = int(failures[np.argmax(swept.lost >= most * (1 - SLACK))])
    return WorstCases(
        arrays=arrays,
        elements=study.elements,
        base=study.base,
        worst_load=swept.worst,
        worst_failure=cause,
        failures=len(study.alive),
        worst_unrouted=study.base.unrouted + float(most),
        worst_unrouted_failure=first,
    )
