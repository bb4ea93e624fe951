"""How a kernel is compiled, and where what was compiled is kept.

numba keeps compiled code as long as the file of the kernel itself is unchanged; a
kernel that calls one of another file would go on with the old code of that one. So
what is kept is kept under a digest of all the kernels: a change to any compiles all
anew. Where neither this folder nor the user's cache can be written, nothing is kept.
"""

import hashlib
import os
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numba.core.event

from topology.kernels import notice

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# What it holds is set when it is imported, which no type checker sees.
config: Any = numba.config
event: Any = numba.core.event


def kernel(function: Kernel) -> Kernel:
    """Compile `function` when it is first called; it runs without the interpreter lock.

    Arithmetic is exact to IEEE 754 (no fast-math), so that a kernel gives what the
    same loop in Python would.
    """
    return _compiled(function, {})


def borrowing(function: Kernel) -> Kernel:
    """Compile a kernel that makes no array, called by one that holds all it works on.

    References to arrays are not counted in it: between small kernels that hand on
    many arrays, counting takes most of the time.
    """
    return _compiled(function, {"_nrt": False})


def _compiled(function: Kernel, options: dict[str, bool]) -> Kernel:
    njit: Any = numba.njit
    before = config.CACHE_DIR
    config.CACHE_DIR = _KEPT_IN
    try:
        return cast("Kernel", njit(cache=True, nogil=True, **options)(function))
    except RuntimeError:  # numba's answer where there is no place to write to
        return cast("Kernel", njit(nogil=True, **options)(function))
    finally:
        config.CACHE_DIR = before


class _Listener(event.Listener):  # type: ignore[misc]
    """Hears of every function that is compiled because it was not kept."""

    def on_start(self, _: object) -> None:
        notice.compiling()

    def on_end(self, _: object) -> None:
        pass


event.register("numba:compile", _Listener())


def _digest(folder: str) -> str:
    """Return a digest of all the Python files in `folder`."""
    digest = hashlib.sha256()
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                digest.update(file.read())
    return digest.hexdigest()[:16]


_FOLDER = os.path.dirname(os.path.abspath(__file__))
_KEPT_IN = os.path.join(_FOLDER, "__pycache__", f"kernels-{_digest(_FOLDER)}")
