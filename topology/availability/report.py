"""How much of the time sites and services are there: for programs."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TypedDict

import numpy as np

from bellrock.model.inventory import Service
from bellrock.model.reliability import HOUR, MINUTES_A_YEAR
from topology.availability.cutsets import CutSet, CutSets, Progress, cut_sets
from topology.availability.exact import Share, exact
from topology.availability.faults import Asked, Faults
from topology.availability.simulate import Estimate, simulate


class CutReport(TypedDict):
    """Elements that cut a site off together; ``own`` if one lies on its premises."""

    elements: list[str]
    minutes: float
    own: bool


class ExactReport(TypedDict):
    """Minutes a year between ``low`` and ``high``; ``exact`` if all but the same."""

    low: float
    high: float
    exact: bool


class SimulatedReport(TypedDict):
    """Minutes a year, with the interval that holds the true ones in 95 % of runs."""

    minutes: float
    low: float
    high: float


class SiteReport(TypedDict):
    """One user site.

    ``minutes`` a year is by cut sets of up to two elements, ``network`` the part of
    it that lies off the premises. ``missed`` goes by the best figure there is, and is
    null without a target. ``single`` and ``pairs`` count its cut sets.
    """

    id: str
    kind: str
    priority: int
    people: int
    reached: bool
    availability: float
    minutes: float
    network_minutes: float
    exact: ExactReport | None
    network_exact: ExactReport | None
    simulated: SimulatedReport | None
    target: float | None
    missed: bool | None
    single: int
    pairs: int
    cut_sets: list[CutReport]


class UserReport(TypedDict):
    """How many minutes a year a site is without a service."""

    id: str
    minutes: float
    exact: ExactReport | None


class ServiceReport(TypedDict):
    """One service: the mean over the user sites asked about, and each of them."""

    id: str
    name: str
    minutes: float | None
    sites: list[UserReport]


class RateReport(TypedDict):
    """How reliable an element is taken to be, and where that comes from."""

    id: str
    kind: str
    mtbf_hours: float
    mttr_hours: float
    source: str


class AvailabilityReport(TypedDict):
    """What ``bellrock availability --format json`` prints.

    Sites are listed worst first. ``down`` is what was taken to be down all along, and
    empty where everything was up to begin with; sites among it are not listed.
    ``order`` is the largest size of cut sets that ``minutes`` knows of.
    """

    network: str
    down: list[str]
    order: int
    trials: int
    cut_off: list[str]
    missed: list[str]
    sites: list[SiteReport]
    services: list[ServiceReport]
    rates: list[RateReport]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for.

    Attributes
    ----------
    sites : collection of str
        User sites to report; all if empty.
    exact : bool
        Whether to sum disjoint cases, too.
    trials : int
        States to draw at random, too; 0 for none.
    """

    sites: Collection[str] = ()
    exact: bool = False
    trials: int = 0
    seed: int = 0


Roots = tuple[tuple[int, ...], ...]

Step = Callable[[str], Progress]
"""Told what begins; returns who is told how far it is."""


def availability_report(
    faults: Faults, wanted: Wanted, step: Step = lambda _: _silent
) -> AvailabilityReport:
    """Report how much of the time user sites reach a gateway, and have services."""
    return _Writer(faults, wanted, step).report()


def _silent(done: int, total: int) -> None:
    """Take no notice."""


