"""How a kernel is compiled, and where what was compiled is kept.

numba keeps compiled code as long as the file of the kernel itself is unchanged; a
kernel that calls one of another file would go on with the old code of that one. So
what is kept is kept under a digest of all the kernels: a change to any compiles all
anew. It is kept beside the kernels; where that cannot be written, as in an installation
that is root's, in the user's cache folder; and where neither can, nothing is kept.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
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
    if _KEPT_IN is None:
        return cast("Kernel", njit(nogil=True, **options)(function))
    before = config.CACHE_DIR
    config.CACHE_DIR = _KEPT_IN
    try:
        return cast("Kernel", njit(cache=True, nogil=True, **options)(function))
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
                digest.update(repr((name, file.read())).encode())
    return digest.hexdigest()[:16]


def _places(folder: str) -> Iterator[str]:
    """Yield where kernels of `folder` may be kept, the best first."""
    name = f"kernels-{_digest(folder)}"
    yield os.path.join(folder, "__pycache__", name)
    # Not numba's own folder there: it would not be told of our digest.
    cache = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(cache):
        cache = os.path.join(os.path.expanduser("~"), ".cache")
    if os.path.isabs(cache):
        yield os.path.join(cache, "bellrock", name)


def _writable(folder: str) -> bool:
    """Whether files can be made in `folder`, which is made if it is not there."""
    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


_KEPT_IN = next(
    filter(_writable, _places(os.path.dirname(os.path.abspath(__file__)))), None
)
