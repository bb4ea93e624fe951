"""What is wrong with a scenario for one inventory: ids, ends, contradictions.

As in the inventory, these checks look at what is written, not at validated entries,
so that an entry with a mistake of its own still counts and one run finds everything.
"""

from collections.abc import Collection, Iterator, Mapping

from bellrock.document import Document, Keys, Problem, Value
from bellrock.document.values import bare, quoted
from bellrock.inventory.newgroups import (
    check_declared,
    check_memberships,
    declared,
)
from bellrock.inventory.places import Place, texts
from bellrock.inventory.scenarios.known import Known, growth
from bellrock.model.scenario import ALL, Whose


def check(document: Document, under: Keys, known: Known) -> Iterator[Problem]:
    """Find what is wrong with the scenario that stands at `under` in `document`."""
    scenario = document.at(under)
    if not isinstance(scenario, dict):
        return
    place = Place(document, under)
    links = scenario.get("add_links")
    added = links if isinstance(links, list) else []
    groups = declared(place)
    new = {
        each["id"]: index
        for index, each in enumerate(added)
        if isinstance(each, dict) and isinstance(each.get("id"), str)
    }
    down = dict(_down(place, scenario.get("down")))
    others = {name for _, name in groups}
    yield from _failures(place, scenario.get("down"), known, new, others)
    yield from check_declared(groups, added, known, "link that is added")
    yield from _additions(place, added, known, others)
    for key in ("metric", "capacity"):
        yield from _settings(place.under(key), scenario.get(key), known, down, new)
    yield from _growths(place.under("grow"), scenario.get("grow"), known)
    yield from _gateways(place.under("gateways"), scenario.get("gateways"), known)


def _down(place: Place, written: Value) -> Iterator[tuple[str, Place]]:
    for where, name in _texts(place.under("down"), written):
        yield name, where


def _failures(
    place: Place,
    written: Value,
    known: Known,
    new: Collection[object],
    groups: Collection[str],
) -> Iterator[Problem]:
    seen: set[str] = set()
    for name, where in _down(place, written):
        if name in seen:
            yield _problem(where, f"{quoted(name)} is down twice", "keep one of them")
        elif name in new:
            yield _problem(
                where,
                f"{quoted(name)} is down, and is added by the same scenario",
                "leave out one or the other",
            )
        elif name in known.elements or name in groups:
            pass
        elif name in known.inventory.suppliers:
            yield _problem(
                where,
                f"{quoted(name)} is a supplier, and no supplier fails as a whole",
                "declare a risk group of what it carries, and take that down",
            )
        else:
            yield _problem(
                where,
                f"no device, link, site or risk group has the id {quoted(name)}",
                known.element(name, "correct the id", groups),
            )
        seen.add(name)


def _additions(
    place: Place, added: list[Value], known: Known, groups: Collection[str]
) -> Iterator[Problem]:
    inventory = known.inventory
    names: dict[str, Place] = {}
    plugged: dict[str, Place] = {}
    for index, entry in enumerate(added):
        if not isinstance(entry, dict):
            continue
        where = place.under("add_links", index)
        for each, name in _texts(where.under("id"), entry.get("id")):
            taken = known.elements.get(name)
            if taken or name in names or name in groups:
                holder = f"a {taken} of the inventory" if taken else "an earlier link"
                if name in groups:
                    holder = "a risk group of the scenario"
                yield _problem(
                    each,
                    f"the id {quoted(name)} is taken by {holder}",
                    "give it another id, or leave the id out",
                )
            names.setdefault(name, each)
        yield from _ends(where, entry, known, plugged)
        for each, name in _texts(where.under("supplier"), entry.get("supplier")):
            if name not in inventory.suppliers:
                what = f"no supplier has the id {quoted(name)}"
                yield _problem(each, what, known.supplier(name, "correct the id"))
        yield from check_memberships(where, entry, known, groups)


def _ends(
    where: Place, entry: dict[str, Value], known: Known, plugged: dict[str, Place]
) -> Iterator[Problem]:
    devices: list[str] = []
    for key in ("a", "b"):
        end = entry.get(key)
        if not isinstance(end, str):
            continue
        device, _, interface = end.partition(":")
        devices.append(device)
        if device and device not in known.inventory.devices:
            yield _problem(where.under(key), *_no_device(device, known))
        elif interface and (end in known.plugged or end in plugged):
            link = known.plugged.get(end)
            by = f"the link {quoted(link)}" if link else "another link that is added"
            yield _problem(
                where.under(key),
                f"{quoted(end)} is already an end of {by}",
                "an interface takes one link; name a free one, or the device alone",
            )
        elif interface:
            plugged[end] = where
    if len(devices) == 2 and devices[0] == devices[1]:
        yield _problem(
            where,
            f"both ends are at the device {quoted(devices[0])}",
            "a link joins two devices; correct a or b",
        )


