"""Before and after, for programs: what ``bellrock whatif`` and ``diff`` print."""

from typing import NotRequired, TypedDict

from topology.planning.comparison import Comparison
from topology.planning.loading import ArcLoad, Shift
from topology.planning.outlook import Outlook
from topology.routing import Arc


class BusyLink(TypedDict):
    """One direction of a link, and its load by its capacity."""

    id: str
    direction: str
    utilisation: float


class Summary(TypedDict):
    """One outlook in numbers.

    ``cut_off`` counts the sites at redundancy 0 but for those that are down
    themselves; ``false_diversity`` the sites that only seem to have two paths;
    ``without_service`` the sites that use each service and do not have it.
    ``demand`` and ``unrouted`` are bit/s, ``busiest`` is None where no load has a
    known capacity.
    """

    sites: int
    cut_off: int
    redundancy: dict[str, int]
    two_paths: int
    false_diversity: int
    own_equipment: dict[str, int]
    spofs: int
    without_service: dict[str, int]
    demand: float
    unrouted: float
    overloaded: int
    busiest: BusyLink | None


class LoadChange(TypedDict):
    """One direction of a link that carries more or less; None where it is not there."""

    id: str
    direction: str
    load_before: float | None
    load_after: float | None
    utilisation_before: float | None
    utilisation_after: float | None


class Failure(TypedDict):
    """An element whose failure is the worst for something."""

    kind: str
    id: str


class WorstLink(BusyLink):
    """One direction of a link after the single failure that is worst for it."""

    failure: Failure | None


class WorstSummary(TypedDict):
    """The next single failure in numbers: links over 100 %, demand without a way."""

    overloaded: int
    unrouted: float
    unrouted_failure: Failure | None
    worst: WorstLink | None


class WorstChange(LoadChange):
    """As a change of load, at the worst single failure before and after.

    A failure is None where none makes it worse than it is, or the link is not there.
    """

    failure_before: Failure | None
    failure_after: Failure | None


class WorstReport(TypedDict):
    """What single failures do on top of it (N-1)."""

    before: WorstSummary
    after: WorstSummary
    load_changes: list[WorstChange]


class ComparisonReport(TypedDict):
    """What changes from one network to the other; ids in alphabetical order.

    ``sites_down`` are those that are down as a whole, and so in no other list but
    ``redundancy_lost``. ``links_over`` are all that carry more than they can after,
    worst first; ``load_changes`` begin with the greatest change of utilisation.
    """

    before: Summary
    after: Summary
    sites_down: list[str]
    sites_cut: list[str]
    sites_restored: list[str]
    services_cut: list[str]
    services_restored: list[str]
    people_cut: int
    people_restored: int
    links_over: list[BusyLink]
    redundancy_lost: list[str]
    redundancy_gained: list[str]
    false_diversity_added: list[str]
    false_diversity_removed: list[str]
    spofs_added: list[str]
    spofs_removed: list[str]
    load_changes: list[LoadChange]
    n1: NotRequired[WorstReport]


def report(comparison: Comparison, *, worst: bool = False) -> ComparisonReport:
    """Return all that `comparison` has to say, of the worst cases only if asked to."""
    found = _report(comparison)
    if worst:
        found["n1"] = worst_report(comparison)
    return found


def worst_report(comparison: Comparison) -> WorstReport:
    """Return what single failures do before and after."""
    before, after = comparison.before, comparison.after
    return WorstReport(
        before=worst_summary(before),
        after=worst_summary(after),
        load_changes=[
            WorstChange(
                **_change(shift),
                failure_before=worst_failure(before, shift.arc),
                failure_after=worst_failure(after, shift.arc),
            )
            for shift in comparison.worst_shifts
        ],
    )


def worst_summary(outlook: Outlook) -> WorstSummary:
    """Return the next single failure in numbers."""
    found, loading = outlook.worst, outlook.worst_loading
    worst, arc = None, loading.busiest
    if arc >= 0:
        link, direction = loading.arc(arc)
        worst = WorstLink(
            id=link,
            direction=direction,
            utilisation=float(loading.utilisation[arc]),
            failure=worst_failure(outlook, (link, direction)),
        )
    return WorstSummary(
        overloaded=found.overloaded,
        unrouted=found.worst_unrouted,
        unrouted_failure=_failure(outlook, found.worst_unrouted_failure),
        worst=worst,
    )


def worst_failure(outlook: Outlook, arc: Arc) -> Failure | None:
    """Return what makes an arc carry the most; None if nothing makes it carry more."""
    number = outlook.worst_loading.number(arc)
    if number < 0:
        return None
    return _failure(outlook, int(outlook.worst.worst_failure[number]))


def _failure(outlook: Outlook, number: int) -> Failure | None:
    named = outlook.worst.name(number)
    return None if named is None else Failure(kind=named[0].value, id=named[1])


def _report(comparison: Comparison) -> ComparisonReport:
    return ComparisonReport(
        before=summary(comparison.before),
        after=summary(comparison.after),
        sites_down=sorted(comparison.after.closed & comparison.after.levels.keys()),
        sites_cut=sorted(comparison.sites_cut),
        sites_restored=sorted(comparison.sites_restored),
        services_cut=sorted(comparison.services_cut),
        services_restored=sorted(comparison.services_restored),
        people_cut=comparison.people_cut,
        people_restored=comparison.people_restored,
        links_over=[
            BusyLink(id=link, direction=direction, utilisation=ratio)
            for (link, direction), ratio in comparison.after.over.items()
        ],
        redundancy_lost=sorted(comparison.redundancy_lost),
        redundancy_gained=sorted(comparison.redundancy_gained),
        false_diversity_added=sorted(comparison.falsely_diverse_added),
        false_diversity_removed=sorted(comparison.falsely_diverse_removed),
        spofs_added=sorted(comparison.spofs_added),
        spofs_removed=sorted(comparison.spofs_removed),
        load_changes=[_change(shift) for shift in comparison.shifts],
    )


def summary(outlook: Outlook) -> Summary:
    """Return `outlook` in numbers."""
    found = outlook.redundancy
    sites = sum(found.count.values())
    single = len(found.single_equipment)
    return Summary(
        sites=sites,
        cut_off=len(outlook.cut_off),
        redundancy={str(level): n for level, n in found.count.items()},
        two_paths=found.two_paths,
        false_diversity=len(found.false_diversity),
        own_equipment={"single": single, "dual": sites - single},
        spofs=len(outlook.spofs),
        without_service={name: len(sites) for name, sites in outlook.lacking.items()},
        demand=outlook.demand,
        unrouted=outlook.unrouted,
        overloaded=len(outlook.over),
        busiest=_busiest(outlook),
    )


def _busiest(outlook: Outlook) -> BusyLink | None:
    loading = outlook.loading
    arc = loading.busiest
    if arc < 0:
        return None
    link, direction = loading.arc(arc)
    ratio = float(loading.utilisation[arc])
    return BusyLink(id=link, direction=direction, utilisation=ratio)


def _change(shift: Shift) -> LoadChange:
    link, direction = shift.arc
    before, after = _figures(shift.before), _figures(shift.after)
    return LoadChange(
        id=link,
        direction=direction,
        load_before=before[0],
        load_after=after[0],
        utilisation_before=before[1],
        utilisation_after=after[1],
    )


def _figures(load: ArcLoad | None) -> tuple[float | None, float | None]:
    return (None, None) if load is None else (load.load, load.utilisation)
