"""Candidate files: circuits that could be built, and what each would cost."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Annotated

from pydantic import Field, ValidationError

from bellrock.document import Document, InvalidDocumentError, Problem, explain
from bellrock.document import read as read_document
from bellrock.document.schema import Section
from bellrock.document.values import Value, quoted
from bellrock.inventory.build import link
from bellrock.inventory.newgroups import (
    check_declared,
    check_memberships,
    declared,
)
from bellrock.inventory.places import Place, mappings, texts
from bellrock.inventory.scenarios.known import Known
from bellrock.inventory.schema import CircuitEntry, Id, Many, RiskGroupEntry
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
    """A file of candidates, and of risk groups that some of them share."""

    candidates: Many[CandidateEntry] = ()
    risk_groups: Many[RiskGroupEntry] = ()


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
    # A key with nothing after it was left empty, or what it had is commented out.
    given = {
        key: value
        for key, value in document.value.items()
        if value is not None or key not in CandidateFileEntry.model_fields
    }
    try:
        entry = CandidateFileEntry.model_validate(given)
    except ValidationError as error:
        problems += explain(error, document, CandidateFileEntry)
        entry = CandidateFileEntry()
    known = Known(inventory)
    problems += _check(document, known)
    if problems:
        raise InvalidDocumentError(sorted(problems, key=lambda each: each.line or 0))
    names = _names(entry, known)
    return tuple(
        Candidate(link(name, each), each.cost)
        for name, each in zip(names, entry.candidates, strict=True)
    )


def _names(entry: CandidateFileEntry, known: Known) -> list[str]:
    """Return an id for each: its own, or one made of its ends that nobody has."""
    taken = {each.id for each in entry.candidates if each.id is not None}
    taken |= {each.id for each in entry.risk_groups}
    taken |= known.elements.keys()
    names = []
    for each in entry.candidates:
        name, number = each.id or f"{each.a.device}-{each.b.device}", 1
        while each.id is None and name in taken:
            number += 1
            name = f"{each.a.device}-{each.b.device}-{number}"
        taken.add(name)
        names.append(name)
    return names


def _check(document: Document, known: Known) -> Iterator[Problem]:
    listed = document.value.get("candidates")
    if not listed:
        what, instead = "no candidates", "add candidates: [{a: .., b: .., cost: ..}]"
        yield Problem(document.file, None, "", what, instead)
    if isinstance(listed, list) and len(listed) > MOST:
        what = f"{len(listed):,} candidates; at most {MOST:,} are looked at"
        yield document.problem(("candidates",), what, "keep the likely ones")
        return
    circuits = listed if isinstance(listed, list) else []
    groups = declared(Place(document, ()))
    yield from check_declared(groups, circuits, known, "candidate")
    new = {name for _, name in groups}
    seen: dict[str, Place] = {}
    for place, value in mappings([document], "candidates"):
        yield from _id(place, value.get("id"), known, new, seen)
        yield from _ends(place, value, known)
        for keys, name in texts(value.get("supplier")):
            if name not in known.inventory.suppliers:
                what = f"no supplier has the id {quoted(name)}"
                instead = known.supplier(name, "declare it in the inventory")
                yield _problem(place.under("supplier", *keys), what, instead)
        yield from check_memberships(place, value, known, new)


def _id(
    place: Place,
    name: Value,
    known: Known,
    groups: Collection[str],
    seen: dict[str, Place],
) -> Iterator[Problem]:
    if not isinstance(name, str):
        return
    element = known.elements.get(name)
    holder = f"a {element} of the inventory" if element else ""
    if name in groups:
        holder = "a risk group of the file"
    first = seen.setdefault(name, place)
    if not holder and first is not place:
        holder = f"the candidate at {first}"
    if holder:
        what = f"the id {quoted(name)} is taken by {holder}"
        yield _problem(place.under("id"), what, "give it another id, or leave it out")


def _ends(place: Place, value: dict[str, Value], known: Known) -> Iterator[Problem]:
    inventory = known.inventory
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
            yield _problem(
                place.under(key), what, known.device(device, "correct the id")
            )
    if len(devices) == 2 and devices[0] == devices[1]:
        what = f"both ends are at the device {quoted(devices[0])}"
        yield _problem(place, what, "a circuit joins two devices; correct a or b")


def _problem(place: Place, what: str, instead: str) -> Problem:
    return place.document.problem(place.keys, what, instead)
