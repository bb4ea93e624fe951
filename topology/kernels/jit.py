"""How kernels of topology are compiled: when first called, without the lock."""

from collections.abc import Callable
from typing import Any, TypeVar

import numba.core.event

from bellrock.jit import compiled, place
from topology.kernels import notice

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# What it holds is set when it is imported, which no type checker sees.
event: Any = numba.core.event

_KEPT_IN = place(__file__)


def kernel(function: Kernel) -> Kernel:
    """Compile `function` when it is first called; it runs without the interpreter lock.

    Arithmetic is exact to IEEE 754 (no fast-math), so that a kernel gives what the
    same loop in Python would.
    """
    return compiled(function, _KEPT_IN)


def borrowing(function: Kernel) -> Kernel:
    """Compile a kernel that makes no array, as a part of those that call it.

    They hold all that it works on. So references to arrays are not counted in it, and
    nothing is handed over: between small kernels that take many arrays, both together
    take most of the time.
    """
    return compiled(function, _KEPT_IN, _nrt=False, forceinline=True)


class _Listener(event.Listener):  # type: ignore[misc]
    """Hears of every function that is compiled because it was not kept."""

    def on_start(self, _: object) -> None:
        notice.compiling()

    def on_end(self, _: object) -> None:
        pass


event.register("numba:compile", _Listener())
