"""Pairs of failures are those that removing both and looking finds."""

import random
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Inventory
from tests.topology import definition
from tests.topology.networks import TAPE, from_tape, network
from topology.network import Network
from topology.pairs import CuttingPairs, cutting_pairs_of, urgent
from topology.reach import Standing

_RANK = ("site", "risk_group", "link", "device")


def by_definition(net: Inventory, down: set[str], site: str) -> set[tuple[str, str]]:
    """Look with each pair removed; keep the shortest list."""
    told: dict[frozenset[str], tuple[str, str]] = {}
    for element, kind, members in definition.elements(net):
        if not members or definition.on_premises(net, element, kind, site):
            continue
        known = told.setdefault(frozenset(members), (element, kind))
        if _RANK.index(kind) < _RANK.index(known[1]):
            told[frozenset(members)] = (element, kind)

    def cuts(*parts: frozenset[str]) -> bool:
        return site not in definition.reached(net, down.union(*parts))

    survived = [members for members in told if not cuts(members)]
    pairs = [p for p in combinations(survived, 2) if cuts(*p)]
    if cuts():
        pairs = []
    both = {p for pair in pairs for p in (pair, pair[::-1])}
    return {
        (min(names), max(names))
        for one, other in pairs
        if not any(
            (part < one and rest == other) or (part < other and rest == one)
            for part, rest in both
        )
        for names in [(told[one][0], told[other][0])]
    }


def found_in(net: Inventory, down: set[str]) -> CuttingPairs:
    found = Network.of(net)
    return cutting_pairs_of(Standing.of(found, found.down(down)), found.user)


def check(net: Inventory, down: set[str]) -> int:
    found = found_in(net, down)
    assert found.unfinished == ()
    assert found.by_site.keys() == definition.user_sites(net)
    for site, pairs in found.by_site.items():
        assert set(pairs) == by_definition(net, down, site)
    assert {(p.elements, s) for p in found.pairs for s in p.sites_cut} == {
        (pair, site) for site, pairs in found.by_site.items() for pair in pairs
    }
    return sum(len(pairs) for pairs in found.by_site.values())


@pytest.mark.parametrize("seed", range(4))
def test_random_multigraphs(seed: int) -> None:
    rng = random.Random(seed)
    pairs = 0
    for _ in range(300):
        net, state = from_tape(rng.randbytes(TAPE))
        pairs += check(net, set(state.down))
    assert pairs > 20


@settings(max_examples=60, deadline=None, database=None)
@given(st.binary(min_size=TAPE, max_size=TAPE))
def test_multigraphs_that_hypothesis_thinks_of(tape: bytes) -> None:
    net, state = from_tape(tape)
    check(net, set(state.down))


RING = network(
    {"gw": "dc", **{f"p{n}": f"ex{n}" for n in range(6)}, "cpe": "school"},
    {
        "gw0": ("gw", "p0"),
        "gw5": ("gw", "p5"),
        **{f"l{n}": (f"p{n}", f"p{n + 1}") for n in range(5)},
        "t1": ("cpe", "p2"),
        "t2": ("cpe", "p3"),
    },
    ["gw"],
    groups={"half": ("power", ["p4", "p5", "t2"])},
)


def test_a_part_of_a_risk_group_that_would_do_is_named_in_its_place() -> None:
    pairs = found_in(RING, set()).by_site["school"]
    assert ("ex0", "ex5") in pairs
    assert not any("half" in pair for pair in pairs), "its members do as well"
    check(RING, set())


def test_searches_that_are_used_up_are_told() -> None:
    found = Network.of(RING)
    few = cutting_pairs_of(Standing.of(found), found.user, looks=5)
    assert few.unfinished == ("school",)
    every = cutting_pairs_of(Standing.of(found), found.user).by_site["school"]
    assert set(few.by_site["school"]) < set(every)


def test_sites_of_priority_1_are_looked_at_unless_told_otherwise() -> None:
    found = Network.of(RING)
    assert not np.any(urgent(found))
    assert cutting_pairs_of(Standing.of(found)).by_site == {}
