"""One object of NetBox's answers: its fields, checked as they are asked for."""

from collections.abc import Iterator

from bellrock.document import Document, Keys
from bellrock.document.values import Value, bare, described
from bellrock.inventory.exchange import figures
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.jsonplaces import items, place

_KBITS = {"speed", "port_speed", "upstream_speed", "commit_rate"}
"""Fields that NetBox counts in kbit/s."""


class Object:
    """An object, or one inside another.

    Attributes
    ----------
    id : int
        NetBox's number for it; -1, and a problem, where there is none.
    """

    def __init__(
        self,
        document: Document,
        keys: Keys,
        value: dict[str, Value],
        findings: Findings,
    ) -> None:
        self._document, self._keys = document, keys
        self._value, self._findings = value, findings

    @property
    def id(self) -> int:
        """NetBox's number for it; -1, and a problem, where there is none."""
        return self.whole("id")

    @property
    def place(self) -> Place:
        """Where it stands, with the name it is shown by."""
        shown = self._value.get("display") or self._value.get("name")
        found = place(self._document, self._keys)
        if not isinstance(shown, str) or shown in found.where:
            return found
        return found.at(bare(shown))

    def text(self, key: str) -> str:
        """Return a text; empty for null or nothing."""
        value = self._value.get(key)
        if value is None or isinstance(value, str):
            return value or ""
        self._wrong(key, value, "a text")
        return ""

    def whole(self, key: str) -> int:
        """Return a number that there has to be; -1, and a problem, where it is not."""
        value = self._value.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self._wrong(key, value, "a number from 0 on")
        return -1

    def number(self, key: str) -> float | None:
        """Return a figure, which may be a text as decimals are; rates in bit/s."""
        value = self._value.get(key)
        if value is None or value == "":
            return None
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            self._wrong(key, value, "a number")
            return None
        found = figures.number(str(value), self.place.at(key), self._findings)
        return found * 1e3 if found is not None and key in _KBITS else found

    def choice(self, key: str) -> str:
        """Return what was chosen from a list: ``{"value": .., "label": ..}``."""
        value = self._value.get(key)
        chosen = value.get("value") if isinstance(value, dict) else value
        return chosen if isinstance(chosen, str) else ""

    def inside(self, key: str) -> "Object | None":
        """Return an object inside this one; None for null."""
        value = self._value.get(key)
        if isinstance(value, dict):
            return Object(self._document, (*self._keys, key), value, self._findings)
        if value is not None:
            self._wrong(key, value, "an object")
        return None

    def each(self, key: str, *, required: bool = False) -> Iterator["Object"]:
        """Return the objects of a list inside this one."""
        if required and key not in self._value:
            self._findings.wrong(self.place, f"no {key}", "NetBox has it from 3.3 on")
        for keys, value in items(self._document, (*self._keys, key), self._findings):
            yield Object(self._document, keys, value, self._findings)

    def address(self) -> str | None:
        """Return a device's primary address without its prefix."""
        primary = self.inside("primary_ip")
        return (primary.text("address").partition("/")[0] or None) if primary else None

    def rear_ports(self) -> Iterator[tuple[int, int]]:
        """Return number and position of each rear port behind a front port.

        Until NetBox 4.4 there is one, and ``rear_port`` is an object.
        """
        one = self.inside("rear_port")
        if one is not None:
            yield one.id, self.whole("rear_port_position")
        for mapping in self.each("rear_ports"):
            yield mapping.whole("rear_port"), mapping.whole("rear_port_position")

    def _wrong(self, key: str, value: Value, expected: str) -> None:
        what = f"expected {expected}, found {described(value)}"
        self._findings.wrong(self.place.at(key), what, "is it NetBox's answer, whole?")
