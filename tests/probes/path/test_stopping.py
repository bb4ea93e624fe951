"""Stopping points, against draws from routers that balance evenly."""

import random

import pytest

from probes.path.stopping import flows_needed


def _stops_early(next_hops: int, failure: float, dice: random.Random) -> bool:
    seen: set[int] = set()
    flows = 0
    while not seen or flows < flows_needed(len(seen), failure):
        seen.add(dice.randrange(next_hops))
        flows += 1
    return len(seen) < next_hops


@pytest.mark.parametrize("next_hops", [2, 3, 4, 8, 16])
def test_no_router_is_left_too_early_more_often_than_is_said(next_hops: int) -> None:
    dice, tries, failure = random.Random(next_hops), 2_000, 0.05
    early = sum(_stops_early(next_hops, failure, dice) for _ in range(tries))
    # Five standard deviations above 5 % of 2,000.
    assert early <= 100 + 5 * 10


def test_the_published_points_for_95_per_cent_are_ours() -> None:
    assert [flows_needed(k, 0.05) for k in range(1, 6)] == [6, 11, 16, 21, 27]


def test_surer_takes_more_and_so_do_more_branches() -> None:
    for branches in range(1, 20):
        assert flows_needed(branches, 0.01) > flows_needed(branches, 0.05)
        assert flows_needed(branches + 1, 0.05) > flows_needed(branches, 0.05)


def test_a_probability_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="between 0 and 1"):
        flows_needed(1, 0.0)
