"""Availability written out naively: go through every state of everything."""

import math
from collections.abc import Callable, Collection, Mapping
from itertools import combinations, product

from bellrock.model.inventory import Inventory, Service
from tests.topology import definition

Lost = Callable[[str, set[str]], bool]
"""Whether a site is without what it needs while these devices and links are down."""


def fallen(net: Inventory, gone: Collection[str]) -> set[str]:
    """The devices and links that are down with `gone`."""
    members = {element: inside for element, _, inside in definition.elements(net)}
    return {each for element in gone for each in members[element]}


def cut_off(net: Inventory, gone: Collection[str] = ()) -> Lost:
    dead = fallen(net, gone)
    return lambda site, down: site not in definition.reached(net, down | dead)


def without(net: Inventory, service: Service, gone: Collection[str] = ()) -> Lost:
    dead = fallen(net, gone)
    return lambda site, down: (
        not definition.has_service(net, service, site, down | dead)
    )


def fallible(net: Inventory, site: str, *, outside: bool) -> dict[str, set[str]]:
    """What may cut `site` off: all but itself, or but all that is on its premises."""
    return {
        element: members
        for element, kind, members in definition.elements(net)
        if members
        and element != site
        and not (outside and definition.on_premises(net, element, kind, site))
    }


def share_lost(
    lost: Lost, site: str, parts: Mapping[str, set[str]], down: Mapping[str, float]
) -> float:
    """For what share of the time it is lost, over all states of `parts`."""
    failing = [part for part in parts if down[part] > 0]
    total = 0.0
    for states in product((False, True), repeat=len(failing)):
        state = dict(zip(failing, states, strict=True))
        likely = math.prod(down[e] if s else 1 - down[e] for e, s in state.items())
        gone = set().union(*(parts[e] for e, s in state.items() if s))
        if lost(site, gone):
            total += likely
    return total


def cut_sets(
    lost: Lost, site: str, parts: Mapping[str, set[str]]
) -> list[tuple[str, ...]]:
    """Minimal cut sets of one and two elements."""
    single = [(part,) for part in parts if lost(site, parts[part])]
    others = [part for part in parts if (part,) not in single]
    return single + [
        pair
        for pair in combinations(others, 2)
        if lost(site, parts[pair[0]] | parts[pair[1]])
    ]


def by_cut_sets(
    lost: Lost, site: str, parts: Mapping[str, set[str]], down: Mapping[str, float]
) -> float:
    """The bound of Esary and Proschan over those."""
    up = [
        1 - math.prod(down[element] for element in cut)
        for cut in cut_sets(lost, site, parts)
    ]
    return 1 - math.prod(up)
