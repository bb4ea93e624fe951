"""Screens for people, read with the templates of ntc-templates.

https://github.com/networktocode/ntc-templates
"""

import io
import re
from functools import cache
from importlib.resources import files

import textfsm  # type: ignore[import-untyped]

from collectors.ssh.reader import Malformed
from collectors.ssh.text import plain, quoted

_LONGEST_SCREEN = 1_000_000
_LONGEST_LINE = 400
_GAP = re.compile(r"\s{3,}")
"""Columns lie further apart than that; the templates do not count the spaces.

They have patterns with several wildcards in a row, which take the time of the cube of
a line's length and more over a long gap.
"""


def screen(text: str, *, expected: str) -> list[str]:
    """Return the lines of a screen, as :func:`rows` would read them.

    Raises
    ------
    Malformed
        If this is not such a screen.
    """
    if not text.strip():
        return []
    if len(text) > _LONGEST_SCREEN or expected not in text:
        raise Malformed(f"not such a screen; it begins with {quoted(text)}")
    return [_GAP.sub("  ", line[:_LONGEST_LINE]).rstrip() for line in text.splitlines()]


def rows(template: str, text: str, *, expected: str) -> list[dict[str, str]]:
    """Return what a template finds in a screen, by the names of its values.

    Parameters
    ----------
    expected : str
        What is in every such screen that is not empty; without it, it is another one.

    Raises
    ------
    Malformed
        If this is not such a screen.
    """
    lines = screen(text, expected=expected)
    machine = textfsm.TextFSM(io.StringIO(_template(template)))
    try:
        found = machine.ParseText("\n".join(lines))
    except textfsm.TextFSMError:
        # Its message has the whole line.
        raise Malformed("a line that the template does not know") from None
    names = [name.lower() for name in machine.header]
    return [
        dict(zip(names, (plain(value) for value in row), strict=True)) for row in found
    ]


@cache
def _template(name: str) -> str:
    found = files("ntc_templates") / "templates" / f"{name}.textfsm"
    return found.read_text(encoding="utf-8")
