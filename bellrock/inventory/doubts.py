"""What is allowed but probably not meant: the warnings."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from bellrock.document import Document, Problem
from bellrock.document.suggest import closest
from bellrock.document.values import quoted
from bellrock.inventory.places import Place, mappings, texts
from bellrock.model.inventory import KNOWN_KINDS, Device, Inventory, Link, Site
from bellrock.model.reliability import OTHER, Repair


def doubts(inventory: Inventory, documents: Sequence[Document]) -> Iterator[Problem]:
    """Find what nobody reaches, names or has, and times that cannot be meant."""
    yield from _cut_off(inventory, documents)
    yield from _odd_kinds(documents)
    yield from _kinds_nowhere(inventory, documents)
    yield from _memberless(inventory, documents)
    yield from _reliability(inventory, documents)


def _cut_off(inventory: Inventory, documents: Sequence[Document]) -> Iterator[Problem]:
    reached = {inventory.devices[name].site for name in _reached(inventory)}
    equipped = {device.site for device in inventory.devices.values()}
    for place, value in mappings(documents, "sites"):
        if value["id"] in reached:
            continue
        if value["id"] in equipped:
            what = "no gateway can reach this site"
            instead = "add the link that is missing, or a gateway on its side"
        else:
            what = "this site has no device, so no gateway can reach it"
            instead = "add its device, or leave the site out"
        yield _warning(place, what, instead)


def _reached(inventory: Inventory) -> set[str]:
    neighbours: defaultdict[str, list[str]] = defaultdict(list)
    for link in inventory.links.values():
        neighbours[link.a.device].append(link.b.device)
        neighbours[link.b.device].append(link.a.device)
    reached = set(inventory.gateways)
    waiting = list(inventory.gateways)
    while waiting:
        for device in neighbours[waiting.pop()]:
            if device not in reached:
                reached.add(device)
                waiting.append(device)
    return reached


def _odd_kinds(documents: Sequence[Document]) -> Iterator[Problem]:
    """Warn once for each kind, where it is first used."""
    first: dict[str, Place] = {}
    for place, value in mappings(documents, "sites"):
        kind = value["kind"]
        if isinstance(kind, str) and kind not in KNOWN_KINDS:
            first.setdefault(kind, place.under("kind"))
    for kind, place in first.items():
        meant = closest(kind, KNOWN_KINDS, alike=0.75)
        if meant is not None:
            instead = f"did you mean {quoted(meant)}?"
            yield _warning(place, f"an unusual kind of site, {quoted(kind)}", instead)


def _kinds_nowhere(
    inventory: Inventory, documents: Sequence[Document]
) -> Iterator[Problem]:
    kinds = KNOWN_KINDS | {site.kind for site in inventory.sites.values()}
    for place, value in mappings(documents, "services"):
        used_from = value.get("used_from")
        wanted = used_from.get("kind") if isinstance(used_from, dict) else None
        for step, kind in texts(wanted):
            where = place.under("used_from", "kind", *step)
            if kind not in kinds:
                meant = closest(kind, kinds)
                instead = f"did you mean {quoted(meant)}?" if meant else ""
                yield _warning(where, f"no site is of kind {quoted(kind)}", instead)


def _memberless(
    inventory: Inventory, documents: Sequence[Document]
) -> Iterator[Problem]:
    used = {name for link in inventory.links.values() for name in link.risk_groups}
    for device in inventory.devices.values():
        used.update(device.risk_groups)
    for place, value in mappings(documents, "risk_groups"):
        if value["id"] not in used:
            what = "nothing is in this risk group"
            yield _warning(place, what, "name it in the risk_groups of what it holds")


def _reliability(
    inventory: Inventory, documents: Sequence[Document]
) -> Iterator[Problem]:
    """Find kinds that nothing is of, and what takes longer to repair than to break."""
    for section in ("sites", "devices", "links", "risk_groups"):
        elements = getattr(inventory, section)
        for place, value in mappings(documents, section):
            yield from _swapped(place, elements[value["id"]])
    used = {
        "devices": {device.role for device in inventory.devices.values()},
        "risk_groups": {group.kind for group in inventory.risk_groups.values()},
        "sites": {site.kind for site in inventory.sites.values()},
    }
    for document in documents:
        if not document.value.get("reliability"):
            continue
        for section in ("devices", "links", "risk_groups", "sites"):
            for kind, repair in getattr(inventory.reliability, section).items():
                place = Place(document, ("reliability", section, kind))
                yield from _swapped(place, repair)
                if kind not in {*used.get(section, {kind}), OTHER}:
                    meant = closest(kind, used[section])
                    instead = f"did you mean {quoted(meant)}?" if meant else ""
                    what = f"none of the {section} is of this kind"
                    yield _warning(place, what, instead)


def _swapped(place: Place, told: Site | Device | Link | Repair) -> Iterator[Problem]:
    if told.mtbf is not None and told.mttr is not None and told.mtbf < told.mttr:
        what = "fails again sooner than it is repaired (mtbf is less than mttr)"
        yield _warning(place, what, "check that they are not the wrong way round")


def _warning(place: Place, what: str, instead: str) -> Problem:
    return place.document.problem(place.keys, what, instead, "warning")
