"""A loop whose time is made up: how busy the machine is changes no figure.

For what waits for nothing but the loop's own clock: no sockets, threads or processes.
"""

import asyncio
import functools
import selectors
from collections.abc import Callable, Coroutine
from typing import ParamSpec

Given = ParamSpec("Given")


class _Leaping(selectors.DefaultSelector):
    """Never waits: where the loop would sleep, that time has passed."""

    now = 0.0

    def select(
        self, timeout: float | None = None
    ) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if not found:
            assert timeout is not None, "everybody waits for somebody else"
            self.now += timeout
        return found


class _MadeUp(asyncio.SelectorEventLoop):
    def __init__(self) -> None:
        self._leaping = _Leaping()
        super().__init__(self._leaping)

    def time(self) -> float:
        return self._leaping.now


def timeless(
    test: Callable[Given, Coroutine[None, None, None]],
) -> Callable[Given, None]:
    """Run a test in no time."""

    @functools.wraps(test)
    def run(*args: Given.args, **named: Given.kwargs) -> None:
        with asyncio.Runner(loop_factory=_MadeUp) as runner:
            runner.run(test(*args, **named))

    return run
