"""A comparison as rows of a CSV file: one for each thing that changes."""

from collections.abc import Iterator

from topology.planning.comparison import Comparison
from topology.planning.loading import Shift

Row = tuple[str, str, str, object, object]
"""What changes, the id of what, which detail, before and after."""

HEADINGS = ("change", "id", "detail", "before", "after")


def rows(comparison: Comparison, *, worst: bool) -> Iterator[Row]:
    """Yield a row for each thing that changes, and each link that is over 100 %.

    Loads at the worst single failure are among them only if asked for.
    """
    yield from _sites(comparison)
    services = {
        "service_cut": comparison.services_cut,
        "service_restored": comparison.services_restored,
    }
    for change, lost in services.items():
        for service in sorted(lost):
            for site in sorted(lost[service]):
                yield change, service, site, "", ""
    elements = {
        "spof_added": comparison.spofs_added,
        "spof_removed": comparison.spofs_removed,
    }
    for change, found in elements.items():
        for element in sorted(found):
            yield change, element, "", "", ""
    yield from _loads(comparison)
    if worst:
        for shift in comparison.worst_shifts:
            yield _moved("worst_load", shift)


def _sites(comparison: Comparison) -> Iterator[Row]:
    before, after = comparison.before.levels, comparison.after.levels
    lists = {
        "site_cut": comparison.sites_cut,
        "site_restored": comparison.sites_restored,
        "redundancy_lost": comparison.redundancy_lost,
        "redundancy_gained": comparison.redundancy_gained,
        "false_diversity_added": comparison.falsely_diverse_added,
        "false_diversity_removed": comparison.falsely_diverse_removed,
    }
    for change, sites in lists.items():
        for site in sorted(sites):
            levels = _cell(before.get(site)), _cell(after.get(site))
            yield change, site, "redundancy", *levels


def _loads(comparison: Comparison) -> Iterator[Row]:
    loading = comparison.before.loading
    for (link, direction), ratio in comparison.after.over.items():
        was = loading.at(loading.number((link, direction)))
        yield "link_over", link, direction, _cell(was and was.utilisation), ratio
    for shift in comparison.shifts:
        yield _moved("load", shift)


def _moved(change: str, shift: Shift) -> Row:
    link, direction = shift.arc
    before, after = shift.before, shift.after
    return (
        *(change, link, direction),
        _cell(before and before.load),
        _cell(after and after.load),
    )


def _cell(value: object) -> object:
    return "" if value is None else value
