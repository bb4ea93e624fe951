"""A command's docstring as its help."""

import inspect
from collections.abc import Callable


def help_of(command: Callable[..., None]) -> str:
    """Return its docstring, the lines of its example left as they are."""
    return (inspect.getdoc(command) or "").replace("\n\nExample", "\n\n\b\nExample")
