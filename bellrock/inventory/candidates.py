"""Candidate files: circuits that could be built, and what each would cost."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from bellrock.document import Document, InvalidDocumentError, Problem, explain
from bellrock.document import read as read_document
from bellrock.document.schema import Section
from bellrock.document.suggest import Suggester
from bellrock.document.values import Value, bare, quoted
from bellrock.inventory.build import link
from bellrock.inventory.places import Place, mappings, texts
from bellrock.inventory.schema import CircuitEntry, Id, Many
from bellrock.model.candidate import Candidate
from bellrock.model.inventory import Inventory

MOST = 20_000
"""Candidates that are looked at, at most."""


class CandidateEntry(CircuitEntry):
    """One of ``candidates``."""

    id: Id | None = None
    cost: Annotated[float, Field(gt=0, le=10**12, allow_inf_nan=False)] = Field(
        description="a number; the unit is that of all the others"
    )


class CandidateFileEntry(Section):
    """A file of candidates."""

    candidates: Many[CandidateEntry] = ()


def read(path: Path, inventory: Inventory) -> tuple[Candidate, ...]:
    """Read circuits that could be built between devices of `inventory`.

    Raises
    ------
    InvalidDocumentError
        With every problem of the file.
    """
    return understand(read_document(path), inventory)


def understand(document: Document, inventory: Inventory) -> tuple[Candidate, ...]:
    """Check what stands in `document` and return it, as `read` does."""
    problems = list(document.problems)
    try:
        entry = CandidateFileEntry.model_validate(document.value)
    except ValidationError as error:
        problems += explain(error, document, CandidateFileEntry)
        entry = CandidateFileEntry()
    problems += _check(document, inventory)
    if problems:
        raise InvalidDocumentError(sorted(problems, key=lambda each: each.line or 0))
    names = _names(entry.candidates, inventory)
    return tuple(
        Candidate(link(name, each), each.cost)
        for name, each in zip(names, entry.candidates, strict=True)
    )


def _names(entries: Sequence[CandidateEntry], inventory: Inventory) -> list[str]:
    """Return an id for each: its own, or one made of its ends that nobody has."""
    taken = {each.id for each in entries if each.id is not None}
    taken |= _elements(inventory).keys()
    names = []
    for each in entries:
        name, number = each.id or f"{each.a.device}-{each.b.device}", 1
        while each.id is None and name in taken:
            number += 1
            name = f"{each.a.device}-{each.b.device}-{number}"
        taken.add(name)
        names.append(name)
    return names


def _elements(inventory: Inventory) -> dict[str, str]:
    return {
        **dict.fromkeys(inventory.devices, "device"),
        **dict.fromkeys(inventory.links, "link"),
        **dict.fromkeys(inventory.sites, "site"),
        **dict.fromkeys(inventory.risk_groups, "risk group"),
    }


def _check(document: Document, inventory: Inventory) -> Iterator[Problem]:
    listed = document.value.get("candidates")
    if not listed:
        what, instead = "no candidates", "add candidates: [{a: .., b: .., cost: ..}]"
        yield Problem(document.file, None, "", what, instead)
    if isinstance(listed, list) and len(listed) > MOST:
        what = f"{len(listed):,} candidates; at most {MOST:,} are looked at"
        yield document.problem(("candidates",), what, "keep the likely ones")
        return
    elements = _elements(inventory)
    device, group = Suggester(inventory.devices), Suggester(inventory.risk_groups)
    supplier = Suggester(inventory.suppliers)
    seen: dict[str, Place] = {}
    for place, value in mappings([document], "candidates"):
        yield from _id(place, value.get("id"), elements, seen)
        yield from _ends(place, value, inventory, device)
        for where, name in _texts(place, "supplier", value):
            if name not in inventory.suppliers:
                what = f"no supplier has the id {quoted(name)}"
                yield _problem(
                    where, what, supplier(name, "declare it in the inventory")
                )
        names: set[str] = set()
        for where, name in _texts(place, "risk_groups", value):
            if name not in inventory.risk_groups:
                what = f"no risk group has the id {quoted(name)}"
                yield _problem(where, what, group(name, "declare it in the inventory"))
            elif name in names:
                what = f"{bare(name)} is in the list twice"
                yield _problem(where, what, "keep one of them")
            names.add(name)


def _id(
    place: Place, name: Value, elements: dict[str, str], seen: dict[str, Place]
) -> Iterator[Problem]:
    if not isinstance(name, str):
        return
    holder = f"a {elements[name]} of the inventory" if name in elements else ""
    first = seen.setdefault(name, place)
    if not holder and first is not place:
        holder = f"the candidate at {first}"
    if holder:
        what = f"the id {quoted(name)} is taken by {holder}"
        yield _problem(place.under("id"), what, "give it another id, or leave it out")


def _ends(
    place: Place, value: dict[str, Value], inventory: Inventory, suggest: Suggester
) -> Iterator[Problem]:
    devices = []
    for key in ("a", "b"):
        end = value.get(key)
        if not isinstance(end, str):
            continue
        device = end.partition(":")[0]
        devices.append(device)
        if device in inventory.sites:
            what = f"{quoted(device)} is a site; a circuit ends at a device"
            yield _problem(place.under(key), what, "name one of its devices")
        elif device and device not in inventory.devices:
            what = f"no device has the id {quoted(device)}"
            yield _problem(place.under(key), what, suggest(device, "correct the id"))
    if len(devices) == 2 and devices[0] == devices[1]:
        what = f"both ends are at the device {quoted(devices[0])}"
        yield _problem(place, what, "a circuit joins two devices; correct a or b")


def _texts(
    place: Place, key: str, value: dict[str, Value]
) -> Iterator[tuple[Place, str]]:
    for keys, text in texts(value.get(key)):
        yield place.under(key, *keys), text


def _problem(place: Place, what: str, instead: str) -> Problem:
    return place.document.problem(place.keys, what, instead)
