"""Whom to tell when kernels have to be compiled, which takes a while.

Apart from the compiler, so that whoever wants to hear of it need not load it.
"""

from collections.abc import Callable

_hearers: list[Callable[[], None]] = []


def on_compiling(tell: Callable[[], None]) -> None:
    """Have `tell` called once, when the first kernel that is not kept is compiled."""
    _hearers.append(tell)


def compiling() -> None:
    """Tell all who want to hear of it; later calls find nobody."""
    while _hearers:
        _hearers.pop()()
