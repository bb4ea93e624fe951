"""Analyse on every change of evidence, in a process of its own, debounced.

Topology is CPU time; on the event loop it would delay every probe, and in a thread it
would fight it for the interpreter lock.
"""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

from bellrock.model.inventory import Inventory
from bellrock.runtime.worker import worker
from topology.analysis import Analysis, Design, analyse
from topology.belief import Heard, believe
from topology.state import NetworkState


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What the evidence means.

    Attributes
    ----------
    heard : Heard
        The evidence it rests on.
    isolated : bool
        Nothing answers at all: the monitor is cut off, and everything is unknown.
    seconds : float
        How long the analysis took.
    """

    heard: Heard
    state: NetworkState
    isolated: bool
    analysis: Analysis
    seconds: float


class Analyst:
    """Keeps the conclusion up to date with the evidence.

    Parameters
    ----------
    inventory : Inventory
        What was declared; the worker process keeps it.
    heard : callable
        Returns the evidence as of now.
    publish : callable
        Called on the event loop with each new conclusion.
    debounce : float
        Seconds to wait after a first change, so that one cable's many alarms are
        analysed together.
    """

    def __init__(
        self,
        inventory: Inventory,
        heard: Callable[[], Heard],
        publish: Callable[[Conclusion], None],
        *,
        debounce: float,
    ) -> None:
        self._inventory = inventory
        self._heard = heard
        self._publish = publish
        self._debounce = debounce
        self._last: Heard | None = None

    async def run(self) -> None:
        """Analyse whenever the evidence has changed, until cancelled."""
        loop = asyncio.get_running_loop()
        process = worker(_prepare, self._inventory)
        # A worker that died takes its executor with it: supervision runs us again.
        self._last = None
        try:
            while True:
                await asyncio.sleep(self._debounce)
                heard = self._heard()
                if heard != self._last:
                    conclusion = await loop.run_in_executor(process, _conclude, heard)
                    self._last = heard
                    self._publish(conclusion)
        finally:
            # Never waited for on the event loop: it may be at work for seconds.
            process.shutdown(wait=False, cancel_futures=True)


_design: Design


def _prepare(inventory: Inventory) -> None:
    """Hold the network, there before the first question."""
    # One network a worker process.
    global _design
    _design = Design(inventory)


def _conclude(heard: Heard) -> Conclusion:
    started = time.perf_counter()
    belief = believe(_design.network, heard)
    analysis = analyse(_design, belief.state)
    seconds = time.perf_counter() - started
    return Conclusion(heard, belief.state, belief.isolated, analysis, seconds)
