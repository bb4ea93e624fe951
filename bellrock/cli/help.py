"""A command's docstring as its help, and the list of all commands."""

import inspect
from collections.abc import Callable, Collection, Mapping
from typing import TYPE_CHECKING

from typer.core import TyperGroup

if TYPE_CHECKING:
    from typer._click import Context, HelpFormatter

_FIRST_SENTENCE = 200
"""Characters of it at most: all of it, in as many lines as it takes."""


def help_of(command: Callable[..., None]) -> str:
    """Return its docstring, the lines of its example left as they are."""
    return (inspect.getdoc(command) or "").replace("\n\nExample", "\n\n\b\nExample")


def sectioned(sections: Mapping[str, Collection[str]]) -> type[TyperGroup]:
    """Return a group of commands whose help lists them under these headings."""
    width = max(len(name) for names in sections.values() for name in names)

    class Sectioned(TyperGroup):
        def format_commands(self, ctx: "Context", formatter: "HelpFormatter") -> None:
            """List what each does in a sentence, none of it cut off."""
            for heading, names in sections.items():
                rows = [
                    (name.ljust(width), command.get_short_help_str(_FIRST_SENTENCE))
                    for name in names
                    if (command := self.get_command(ctx, name)) is not None
                ]
                with formatter.section(heading):
                    formatter.write_dl(rows)

    return Sectioned
