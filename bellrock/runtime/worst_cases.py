"""What the next failure would do to the circuits (N-1), in a process of its own.

Worked out anew when what is down changes, by what the inventory says of demands. It may
take seconds in a large network, so it neither shares the analysis' process nor runs all
the time: it rests ten times as long as it worked.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import numpy as np

from bellrock.model.inventory import ElementKind, Inventory
from bellrock.runtime.worker import worker
from topology.arrays import Arrays
from topology.traffic.demands import Demands
from topology.traffic.n1 import WorstCases, n1

SETTLED = 2.0
"""Seconds from a change until it is looked at: what fails together is told apart."""

_IDLE = 10
"""How much longer the worker rests than it last worked."""


@dataclass(frozen=True, slots=True)
class WorstCase:
    """One direction of a link, at the worst that any one failure would do to it.

    Attributes
    ----------
    utilisation : float
        Load to declared capacity; what is down already stays down.
    failure : pair of ElementKind and str, or None
        The element that would cause it; None if it is no worse than now.
    """

    link: str
    direction: str
    utilisation: float
    failure: tuple[ElementKind, str] | None


class CapacityAnalyst:
    """Keeps the worst cases up to date with what is down.

    Parameters
    ----------
    inventory : Inventory
        What was declared, with its demands; the worker process keeps it.
    publish : callable
        Called on the event loop with each new answer: with nothing if too little is
        known to answer, or if it cannot be worked out. Until it is told what is down it
        says nothing, and what was said of the same links before a reload stands.
    settled : float
        Seconds to wait after a first change.
    """

    def __init__(
        self,
        inventory: Inventory,
        publish: Callable[[tuple[WorstCase, ...]], None],
        *,
        settled: float = SETTLED,
    ) -> None:
        self._inventory = inventory
        self._publish = publish
        self._settled = settled
        self._down: frozenset[str] | None = None
        self._told = False
        self._changed = asyncio.Event()

    def set_down(self, down: frozenset[str] | None) -> None:
        """Take over what is believed to be down; None if nothing is known at all."""
        if down != self._down or not self._told:
            self._down, self._told = down, True
            self._changed.set()

    async def run(self) -> None:
        """Work it out whenever something changed, until cancelled."""
        loop = asyncio.get_running_loop()
        took, first = 0.0, True
        if self._told:
            self._changed.set()
        with ExitStack() as ending:
            ending.push(self._withdraw)
            process = worker(_prepare, self._inventory)
            # Never waited for on the event loop: it may be at work for seconds.
            ending.callback(process.shutdown, wait=False, cancel_futures=True)
            while True:
                await self._changed.wait()
                await asyncio.sleep(max(self._settled, _IDLE * took))
                self._changed.clear()
                cases: tuple[WorstCase, ...] = ()
                if self._down is not None:
                    cases, took = await loop.run_in_executor(
                        process, _conclude, self._down
                    )
                    if first:
                        # Most of it may have been to compile, which is done once.
                        took, first = 0.0, False
                self._publish(cases)

    def _withdraw(self, kind: type[BaseException] | None, *_: object) -> None:
        """Take back what was said when it cannot be worked out any more.

        What is said is of what was, and nobody knows how long it takes to go on. But it
        stands where nothing failed, as when a reload cancels us.
        """
        if kind is not None and issubclass(kind, Exception):
            self._publish(())


_network: tuple[Arrays, Demands]


def _prepare(inventory: Inventory) -> None:
    """Hold the network, there before the first question."""
    # One network a worker process.
    global _network
    _network = Arrays.of(inventory), Demands.of(inventory)


def _conclude(down: frozenset[str]) -> tuple[tuple[WorstCase, ...], float]:
    """Return the worst cases, and the seconds of processor time that they took."""
    started = time.process_time()
    cases = tuple(_cases(n1(*_network, down)))
    return cases, time.process_time() - started


def _cases(found: WorstCases) -> Iterator[WorstCase]:
    """Yield those of every direction of which a capacity is declared.

    Backup links are left out: they are there for reach, and to be too thin.
    """
    backup = np.repeat(found.arrays.circuits.backup, 2)
    worst, cause = found.worst_utilisation, found.worst_failure.tolist()
    for arc in np.flatnonzero(np.isfinite(worst) & ~backup).tolist():
        yield WorstCase(
            link=found.arrays.links[arc // 2],
            direction=("ab", "ba")[arc % 2],
            utilisation=float(worst[arc]),
            failure=found.name(cause[arc]),
        )
