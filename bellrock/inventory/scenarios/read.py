"""From a scenario file, or options like one, to scenarios that can be relied on."""

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from bellrock.document import Document, InvalidDocumentError, Keys, Problem, explain
from bellrock.document import read as read_document
from bellrock.document.values import quoted
from bellrock.inventory.build import link, risk_group
from bellrock.inventory.scenarios.check import check
from bellrock.inventory.scenarios.known import Known, growth
from bellrock.inventory.scenarios.schema import ScenarioEntry, ScenarioFileEntry
from bellrock.model.inventory import Inventory, Link
from bellrock.model.scenario import Growth, Scenario


def read(path: Path, inventory: Inventory) -> tuple[Scenario, ...]:
    """Read the scenarios of one file, each for itself, and check them.

    Raises
    ------
    InvalidDocumentError
        With every problem of the file: with it as YAML, with what stands in it, and
        with ids that `inventory` does not have.
    """
    return understand(read_document(path), inventory)


def understand(document: Document, inventory: Inventory) -> tuple[Scenario, ...]:
    """Check what stands in `document` and return it, as `read` does."""
    problems = list(document.problems)
    entry = _validate(document, problems)
    known = Known(inventory)
    several = "scenarios" in document.value
    places: Iterable[Keys] = [()]
    if several:
        listed = document.value["scenarios"]
        count = len(listed) if isinstance(listed, list) else 0
        places = [("scenarios", index) for index in range(count)]
        if listed == [] or listed is None:
            what = "no scenarios in the list"
            instead = "add one: - {name: ..., down: [...]}"
            problems.append(document.problem(("scenarios",), what, instead))
    for keys in places:
        problems += check(document, keys, known)
    entries = entry.scenarios if several else (entry,)
    problems += _names(document, entries)
    if problems:
        raise InvalidDocumentError(sorted(problems, key=lambda each: each.line or 0))
    scenarios = (_scenario(each, known) for each in entries)
    if not several:
        return tuple(scenarios)
    numbered = enumerate(scenarios, start=1)
    return tuple(replace(each, name=each.name or f"{n}") for n, each in numbered)


def _validate(document: Document, problems: list[Problem]) -> ScenarioFileEntry:
    """Return what stands in it; nothing, and problems, where there are mistakes."""
    # A key with nothing after it was left empty, or what it had is commented out.
    given = {
        key: value
        for key, value in document.value.items()
        if value is not None or key not in ScenarioFileEntry.model_fields
    }
    try:
        return ScenarioFileEntry.model_validate(given)
    except ValidationError as error:
        problems.extend(explain(error, document, ScenarioFileEntry))
        return ScenarioFileEntry()


def _names(document: Document, entries: Iterable[ScenarioEntry]) -> Iterable[Problem]:
    seen: set[str] = set()
    for index, entry in enumerate(entries):
        if entry.name and entry.name in seen:
            yield document.problem(
                ("scenarios", index, "name"),
                f"another scenario is called {quoted(entry.name)}",
                "give each its own name",
            )
        seen.add(entry.name)


def _scenario(entry: ScenarioEntry, known: Known) -> Scenario:
    gateways = entry.gateways
    return Scenario(
        name=entry.name,
        down=entry.down,
        links=_links(entry, known),
        risk_groups=tuple(risk_group(each) for each in entry.risk_groups),
        metric={name: (each.ab, each.ba) for name, each in entry.metric.items()},
        capacity={name: (each.ab, each.ba) for name, each in entry.capacity.items()},
        grow=tuple(
            _growth(written, factor, known) for written, factor in entry.grow.items()
        ),
        gateways_added=(*gateways.add, *gateways.move.values()),
        gateways_removed=(*gateways.remove, *gateways.move),
    )


def _growth(written: str, factor: float, known: Known) -> Growth:
    found = growth(written, factor)
    return replace(found, whose=known.whose(found)[0]) if found.name else found


def _links(entry: ScenarioEntry, known: Known) -> tuple[Link, ...]:
    """Return what is added, with an id of our making where none was given."""
    taken = known.elements.keys() | {each.id for each in entry.risk_groups}
    taken |= {each.id for each in entry.add_links if each.id}
    links = []
    for each in entry.add_links:
        name = each.id or _untaken(f"{each.a.device}-{each.b.device}", taken)
        taken.add(name)
        links.append(link(name, each))
    return tuple(links)


def _untaken(wanted: str, taken: set[str]) -> str:
    name, number = wanted[:_LONGEST_MADE].rstrip("._-"), 1
    while name in taken:
        number += 1
        name = f"{wanted[:_LONGEST_MADE]}-{number}"
    return name


_LONGEST_MADE = 90
