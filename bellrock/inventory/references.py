"""What no single entry shows: ids used twice, names that lead nowhere.

These checks look at what is written, not at validated entries, so that an entry with
a mistake of its own still counts and one run finds everything.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from bellrock.document import Document, Problem, Value
from bellrock.document.suggest import Suggester
from bellrock.document.values import bare, entry, quoted
from bellrock.inventory.places import Place, entries, mappings, texts

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
    declared = {
        section: set(_ids(documents, section)) for section in (*_ELEMENTS, *_OTHERS)
    }
    yield from _twice(documents, _ELEMENTS)
    for section in _OTHERS:
        yield from _twice(documents, (section,))
    for section, keys, target in _REFERENCES:
        ids = declared[target]
        yield from _dangling(documents, section, keys, ids, target)
    yield from _gateways(documents, declared["sites"], declared["devices"])
    for section, keys in _LISTS:
        for place, value in mappings(documents, section):
            yield from _repeated(place.under(*keys), _deep(value, keys))
    for key, noun in _NAMED.items():
        names = known.get(key)
        if names is not None:
            yield from _unknown(documents, key, noun, names)


def _ids(documents: Iterable[Document], section: str) -> Iterator[str]:
    for _, value in mappings(documents, section):
        name = value.get("id")
        if isinstance(name, str):
            yield name


def _twice(
    documents: Iterable[Document], sections: tuple[str, ...]
) -> Iterator[Problem]:
    seen: dict[str, Place] = {}
    for section in sections:
        for place, value in mappings(documents, section):
            name = value.get("id")
            if not isinstance(name, str):
                continue
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
    documents: Iterable[Document],
    section: str,
    keys: tuple[str, ...],
    known: Collection[str],
    target: str,
) -> Iterator[Problem]:
    suggest = Suggester(known)
    ends = keys[0] in ("a", "b")
    for place, value in mappings(documents, section):
        for where, text in texts(place.under(*keys), _deep(value, keys)):
            name = text.partition(":")[0] if ends else text
            if name and name not in known:
                yield where.document.problem(
                    where.keys,
                    f"no {_ONE[target]} has the id {quoted(name)}",
                    suggest(name, f"declare it under {target}, or correct the id"),
                )


def _gateways(
    documents: Sequence[Document], sites: Collection[str], devices: Collection[str]
) -> Iterator[Problem]:
    suggest = Suggester({*sites, *devices})
    equipped = {
        site
        for place, value in mappings(documents, "devices")
        for _, site in texts(place, value.get("site"))
    }
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


def _repeated(place: Place, value: Value) -> Iterator[Problem]:
    if not isinstance(value, list) or len(value) < 2:
        return
    seen: set[str | int] = set()
    for index, item in enumerate(value):
        if not isinstance(item, str | int):
            continue
        if item in seen:
            what = f"{bare(str(item))} is in the list twice"
            where = place.under(index)
            yield where.document.problem(where.keys, what, "keep one of them")
        seen.add(item)


def _unknown(
    documents: Iterable[Document], key: str, noun: str, known: Collection[str]
) -> Iterator[Problem]:
    listed = ", ".join(bare(name) for name in sorted(known)) or "none"
    suggest = Suggester(known)
    for place, value in mappings(documents, "devices"):
        for where, name in texts(place.under(key), value.get(key)):
            if name not in known:
                what = f"no {noun} called {quoted(name)}"
                found = suggest(name, "")
                instead = "  ".join(filter(None, (found, f"known: {listed}")))
                yield where.document.problem(where.keys, what, instead)
