"""How a comparison is shown: a sentence, what changes, and what does not."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Annotated, TypeVar

import typer
from rich.console import Console

from bellrock.cli.answers import fitting, show_more
from topology.planning.comparison import Comparison
from topology.planning.loading import ArcLoad
from topology.planning.report import (
    Failure,
    Summary,
    WorstSummary,
    summary,
    worst_failure,
    worst_summary,
)
from topology.planning.words import listed, name_of

WorstToo = Annotated[
    bool,
    typer.Option("--n1", help="and what any single failure on top does to the links"),
]


_MOST_NAMED = 6


def console(*, record: bool = False) -> Console:
    """Return where tables go; no markup, since names may have brackets in them."""
    return Console(highlight=False, markup=False, emoji=False, record=record)


def show(screen: Console, comparison: Comparison, top: int, *, worst: bool) -> None:
    """Show what changes, in as many lines of a table as `top` at most."""
    before, after = comparison.before, comparison.after
    figures = _figures(_FIGURES, summary(before), summary(after))
    if worst:
        more = worst_summary(before), worst_summary(after)
        figures |= _figures(_WORST_FIGURES, *more)
    _show_figures(screen, figures)
    for words in _lists(comparison):
        screen.print(words)
    _show_cut(screen, comparison, top)
    _show_loads(screen, comparison, top)
    if worst:
        _show_worst(screen, comparison, top)


_FIGURES: Mapping[str, Callable[[Summary], str]] = {
    "user sites": lambda s: f"{s['sites']:,}",
    "cut off": lambda s: f"{s['cut_off']:,}",
    "redundancy 0": lambda s: f"{s['redundancy']['0']:,}",
    "redundancy 1": lambda s: f"{s['redundancy']['1']:,}",
    "redundancy 2": lambda s: f"{s['redundancy']['2']:,}",
    "seem to have two paths": lambda s: f"{s['two_paths']:,}",
    "of those falsely": lambda s: f"{s['false_diversity']:,}",
    "single points of failure": lambda s: f"{s['spofs']:,}",
    "demand": lambda s: rate(s["demand"]),
    "demand without a way": lambda s: rate(s["unrouted"]),
    "links over 100 %": lambda s: f"{s['overloaded']:,}",
    "busiest link": lambda s: _busiest(s),
}


_WORST_FIGURES: Mapping[str, Callable[[WorstSummary], str]] = {
    "N-1: links over 100 %": lambda s: f"{s['overloaded']:,}",
    "N-1: busiest link": lambda s: _worst(s),
    "N-1: demand without a way": lambda s: rate(s["unrouted"]),
}

Figures = dict[str, tuple[str, str]]
_Some = TypeVar("_Some")


def _figures(
    written: Mapping[str, Callable[[_Some], str]], before: _Some, after: _Some
) -> Figures:
    return {name: (say(before), say(after)) for name, say in written.items()}


def _show_figures(screen: Console, figures: Figures) -> None:
    table = fitting({"": 0, "before": -1, "after": -1}, {""})
    for name, (before, after) in figures.items():
        if before != after:
            table.add_row(name, before, after)
    if table.row_count:
        screen.print(table)
    same = [name for name, (before, after) in figures.items() if before == after]
    if same:
        screen.print(f"the same as before: {', '.join(same)}")


def _worst(found: WorstSummary) -> str:
    worst = found["worst"]
    if worst is None:
        return "none"
    return f"{worst['id']} {percent(worst['utilisation'])}{_without(worst['failure'])}"


def _without(failure: Failure | None) -> str:
    return "" if failure is None else f" without {failure['id']}"


def _busiest(found: Summary) -> str:
    busiest = found["busiest"]
    if busiest is None:
        return "none"
    return f"{busiest['id']} {percent(busiest['utilisation'])}"


def _lists(comparison: Comparison) -> Iterator[str]:
    before, after = comparison.before.inventory, comparison.after.inventory

    def of_sites(sites: Iterable[str]) -> str:
        known = [after.sites[site] for site in sites]
        known.sort(key=lambda site: (site.priority, -site.people, site.id))
        return listed([site.name for site in known], _MOST_NAMED)

    lists = {
        "back": comparison.sites_restored,
        "less redundancy": comparison.redundancy_lost - comparison.sites_cut,
        "more redundancy": comparison.redundancy_gained - comparison.sites_restored,
        "two paths only in appearance now": comparison.falsely_diverse_added,
        "no longer two paths only in appearance": comparison.falsely_diverse_removed,
    }
    for heading, sites in lists.items():
        if sites:
            yield f"{heading} ({len(sites):,}): {of_sites(sites)}"
    elements = {
        "new single points of failure": (comparison.spofs_added, after),
        "no longer single points of failure": (comparison.spofs_removed, before),
    }
    for heading, (found, declared) in elements.items():
        if found:
            # A site and its only device are two elements, and one name is enough.
            names = dict.fromkeys(name_of(declared, each) for each in sorted(found))
            yield f"{heading} ({len(found):,}): {listed([*names], _MOST_NAMED)}"
    for name, sites in comparison.services_cut.items():
        others = sites - comparison.sites_cut
        if others:
            service = after.services[name].name
            yield f"{service} is lost, without being cut off, by: {of_sites(others)}"
    for name, sites in comparison.services_restored.items():
        yield f"{after.services[name].name} is back at: {of_sites(sites)}"


def _show_cut(screen: Console, comparison: Comparison, top: int) -> None:
    sites = comparison.after.inventory.sites
    cut = [sites[site] for site in comparison.sites_cut]
    if not cut:
        return
    cut.sort(key=lambda site: (site.priority, -site.people, site.id))
    services = comparison.after.inventory.services
    table = fitting(
        {"cut off": 0, "priority": -8, "people": -9, "loses": 0}, {"cut off", "loses"}
    )
    for site in cut[:top]:
        lost = [
            services[name].name
            for name, losing in comparison.services_cut.items()
            if site.id in losing
        ]
        table.add_row(site.name, str(site.priority), f"{site.people:,}", listed(lost))
    screen.print(table)
    show_more(screen, len(cut), top)


def _show_loads(screen: Console, comparison: Comparison, top: int) -> None:
    shifts = comparison.shifts
    if not shifts:
        return
    widths = {"link": 0, "from": 0, "before": -16, "after": -16}
    table = fitting(widths, widths)
    for shift in shifts[:top]:
        link, direction = shift.arc
        declared = comparison.after.inventory.links.get(link)
        declared = declared or comparison.before.inventory.links[link]
        tail = declared.a if direction == "ab" else declared.b
        table.add_row(link, tail.device, _carried(shift.before), _carried(shift.after))
    screen.print(table)
    show_more(screen, len(shifts), top)


def _show_worst(screen: Console, comparison: Comparison, top: int) -> None:
    found = comparison.worst_shifts
    if not found:
        screen.print("no single failure loads a link more or less than before")
        return
    widths = {
        "N-1: link": 0,
        "before": -6,
        "without": 0,
        "after": -6,
        "then without": 0,
    }
    table = fitting(widths, widths)
    for shift in found[:top]:
        cells = []
        for outlook, load in (
            (comparison.before, shift.before),
            (comparison.after, shift.after),
        ):
            used = None if load is None else load.utilisation
            failure = worst_failure(outlook, shift.arc)
            cells += ["?" if used is None else percent(used)]
            cells += ["" if failure is None else failure["id"]]
        link, direction = shift.arc
        table.add_row(f"{link} {direction}", *cells)
    screen.print(table)
    show_more(screen, len(found), top)


def _carried(load: ArcLoad | None) -> str:
    if load is None:
        return "not there"
    used = load.utilisation
    share = "?" if used is None else percent(used)
    return f"{rate(load.load)} {share:>6}"


def rate(bits: float) -> str:
    """Write bit/s for people, in three digits.

    Examples
    --------
    >>> rate(0.0), rate(117_000_000.0), rate(1_234_500_000.0)
    ('0', '117M', '1.23G')
    """
    for letter, factor in {"T": 1e12, "G": 1e9, "M": 1e6, "k": 1e3}.items():
        if bits >= factor * 0.9995:
            return f"{bits / factor:.3g}{letter}"
    return f"{bits:.3g}"


def percent(ratio: float) -> str:
    """Write a utilisation for people.

    Examples
    --------
    >>> percent(1.17), percent(0.001), percent(0.0)
    ('117 %', '<1 %', '0 %')
    """
    if 0 < ratio < 0.01:
        return "<1 %"
    return f"{100 * ratio:.0f} %"