class _Writer:
    def __init__(self, faults: Faults, wanted: Wanted, step: Step) -> None:
        self.faults = faults
        self.wanted = wanted
        self.step = step
        self._sets: dict[Roots, CutSets] = {}
        self._exact: dict[tuple[Roots, int, bool], Share] = {}

    def report(self) -> AvailabilityReport:
        """Write it all."""
        faults, ids = self.faults, self.faults.network.ids
        gateways = self._cut_sets(faults.of_gateways(), "cut sets")
        chosen = [site for site in gateways.asked.sites if self._is_wanted(site)]
        drawn: dict[int, Estimate] = {}
        if self.wanted.trials:
            progress = self.step("random states")
            drawn = simulate(
                gateways.asked, self.wanted.trials, self.wanted.seed, progress
            )
        progress = self.step("exact" if self.wanted.exact else "sites")
        sites = []
        for done, site in enumerate(chosen, start=1):
            sites.append(self._site(gateways, site, drawn.get(site)))
            progress(done, len(chosen))
        sites.sort(key=lambda row: (-row["minutes"], row["id"]))
        services = faults.inventory.services.values()
        return AvailabilityReport(
            network=faults.inventory.id,
            down=sorted(faults.gone),
            order=2,
            trials=self.wanted.trials,
            cut_off=sorted(row["id"] for row in sites if not row["reached"]),
            missed=sorted(row["id"] for row in sites if row["missed"]),
            sites=sites,
            services=[self._service(service) for service in services],
            rates=[
                RateReport(
                    id=element,
                    kind=faults.network.kind(number).value,
                    mtbf_hours=faults.rates[element].mtbf / HOUR,
                    mttr_hours=faults.rates[element].mttr / HOUR,
                    source=faults.rates[element].source,
                )
                for number, element in enumerate(ids)
            ],
        )

    def _is_wanted(self, site: int) -> bool:
        chosen = self.wanted.sites
        return not chosen or self.faults.arrays.sites[site] in chosen

    def _cut_sets(self, asked: Asked, what: str) -> CutSets:
        """Return the cut sets of a question; the same roots and sites asked once."""
        roots = _roots(asked)
        known = self._sets.get(roots)
        if known is None or (asked.wanted & ~known.asked.wanted).any():
            known = self._sets[roots] = cut_sets(asked, self.step(what))
        return known

    def _exactly(self, sets: CutSets, site: int, outside: bool) -> Share | None:
        if not self.wanted.exact:
            return None
        key = _roots(sets.asked), site, outside
        if key not in self._exact:
            self._exact[key] = exact(sets, site, outside=outside)
        return self._exact[key]

    def _site(self, sets: CutSets, site: int, drawn: Estimate | None) -> SiteReport:
        faults = self.faults
        told = faults.inventory.sites[faults.arrays.sites[site]]
        whole = self._exactly(sets, site, outside=False)
        best = float(sets.whole[site]) if whole is None else whole.low
        target = faults.inventory.targets.of(told.kind, told.priority)
        return SiteReport(
            id=told.id,
            kind=told.kind,
            priority=told.priority,
            people=told.people,
            reached=bool(sets.asked.question.asked[site]),
            availability=1.0 - best,
            minutes=float(sets.whole[site]) * MINUTES_A_YEAR,
            network_minutes=float(sets.outside[site]) * MINUTES_A_YEAR,
            exact=_exact(whole),
            network_exact=_exact(self._exactly(sets, site, outside=True)),
            simulated=_simulated(drawn),
            target=target,
            missed=None if target is None else best > 1.0 - target,
            single=len(sets.single[site]),
            pairs=int(sets.sums.pairs[site]),
            cut_sets=[self._cut(site, cut) for cut in sets.worst(site)],
        )

    def _cut(self, site: int, cut: CutSet) -> CutReport:
        network = self.faults.network
        return CutReport(
            elements=[network.ids[element] for element in cut.elements],
            minutes=cut.down * MINUTES_A_YEAR,
            own=any(network.premises[element] == site for element in cut.elements),
        )

    def _service(self, service: Service) -> ServiceReport:
        asked = self.faults.of_service(service)
        sets = self._cut_sets(asked, f"service {service.id}")
        chosen = [site for site in asked.sites if self._is_wanted(site)]
        users = [
            UserReport(
                id=self.faults.arrays.sites[site],
                minutes=float(sets.whole[site]) * MINUTES_A_YEAR,
                exact=_exact(self._exactly(sets, site, outside=False)),
            )
            for site in chosen
        ]
        users.sort(key=lambda row: (-row["minutes"], row["id"]))
        mean = float(np.mean([row["minutes"] for row in users])) if users else None
        return ServiceReport(
            id=service.id, name=service.name, minutes=mean, sites=users
        )


def _roots(asked: Asked) -> Roots:
    """Return where a way must lead to: what the answer for a site depends on."""
    rows = range(len(asked.roots.start) - 1)
    return tuple(tuple(sorted(asked.roots[row].tolist())) for row in rows)


def _exact(share: Share | None) -> ExactReport | None:
    if share is None:
        return None
    low, high = share.low * MINUTES_A_YEAR, share.high * MINUTES_A_YEAR
    return ExactReport(low=low, high=high, exact=share.exact)


def _simulated(drawn: Estimate | None) -> SimulatedReport | None:
    if drawn is None:
        return None
    share, low, high = (
        x * MINUTES_A_YEAR for x in (drawn.share, drawn.low, drawn.high)
    )
    return SimulatedReport(minutes=share, low=low, high=high)
