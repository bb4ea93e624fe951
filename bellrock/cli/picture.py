"""What a command showed, kept as a picture for a page."""

import os
import re
from pathlib import Path

from rich.console import Console

from bellrock.cli.output import write_whole
from bellrock.model.errors import UserError


def may_be_kept(picture: Path | None) -> None:
    """See beforehand that a picture can be kept there.

    Raises
    ------
    UserError
        If it cannot.
    """
    if picture is None:
        return
    if picture.is_dir() or not os.access(picture.absolute().parent, os.W_OK):
        raise UserError(
            f"--picture {picture}: cannot write there",
            "name a file in a folder that is there and yours to write",
        )


def keep(picture: Path, console: Console, title: str) -> None:
    """Write as an SVG what a console that records has shown, over an older one.

    Raises
    ------
    UserError
        If it cannot be written.
    """
    drawn = console.export_svg(title=title)
    # Without the fonts it would fetch from elsewhere whenever it is looked at.
    drawn = re.sub(r"@font-face \{.*?\}", "", drawn, flags=re.DOTALL)
    write_whole(picture, drawn, force=True)
