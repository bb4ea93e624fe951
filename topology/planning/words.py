"""A comparison in one sentence, and a scenario in a few words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bellrock.model.inventory import Inventory
from bellrock.model.scenario import ALL, Growth, Scenario, Whose
from bellrock.model.words import counted
from topology.planning.comparison import Comparison

_MOST_NAMED = 3
_MOST_PARTS = 4


def sentence(subject: str, comparison: Comparison) -> str:
    """Say what `subject`, a cause, changes.

    Examples
    --------
    ``Losing Lerwick exchange cuts off 3 sites (510 people): Bressay school, Lerwick
    library and Sound school.``
    """
    effects = [*_effects(comparison)]
    if not effects:
        return f"{subject} changes nothing of what is compared."
    return f"{subject} {'; '.join(effects)}."


def _effects(comparison: Comparison) -> Iterable[str]:
    after = comparison.after.inventory
    if comparison.sites_cut:
        yield (
            f"cuts off {_of_people(comparison.sites_cut, comparison.people_cut)}: "
            f"{_named(after, comparison.sites_cut)}"
        )
    elif comparison.changes_something:
        yield "cuts nobody off"
    if comparison.sites_restored:
        sites = comparison.sites_restored
        yield (
            f"brings back {_of_people(sites, comparison.people_restored)}: "
            f"{_named(after, sites)}"
        )
    others = _beside(comparison.services_cut, comparison.sites_cut)
    if others:
        yield f"takes {_services(after, others)} from sites that are not cut off"
    more = comparison.after.over.keys() - comparison.before.over.keys()
    fewer = comparison.before.over.keys() - comparison.after.over.keys()
    if more:
        yield f"puts {_links(more)} over 100 %"
    if fewer:
        yield f"brings {_links(fewer)} under 100 %"
    lost = comparison.redundancy_lost - comparison.sites_cut - comparison.after.closed
    if lost:
        yield f"leaves {_sites(len(lost))} with less redundancy"
    gained = comparison.redundancy_gained - comparison.sites_restored
    if gained:
        yield f"gives {_sites(len(gained))} more redundancy"


def subject(scenario: Scenario, inventory: Inventory) -> str:
    """Name what happens, as the subject of a sentence.

    Parameters
    ----------
    inventory : Inventory
        As it is before: names are looked up in it, and in the scenario.
    """
    added = {group.id: group for group in scenario.risk_groups}
    groups = {**inventory.risk_groups, **added}
    parts = [*_parts(scenario, replace(inventory, risk_groups=groups))]
    if not parts:
        return "Leaving everything as it is"
    if len(parts) > _MOST_PARTS:
        return f"Making {scenario.changes:,} changes at once"
    said = listed(parts)
    return said[0].upper() + said[1:]


def _parts(scenario: Scenario, inventory: Inventory) -> Iterable[str]:
    if scenario.down:
        names = [name_of(inventory, element) for element in scenario.down]
        yield f"losing {listed(names, _MOST_NAMED)}"
    if scenario.links:
        ends = [f"{link.a.device} to {link.b.device}" for link in scenario.links]
        noun = "backup link" if all(k.backup for k in scenario.links) else "link"
        many = f"a {noun}" if len(ends) == 1 else counted(len(ends), noun)
        yield f"adding {many} from {listed([*dict.fromkeys(ends)], _MOST_NAMED)}"
    if scenario.metric:
        yield f"changing the metric of {listed([*scenario.metric], _MOST_NAMED)}"
    if scenario.capacity:
        yield f"changing the capacity of {listed([*scenario.capacity], _MOST_NAMED)}"
    if scenario.grow:
        said = [
            f"{_whose(each, inventory)} by {each.factor:g}" for each in scenario.grow
        ]
        yield f"multiplying {listed(said, _MOST_NAMED)}"
    if scenario.gateways_removed:
        names = [name_of(inventory, each) for each in scenario.gateways_removed]
        yield f"closing the gateway {listed(names, _MOST_NAMED)}"
    if scenario.gateways_added:
        names = [name_of(inventory, each) for each in scenario.gateways_added]
        yield f"opening a gateway at {listed(names, _MOST_NAMED)}"


def _whose(growth: Growth, inventory: Inventory) -> str:
    if not growth.name:
        return f"{ALL} traffic"
    if growth.whose is Whose.KIND:
        return f"{growth.name} traffic"
    return f"the traffic of {inventory.organisations[growth.name].name}"


def name_of(inventory: Inventory, element: str) -> str:
    """Return the name people know `element` by; its id where it has no other."""
    site = inventory.sites.get(element)
    if site is not None:
        return site.name
    group = inventory.risk_groups.get(element)
    return element if group is None else group.name


def listed(words: Sequence[str], most: int | None = None) -> str:
    """Join words as in a sentence; the rest is counted where there are too many.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c", "d"], 2)
    ('a', 'a, b and c', 'a, b and 2 more')
    """
    if most is not None and len(words) > most + 1:
        words = [*words[:most], f"{len(words) - most:,} more"]
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} and {words[-1]}"


def _named(inventory: Inventory, sites: Iterable[str]) -> str:
    """Name the sites that matter most first."""
    known = [inventory.sites[site] for site in sites]
    known.sort(key=lambda site: (site.priority, -site.people, site.id))
    return listed([site.name for site in known], _MOST_NAMED)


def _services(inventory: Inventory, lost: Iterable[str]) -> str:
    services = [inventory.services[name] for name in lost]
    services.sort(key=lambda service: (service.priority, service.id))
    return listed([service.name for service in services], _MOST_NAMED)


def _beside(lost: Mapping[str, frozenset[str]], cut: frozenset[str]) -> list[str]:
    """Return the services that are lost by others than `cut`."""
    return [service for service, sites in lost.items() if sites - cut]


def _of_people(sites: frozenset[str], people: int) -> str:
    return f"{_sites(len(sites))} ({counted(people, 'person', 'people')})"


def _sites(count: int) -> str:
    return counted(count, "site")


def _links(arcs: Iterable[tuple[str, str]]) -> str:
    names = sorted({link for link, _ in arcs})
    if len(names) > _MOST_NAMED:
        return f"{len(names):,} links"
    return f"{'the link' if len(names) == 1 else 'the links'} {listed(names)}"
