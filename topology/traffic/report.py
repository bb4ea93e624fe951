"""Loads and worst cases for programs: the shapes that the command line writes."""

from collections.abc import Iterable, Iterator
from typing import TypedDict

import numpy as np

from topology.arrays import Arrays, Floats
from topology.kernels.sweep import FULL, NONE
from topology.traffic.loads import Loads
from topology.traffic.n1 import WorstCases
from topology.traffic.n2 import Ranked, Survey
from topology.traffic.study import Study


class Failure(TypedDict):
    """An element that fails."""

    kind: str
    id: str


class LinkLoad(TypedDict):
    """One direction of a link; capacity and utilisation None if not declared."""

    id: str
    direction: str
    capacity: float | None
    load: float
    utilisation: float | None


class LoadReport(TypedDict):
    """What ``bellrock load --format json`` prints."""

    links: list[LinkLoad]
    unrouted: float
    overloaded: int


class WorstLoad(LinkLoad):
    """One direction of a link in N-1."""

    worst_load: float
    worst_utilisation: float | None
    worst_failure: Failure | None


class Unrouted(Failure):
    """The failure after which most has no way, bit/s."""

    rate: float


class N1Report(TypedDict):
    """What ``bellrock n1 --format json`` prints; `overloaded` is at the worst."""

    links: list[WorstLoad]
    failures: int
    overloaded: int
    worst_unrouted: Unrouted | None
    unrouted: float


class WorstOfTwo(LinkLoad):
    """One direction of a link in N-2: one failure or two cause the worst, or none."""

    worst_load: float
    worst_utilisation: float | None
    worst_failures: list[Failure]


class Pair(TypedDict):
    """Two elements that fail together, and which link is fullest then."""

    failures: list[Failure]
    utilisation: float | None
    id: str | None
    direction: str | None
    overloaded: int
    unrouted: float


class UnroutedByTwo(TypedDict):
    """The failures after which most has no way, bit/s."""

    failures: list[Failure]
    rate: float


class N2Report(TypedDict):
    """What ``bellrock n2 --format json`` prints."""

    links: list[WorstOfTwo]
    failures: int
    overloaded: int
    worst_unrouted: UnroutedByTwo | None
    unrouted: float
    pairs_by_utilisation: list[Pair]
    pairs_by_unrouted: list[Pair]


def load_report(arrays: Arrays, found: Loads) -> LoadReport:
    """Report the loads of every link, in the order of the inventory."""
    return LoadReport(
        links=list(_links(arrays, found.load)),
        unrouted=found.unrouted,
        overloaded=overloaded(arrays, found.load),
    )


def n1_report(found: WorstCases) -> N1Report:
    """Report the worst cases of every link, in the order of the inventory."""
    worst = _links(found.arrays, found.worst_load)
    failure = found.name(found.worst_unrouted_failure)
    return N1Report(
        links=[
            WorstLoad(
                **link,
                worst_load=at_worst["load"],
                worst_utilisation=at_worst["utilisation"],
                worst_failure=None
                if cause is None
                else Failure(kind=cause[0].value, id=cause[1]),
            )
            for link, at_worst, cause in zip(
                _links(found.arrays, found.base.load),
                worst,
                map(found.name, found.worst_failure.tolist()),
                strict=True,
            )
        ],
        failures=found.failures,
        overloaded=found.overloaded,
        worst_unrouted=None
        if failure is None
        else Unrouted(kind=failure[0].value, id=failure[1], rate=found.worst_unrouted),
        unrouted=found.base.unrouted,
    )


def n2_report(study: Study, found: Survey) -> N2Report:
    """Report the worst cases of two failures, links in the order of the inventory."""
    arrays = study.arrays
    worst = _links(arrays, found.worst_load)
    cut = _failures(study, found.worst_lost_failure.tolist())
    return N2Report(
        links=[
            WorstOfTwo(
                **link,
                worst_load=at_worst["load"],
                worst_utilisation=at_worst["utilisation"],
                worst_failures=_failures(study, causes),
            )
            for link, at_worst, causes in zip(
                _links(arrays, study.base.load),
                worst,
                found.worst_failure.tolist(),
                strict=True,
            )
        ],
        failures=found.failures,
        overloaded=overloaded(arrays, found.worst_load),
        worst_unrouted=None
        if not cut
        else UnroutedByTwo(failures=cut, rate=study.base.unrouted + found.worst_lost),
        unrouted=study.base.unrouted,
        pairs_by_utilisation=_pairs(study, found.fullest),
        pairs_by_unrouted=_pairs(study, found.cut),
    )


def overloaded(arrays: Arrays, load: Floats) -> int:
    """Return how many arcs of known capacity are over 100 %."""
    return int((load / arrays.circuits.capacity > FULL).sum())


def _links(arrays: Arrays, load: Floats) -> Iterator[LinkLoad]:
    capacity = arrays.circuits.capacity
    used = load / capacity
    for arc, (most, carried, share) in enumerate(
        zip(capacity.tolist(), load.tolist(), used.tolist(), strict=True)
    ):
        known = not np.isnan(most)
        yield LinkLoad(
            id=arrays.links[arc // 2],
            direction=direction(arc),
            capacity=most if known else None,
            load=carried,
            utilisation=share if known else None,
        )


def direction(arc: int) -> str:
    """Return the direction of an arc."""
    return ("ab", "ba")[arc % 2]


def _failures(study: Study, elements: Iterable[int]) -> list[Failure]:
    kinds, ids = study.elements.kinds, study.elements.ids
    different = dict.fromkeys(e for e in elements if e != NONE)
    return [Failure(kind=kinds[e].value, id=ids[e]) for e in different]


def _pairs(study: Study, ranked: Ranked) -> list[Pair]:
    return [
        Pair(
            failures=_failures(study, failure),
            utilisation=None if arc == NONE else peak,
            id=None if arc == NONE else study.arrays.links[arc // 2],
            direction=None if arc == NONE else direction(arc),
            overloaded=over,
            unrouted=unrouted,
        )
        for failure, peak, arc, over, unrouted in zip(
            ranked.failure.tolist(),
            ranked.peak.tolist(),
            ranked.peak_arc.tolist(),
            ranked.over.tolist(),
            ranked.unrouted.tolist(),
            strict=True,
        )
    ]
