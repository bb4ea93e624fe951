"""Run the monitor as a process: signals, a clean stop, plain words at the end."""

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine

from bellrock.model.errors import UserError

_STOPPING = (signal.SIGTERM, signal.SIGINT)


def expect_signals(*, reloads: bool) -> None:
    """Take signals well from now on, before there is an event loop to hear them.

    Parameters
    ----------
    reloads : bool
        Whether SIGHUP asks for a reload: while the files are first read there is then
        nothing left to do. Otherwise it asks us to stop.
    """
    stopping = _STOPPING if reloads else (*_STOPPING, *_closed_terminal())
    if reloads:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    for number in stopping:
        signal.signal(number, lambda *_: sys.exit(0))


async def until_signalled(
    work: Coroutine[None, None, None], *, hangup: Callable[[], None] | None = None
) -> None:
    """Run `work` until it ends, or SIGTERM or SIGINT asks it to stop cleanly.

    Parameters
    ----------
    hangup : callable or None
        Called on each SIGHUP; without one it asks to stop too, as a terminal that is
        closed does, unless nohup has it ignored.

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
    if hangup is None:
        handlers |= dict.fromkeys(_closed_terminal(), stop)
    else:
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


def _closed_terminal() -> tuple[signal.Signals, ...]:
    """Return SIGHUP, unless nohup has it ignored."""
    ignored = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    return () if ignored else (signal.SIGHUP,)
