"""YAML text into plain values that remember their lines.

The parser's events are read one by one and built into values over a stack of our
own. PyYAML's ``compose`` would be shorter, but it recurses in C once a level and so
ends the process on a deeply nested file; it is slower, too.
"""

import re
from pathlib import Path
from typing import Literal

import yaml

from bellrock.document.builder import Builder, CannotGoOnError, Flaw
from bellrock.document.problem import InvalidDocumentError, Problem
from bellrock.document.shortcut import ShortcutBuilder, shorten
from bellrock.document.values import Keys, Value, bare, entry

_LARGEST = 256 * 1024 * 1024
# What YAML 1.2, section 5.1, lets stand in a file.
_UNPRINTABLE = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(
    yaml, "CSafeLoader", yaml.SafeLoader
)


class Document:
    """A file's values, and where each of them stands.

    Parameters
    ----------
    file : Path
        As it should be shown.
    value : dict of str to Value
        The file's top mapping.
    lines : dict of int to list of int
        By ``id()`` of a mapping or list in `value`: the line of each entry, in order.

    Attributes
    ----------
    problems : tuple of Problem
        What is wrong with it as YAML, yet keeps nobody from reading on. Whoever reads
        on adds what else is wrong, and refuses the document if there is anything.
    """

    def __init__(
        self, file: Path, value: dict[str, Value], lines: dict[int, list[int]]
    ) -> None:
        self.file = file
        self.value = value
        self.problems: tuple[Problem, ...] = ()
        self._lines = lines

    def at(self, keys: Keys) -> Value:
        """Return the value that `keys` lead to, None where there is none."""
        value: Value = self.value
        for key in keys:
            value = entry(value, key)
        return value

    def line(self, keys: Keys) -> int:
        """Return the line, from 1, of the value at `keys` or of its nearest holder."""
        value: Value = self.value
        line = 1
        for key in keys:
            lines = self._lines.get(id(value), [])
            if isinstance(value, dict) and isinstance(key, str) and key in value:
                line = lines[list(value).index(key)]
                value = value[key]
            elif isinstance(value, list) and isinstance(key, int) and key < len(value):
                line = lines[key]
                value = value[key]
            else:
                break
        return line

    def where(self, keys: Keys) -> str:
        """Write `keys` for people; list items are named by their id or name."""
        written = ""
        joint = ""
        for depth, key in enumerate(keys, start=1):
            if isinstance(key, str):
                written += joint + (bare(key) or '""')
                joint = "."
                continue
            name = _name(self.at(keys[:depth]))
            written += f"[{key}] ({bare(name)})" if name else f"[{key}]"
            joint = ", " if name else "."
        return written

    def problem(
        self,
        keys: Keys,
        what: str,
        instead: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> Problem:
        """Return a problem with the value at `keys`."""
        where = self.where(keys)
        return Problem(self.file, self.line(keys), where, what, instead, severity)


def _name(value: Value) -> str:
    if isinstance(value, dict):
        for key in ("id", "name"):
            name = value.get(key)
            if isinstance(name, str):
                return name
    return ""


def read(file: Path) -> Document:
    """Read one YAML file whose top level is a mapping; an empty file is an empty one.

    Raises
    ------
    InvalidDocumentError
        If it cannot be read, is no YAML, or is built to exhaust us: over 256 MiB,
        over 50 levels deep, or multiplied beyond a million values by aliases.
    """
    return parse(content(file), file)


def content(file: Path) -> bytes:
    """Return the bytes of `file`; raises InvalidDocumentError where there are none."""
    try:
        if file.exists() and not file.is_file():
            raise InvalidDocumentError(
                [Problem(file, None, "", "not a file", "name a file")]
            )
        with file.open("rb") as stream:
            data = stream.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else "not a path"
        problem = Problem(file, None, "", f"cannot be read: {reason}")
        raise InvalidDocumentError([problem]) from None
    if len(data) > _LARGEST:
        raise InvalidDocumentError(
            [Problem(file, None, "", "larger than 256 MiB", "split it into a folder")]
        )
    return data


def parse(data: bytes, file: Path) -> Document:
    """Read YAML from memory, as :func:`read` does; `file` is where it came from."""
    data = data.removeprefix(b"\xef\xbb\xbf")
    text = _checked_text(data, file)
    return shortcut(text, file) or in_full(data, file)


def shortcut(text: str, file: Path) -> Document | None:
    """Return the document if most of it is simple and nothing is wrong with it."""
    short = shorten(text)
    if not short.entries:
        return None
    builder = ShortcutBuilder(lines=short.lines, entries=short.entries)
    try:
        for event in yaml.parse(short.text, Loader=_LOADER):
            builder.feed(event)
    except (CannotGoOnError, yaml.MarkedYAMLError):
        return None
    top = builder.top()
    return Document(file, top, builder.lines) if builder.succeeded else None


def in_full(data: bytes, file: Path) -> Document:
    """Return the document by way of the parser alone; raises what `parse` does."""
    builder = Builder()
    stopped: Flaw | None = None
    try:
        for event in yaml.parse(data, Loader=_LOADER):
            builder.feed(event)
    except CannotGoOnError as stop:
        stopped = stop.flaw
    except yaml.MarkedYAMLError as error:
        stopped = _syntax(error, data)
    document = Document(file, builder.top(), builder.lines)
    flaws = [*builder.flaws, *([stopped] if stopped else [])]
    document.problems = tuple(
        Problem(file, line, document.where(keys), what, instead)
        for line, keys, what, instead in flaws
    )
    if stopped:
        raise InvalidDocumentError(document.problems)
    return document


def _syntax(error: yaml.MarkedYAMLError, data: bytes) -> Flaw:
    mark = error.problem_mark or error.context_mark
    line = mark.line + 1 if mark is not None else 1
    words = ", ".join(filter(None, (error.context, error.problem)))
    return Flaw(line, (), f"not YAML: {words}", _hint(data, line))


def _hint(data: bytes, line: int) -> str:
    lines = data.split(b"\n", line)
    text = lines[line - 1] if line <= len(lines) else b""
    indent = text[: len(text) - len(text.lstrip())]
    if b"\t" in indent:
        return "indent with spaces; YAML does not allow tabs there"
    return "check the indentation, colons, quotes and brackets up to here"


def _checked_text(data: bytes, file: Path) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        problem = Problem(file, line, "", "not UTF-8 text", "save the file as UTF-8")
        raise InvalidDocumentError([problem]) from None
    found = _UNPRINTABLE.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        what = f"a control character (U+{ord(found[0]):04X})"
        instead = "delete it, or save the file as plain UTF-8 text"
        raise InvalidDocumentError([Problem(file, line, "", what, instead)])
    return text
