"""Traced paths and what follows from them, as metric families."""

from collections.abc import Iterable, Mapping

from bellrock.export.exposition import LabelValues, Numbers
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from bellrock.model.route import Route
from bellrock.runtime.current import Current
from bellrock.runtime.path_analysis import Findings, Traced

MOST_BRANCHES = 8
"""Branches of one target that are written out; how many there are is told anyway."""

MOST_SHARED = 20
"""Things that the ways to one site share which are told one by one."""

_METRICS: tuple[Metric, ...] = (
    catalogue.PATH_REACHED,
    catalogue.PATH_HOPS,
    catalogue.PATH_BRANCHES,
    catalogue.PATH_INFO,
    catalogue.PATH_MTU,
    catalogue.PATH_MTU_LEAST,
    catalogue.PATH_BLACK_HOLE,
    catalogue.PATH_CHANGES,
    catalogue.PATH_AS_ROUTED,
    catalogue.SITE_PATHS_DIVERSE,
    catalogue.SITE_PATHS_SHARED,
    catalogue.SITE_PATHS_UNKNOWN,
)
_OF_A_WAY = (
    catalogue.PATH_HOPS,
    catalogue.PATH_BRANCHES,
    catalogue.PATH_MTU,
    catalogue.PATH_BLACK_HOLE,
)


class PathSeries:
    """The families of what traces find.

    Attributes
    ----------
    families : mapping of Metric to Numbers
        All of them.
    """

    def __init__(self, inventory: Inventory) -> None:
        self.families: Mapping[Metric, Numbers] = {m: Numbers(m) for m in _METRICS}
        self._inventory = inventory

    def keep(self, current: Current) -> None:
        """Do nothing yet: traces go on until their schedule has changed as well."""

    def adopt(self, inventory: Inventory) -> None:
        """Go on with another inventory."""
        self._inventory = inventory

    def expect(self, traced: Iterable[Traced], least_mtu: int | None) -> None:
        """Begin counts at 0, and drop whatever is not traced any more.

        Parameters
        ----------
        least_mtu : int or None
            Bytes; None while nothing is traced.
        """
        self.families[catalogue.PATH_MTU_LEAST].replace(
            [] if least_mtu is None else [((), float(least_mtu))]
        )
        wanted = {self._labels(each) for each in traced}
        for metric in _METRICS:
            if "link" in metric.labels:
                self.families[metric].keep(lambda labels: labels[:3] in wanted)
        for labels in wanted:
            self.families[catalogue.PATH_CHANGES].add(labels, 0)

    def set_route(self, traced: Traced, now: Route, known: Route | None) -> None:
        """Take over a trace.

        Parameters
        ----------
        now, known : Route
            The trace, and what counts as the way by now. One that did not reach its
            target leaves only that to tell.
        """
        labels = self._labels(traced)
        self.families[catalogue.PATH_REACHED].set(labels, float(now.reached))
        holes = {flow.black_hole for flow in now.flows if flow.mtu_source is not None}
        values: dict[Metric, float | None] = dict.fromkeys(_OF_A_WAY)
        if now.reached and known is not None:
            values = {
                catalogue.PATH_HOPS: known.length,
                catalogue.PATH_BRANCHES: len(_reaching(known)),
                catalogue.PATH_MTU: now.mtu,
                catalogue.PATH_BLACK_HOLE: max(holes, default=None),
            }
        for metric, value in values.items():
            if value is None:
                self.families[metric].drop(labels)
            else:
                self.families[metric].set(labels, float(value))

    def changed(self, traced: Traced) -> None:
        """Count a change."""
        self.families[catalogue.PATH_CHANGES].add(self._labels(traced))

    def set_findings(self, found: Findings) -> None:
        """Take over what the traces of all targets mean together."""
        self.families[catalogue.PATH_INFO].replace(
            ((*self._labels(traced), str(number), way), 1)
            for traced, ways in found.ways.items()
            for number, way in enumerate(ways[:MOST_BRANCHES], 1)
        )
        devices = self._inventory.devices
        self.families[catalogue.PATH_AS_ROUTED].replace(
            ((device, devices[device].site), float(agrees))
            for device, agrees in found.as_routed.items()
        )
        told = found.diversity.values()
        self.families[catalogue.SITE_PATHS_DIVERSE].replace(
            (self._site_labels(each.site), float(each.diverse))
            for each in told
            if each.diverse is not None
        )
        self.families[catalogue.SITE_PATHS_SHARED].replace(
            ((each.site, element, kind), 1)
            for each in told
            for kind, element in each.shared[:MOST_SHARED]
        )
        self.families[catalogue.SITE_PATHS_UNKNOWN].replace(
            ((each.site, why.value), 1) for each in told for why in each.doubts
        )

    def _labels(self, traced: Traced) -> LabelValues:
        return traced.device, self._inventory.devices[traced.device].site, traced.link

    def _site_labels(self, name: str) -> LabelValues:
        site = self._inventory.sites[name]
        return site.id, site.organisation or "", site.kind, str(site.priority)


def _reaching(route: Route) -> list[object]:
    return [b for b in route.branches if any(flow.reached for flow in b.flows)]
