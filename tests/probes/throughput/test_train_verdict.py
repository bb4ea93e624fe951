"""One figure out of several trains or the reason for none, and how they are planned."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.observation import Outcome
from probes.throughput.train_dispersion import Dispersion, Shape
from probes.throughput.train_plan import Plan
from probes.throughput.train_verdict import CEILING, Told, judge, settled

SIZE = 1400


def told(
    rate: float | None,
    shape: Shape = Shape.FILLED,
    *,
    error: float = 0.001,
    tail: int = 50,
) -> Told:
    gap = None if rate is None else SIZE * 8e9 / rate
    return Told(SIZE, Dispersion(shape, gap, error, 25, tail, 0, 10_000_000))


def test_the_median_counts_and_the_middle_half_bounds_it() -> None:
    found = judge([told(rate * 1e6) for rate in (98, 99, 100, 101, 60)])
    assert found.outcome is Outcome.SUCCESS
    assert found.rate == pytest.approx(99e6)
    assert found.low is not None
    assert found.high is not None
    assert found.low <= 98e6 < 100e6 <= found.high < 102e6
    assert not found.at_least


def test_a_train_whose_stamps_scatter_has_little_to_say() -> None:
    found = judge([told(55e6, error=0.14), told(99e6), told(99.1e6)])
    assert found.rate is not None
    assert found.rate >= 99e6
    assert found.outcome is Outcome.SUCCESS


def test_trains_that_contradict_each_other_give_bounds_alone() -> None:
    found = judge([told(50e6), told(100e6), told(75e6), told(120e6)])
    assert (found.outcome, found.rate) == (Outcome.UNCERTAIN, None)
    assert found.low is not None
    assert found.high is not None
    assert found.high > 1.25 * found.low
    assert "contradict" in found.detail


def test_a_path_that_was_not_filled_has_a_lower_bound_of_its_longest_trains() -> None:
    short = told(900e6, Shape.NOT_FILLED, tail=16)
    found = judge([short, told(700e6, Shape.NOT_FILLED, tail=200)])
    assert (found.outcome, found.at_least) == (Outcome.SUCCESS, True)
    assert found.rate == pytest.approx(700e6)
    assert found.high is None
    assert "315 kB" in found.detail


def test_a_policer_is_a_lower_bound_and_is_named() -> None:
    found = judge([told(40e6, Shape.DROPPED), told(41e6, Shape.DROPPED)])
    assert found.at_least
    assert found.rate == pytest.approx(40e6)
    assert "policer" in found.detail


def test_what_is_faster_than_trains_can_tell_is_a_lower_bound() -> None:
    found = judge([told(2.4e9)] * 3)
    assert found.at_least
    assert found.rate == CEILING


def test_a_longest_train_without_a_pace_is_no_bound_by_shorter_ones() -> None:
    longest = Told(SIZE, Dispersion(Shape.UNEVEN, tail=240))
    found = judge([told(900e6, Shape.NOT_FILLED), longest])
    assert (found.outcome, found.rate) == (Outcome.UNCERTAIN, None)
    assert "token bucket" in found.detail


@pytest.mark.parametrize("shape", [Shape.SHORT, Shape.COARSE, Shape.UNEVEN])
def test_nothing_is_made_up_of_trains_without_a_pace(shape: Shape) -> None:
    found = judge([told(None, shape)] * 2)
    assert (found.outcome, found.rate, found.low) == (Outcome.UNCERTAIN, None, None)
    assert found.detail


def test_no_train_is_no_figure() -> None:
    assert judge([]).outcome is Outcome.UNCERTAIN


@given(
    st.lists(
        st.builds(
            told,
            st.floats(1e3, 1e11),
            st.sampled_from((Shape.FILLED, Shape.NOT_FILLED, Shape.DROPPED)),
            error=st.floats(0, 2),
            tail=st.integers(16, 300),
        ),
        min_size=1,
        max_size=12,
    )
)
def test_a_figure_lies_within_its_bounds(trains: list[Told]) -> None:
    found = judge(trains)
    if found.rate is None:
        assert found.outcome is Outcome.UNCERTAIN
        return
    assert found.rate <= CEILING
    assert found.low is not None
    assert found.low <= found.rate
    assert found.at_least == (found.high is None)
    if found.high is not None:
        assert found.rate <= found.high
        assert found.high - found.low <= 0.25 * found.rate


def test_a_train_alone_settles_it_if_it_filled_the_path_and_lies_on_a_line() -> None:
    assert settled(told(1e7))
    assert not settled(told(1e7, error=0.2))
    assert not settled(told(1e7, Shape.NOT_FILLED))


def lengths(packets: int, rates: list[float | None], pace: float = 1e-5) -> list[int]:
    plan, sent = Plan(packets), []
    for rate in [*rates, *[rates[-1]] * 30]:
        if (count := plan.next()) == 0:
            break
        sent.append(count)
        plan.learn(rate, SIZE, pace)
    return sent


def test_a_fast_path_gets_several_trains_of_all_that_is_left() -> None:
    assert lengths(342, [100e6]) == [24, 79, 79, 79, 79]


def test_a_narrow_path_is_kept_busy_for_a_tenth_of_a_second() -> None:
    assert lengths(342, [5e6], pace=2.24e-3) == [24, 44, 44, 44, 44, 44, 44, 44]


def test_a_narrow_way_back_is_not_blocked_either() -> None:
    assert set(lengths(342, [100e6], pace=11.2e-3)) == {24, 26}


def test_a_bucket_larger_than_a_train_is_tried_with_longer_ones() -> None:
    assert lengths(342, [None]) == [24, 79, 239]
    assert lengths(342, [None, 300e6]) == [24, 79, 79, 79, 79]


@given(
    st.integers(40, 5000),
    st.lists(st.none() | st.floats(1e3, 1e10), min_size=1, max_size=20),
    st.floats(0, 10),
)
def test_no_more_is_sent_than_is_allowed(
    packets: int, rates: list[float | None], pace: float
) -> None:
    sent = lengths(packets, rates, pace)
    assert sum(sent) <= packets
    assert sent[0] == 24
    assert all(count >= 16 for count in sent)


def test_packets_go_one_by_one_until_the_path_may_be_fast() -> None:
    plan = Plan(342)
    groups = []
    for rate in (None, 50e6, 400e6):
        plan.next()
        groups.append(plan.group)
        plan.learn(rate, SIZE, 1e-5)
    assert [*groups, plan.group] == [1, 4, 1, 4]
