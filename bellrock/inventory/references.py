"""What no single entry shows: ids used twice, names that lead nowhere.

These checks look at what is written, not at validated entries, so that an entry with
a mistake of its own still counts and one run finds everything.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from bellrock.document import Document, Keys, Problem, Value
from bellrock.document.suggest import Suggester
from bellrock.document.values import bare, entry, quoted
from bellrock.inventory.places import Place, entries, mappings, texts

_Listed = Sequence[tuple[Place, dict[str, Value]]]
"""The entries of a section that are mappings, and where they stand."""

_ELEMENTS = ("sites", "devices", "links", "risk_groups")
_OTHERS = ("organisations", "suppliers", "services")

_REFERENCES = (
    ("sites", ("organisation",), "organisations"),
    ("devices", ("site",), "sites"),
    ("devices", ("risk_groups",), "risk_groups"),
    ("links", ("a",), "devices"),
    ("links", ("b",), "devices"),
    ("links", ("supplier",), "suppliers"),
    ("links", ("risk_groups",), "risk_groups"),
    ("services", ("hosted_at", "any"), "sites"),
    ("services", ("hosted_at", "all"), "sites"),
    ("services", ("used_from", "site"), "sites"),
    ("services", ("used_from", "organisation"), "organisations"),
    ("demands", ("from",), "sites"),
    ("demands", ("to",), "sites"),
)
"""Where an id is used, and the section that must declare it."""

_LISTS = (
    ("devices", ("probes",)),
    ("devices", ("risk_groups",)),
    ("links", ("risk_groups",)),
    ("services", ("hosted_at", "any")),
    ("services", ("hosted_at", "all")),
    ("services", ("used_from", "kind")),
    ("services", ("used_from", "organisation")),
    ("services", ("used_from", "site")),
    ("services", ("used_from", "priority")),
)
"""Lists in which every entry stands once."""

_ONE = {
    "sites": "site",
    "devices": "device",
    "links": "link",
    "risk_groups": "risk group",
    "organisations": "organisation",
    "suppliers": "supplier",
    "services": "service",
}


_NAMED = {
    "probes": "probe is",
    "snmp": "credentials are",
    "ssh": "credentials are",
    "platform": "platform is",
}
"""Keys of a device that name something of ours or of the settings'."""


def check(
    documents: Sequence[Document], known: Mapping[str, Collection[str] | None]
) -> Iterator[Problem]:
    """Find ids declared twice or never, and lists that repeat themselves.

    Parameters
    ----------
    known : mapping of str to collection of str or None
        By a device's key, the names that may stand there: ``probes``, ``platform``,
        and in ``snmp`` and ``ssh`` those of the settings' credentials; None where that
        is not known.
    """
    listed = {
        section: list(mappings(documents, section))
        for section in (*_ELEMENTS, *_OTHERS, "demands")
    }
    declared = {
        section: {name for _, name in _ids(listed[section])}
        for section in (*_ELEMENTS, *_OTHERS)
    }
    yield from _twice(listed, _ELEMENTS)
    for section in _OTHERS:
        yield from _twice(listed, (section,))
    for section, keys, target in _REFERENCES:
        yield from _dangling(listed[section], keys, declared[target], target)
    yield from _gateways(
        documents, listed["devices"], declared["sites"], declared["devices"]
    )
    for section, keys in _LISTS:
        for place, value in listed[section]:
            yield from _repeated(place, keys, _deep(value, keys))
    for key, noun in _NAMED.items():
        names = known.get(key)
        if names is not None:
            yield from _unknown(listed["devices"], key, noun, names)


def _ids(listed: _Listed) -> Iterator[tuple[Place, str]]:
    for place, value in listed:
        name = value.get("id")
        if isinstance(name, str):
            yield place, name


def _twice(
    listed: Mapping[str, _Listed], sections: tuple[str, ...]
) -> Iterator[Problem]:
    seen: dict[str, Place] = {}
    for section in sections:
        for place, name in _ids(listed[section]):
            first = seen.setdefault(name, place)
            if first is not place:
                other = _ONE[str(first.keys[0])]
                yield place.document.problem(
                    (*place.keys, "id"),
                    f"the id {quoted(name)} is taken by the {other} at {first}",
                    "give one of them another id",
                )


def _deep(value: Value, keys: tuple[str, ...]) -> Value:
    for key in keys:
        value = entry(value, key)
    return value


def _dangling(
    listed: _Listed, keys: tuple[str, ...], known: Collection[str], target: str
) -> Iterator[Problem]:
    suggest = Suggester(known)
    ends = keys[0] in ("a", "b")
    for place, value in listed:
        for step, text in texts(_deep(value, keys)):
            name = text.partition(":")[0] if ends else text
            if name and name not in known:
                yield place.document.problem(
                    (*place.keys, *keys, *step),
                    f"no {_ONE[target]} has the id {quoted(name)}",
                    suggest(name, f"declare it under {target}, or correct the id"),
                )


def _gateways(
    documents: Sequence[Document],
    equipment: _Listed,
    sites: Collection[str],
    devices: Collection[str],
) -> Iterator[Problem]:
    suggest = Suggester({*sites, *devices})
    equipped = {site for _, value in equipment for _, site in texts(value.get("site"))}
    seen: dict[str, Place] = {}
    for place, value in entries(documents, "gateways"):
        if not isinstance(value, str):
            continue
        if value in seen:
            what = f"{quoted(value)} is also at {seen[value]}"
            yield place.document.problem(place.keys, what, "keep one of them")
        seen.setdefault(value, place)
        if value not in sites and value not in devices:
            what = f"no site or device has the id {quoted(value)}"
            instead = suggest(value, "declare it, or correct the id")
            yield place.document.problem(place.keys, what, instead)
        elif value in sites and value not in equipped:
            what = f"the gateway site {quoted(value)} has no device"
            instead = "put a device there, or name another gateway"
            yield place.document.problem(place.keys, what, instead)


def _repeated(place: Place, keys: Keys, value: Value) -> Iterator[Problem]:
    if not isinstance(value, list) or len(value) < 2:
        return
    seen: set[str | int] = set()
    for index, item in enumerate(value):
        if not isinstance(item, str | int):
            continue
        if item in seen:
            what = f"{bare(str(item))} is in the list twice"
            where = (*place.keys, *keys, index)
            yield place.document.problem(where, what, "keep one of them")
        seen.add(item)


def _unknown(
    devices: _Listed, key: str, noun: str, known: Collection[str]
) -> Iterator[Problem]:
    listed = ", ".join(bare(name) for name in sorted(known)) or "none"
    suggest = Suggester(known)
    for place, value in devices:
        for step, name in texts(value.get(key)):
            if name not in known:
                what = f"no {noun} called {quoted(name)}"
                found = suggest(name, "")
                instead = "  ".join(filter(None, (found, f"known: {listed}")))
                where = (*place.keys, key, *step)
                yield place.document.problem(where, what, instead)
