"""How kernels are compiled, and where what was compiled is kept.

A kernel is a function of arrays and numbers that numba turns into machine code. numba
keeps compiled code as long as the file of the kernel itself is unchanged; a kernel that
calls one of another file would go on with the old code of that one. So what is kept is
kept under a digest of all the kernels of a folder, which call none from elsewhere: a
change to any compiles all anew. It is kept beside the kernels; where that cannot be
written, as in an installation that is root's, in the user's cache folder; and where
neither can, nothing is kept.
"""

import hashlib
import os
import tempfile
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, cast

import numba

Kernel = TypeVar("Kernel", bound=Callable[..., object])

# What it holds is set when it is imported, which no type checker sees.
config: Any = numba.config


def compiled(
    function: Kernel,
    kept_in: str | None,
    *,
    signature: str | None = None,
    nogil: bool = True,
    **options: bool,
) -> Kernel:
    """Return a function compiled when it is first called.

    Arithmetic is exact to IEEE 754 (no fast-math), so that a kernel gives what the
    same loop in Python would.

    Parameters
    ----------
    kept_in : str or None
        What :func:`place` returned for its folder.
    signature : str or None
        The types it takes and returns, as numba writes them: it is compiled at once
        then, and takes no others.
    nogil : bool
        Whether it runs without the interpreter lock: of use to what takes long.
    options : bool
        What else numba is to be told.
    """
    njit: Any = numba.njit
    if kept_in is None:
        return cast("Kernel", njit(signature, nogil=nogil, **options)(function))
    before = config.CACHE_DIR
    config.CACHE_DIR = kept_in
    try:
        made = njit(signature, cache=True, nogil=nogil, **options)(function)
    finally:
        config.CACHE_DIR = before
    return cast("Kernel", made)


def place(file: str) -> str | None:
    """Return where to keep what is compiled of the folder that a file is in.

    None if there is no folder for it that can be written.
    """
    return next(
        filter(_writable, _places(os.path.dirname(os.path.abspath(file)))), None
    )


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


def _digest(folder: str) -> str:
    """Return a digest of all the Python files in `folder`."""
    digest = hashlib.sha256()
    for name in sorted(os.listdir(folder)):
        if name.endswith(".py"):
            with open(os.path.join(folder, name), "rb") as file:
                digest.update(repr((name, file.read())).encode())
    return digest.hexdigest()[:16]
