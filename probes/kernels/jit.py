"""How kernels of probes are compiled: when imported, so that no packet waits for it."""

from collections.abc import Callable
from typing import TypeVar

from bellrock.jit import compiled, place

Kernel = TypeVar("Kernel", bound=Callable[..., object])

_KEPT_IN = place(__file__)


def kernel(signature: str) -> Callable[[Kernel], Kernel]:
    """Compile for these types, at once; see :func:`bellrock.jit.compiled`.

    It keeps the interpreter lock: to give it back and wait for it takes longer than a
    few packets do.
    """

    def make(function: Kernel) -> Kernel:
        return compiled(function, _KEPT_IN, signature=signature, nogil=False)

    return make


def part(function: Kernel) -> Kernel:
    """Compile what only kernels call."""
    return compiled(function, _KEPT_IN, nogil=False)
