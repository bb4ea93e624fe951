"""Building values from a YAML parser's events, with a bound on everything."""

from dataclasses import dataclass, field
from typing import NamedTuple, NoReturn

import yaml

from bellrock.document.values import Keys, Value, bare, described, plain

DEEPEST = 50
_MOST_COPIES = 1_000_000
_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str")


class Flaw(NamedTuple):
    """Something wrong in `line` (from 1), at `keys`."""

    line: int
    keys: Keys
    what: str
    instead: str


class CannotGoOnError(Exception):
    """The rest of the document is not worth reading; carries the flaw."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(flaw.what)
        self.flaw = flaw


@dataclass(slots=True)
class _Open:
    """A mapping or list whose end has not come yet."""

    value: dict[str, Value] | list[Value]
    lines: list[int]
    anchor: str | None
    line: int
    size: int = 1
    """Values in it, itself and copies included."""
    height: int = 1
    """Levels in it, itself included."""
    key: str | None = None
    """The key whose value comes next."""


class _Anchored(NamedTuple):
    value: Value
    size: int = 1
    height: int = 0


@dataclass(slots=True)
class Builder:
    """Values so far, the lines of their entries by ``id()``, and what is wrong."""

    lines: dict[int, list[int]] = field(default_factory=dict)
    flaws: list[Flaw] = field(default_factory=list)
    _top: Value = None
    _documents: int = 0
    _copies: int = 0
    _open: list[_Open] = field(default_factory=list)
    _anchors: dict[str, _Anchored] = field(default_factory=dict)

    def top(self) -> dict[str, Value]:
        """Return the document's top mapping, empty where there is none."""
        if self._top is not None and not isinstance(self._top, dict):
            what = f"expected keys at the top of the file, found {described(self._top)}"
            self.flaws.append(Flaw(1, (), what, "start with a key and a colon"))
        return self._top if isinstance(self._top, dict) else {}

    def feed(self, event: yaml.Event) -> None:
        """Take the parser's next event.

        Raises
        ------
        CannotGoOnError
            If what follows cannot be understood, or is out of all proportion.
        """
        if isinstance(event, yaml.ScalarEvent):
            self._scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            self._begin(event, {})
        elif isinstance(event, yaml.SequenceStartEvent):
            self._begin(event, [])
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event)
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(event, "a second document begins", "keep one in a file")

    def _scalar(self, event: yaml.ScalarEvent) -> None:
        text = event.value
        line = _line(event)
        if self._open:
            holder = self._open[-1]
            if holder.key is None and isinstance(holder.value, dict):
                self._key(event, holder, holder.value)
                return
        if event.tag not in _PLAIN_TAGS:
            self._refuse_tag(event)
        value = plain(text) if event.implicit[0] else text
        if event.anchor is not None:
            self._anchors[event.anchor] = _Anchored(value)
        self._put(value, line)

    def _key(
        self, event: yaml.ScalarEvent, holder: _Open, so_far: dict[str, Value]
    ) -> None:
        key = event.value
        line = _line(event)
        if key == "<<" and event.implicit[0]:
            self._stop(
                event,
                "merge keys (<<) are not supported",
                "write the keys out, or use an alias for the whole value",
            )
        if key in so_far:
            first = holder.lines[list(so_far).index(key)]
            instead = f"keep one of them; the first is in line {first}"
            keys = (*self._keys(), key)
            self.flaws.append(Flaw(line, keys, "the key is here twice", instead))
        holder.key = key
        holder.line = line

    def _begin(
        self, event: yaml.CollectionStartEvent, value: dict[str, Value] | list[Value]
    ) -> None:
        if len(self._open) >= DEEPEST:
            self._stop(event, f"more than {DEEPEST} levels deep", "flatten it")
        if self._open and self._open[-1].key is None and self._in_mapping():
            self._stop(event, "a key that is not text", "write a single word")
        if event.tag not in (None, "!"):
            self._refuse_tag(event)
        line = _line(event)
        lines: list[int] = []
        self.lines[id(value)] = lines
        self._open.append(_Open(value, lines, event.anchor, line))

    def _end(self) -> None:
        closed = self._open.pop()
        if closed.anchor is not None:
            self._anchors[closed.anchor] = _Anchored(
                closed.value, closed.size, closed.height
            )
        if self._open:
            holder = self._open[-1]
            holder.height = max(holder.height, closed.height + 1)
            holder.size += closed.size - 1
        self._put(closed.value, closed.line)

    def _alias(self, event: yaml.AliasEvent) -> None:
        name = event.anchor or ""
        if self._open and self._open[-1].key is None and self._in_mapping():
            self._stop(event, "a key that is not text", "write a single word")
        if name not in self._anchors:
            what = f"the alias *{bare(name)} stands for nothing"
            self._stop(event, what, f"put &{bare(name)} before an earlier value")
        anchored = self._anchors[name]
        if len(self._open) + anchored.height > DEEPEST:
            self._stop(event, f"more than {DEEPEST} levels deep", "flatten it")
        self._copies += anchored.size
        if self._copies > _MOST_COPIES:
            what = f"aliases make more than {_MOST_COPIES} values"
            self._stop(event, what, "write the values out")
        if self._open:
            holder = self._open[-1]
            holder.height = max(holder.height, anchored.height + 1)
            holder.size += anchored.size - 1
        self._put(anchored.value, _line(event))

    def _put(self, value: Value, line: int) -> None:
        """Add a finished value to whatever is open."""
        if not self._open:
            self._top = value
            return
        holder = self._open[-1]
        holder.size += 1
        if isinstance(holder.value, list):
            holder.value.append(value)
            holder.lines.append(line)
            return
        if holder.key is not None and holder.key not in holder.value:
            holder.value[holder.key] = value
            holder.lines.append(holder.line)
        holder.key = None

    def _in_mapping(self) -> bool:
        return isinstance(self._open[-1].value, dict)

    def _keys(self) -> Keys:
        """Return the keys that lead to the innermost open value."""
        return tuple(
            len(holder.value) if isinstance(holder.value, list) else holder.key or ""
            for holder in self._open[:-1]
        )

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
        what = f"the tag {bare(event.tag or '')} is not allowed"
        flaw = Flaw(_line(event), (), what, "write the value without it")
        self.flaws.append(flaw)

    def _stop(self, event: yaml.Event, what: str, instead: str) -> NoReturn:
        raise CannotGoOnError(Flaw(_line(event), (), what, instead))


def _line(event: yaml.Event) -> int:
    mark = event.start_mark
    return mark.line + 1 if mark is not None else 1
