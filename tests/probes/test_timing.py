"""Delays across two clocks, one of which may be stepped."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.clock import SECOND, Clock, Offset
from probes.timing import ErrorBound, round_trip, stepped

times = st.integers(0, 1 << 62)


@given(sent=times, latest=times, received=times, held=st.integers(-(1 << 63), 1 << 63))
def test_a_delay_is_never_negative_nor_longer_than_we_waited(
    sent: int, latest: int, received: int, held: int
) -> None:
    delay = round_trip(sent, received, latest, held)
    if delay is not None:
        assert 0 <= delay <= max(0, latest - sent) + 50_000


def test_an_hour_forward_or_back_is_not_a_delay() -> None:
    for step in (3600 * SECOND, -3600 * SECOND):
        assert round_trip(1000, 5000 + step, 6000, 0) is None


@pytest.mark.parametrize(("held", "delay"), [(0, 500), (400, 100), (501, 500)])
def test_the_reflectors_time_is_taken_off_if_it_can_be_true(
    held: int, delay: int
) -> None:
    assert round_trip(1000, 1500, 2000, held) == delay
    assert round_trip(1000, 1500, 2000, -held or 0) == 500


def test_a_step_is_told_from_an_unlucky_reading() -> None:
    assert stepped(Offset(0, 0), Offset(SECOND, 0))
    assert stepped(Offset(0, 0), Offset(-SECOND, 0))
    assert not stepped(Offset(0, 70), Offset(1000, 70))
    assert not stepped(Offset(0, 0), Offset(300_000, 400_000))


def test_the_offset_is_taken_from_the_tightest_readings() -> None:
    def readings() -> Iterator[int]:
        yield from (0, 900_000)  # put aside between the two
        yield from (1_000_000, 1_000_200)

    ticks = readings()
    clock = Clock(monotonic=lambda: next(ticks), realtime=lambda: 5_000_000)
    assert clock.offset() == Offset(5_000_000 - 1_000_100, 100)


def test_the_error_bound_forgets_after_a_while() -> None:
    bound = ErrorBound()
    bound.roll(0)
    bound.note(7)
    bound.note(3)
    assert bound.value == 7
    bound.roll(31 * SECOND)
    assert bound.value == 7
    bound.note(2)
    bound.roll(62 * SECOND)
    assert bound.value == 2
