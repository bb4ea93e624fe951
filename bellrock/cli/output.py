"""Files that a command writes for its user."""

import os
from contextlib import suppress
from pathlib import Path

from bellrock.model.errors import UserError

STANDARD_OUTPUT = Path("-")
"""What people write for it where a file is asked for."""


def free(output: Path, name: str, *, force: bool) -> Path:
    """Return the file to write, which is not there yet; `name` if it is in a folder.

    Raises
    ------
    UserError
        If it is there and is not to be written over, or if its folder is not.
    """
    if output == STANDARD_OUTPUT:
        raise UserError("-: standard output is no file here", "name a file")
    path = output / name if output.is_dir() else output
    if not path.parent.is_dir():
        raise UserError(f"{path}: there is no folder {path.parent}", "make it first")
    if os.path.lexists(path) and not force:
        raise UserError(
            f"{path}: there is such a file already",
            "name another one, or write over it with --force",
        )
    return path


def write_whole(path: Path, text: str, *, force: bool) -> None:
    """Write all of it or nothing, and over nobody else's file.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    whole = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        whole.write_text(text, encoding="utf-8")
        if force:
            whole.replace(path)
        else:
            os.link(whole, path)
    except OSError as error:
        raise UserError(
            f"{path}: cannot be written: {error.strerror}", "write it somewhere else"
        ) from None
    finally:
        # On a file system that is read-only not even what is not there can be removed.
        with suppress(OSError):
            whole.unlink(missing_ok=True)
