"""A process for what would keep the event loop busy; it ends when the monitor does."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context, parent_process
from typing import ParamSpec

P = ParamSpec("P")


def worker(
    prepare: Callable[P, None], *args: P.args, **kwargs: P.kwargs
) -> ProcessPoolExecutor:
    """Return an executor of one process that begins with ``prepare(*args)``.

    Shut it down with ``wait=False`` on the event loop: it may be at work for seconds.
    """
    return ProcessPoolExecutor(
        max_workers=1,
        # A fork would copy our sockets and the event loop's state.
        mp_context=get_context("spawn"),
        initializer=_begin,
        initargs=(prepare, args, kwargs),
    )


def _begin(
    prepare: Callable[..., None],
    args: tuple[object, ...],
    kwargs: dict[str, object],
) -> None:
    # Signals are for the monitor to hear; it ends us.
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_follow_parent, daemon=True).start()
    prepare(*args, **kwargs)


def _follow_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        # Even kill -9 of the monitor leaves nothing behind.
        os._exit(0)
