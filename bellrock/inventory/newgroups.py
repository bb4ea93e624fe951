"""Risk groups that a file declares for the circuits in it, beside the inventory's."""

from collections.abc import Collection, Iterable, Iterator

from bellrock.document import Problem, Value
from bellrock.document.values import bare, quoted
from bellrock.inventory.places import Place, texts
from bellrock.inventory.scenarios.known import Known


def declared(place: Place) -> list[tuple[Place, str]]:
    """Return the ids under ``risk_groups`` at `place`, each with where it stands."""
    listed = place.document.at((*place.keys, "risk_groups"))
    return [
        (place.under("risk_groups", index, "id", *keys), name)
        for index, entry in enumerate(listed if isinstance(listed, list) else [])
        if isinstance(entry, dict)
        for keys, name in texts(entry.get("id"))
    ]


def check_declared(
    groups: Iterable[tuple[Place, str]],
    circuits: Iterable[Value],
    known: Known,
    whose: str,
) -> Iterator[Problem]:
    """Find risk groups whose id is taken, and those that no circuit is in.

    Parameters
    ----------
    whose : str
        What the circuits are: ``link that is added``.
    """
    used = {
        name
        for entry in circuits
        if isinstance(entry, dict)
        for _, name in texts(entry.get("risk_groups"))
    }
    seen: set[str] = set()
    for where, name in groups:
        taken = known.elements.get(name)
        if taken or name in seen:
            holder = f"a {taken} of the inventory" if taken else "an earlier risk group"
            instead = "give it another id"
            if taken == "risk group":
                instead += ", or leave it out: links may name the inventory's"
            what = f"the id {quoted(name)} is taken by {holder}"
            yield _problem(where, what, instead)
        elif name not in used:
            yield _problem(
                where,
                f"no {whose} is in the risk group {quoted(name)}",
                "name it in the risk_groups of one, or leave it out",
            )
        seen.add(name)


def check_memberships(
    where: Place, entry: dict[str, Value], known: Known, groups: Collection[str]
) -> Iterator[Problem]:
    """Find what a circuit at `where` is in and nobody declares, or is in twice.

    Parameters
    ----------
    groups : collection of str
        Ids that the file itself declares.
    """
    seen: set[str] = set()
    for keys, name in texts(entry.get("risk_groups")):
        each = where.under("risk_groups", *keys)
        if name not in known.inventory.risk_groups and name not in groups:
            what = f"no risk group has the id {quoted(name)}"
            instead = "correct the id; a file may declare it under risk_groups"
            yield _problem(each, what, known.risk_group(name, instead, groups))
        elif name in seen:
            what = f"{bare(name)} is in the list twice"
            yield _problem(each, what, "keep one of them")
        seen.add(name)


def _problem(place: Place, what: str, instead: str) -> Problem:
    return place.document.problem(place.keys, what, instead)
