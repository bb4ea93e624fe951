"""The schedule, on a clock of its own."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from probes.pacing import Pacer

INTERVAL = 1_000_000
TICK = 20_000


def pacer(size: int, patience: int = 100_000, into: int = 0) -> Pacer[int]:
    made: Pacer[int] = Pacer(INTERVAL, patience, start=0, into=into)
    made.assign(range(size))
    return made


def test_every_target_has_one_turn_in_every_interval() -> None:
    turns = pacer(1000, into=333_333)
    for lap in range(3):
        sent: Counter[int] = Counter()
        for tick in range(TICK, INTERVAL + 1, TICK):
            sent.update(turns.due(lap * INTERVAL + tick))
        assert sent == Counter(range(1000))
    assert turns.skipped == 0


def test_no_tick_has_much_more_than_its_share() -> None:
    for size in (50, 617, 1000, 20_000):
        turns = pacer(size)
        fair = size * TICK / INTERVAL
        sizes = [len(turns.due(t)) for t in range(TICK, INTERVAL + 1, TICK)]
        assert max(sizes) <= 2.62 * fair + 1
        assert min(sizes) >= fair / 2.62 - 1


def test_a_stall_drops_turns_and_counts_them_instead_of_a_burst() -> None:
    turns = pacer(1000)
    assert turns.due(TICK)
    after = turns.due(TICK + 5 * INTERVAL)
    assert len(after) <= 1000 * 0.1 * 2.62
    assert turns.skipped == 5000 - len(after)


def test_turns_not_taken_before_the_start_are_nobodys() -> None:
    turns = pacer(100)
    turns.resume(7 * INTERVAL)
    assert len(turns.due(7 * INTERVAL + TICK)) <= 6
    assert turns.skipped == 0


def test_newcomers_move_nobody() -> None:
    def turn_times(size: int, later: list[int]) -> dict[int, int]:
        turns = pacer(size)
        turns.assign(later)
        times = {}
        for now in range(1, INTERVAL + 100, 100):
            for member in turns.due(now):
                times[member] = now
        return times

    before = turn_times(50, list(range(50)))
    after = turn_times(50, [*range(0, 50, 2), *range(100, 400)])
    stayed = before.keys() & after.keys()
    assert stayed == set(range(0, 50, 2))
    assert {m: before[m] for m in stayed} == {m: after[m] for m in stayed}
    assert len(after) == 325


@given(
    size=st.integers(0, 40),
    steps=st.lists(st.integers(-5000, 3 * INTERVAL), max_size=30),
    into=st.integers(0, INTERVAL - 1),
)
def test_every_turn_is_taken_or_counted_once(
    size: int, steps: list[int], into: int
) -> None:
    turns = pacer(size, into=into)
    whole = pacer(size, patience=1 << 62, into=into)
    now = latest = taken = 0
    for step in steps:
        now += step
        latest = max(latest, now)
        taken += len(turns.due(now))
    assert taken + turns.skipped == len(whole.due(latest))
    assert whole.skipped == 0
