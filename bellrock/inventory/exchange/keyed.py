"""From a source's keys to our ids."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from bellrock.document.suggest import Suggester
from bellrock.document.values import quoted
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.naming import Names, identifier
from bellrock.inventory.exchange.records import (
    DeviceRecord,
    NamedRecord,
    Records,
    SiteRecord,
)

Entry = TypeVar("Entry", SiteRecord, DeviceRecord, NamedRecord)
_LONGEST_SITE = 90


def keyed(
    records: Iterable[Entry], noun: str, findings: Findings, told: set[Place]
) -> dict[str, Entry]:
    """Return records by key; a key that is there twice is a problem.

    One without a key is left out: whoever read it has said so. `told` are the places
    of which that was said already: a graph's node is a site and a device.
    """
    found: dict[str, Entry] = {}
    for record in records:
        first = found.setdefault(record.key, record)
        if first is not record and record.key and record.place not in told:
            told.add(record.place)
            findings.wrong(
                record.place,
                f"the {noun} {quoted(record.key)} is at {first.place} already",
                "give one of them another name",
            )
    found.pop("", None)
    return found


class Ids:
    """The ids of a source's sites, devices, risk groups and links."""

    def __init__(self, records: Records, findings: Findings) -> None:
        self._findings = findings
        wanted = [
            *(each.wanted for each in records.sites),
            *(each.wanted for each in records.devices),
            *(each.wanted for each in records.risk_groups),
            *(each.wanted for each in records.links),
        ]
        # What is an id already is kept for who has it.
        self._names = Names(each for each in wanted if each == identifier(each))

    def given(
        self, records: Mapping[str, SiteRecord | NamedRecord], otherwise: str
    ) -> dict[str, str]:
        """Return an id for each of them, by key."""
        return {
            key: self.give(each.wanted, otherwise, each.place)
            for key, each in records.items()
        }

    def device(self, record: DeviceRecord, site: str) -> str:
        """Return the id of a device at the site of that id."""
        if record.wanted:
            return self.give(record.wanted, "device", record.place)
        return self._names.give(f"{site[:_LONGEST_SITE]}-r1", "device")[0]

    def give(self, wanted: str, otherwise: str, place: Place) -> str:
        """Return an id made from `wanted`; a doubt where a number had to be added."""
        ident, numbered = self._names.give(wanted, otherwise)
        if numbered and wanted:
            what = f"the id that {quoted(wanted)} makes is taken; this one is {ident}"
            self._findings.doubt(place, what)
        return ident

    def link(self, wanted: str, a: str, b: str, place: Place) -> str:
        """Return the id of a link, by itself or by its ends; parallels are numbered."""
        if wanted:
            return self.give(wanted, "link", place)
        return self._names.give(f"{a[:45]}--{b[:45]}", "link")[0]


class References:
    """Looks keys up, and finds a problem in each that leads nowhere."""

    def __init__(self, ids: Mapping[str, str], noun: str, findings: Findings) -> None:
        self._ids = ids
        self._noun = noun
        self._findings = findings
        self._suggest = Suggester(ids)

    def __call__(self, key: str, place: Place) -> str | None:
        """Return the id that `key` stands for."""
        found = self._ids.get(key)
        # One without a key has been told of by who read it.
        if found is None and key:
            instead = self._suggest(key, "declare it, or correct the name")
            what = f"there is no {self._noun} {quoted(key)}"
            self._findings.wrong(place, what, instead)
        return found

    def each(self, keys: Iterable[str], place: Place) -> tuple[str, ...]:
        """Return the ids that `keys` stand for, each once."""
        found = (self(key, place) for key in dict.fromkeys(keys))
        return tuple(dict.fromkeys(each for each in found if each is not None))
