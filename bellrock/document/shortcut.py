"""Reading the lines that most of a large file consists of without a YAML parser.

``  - {id: site-1, kind: school, people: 40}``: an entry a line, of plain words, numbers
and short lists. Such lines are understood by one regular expression, and the parser is
given a stand-in for each, so that all else about the file stays its business: whether
an entry may stand there, and every mistake.

What is taken is chosen so narrowly that YAML can only mean the same by it.
"""

import re
from dataclasses import dataclass, field
from typing import NamedTuple

import yaml

from bellrock.document.builder import DEEPEST, Builder
from bellrock.document.values import Value, plain

STAND_IN = "=="
"""What the parser sees in place of an entry; only told apart by its line."""

_BREAKS = ("\r", "\x85", "\u2028", "\u2029")
"""Line breaks to YAML beside the usual one; files that have them are not shortened."""

# No indicator that could begin something else, no two blanks, no colon, no comment.
_WORD = r"[\w.+/()'&-]++"
_PLAIN = rf"(?:[\w./+(]|-(?=[\w.]))(?:{_WORD})?(?: {_WORD})*+"
_KEY = r"[a-z_]{1,64}+"
# On one line and without a backslash it means what is written.
_QUOTED = '"[^"\\\\\x00-\x1f\x7f]*+"'
_LIST = rf"\[(?:(?:{_PLAIN}, )*+{_PLAIN})?\]"
_SMALL = rf"\{{(?:{_KEY}: {_PLAIN}, )*+{_KEY}: {_PLAIN}\}}"
_VALUE = rf"(?:{_PLAIN}(?=[,}}]|$)|{_QUOTED}|{_LIST}|{_SMALL})"
_LINE = re.compile(
    rf"^( *+- )\{{((?:{_KEY}: {_VALUE}, )*+{_KEY}: {_VALUE})\}}$", re.MULTILINE
)
_PAIRS = re.compile(rf"({_KEY}): ({_VALUE})")
_SMALL_PAIRS = re.compile(rf"({_KEY}): ({_PLAIN})")

_HEIGHT = 2
"""Levels in an entry at most, itself included."""


class Shortened(NamedTuple):
    """A file with stand-ins for the entries that were understood.

    Attributes
    ----------
    text : str
        Line for line the same, but for these.
    entries : dict of int to dict
        By their line, from 1.
    lines : dict of int to list of int
        Of what is in them, as `bellrock.document.reader.Document` has them.
    """

    text: str
    entries: dict[int, dict[str, Value]]
    lines: dict[int, list[int]]


def shorten(text: str) -> Shortened:
    r"""Return `text` with a stand-in for every entry that is understood.

    Examples
    --------
    >>> short = shorten('sites:\n  - {id: a, lat: 5.5}\n  - {id: a b: c}\n')
    >>> short.text
    'sites:\n  - ==\n  - {id: a b: c}\n'
    >>> short.entries
    {2: {'id': 'a', 'lat': 5.5}}
    """
    short = Shortened(text, {}, {})
    if any(each in text for each in _BREAKS):
        return short
    line, counted = 1, 0

    def take(match: re.Match[str]) -> str:
        nonlocal line, counted
        line += text.count("\n", counted, match.start())
        counted = match.start()
        entry = _read(match[2], line, short.lines)
        if entry is None:
            return match[0]
        short.entries[line] = entry
        return match[1] + STAND_IN

    return short._replace(text=_LINE.sub(take, text))


def _read(
    inside: str, line: int, lines: dict[int, list[int]]
) -> dict[str, Value] | None:
    """Return what is between the brackets; None if a key is there twice."""
    entry: dict[str, Value] = {}
    pairs = _PAIRS.findall(inside)
    for key, text in pairs:
        first = text[0]
        if first == '"':
            entry[key] = text[1:-1]
        elif first == "[":
            items: list[Value] = [
                plain(each) for each in text[1:-1].split(", ") if each
            ]
            lines[id(items)] = [line] * len(items)
            entry[key] = items
        elif first == "{":
            inner = _SMALL_PAIRS.findall(text)
            small: dict[str, Value] = {name: plain(each) for name, each in inner}
            if len(small) != len(inner):
                return None
            lines[id(small)] = [line] * len(small)
            entry[key] = small
        else:
            entry[key] = plain(text)
    if len(entry) != len(pairs):
        return None
    lines[id(entry)] = [line] * len(entry)
    return entry


@dataclass
class ShortcutBuilder(Builder):
    """Builds the values of a shortened file, or finds that it should be read in full.

    It knows nothing of aliases, which would repeat what stands in.
    """

    entries: dict[int, dict[str, Value]] = field(default_factory=dict)

    @property
    def succeeded(self) -> bool:
        """Whether all entries found their place and nothing is wrong."""
        return not self.entries and not self.flaws

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        mark = event.start_mark
        if event.value != STAND_IN or mark is None or not self._has_room():
            super()._scalar(event)
            return
        entry = self.entries.pop(mark.line + 1, None)
        if entry is None:
            super()._scalar(event)
        else:
            self._put(entry, mark.line + 1)

    def _has_room(self) -> bool:
        """Whether a list is open, and not too deep down for an entry."""
        room = len(self._open) + _HEIGHT <= DEEPEST
        return room and not self._in_mapping() if self._open else False

    def _alias(self, event: yaml.AliasEvent) -> None:
        self._stop(event, "an alias", "read it in full")
