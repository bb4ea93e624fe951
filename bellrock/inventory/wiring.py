"""Checks on what plugs into what: links' ends and devices' addresses."""

import ipaddress
from collections.abc import Iterator, Sequence

from bellrock.document import Document, Problem
from bellrock.document.values import quoted
from bellrock.inventory.places import Place, mappings


def check(documents: Sequence[Document]) -> Iterator[Problem]:
    """Find links to themselves, ports and addresses used twice, and empty networks."""
    yield from _ends(documents)
    yield from _addresses(documents)
    yield from _network(documents)
    for key in ("reliability", "availability_target"):
        yield from _once(documents, key)
    yield from _something(documents)


def _ends(documents: Sequence[Document]) -> Iterator[Problem]:
    plugged: dict[str, Place] = {}
    for place, value in mappings(documents, "links"):
        ends = [value.get("a"), value.get("b")]
        devices = [end.partition(":")[0] for end in ends if isinstance(end, str)]
        if len(devices) == 2 and devices[0] == devices[1]:
            yield place.document.problem(
                place.keys,
                f"both ends are at the device {quoted(devices[0])}",
                "a link joins two devices; correct a or b",
            )
            continue
        for key, end in zip("ab", ends, strict=True):
            if not isinstance(end, str) or not end.partition(":")[2]:
                continue
            first = plugged.setdefault(end, place)
            if first is not place:
                yield place.document.problem(
                    (*place.keys, key),
                    f"{quoted(end)} is already the end of the link at {first}",
                    "an interface takes one link; correct one of them",
                )


def _addresses(documents: Sequence[Document]) -> Iterator[Problem]:
    used: dict[str, Place] = {}
    for place, value in mappings(documents, "devices"):
        text = value.get("address")
        if not isinstance(text, str):
            continue
        try:
            address = str(ipaddress.ip_address(text))
        except ValueError:
            continue
        first = used.setdefault(address, place)
        if first is not place:
            yield place.document.problem(
                (*place.keys, "address"),
                f"{address} is also the address of the device at {first}",
                "give each device its own address",
            )


def _network(documents: Sequence[Document]) -> Iterator[Problem]:
    named = [each for each in documents if each.value.get("network") is not None]
    if not named:
        yield Problem(
            documents[0].file,
            None,
            "",
            "the key network is missing",
            "add network: {id: ..., name: ...}, in one of the files if there are many",
        )
    for document in named[1:]:
        yield document.problem(
            ("network",),
            f"the network is named at {Place(named[0], ('network',))} already",
            "keep one of them",
        )


def _once(documents: Sequence[Document], key: str) -> Iterator[Problem]:
    given = [each for each in documents if each.value.get(key) is not None]
    for document in given[1:]:
        first = Place(given[0], (key,))
        what = f"the key {key} is at {first} already"
        yield document.problem((key,), what, "put both into one file")


def _something(documents: Sequence[Document]) -> Iterator[Problem]:
    wanted = (
        ("sites", "no sites", "add sites: [{id: ..., kind: ...}]"),
        ("devices", "no devices", "add devices: [{id: ..., site: ...}]"),
        ("gateways", "no gateways", "add gateways: [the id of a site or a device]"),
    )
    for section, what, instead in wanted:
        if not any(document.value.get(section) for document in documents):
            yield Problem(documents[0].file, None, "", what, instead)
