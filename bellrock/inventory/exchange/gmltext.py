"""GML (Himsolt's Graph Modelling Language) into elements that remember their lines.

A file is a list of keys with values, a value being a number, a text in quotes, or such
a list in brackets. Numbers stay texts until somebody knows what they should be.
"""

import html
import re
from collections.abc import Iterator
from pathlib import Path

from bellrock.document.reader import content
from bellrock.document.values import quoted
from bellrock.inventory.exchange.element import DEEPEST, MOST, Element
from bellrock.inventory.exchange.findings import Findings, Place

_TOKEN = re.compile(
    r"""(?P<space>\s+|\#[^\n]*)|(?P<open>\[)|(?P<close>\])
    |"(?P<text>[^"]*)"|(?P<word>[^\s\[\]"\#]+)""",
    re.VERBOSE,
)
_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,199}")


def read(file: Path, findings: Findings) -> Element:
    """Return an element that holds what stands at the top of a file.

    Raises
    ------
    InvalidDocumentError
        If it cannot be read, is no GML, is larger than 256 MiB, deeper than 50 levels
        or more than 2 million keys.
    """
    building = _Building(file, findings)
    for count, (kind, token, line) in enumerate(_tokens(file, findings)):
        if count > 2 * MOST:
            findings.stop(Place(file, line), f"more than {MOST:,} keys")
        building.feed(kind, token, Place(file, line))
    return building.top()


class _Building:
    """The lists that are open, and the key whose value comes next."""

    def __init__(self, file: Path, findings: Findings) -> None:
        self._file, self._findings = file, findings
        self._open = [Element("", file, 1)]
        self._key = ""

    def feed(self, kind: str, token: str, place: Place) -> None:
        """Take the next token."""
        if kind == "close":
            self._close(place)
        elif self._key:
            self._value(kind, token, place)
        elif kind == "word" and _KEY.fullmatch(token) is not None:
            self._key = token
        else:
            what = f"expected a key, found {quoted(token)}"
            instead = "a key is a word of a-z, A-Z, 0-9 and _"
            self._findings.stop(place, what, instead)

    def top(self) -> Element:
        """Return what stands at the top, now that the file has ended."""
        self._no_value(Place(self._file))
        if len(self._open) > 1:
            self._findings.stop(
                self._open[-1].place, "a [ that is never closed", "add its ]"
            )
        return self._open[0]

    def _close(self, place: Place) -> None:
        self._no_value(place)
        if len(self._open) == 1:
            self._findings.stop(place, "a ] without its [", "delete it")
        self._open.pop()

    def _value(self, kind: str, token: str, place: Place) -> None:
        element = Element(self._key, self._file, place.line or 1)
        self._open[-1].children.append(element)
        self._key = ""
        if kind != "open":
            element.text = html.unescape(token)
            return
        self._open.append(element)
        if len(self._open) > DEEPEST:
            self._findings.stop(place, f"more than {DEEPEST} levels deep")

    def _no_value(self, place: Place) -> None:
        if self._key:
            what = f"the key {quoted(self._key)} has no value"
            self._findings.wrong(place, what, "add it, or delete the key")
            self._key = ""


def _tokens(file: Path, findings: Findings) -> Iterator[tuple[str, str, int]]:
    """Return kind, text and line of each token."""
    text = decoded(file, findings)
    line, position = 1, 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            what = "a text in quotes that does not end"
            findings.stop(Place(file, line), what, 'add the second " to it')
        kind = token.lastgroup or ""
        if kind != "space":
            yield kind, token[kind], line
        line += token[0].count("\n")
        position = token.end()


def decoded(file: Path, findings: Findings) -> str:
    """Return the text of a file that has to be UTF-8."""
    data = content(file)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        findings.stop(Place(file, line), "not UTF-8 text", "save the file as UTF-8")
