"""Two outlooks side by side: who loses, who gains, and which links carry more."""

from collections.abc import Mapping
from functools import cached_property

from topology.planning.loading import Shift, shifts
from topology.planning.outlook import Outlook


class Comparison:
    """What lies between two outlooks; each answer is worked out once, when asked for.

    Sites, elements and services are told by their ids, so that the two may be of one
    inventory in two states or of two inventories. Sets speak of what is declared in
    both, or only in the one after.
    """

    def __init__(self, before: Outlook, after: Outlook) -> None:
        self.before = before
        self.after = after

    @cached_property
    def sites_cut(self) -> frozenset[str]:
        """User sites cut off after that were not before."""
        return self.after.cut_off - self.before.cut_off

    @cached_property
    def sites_restored(self) -> frozenset[str]:
        """User sites cut off before that reach a gateway after."""
        levels = self.after.levels
        return frozenset(s for s in self.before.cut_off if levels.get(s, 0) > 0)

    @cached_property
    def services_cut(self) -> Mapping[str, frozenset[str]]:
        """By service that some user site loses, those sites."""
        return _more(self.before.lacking, self.after.lacking)

    @cached_property
    def services_restored(self) -> Mapping[str, frozenset[str]]:
        """By service that some user site gets back, those sites."""
        back = _more(self.after.lacking, self.before.lacking)
        services = self.after.inventory.services
        closed = self.after.closed
        using = {
            name: sites & services[name].used_by - closed
            for name, sites in back.items()
            if name in services
        }
        return {name: sites for name, sites in using.items() if sites}

    @property
    def people_cut(self) -> int:
        """People whom `sites_cut` serve."""
        sites = self.after.inventory.sites
        return sum(sites[site].people for site in self.sites_cut)

    @property
    def people_restored(self) -> int:
        """People whom `sites_restored` serve."""
        sites = self.after.inventory.sites
        return sum(sites[site].people for site in self.sites_restored)

    @cached_property
    def redundancy_lost(self) -> frozenset[str]:
        """User sites of both with less redundancy than before."""
        before = self.before.levels
        levels = self.after.levels.items()
        return frozenset(site for site, n in levels if n < before.get(site, 0))

    @cached_property
    def redundancy_gained(self) -> frozenset[str]:
        """User sites of both with more redundancy than before."""
        before = self.before.levels
        levels = self.after.levels.items()
        return frozenset(site for site, n in levels if n > before.get(site, 2))

    @cached_property
    def spofs_added(self) -> frozenset[str]:
        """Elements that would cut a user site off now, and did not before."""
        return self.after.spofs - self.before.spofs

    @cached_property
    def spofs_removed(self) -> frozenset[str]:
        """Elements that do not any more, be it because they are down or gone."""
        return self.before.spofs - self.after.spofs

    @cached_property
    def falsely_diverse_added(self) -> frozenset[str]:
        """User sites that only seem to have two paths now."""
        after, before = self.after.redundancy, self.before.redundancy
        return after.false_diversity - before.false_diversity

    @cached_property
    def falsely_diverse_removed(self) -> frozenset[str]:
        """User sites of both that did before: they have two, or no longer seem to."""
        after, before = self.after.redundancy, self.before.redundancy
        gone = before.false_diversity - after.false_diversity
        return gone & self.after.levels.keys()

    @cached_property
    def shifts(self) -> tuple[Shift, ...]:
        """Arcs that carry another load, those whose utilisation changes most first."""
        return shifts(self.before.loading, self.after.loading)

    @cached_property
    def worst_shifts(self) -> tuple[Shift, ...]:
        """The same for the most that they carry after any single failure (N-1)."""
        return shifts(self.before.worst_loading, self.after.worst_loading)

    @property
    def changes_something(self) -> bool:
        """Whether anything that is compared differs."""
        return bool(
            self.sites_cut
            or self.sites_restored
            or self.services_cut
            or self.services_restored
            or self.redundancy_lost
            or self.redundancy_gained
            or self.spofs_added
            or self.spofs_removed
            or self.falsely_diverse_added
            or self.falsely_diverse_removed
            or self.shifts
            or self.before.over != self.after.over
        )


def _more(
    one: Mapping[str, frozenset[str]], other: Mapping[str, frozenset[str]]
) -> dict[str, frozenset[str]]:
    """Return what `other` has more than `one`, by name."""
    nothing: frozenset[str] = frozenset()
    found = {name: sites - one.get(name, nothing) for name, sites in other.items()}
    return {name: sites for name, sites in found.items() if sites}