def _no_device(name: str, known: Known) -> tuple[str, str]:
    if name in known.inventory.sites:
        at = sorted(known.devices_at(name))
        listed = ", ".join(at[:5]) if at else "none; declare one there first"
        what = f"{quoted(name)} is a site; a link ends at a device"
        return what, f"name one of its devices: {listed}"
    return (
        f"no device has the id {quoted(name)}",
        known.device(name, "correct the id"),
    )


def _settings(
    place: Place,
    written: Value,
    known: Known,
    down: Mapping[str, Place],
    new: Collection[object],
) -> Iterator[Problem]:
    """Check the names of links whose metric or capacity changes."""
    if not isinstance(written, dict):
        return
    key = place.keys[-1]
    for name in written:
        where = place.under(name)
        if name in new:
            yield _problem(
                where,
                f"{quoted(name)} is added by the same scenario",
                f"give its {key} where it is added",
            )
        elif name not in known.inventory.links:
            what = f"no link has the id {quoted(name)}"
            if name in known.elements:
                what = f"{quoted(name)} is a {known.elements[name]}, not a link"
            yield _problem(where, what, known.link(name, "correct the id"))
        elif name in down:
            yield _problem(
                where,
                f"the {key} of {quoted(name)} changes, and it is down",
                "leave out one or the other",
            )


def _growths(place: Place, written: Value, known: Known) -> Iterator[Problem]:
    if not isinstance(written, dict):
        return
    seen: dict[tuple[str, Whose | None], str] = {}
    for name in written:
        grown = growth(name, 1.0)
        where = place.under(name)
        may_be = known.whose(grown) if grown.name else [None]
        if not may_be:
            yield _problem(
                where,
                f"no organisation and no kind of site is called {quoted(grown.name)}",
                known.grows(grown.name, f"correct the name, or write {ALL}"),
            )
        elif len(may_be) > 1:
            yield _problem(
                where,
                f"{quoted(name)} is an organisation and a kind of site",
                f'write "organisation:{bare(name)}" or "kind:{bare(name)}"',
            )
        else:
            first = seen.setdefault((grown.name, may_be[0]), name)
            if first != name:
                what = f"the same as {quoted(first)}"
                yield _problem(where, what, "keep one of them")


def _gateways(place: Place, written: Value, known: Known) -> Iterator[Problem]:
    if not isinstance(written, dict):
        return
    comes = list(_texts(place.under("add"), written.get("add")))
    goes = list(_texts(place.under("remove"), written.get("remove")))
    move = written.get("move")
    for old, new in (move if isinstance(move, dict) else {}).items():
        goes.append((place.under("move", old), old))
        comes += _texts(place.under("move", old), new)
    gone: set[str] = set()
    for where, name in goes:
        yield from _closing(where, name, known, gone)
        gone |= known.devices_at(name) & known.inventory.gateways
    come: set[str] = set()
    for where, name in comes:
        yield from _opening(where, name, known, gone, come)
        come |= known.devices_at(name)
    if gone >= known.inventory.gateways and not come:
        what = "no gateway is left"
        yield _problem(place, what, "name the one that takes over")


def _closing(
    where: Place, name: str, known: Known, gone: Collection[str]
) -> Iterator[Problem]:
    gateways = known.inventory.gateways
    devices = known.devices_at(name) & gateways
    if not devices:
        listed = ", ".join(sorted(gateways)[:5])
        yield _problem(where, f"{quoted(name)} is no gateway", f"gateways: {listed}")
    elif devices.issubset(gone):
        yield _problem(where, f"{quoted(name)} goes twice", "keep one of them")


def _opening(
    where: Place,
    name: str,
    known: Known,
    gone: Collection[str],
    come: Collection[str],
) -> Iterator[Problem]:
    devices = known.devices_at(name)
    if not devices:
        what = f"no site or device has the id {quoted(name)}"
        instead = known.place(name, "correct the id")
        if name in known.inventory.sites:
            what = f"the site {quoted(name)} has no device"
            instead = "name another gateway"
        yield _problem(where, what, instead)
    elif not devices.isdisjoint(gone):
        what = f"{quoted(name)} stops being a gateway and becomes one"
        yield _problem(where, what, "leave out one or the other")
    elif devices <= known.inventory.gateways:
        what = f"{quoted(name)} is a gateway already"
        yield _problem(where, what, "leave it out, or only remove the other")
    elif devices.issubset(come):
        yield _problem(where, f"{quoted(name)} comes twice", "keep one of them")


def _texts(place: Place, written: Value) -> Iterator[tuple[Place, str]]:
    """Go through the texts that stand at `place`, one or a list."""
    for keys, text in texts(written):
        yield place.under(*keys), text


def _problem(place: Place, what: str, instead: str) -> Problem:
    return place.document.problem(place.keys, what, instead)
