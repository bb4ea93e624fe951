"""Something done again and again from within the event loop, at little cost.

A coroutine that sleeps is woken by way of a future and a task, which costs more than
the timer behind them; here the timer's own callback does the work.
"""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self


async def ticking(tick: Callable[[], float]) -> None:
    """Call `tick` until cancelled, each time after as many seconds as it returned.

    What it raises is raised here, and ends it.
    """
    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    fault = _PassedTo(ended)
    timer: asyncio.TimerHandle | None = None

    def turn() -> None:
        nonlocal timer
        with fault:
            timer = loop.call_later(tick(), turn)

    turn()
    try:
        await ended
    finally:
        if timer is not None:
            timer.cancel()


class _PassedTo:
    """A context whose exceptions are those of a future."""

    def __init__(self, future: asyncio.Future[None]) -> None:
        self._future = future

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> bool:
        # The loop itself is ended by any other.
        if not isinstance(error, Exception):
            return False
        if not self._future.done():
            self._future.set_exception(error)
        return True
