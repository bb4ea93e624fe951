"""Processes that never rest, to measure beside."""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from bellrock.bench.process import Say, serving


@contextmanager
def hogs(number: int) -> Iterator[None]:
    """Keep so many processes busy for as long as the context lasts."""
    with ExitStack() as stack:
        for _ in range(number):
            stack.enter_context(serving(_burn))
        yield


def processors() -> int:
    """Return how many processes it takes to leave no processor idle."""
    return len(os.sched_getaffinity(0))


def _burn(say: Say[str]) -> None:
    say("burning")
    while True:
        pass
