"""Do one thing to many targets, a few at a time, and show how far that is."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from bellrock.cli.progress import shown

INTERRUPTED = 128 + signal.SIGINT
"""Exit status where Ctrl-C came before all was done."""

_Target = TypeVar("_Target")
_Found = TypeVar("_Found")


async def each(
    targets: Sequence[_Target],
    one: Callable[[_Target], Awaitable[_Found]],
    *,
    at_once: int,
    what: str,
) -> list[tuple[_Target, _Found]]:
    """Return what came of each target, in their order.

    Ctrl-C ends it early: what came of some is worth having even where hundreds are
    still to be asked.

    Parameters
    ----------
    at_once : int
        How many are asked at a time.
    what : str
        Is being done, for people.

    Raises
    ------
    KeyboardInterrupt
        If it was ended before anything came of any.
    """
    turns = asyncio.Semaphore(at_once)
    found: dict[int, _Found] = {}
    with shown() as begin:
        tell = begin(what)
        tell(0, len(targets))

        async def turn(at: int) -> None:
            async with turns:
                found[at] = await one(targets[at])
            tell(len(found), len(targets))

        asking = asyncio.gather(*map(turn, range(len(targets))))
        interrupted = False

        def interrupt() -> None:
            nonlocal interrupted
            interrupted = True
            asking.cancel()

        loop = asyncio.get_running_loop()
        loop.add_signal_handler(signal.SIGINT, interrupt)
        try:
            await asking
        except asyncio.CancelledError:
            if not interrupted:
                raise
            if not found:
                raise KeyboardInterrupt from None
        finally:
            loop.remove_signal_handler(signal.SIGINT)
    return [(targets[at], found[at]) for at in sorted(found)]


def cut_short(done: int, targets: int) -> list[str]:
    """Say that not all targets were asked; nothing if they were."""
    if done == targets:
        return []
    return [f"interrupted: {done:,} of {targets:,} targets are shown"]
