"""JSON (RFC 8259) into values that remember their lines.

The standard library's reader forgets where things stood, recurses, and takes NaN.
"""

import json
import math
import re
from pathlib import Path
from typing import NoReturn

from bellrock.document import Document
from bellrock.document.values import Value, quoted
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.gmltext import decoded

_DEEPEST = 100
_TOKEN = re.compile(
    r"[ \t\n\r]*(?:(?P<mark>[{}\[\]:,])"
    r"|(?P<quote>\"[^\"\\\x00-\x1f]*(?:\\.[^\"\\\x00-\x1f]*)*\")"
    r"|(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?)(?![\w.+-])"
    r"|(?P<word>true|false|null)(?!\w)|(?P<end>\Z))"
)
_SPACE = re.compile(r"[ \t\n\r]*")
_WORDS = {"true": True, "false": False, "null": None}
_MOST = 5_000_000
"""Values that a file may have."""
_LONGEST_NUMBER = 40


def read(file: Path, findings: Findings) -> Document:
    """Return the values of a file whose top is an object.

    A list at the top comes back under the key ``results``, as NetBox has lists.

    Raises
    ------
    InvalidDocumentError
        If it cannot be read, is no JSON, is larger than 256 MiB, deeper than 100 levels
        or more than 5 million values.
    """
    return parse(decoded(file, findings), file, findings)


def parse(text: str, file: Path, findings: Findings) -> Document:
    """Read JSON from memory, as :func:`read` does; `file` is where it came from."""
    value, lines = _Reading(text, file, findings).read()
    if isinstance(value, list):
        value = {"results": value}
        lines[id(value)] = [1]
    if not isinstance(value, dict):
        findings.stop(Place(file, 1), "expected an object at the top of the file")
    return Document(file, value, lines)


class _Reading:
    def __init__(self, text: str, file: Path, findings: Findings) -> None:
        self.text, self.file, self.findings = text, file, findings
        self.position, self.line, self.counted = 0, 1, 0
        self.lines: dict[int, list[int]] = {}
        self.string = ""
        self.values = 0

    def read(self) -> tuple[Value, dict[int, list[int]]]:
        """Return the value, and the lines of what each object and list holds."""
        top: list[Value] = []
        self.lines[id(top)] = []
        holders: list[dict[str, Value] | list[Value]] = [top]
        keys: list[str] = [""]
        token = self._next()
        while True:
            # A value begins here, or an empty holder ends.
            holder = holders[-1]
            if token in ("{", "["):
                if len(holders) > _DEEPEST:
                    self._stop(f"more than {_DEEPEST} levels deep", "flatten it")
                fresh: dict[str, Value] | list[Value] = {} if token == "{" else []
                self.lines[id(fresh)] = []
                self._put(holder, keys[-1], fresh)
                holders.append(fresh)
                keys.append("")
                token = self._next()
                if token == ("}" if isinstance(fresh, dict) else "]"):
                    token = self._closed(holders, keys)
                else:
                    token = self._key(fresh, keys, token)
                    continue
            else:
                self._put(holder, keys[-1], self._scalar(token))
                token = self._next()
            # A value has ended; so may its holders.
            while len(holders) > 1:
                holder = holders[-1]
                if token == ",":
                    token = self._key(holder, keys, self._next())
                    break
                if token != ("}" if isinstance(holder, dict) else "]"):
                    self._expected("a comma, or the end of the object or list")
                token = self._closed(holders, keys)
            else:
                if token != "end":
                    self._expected("nothing more")
                return top[0], self.lines

    def _closed(
        self, holders: list[dict[str, Value] | list[Value]], keys: list[str]
    ) -> str:
        holders.pop()
        keys.pop()
        return self._next()

    def _key(
        self, holder: dict[str, Value] | list[Value], keys: list[str], token: str
    ) -> str:
        """Take the key before a value, if there has to be one."""
        if isinstance(holder, list):
            return token
        if token != "quote":
            self._expected("a key in quotes")
        keys[-1] = self.string
        if self._next() != ":":
            self._expected("a colon")
        return self._next()

    def _put(
        self, holder: dict[str, Value] | list[Value], key: str, value: Value
    ) -> None:
        self.values += 1
        if self.values > _MOST:
            self._stop(f"more than {_MOST:,} values", "split it")
        if isinstance(holder, list):
            holder.append(value)
        elif key in holder:
            place = Place(self.file, self.line)
            what = f"the key {quoted(key)} is here twice"
            self.findings.wrong(place, what, "keep one of them")
            return
        else:
            holder[key] = value
        self.lines[id(holder)].append(self.line)

    def _scalar(self, token: str) -> Value:
        if token == "quote":
            return self.string
        if token in _WORDS:
            return _WORDS[token]
        if token in ("", "}", "]", ":", ",", "end"):
            self._expected("a value")
        if not any(each in token for each in ".eE") and len(token) <= _LONGEST_NUMBER:
            return int(token)
        value = float(token)
        if not math.isfinite(value):
            self._stop(f"the number {quoted(token)} is out of range", "correct it")
        return value

    def _next(self) -> str:
        """Return the next token: a mark, ``quote``, ``end``, a word or a number."""
        found = _TOKEN.match(self.text, self.position)
        if found is None:
            self._advance(_SPACE.match(self.text, self.position))
            self._stop(
                f"not JSON: {quoted(self.text[self.position :][:20])}",
                "check quotes, commas and brackets up to here",
            )
        self._advance(found)
        if found.lastgroup == "quote":
            try:
                self.string = str(json.loads(found["quote"]))
            except ValueError:
                self._stop("a text that is no JSON", "check its backslashes")
            return "quote"
        if found.lastgroup == "end":
            return "end"
        return found[found.lastgroup or 0]

    def _advance(self, found: "re.Match[str] | None") -> None:
        if found is not None:
            self.position = found.end()
            self.line += self.text.count("\n", self.counted, self.position)
            self.counted = self.position

    def _expected(self, what: str) -> NoReturn:
        self._stop(f"not JSON: expected {what}", "check quotes, commas and brackets")

    def _stop(self, what: str, instead: str) -> NoReturn:
        self.findings.stop(Place(self.file, self.line), what, instead)
