"""How far an inventory can be trusted: for programs, and in one sentence."""

from dataclasses import dataclass
from typing import TypedDict

from topology.analysis import Design
from topology.audit.checks import CHECKS, Check
from topology.audit.circuits import Circuits, Verdict, audit_circuits
from topology.audit.looks import Audited, Gap, Looked


class CheckReport(TypedDict):
    """One item of ``checks``: how many of what it looked at lack something."""

    check: str
    weight: int
    about: str
    lacking: str
    why: str
    checked: int
    gaps: int


class WorkReport(TypedDict):
    """One item of ``worklist``; ``sites`` and ``people`` are those it concerns."""

    check: str
    id: str
    kind: str
    what: str
    instead: str
    sites: int
    people: int


class PairReport(TypedDict):
    """Two of several circuits that share something next to the site."""

    circuits: list[str]
    shared: list[str]


class CircuitsReport(TypedDict):
    """One item of ``diversity``; see `topology.audit.circuits.Circuits`."""

    site: str
    verdict: str
    circuits: list[str]
    shared: list[str]
    hops: list[str]
    suppliers: list[str]
    supplier_cuts: list[str]
    pairs: list[PairReport]
    missing: list[str]


class AuditReport(TypedDict):
    """What ``bellrock audit --format json`` prints.

    ``score`` is 0 to 100, None for a network of which there is nothing to ask;
    ``discovery`` says whether links were compared with what discovery saw.
    """

    network: str
    score: float | None
    discovery: bool
    sentence: str
    checks: list[CheckReport]
    worklist: list[WorkReport]
    diversity: list[CircuitsReport]


@dataclass(frozen=True, slots=True)
class Seen:
    """What discovery told of the links it looked for, by id."""

    looked_for: frozenset[str]
    seen: frozenset[str]


def audit_report(design: Design, seen: Seen | None = None) -> AuditReport:
    """Report how far the inventory can be trusted, and what to find out first.

    Parameters
    ----------
    design : Design
        The declared network.
    seen : Seen, optional
        From discovery; without it whether links are there is not asked.

    Notes
    -----
    The score is the mean, over the checks that had something to look at, of the share
    that lacks nothing, weighted by the checks' weights, in per cent. The worklist is
    ordered by weight times people concerned, then by weight and sites.
    """
    circuits = audit_circuits(design)
    audited = Audited(
        design,
        circuits,
        None if seen is None else seen.looked_for - seen.seen,
        frozenset() if seen is None else seen.looked_for,
    )
    looked = [(check, check.look(audited)) for check in CHECKS]
    return AuditReport(
        network=design.inventory.id,
        score=_score(looked),
        discovery=seen is not None,
        sentence=_sentence(circuits, _score(looked)),
        checks=[_check(check, found) for check, found in looked],
        worklist=_worklist(audited, looked),
        diversity=[_circuits(each) for each in circuits],
    )


def _score(looked: list[tuple[Check, Looked]]) -> float | None:
    asked = [(check.weight, found) for check, found in looked if found.checked]
    if not asked:
        return None
    kept = sum(w * (1 - len(found.gaps) / found.checked) for w, found in asked)
    return round(100 * kept / sum(weight for weight, _ in asked), 1)


def _check(check: Check, found: Looked) -> CheckReport:
    return CheckReport(
        check=check.name,
        weight=check.weight,
        about=check.about,
        lacking=check.lacking,
        why=check.why,
        checked=found.checked,
        gaps=len(found.gaps),
    )


def _worklist(audited: Audited, looked: list[tuple[Check, Looked]]) -> list[WorkReport]:
    def order(item: tuple[int, WorkReport]) -> tuple[int, int, int, str]:
        weight, work = item
        return -weight * work["people"], -weight, -work["sites"], work["id"]

    found = [
        (check.weight, _work(audited, check, gap))
        for check, each in looked
        for gap in each.gaps
    ]
    return [work for _, work in sorted(found, key=order)]


def _work(audited: Audited, check: Check, gap: Gap) -> WorkReport:
    return WorkReport(
        check=check.name,
        id=gap.id,
        kind=gap.kind,
        what=gap.what,
        instead=gap.instead,
        sites=len(gap.sites),
        people=audited.people(gap.sites),
    )


def _circuits(each: Circuits) -> CircuitsReport:
    return CircuitsReport(
        site=each.site,
        verdict=each.verdict.value,
        circuits=list(each.circuits),
        shared=list(each.shared),
        hops=list(each.hops),
        suppliers=list(each.suppliers),
        supplier_cuts=list(each.supplier_cuts),
        pairs=[
            PairReport(circuits=list(pair.circuits), shared=list(pair.shared))
            for pair in each.pairs
        ],
        missing=list(each.missing),
    )


def _sentence(circuits: tuple[Circuits, ...], score: float | None) -> str:
    """Say how much of the diversity is proven, and how complete the rest is.

    Examples
    --------
    ``61 sites have two circuits or more: 12 diverse, 32 unproven, 17 that share
    something. The inventory says 81.3 % of what it should.``
    """
    if score is None:
        return "There is nothing in this network to ask about."
    counted = {v: sum(each.verdict is v for each in circuits) for v in Verdict}
    said = f"The inventory says {score:g} % of what it should."
    if not circuits:
        return f"No site has two circuits. {said}"
    have = "1 site has" if len(circuits) == 1 else f"{len(circuits):,} sites have"
    return (
        f"{have} two circuits or more: {counted[Verdict.DIVERSE]:,} diverse, "
        f"{counted[Verdict.UNPROVEN]:,} unproven, {counted[Verdict.SHARED]:,} that "
        f"share something. {said}"
    )
