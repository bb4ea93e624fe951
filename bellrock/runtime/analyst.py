"""Analyse on every change of evidence, in a process of its own, debounced.

Topology is CPU time; on the event loop it would delay every probe, and in a thread it
would fight it for the interpreter lock.
"""

import asyncio
import os
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context, parent_process

from bellrock.model.inventory import Inventory
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
        worker = self._worker()
        # A worker that died takes its executor with it: supervision runs us again.
        self._last = None
        try:
            while True:
                await asyncio.sleep(self._debounce)
                heard = self._heard()
                if heard != self._last:
                    conclusion = await loop.run_in_executor(worker, _conclude, heard)
                    self._last = heard
                    self._publish(conclusion)
        finally:
            # Never waited for on the event loop: it may be at work for seconds.
            worker.shutdown(wait=False, cancel_futures=True)

    def _worker(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(
            max_workers=1,
            # A fork would copy our sockets and the event loop's state.
            mp_context=get_context("spawn"),
            initializer=_prepare,
            initargs=(self._inventory,),
        )


_design: Design


def _prepare(inventory: Inventory) -> None:
    """Make the worker ready: hold the network, and end when the monitor does."""
    # One network a worker process, there before the first question.
    global _design
    _design = Design(inventory)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        # Even kill -9 of the monitor leaves nothing behind.
        os._exit(0)


def _conclude(heard: Heard) -> Conclusion:
    started = time.perf_counter()
    belief = believe(_design.layout, heard)
    analysis = analyse(_design, belief.state)
    seconds = time.perf_counter() - started
    return Conclusion(heard, belief.state, belief.isolated, analysis, seconds)
