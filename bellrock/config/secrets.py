"""Secrets: read from a file or an environment variable, never written inline.

A setting that is secret comes as a pair of keys, ``password_file`` or
``password_env``; :func:`read_secret` turns whichever was given into the secret. No
message says anything about what was read: not its text and not its length.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from pydantic import SecretStr

_LONGEST = 64 * 1024
_folder: ContextVar[Path | None] = ContextVar("folder", default=None)


@contextmanager
def relative_to(folder: Path) -> Iterator[None]:
    """Read the relative paths of the settings from `folder` while the context lasts."""
    token = _folder.set(folder)
    try:
        yield
    finally:
        _folder.reset(token)


def found_from(path: Path) -> Path:
    """Return where a path in the settings leads; it starts where their file is."""
    return (_folder.get() or Path()) / path


def read_secret(file: Path | None, env: str | None, *, what: str) -> SecretStr:
    """Read one secret from wherever the settings say it is.

    Parameters
    ----------
    file : Path or None
        A file holding the secret alone, UTF-8; one newline at its end is dropped. A
        relative path starts at the settings file's folder, else where we were started.
    env : str or None
        Name of an environment variable holding it.
    what : str
        The setting without its suffix, ``password``: messages name
        ``password_file`` and ``password_env``.

    Raises
    ------
    ValueError
        If neither or both are given, or there is nothing to read there. The message
        names the file or variable, never what is in it.

    Examples
    --------
    >>> read_secret(None, None, what="password")
    Traceback (most recent call last):
    ...
    ValueError: no password given; set password_file or password_env
    """
    if file is not None and env is not None:
        raise ValueError(
            f"{what}_file and {what}_env are both given; leave one of them out"
        )
    if file is not None:
        return _from_file(file, what)
    if env is not None:
        return _from_environment(env, what)
    raise ValueError(f"no {what} given; set {what}_file or {what}_env")


def _from_file(file: Path, what: str) -> SecretStr:
    path = found_from(file)
    try:
        # Opened, then measured by reading: a path may name a pipe or a device.
        with path.open("rb") as stream:
            content = stream.read(_LONGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        raise ValueError(f"{what}_file: cannot read {path}: {reason}") from None
    if len(content) > _LONGEST:
        raise ValueError(f"{what}_file: {path} is too long for a secret")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise ValueError(f"{what}_file: {path} is not UTF-8 text") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise ValueError(f"{what}_file: {path} is empty")
    return SecretStr(text)


def _from_environment(name: str, what: str) -> SecretStr:
    text = os.environ.get(name)
    if text is None:
        raise ValueError(f"{what}_env: the environment has no variable {name}")
    if not text:
        raise ValueError(f"{what}_env: the environment variable {name} is empty")
    return SecretStr(text)
