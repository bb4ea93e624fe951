"""Ctrl-C while a kernel computes: the command ends as it does at any other time.

A signal that comes while a kernel runs is noticed in the first Python code after it.
That is a piece of numba's own, which makes objects of what the kernel returns, and what
called it looks for no exception: the process would end with a segmentation fault.
"""

import signal
import sys
from types import FrameType

_HANDS_OVER = "numba.core.serialize"
"""The module in which that piece is."""


def may_come_in_kernels() -> None:
    """Let an interrupt that comes while a kernel runs wait until it has returned.

    Not for commands over asyncio, which has a handler of its own. Where interrupts are
    ignored, as by what a script's shell runs in the background, they stay so.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)


def _interrupt(_: int, frame: FrameType | None) -> None:
    caller = frame
    while caller is not None and caller.f_globals.get("__name__") == _HANDS_OVER:
        caller = caller.f_back
    if caller is None or caller is frame:
        raise KeyboardInterrupt
    # Raised as soon as whoever called the kernel goes on.
    sys.settrace(lambda *_: None)
    caller.f_trace = _raise


def _raise(*_: object) -> None:
    sys.settrace(None)
    raise KeyboardInterrupt
