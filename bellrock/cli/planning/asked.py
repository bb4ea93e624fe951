"""A scenario given in options, checked as one in a file is.

What is wrong is told with the option it stands in, since there is no line.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from bellrock.document import Document, Keys, Problem, Value
from bellrock.document.values import bare, plain, quoted
from bellrock.inventory.scenarios.read import understand
from bellrock.model.inventory import Inventory
from bellrock.model.scenario import ALL, Scenario

_COMMAND_LINE = Path("command line")
_LINK_HAS = "id, metric, risk_group, supplier, circuit, backup"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked on the command line, word for word."""

    down: list[str] = field(default_factory=list)
    add_link: list[str] = field(default_factory=list)
    metric: list[str] = field(default_factory=list)
    capacity: list[str] = field(default_factory=list)
    grow: list[str] = field(default_factory=list)
    gateway: list[str] = field(default_factory=list)
    add_gateway: list[str] = field(default_factory=list)
    remove_gateway: list[str] = field(default_factory=list)

    def given(self) -> Iterator[str]:
        """Yield the options that were used."""
        for name in self.__slots__:
            if getattr(self, name):
                yield f"--{name.replace('_', '-')}"


def asked(options: Options, inventory: Inventory, name: str = "") -> Scenario:
    """Return the scenario that `options` describe.

    Raises
    ------
    InvalidDocumentError
        With everything that is wrong with them.
    """
    document = _Asked(options, name)
    (scenario,) = understand(document, inventory)
    return scenario


class _Asked(Document):
    """Options in the shape of a scenario file."""

    def __init__(self, options: Options, name: str) -> None:
        super().__init__(_COMMAND_LINE, {}, {})
        self._options: dict[Keys, str] = {}
        self._flaws: list[Problem] = []
        if name:
            self.value["name"] = name
            self._options["name",] = "--name"
        self.value["down"] = self._list(("down",), "--down", options.down)
        self.value["add_links"] = self._links(options.add_link)
        self.value["metric"] = self._map(
            ("metric",), "--metric", "LINK=METRIC", options.metric, _both_ways
        )
        self.value["capacity"] = self._map(
            ("capacity",), "--capacity", "LINK=CAPACITY", options.capacity, _both_ways
        )
        growth = [text if "=" in text else f"{ALL}={text}" for text in options.grow]
        self.value["grow"] = self._map(
            ("grow",), "--grow", "FACTOR or NAME=FACTOR", growth, plain
        )
        under = "gateways"
        self.value[under] = {
            "add": self._list((under, "add"), "--add-gateway", options.add_gateway),
            "remove": self._list(
                (under, "remove"), "--remove-gateway", options.remove_gateway
            ),
            "move": self._map(
                (under, "move"), "--gateway", "OLD=NEW", options.gateway, str
            ),
        }
        self.problems = tuple(self._flaws)

    def problem(
        self,
        keys: Keys,
        what: str,
        instead: str = "",
        severity: Literal["error", "warning"] = "error",
    ) -> Problem:
        """Return a problem with the option that `keys` lead into, or lie above."""
        where = self.where(keys)
        for depth in range(len(keys), 0, -1):
            option = self._options.get(keys[:depth])
            if option is not None:
                inside = "".join(f", {bare(str(key))}" for key in keys[depth:])
                where = option + inside
                break
        else:
            within = (o for k, o in self._options.items() if k[: len(keys)] == keys)
            where = next(within, where)
        return Problem(_COMMAND_LINE, None, where, what, instead, severity)

    def _list(self, keys: Keys, option: str, words: Iterable[str]) -> list[Value]:
        listed: list[Value] = [*words]
        for index, word in enumerate(listed):
            self._options[*keys, index] = _option(option, str(word))
        return listed

    def _map(
        self,
        keys: Keys,
        option: str,
        form: str,
        texts: Iterable[str],
        read: Callable[[str], Value],
    ) -> dict[str, Value]:
        """Read ``name=value`` from each text."""
        found: dict[str, Value] = {}
        for text in texts:
            name, _, value = text.partition("=")
            if not (name and value):
                self._flaw(option, text, f"expected {form}", f"write {option} {form}")
            elif name in found:
                self._flaw(option, text, f"{quoted(name)} is given twice", "keep one")
            else:
                found[name] = read(value)
                self._options[*keys, name] = _option(option, text)
        return found

    def _links(self, texts: Iterable[str]) -> list[Value]:
        found: list[Value] = []
        for text in texts:
            link = self._link(text)
            if link is not None:
                self._options["add_links", len(found)] = _option("--add-link", text)
                found.append(link)
        return found

    def _link(self, text: str) -> Value:
        """Read ``A,B,CAPACITY[,METRIC][,key=value]...``."""
        words = [word.strip() for word in text.split(",")]
        if len(words) < 3 or not all(words[:3]):
            what = "expected A,B,CAPACITY[,METRIC]"
            self._flaw("--add-link", text, what, "such as pe1,pe2,10G,50")
            return None
        a, b, capacity, *rest = words
        link: dict[str, Value] = {"a": a, "b": b, "capacity": _both_ways(capacity)}
        groups: list[Value] = []
        for position, word in enumerate(rest):
            key, equals, value = word.partition("=")
            if position == 0 and not equals and word != "backup":
                link["metric"] = _both_ways(word)
            elif word == "backup":
                link["backup"] = True
            elif key == "risk_group" and value:
                groups.append(value)
            elif key in ("id", "supplier", "circuit") and value and key not in link:
                link[key] = value
            elif key == "metric" and value and key not in link:
                link[key] = _both_ways(value)
            else:
                what = f"{quoted(word)} says nothing of a link, or says it twice"
                self._flaw("--add-link", text, what, f"known: {_LINK_HAS}")
        link["risk_groups"] = groups
        return link

    def _flaw(self, option: str, text: str, what: str, instead: str) -> None:
        where = _option(option, text)
        self._flaws.append(Problem(_COMMAND_LINE, None, where, what, instead))


def _option(option: str, text: str) -> str:
    return f"{option} {bare(text)}"


def _both_ways(text: str) -> Value:
    """Read one value, or two with a stroke between them: from a to b, and back."""
    ab, stroke, ba = text.partition("/")
    return {"ab": plain(ab), "ba": plain(ba)} if stroke else plain(text)
