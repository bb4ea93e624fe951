"""Run the monitor as a process: signals, a clean stop, plain words at the end."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine

from bellrock.model.errors import UserError

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def expect_signals() -> None:
    """Take signals well from now on, before there is an event loop to hear them.

    A reload asked for while the files are first read has nothing left to do.
    """
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in _STOPPING:
        signal.signal(number, lambda *_: sys.exit(0))


async def until_signalled(
    work: Coroutine[None, None, None], *, hangup: Callable[[], None] | None = None
) -> None:
    """Run `work` until it ends, or SIGTERM or SIGINT asks it to stop cleanly.

    Parameters
    ----------
    hangup : callable or None
        Called on each SIGHUP; without one that ends the process, as is usual.

    Raises
    ------
    UserError
        The first one `work` raised, even from inside groups of others.
    """
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    asked = False

    def stop() -> None:
        nonlocal asked
        asked = True
        task.cancel()

    handlers = dict.fromkeys(_STOPPING, stop)
    if hangup is not None:
        handlers[signal.SIGHUP] = hangup
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        await task
    except asyncio.CancelledError:
        if not asked:
            raise
    except BaseExceptionGroup as group:
        raise _plainest(group) from None
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _plainest(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first user error in `group`, or the group if there is none."""
    users = group.subgroup(UserError)
    found: BaseException = users or group
    while users is not None and isinstance(found, BaseExceptionGroup):
        found = found.exceptions[0]
    return found
