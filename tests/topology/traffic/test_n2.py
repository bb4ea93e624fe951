"""Two failures at once against failing both and routing everything again."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Demand, Inventory
from tests.topology.traffic.networks import (
    TAPE,
    by_definition,
    from_tape,
    network,
    wire,
)
from topology.arrays import Arrays
from topology.traffic.demands import Demands
from topology.traffic.n2 import Field, chunks, n2, survey
from topology.traffic.report import n2_report
from topology.traffic.study import Study


def near(value: object) -> object:
    return pytest.approx(value, rel=1e-9, abs=1e-9)


def studied(inventory: Inventory, down: frozenset[str] = frozenset()) -> Study:
    return Study.of(Arrays.of(inventory), Demands.of(inventory), down)


def test_every_single_failure_and_every_pair_is_there_once() -> None:
    for count in range(9):
        alone = np.zeros(count)
        field = Field(np.arange(count, dtype=np.int32), alone, alone)
        wanted = [(e, e) for e in range(count)] + list(combinations(range(count), 2))
        assert [tuple(p) for p in field.places(0, len(field)).tolist()] == wanted
        pieces = [p for ends in chunks(field, 4) for p in field.places(*ends).tolist()]
        assert [tuple(p) for p in pieces] == wanted


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=TAPE), st.booleans())
def test_the_worst_is_the_worst_of_all_pairs(tape: bytes, links_only: bool) -> None:
    inventory, down = from_tape(tape)
    study = studied(inventory, down)
    field = Field.of(study, links_only=links_only)
    found = n2(study, field, most=1000)
    ids = [study.elements.ids[e] for e in field.elements]
    assert links_only <= inventory.links.keys().__ge__(set(ids))
    singles = {frozenset([e]): by_definition(inventory, down | {e}) for e in ids}
    pairs = {
        frozenset(pair): by_definition(inventory, down | set(pair))
        for pair in combinations(ids, 2)
    }
    after = singles | pairs
    assert found.failures == len(after)
    report = n2_report(study, found)
    base, lost = by_definition(inventory, down)
    for arc, link in enumerate(report["links"]):
        worst = max([base[arc], *(load[arc] for load, _ in after.values())])
        assert link["worst_load"] == near(worst)
        causes = frozenset(each["id"] for each in link["worst_failures"])
        assert (after[causes][0] if causes else base)[arc] == near(worst)
    rates = [rate for _, rate in after.values()]
    most = report["worst_unrouted"]
    assert (most["rate"] if most else lost) == near(max([lost, *rates]))
    worse = {
        pair: rate
        for pair, (_, rate) in pairs.items()
        if rate > max(singles[frozenset([e])][1] for e in pair) * (1 + 1e-9) + 1e-9
    }
    told = {
        frozenset(f["id"] for f in pair["failures"]): pair["unrouted"]
        for pair in report["pairs_by_unrouted"]
    }
    assert told == near(worse)
    assert list(told.values()) == sorted(told.values(), reverse=True)


RING = network(
    *(wire("ab", "a", "b"), wire("bc", "b", "c"), wire("ca", "c", "a", 50, 50)),
    demands=(Demand("a", "b", 6.0),),
)


def test_a_pair_that_is_worse_than_either_alone_is_told() -> None:
    links = {
        name: replace(link, capacity_ab=3.0, capacity_ba=3.0)
        for name, link in RING.links.items()
    }
    report = n2_report(
        study := studied(replace(RING, links=links)), n2(study, Field.of(study))
    )
    (pair, other) = report["pairs_by_unrouted"]
    assert [each["id"] for each in pair["failures"]] == ["ab", "bc"]
    assert [each["id"] for each in other["failures"]] == ["ab", "ca"]
    assert pair["unrouted"] == 6.0
    assert report["pairs_by_utilisation"] == []
    assert report["failures"] == 6


def test_where_it_is_cut_makes_no_difference() -> None:
    study = studied(RING)
    field = Field.of(study)
    whole = survey(study, field, 0, len(field), 5)
    for size in (1, 2, 5):
        joined = survey(study, field, 0, 0, 5)
        for start, stop in chunks(field, size):
            joined = joined.with_later(survey(study, field, start, stop, 5))
        assert n2_report(study, joined) == n2_report(study, whole)


def test_progress_ends_with_all_of_them() -> None:
    study = studied(RING)
    told: list[int] = []
    n2(study, Field.of(study), progress=told.append)
    assert told == [6]


def test_without_links_there_are_no_failures() -> None:
    study = studied(Inventory("e", "e", {}, {}, {}, {}, frozenset()))
    assert n2(study, Field.of(study)).failures == 0
