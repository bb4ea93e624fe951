"""A network's traffic as it is, from which failures are worked out as differences."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from topology.arrays import Arrays, Ints
from topology.kernels.ledger import opened
from topology.kernels.sweep import (
    Failures,
    Gauge,
    Swept,
    after,
    nothing_kept,
    sweep,
    unswept,
)
from topology.traffic.blocks import Blocks
from topology.traffic.demands import Demands
from topology.traffic.elements import Elements
from topology.traffic.fabric import Fabric
from topology.traffic.loads import Loads
from topology.traffic.standing import NOTHING

ROOM = 1 << 28
"""Bytes that a study may take for its paths, and again for what failures change."""


@dataclass(frozen=True, eq=False)
class Study:
    """Every demand routed in one state of a network, ready for what fails next.

    Attributes
    ----------
    arrays : Arrays
    elements : Elements
        What can fail.
    alive : array of int32
        The elements that have a member that is up.
    distinct : array of int32
        Those but sites and risk groups of one member, which fail as it does.
    base : Loads
        What the links carry before anything else fails.
    room : int
        Bytes it may take for paths, and again for what failures change.
    """

    arrays: Arrays
    elements: Elements
    alive: Ints
    distinct: Ints
    base: Loads
    room: int
    _blocks: Blocks

    @classmethod
    def of(
        cls,
        arrays: Arrays,
        demands: Demands,
        down: Iterable[str] = NOTHING,
        *,
        room: int = ROOM,
    ) -> "Study":
        """Route `demands` with `down` down; other parameters and errors as `loads`.

        Parameters
        ----------
        room : int
            Bytes it may take for paths, and again for what failures change. The answers
            are the same with any.

        Notes
        -----
        The paths to a target take 20 bytes for each device and 8 for each arc, those of
        devices that hang on a single link not counted, and as much again if backup
        links are up. Where those to all targets are more than there is room for, they
        are worked out for as many at a time as fit, once for each sweep.
        """
        fabric = Fabric.of(arrays, demands, down)
        blocks = Blocks.of(fabric, room)
        elements = Elements.of(arrays)
        up = np.concatenate((fabric.standing.device, fabric.standing.link))
        sizes = np.diff(elements.members.start)
        element = np.repeat(np.arange(len(sizes)), sizes)
        alive = np.unique(element[up[elements.members.item]]).astype(np.int32)
        single = (alive >= len(up)) & (sizes[alive] == 1)
        return cls(
            arrays=arrays,
            elements=elements,
            alive=alive,
            distinct=alive[~single],
            base=Loads(blocks.load[: 2 * len(arrays.links)], blocks.unrouted),
            room=room,
            _blocks=blocks,
        )

    @property
    def rounds(self) -> int:
        """How many blocks of targets a sweep goes through."""
        return len(self._blocks)

    def after(self, failed: Iterable[str]) -> Loads:
        """Return the loads when elements fail together on top of what is down.

        Raises
        ------
        KeyError
            If an id is not one of `elements`.
        """
        number, members = self.elements.number, self.elements.members
        chosen = [members[number[element]] for element in failed]
        together = np.concatenate([np.empty(0, np.int32), *chosen])
        ledger, lost = opened(self._blocks.load), 0.0
        for block, traffic in enumerate(self._blocks, start=1):
            lost = after(together, traffic, block == self.rounds, ledger, lost)
        # What is left of a difference where all was taken away is no traffic.
        load = np.maximum(ledger.load[: len(self.base.load)], 0.0)
        return Loads(load, self.base.unrouted + lost)

    def sweep(self, failures: npt.NDArray[np.int32]) -> Swept:
        """Let each of `failures` happen to the network as it is now.

        Parameters
        ----------
        failures : array of int32, shape (f, width)
            Numbers of the elements that fail together.
        """
        capacity = self.arrays.circuits.capacity
        known = np.flatnonzero(~np.isnan(capacity))
        used = self.base.load[known] / capacity[known]
        fullest = known[np.argsort(-used, kind="stable")].astype(np.int32)
        gauge = Gauge(self._blocks.load, capacity, fullest)
        members = self.elements.members
        told = Failures(members.start, members.item, np.ascontiguousarray(failures))
        swept = unswept(gauge, len(failures))
        self._sweep(gauge, told, 0, len(failures), swept)
        return swept

    def _sweep(
        self, gauge: Gauge, told: Failures, low: int, high: int, swept: Swept
    ) -> None:
        """Let a range of failures happen; in halves, if they change too much."""
        if not self._at_once(gauge, told, low, high, swept):
            middle = (low + high) // 2
            self._sweep(gauge, told, low, middle, swept)
            self._sweep(gauge, told, middle, high, swept)

    def _at_once(
        self, gauge: Gauge, told: Failures, low: int, high: int, swept: Swept
    ) -> bool:
        """Let a range of failures happen, unless they change too much; say whether.

        The paths that it worked out are gone when it returns.
        """
        most = max(self.room // _KEPT, len(gauge.base))
        kept = nothing_kept(high - low)
        for block, traffic in enumerate(self._blocks, start=1):
            closing = block == self.rounds
            kept = sweep(traffic, gauge, told, low, high, closing, kept, most, swept)
            if not len(kept.start):
                return False
        return True


_KEPT = 24
"""Bytes of an arc's number and load, of this block and of the one before."""
