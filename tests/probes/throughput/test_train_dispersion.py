"""The pace of a train, from stamps of paths whose rate is known by construction."""

import random
from collections import Counter
from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from probes.throughput.train_dispersion import Arrival, Dispersion, Shape, dispersion

SIZE = 1400
COUNT = 120
BITS = 8 * SIZE
NANO = 1_000_000_000

rates = st.floats(1e6, 4e8)
seeds = st.integers(0, 1 << 32)
clocks = st.integers(-(1 << 62), 1 << 62)


def sent(count: int = COUNT, rate: float = 2e9, group: int = 4) -> list[int]:
    """When packets leave that are handed over a few at once."""
    return [round(at // group * group * BITS / rate * NANO) for at in range(count)]


def bucket(times: Sequence[int], rate: float, burst: float) -> list[int]:
    """When they come out of a token bucket that holds `burst` bytes, with a queue."""
    tokens, now = burst, times[0]
    out = []
    for time in times:
        begin = max(time, now)
        tokens = min(burst, tokens + (begin - now) * rate / 8 / NANO)
        wait = max(0.0, SIZE - tokens) * 8 / rate * NANO
        now = begin + round(wait)
        tokens += wait * rate / 8 / NANO - SIZE
        out.append(now)
    return out


def seen(times: Sequence[int], out: Sequence[int], clock: int = 0) -> list[Arrival]:
    """All of them, by a far end whose clock is anywhere."""
    return [
        Arrival(at, at, time, came + clock)
        for at, (time, came) in enumerate(zip(times, out, strict=True))
    ]


def rate_of(found: Dispersion) -> float:
    assert found.gap is not None
    return BITS * NANO / found.gap


def near(found: Dispersion, rate: float, within: float) -> bool:
    return abs(rate_of(found) - rate) <= within * rate


@given(rate=rates, burst=st.floats(SIZE, 60_000), clock=clocks)
def test_a_shaper_is_found_behind_whatever_its_bucket_let_through(
    rate: float, burst: float, clock: int
) -> None:
    times = sent()
    found = dispersion(seen(times, bucket(times, rate, burst), clock))
    assert found.shape is Shape.FILLED
    assert near(found, rate, 0.02)
    assert found.lost == 0


@given(rate=rates, burst=st.floats(SIZE, 30_000), seed=seeds)
def test_stamps_that_are_late_now_and_then_do_not_turn_it(
    rate: float, burst: float, seed: int
) -> None:
    chance = random.Random(seed)
    times = sent()
    gap = BITS / rate * NANO
    last = 0
    late = []
    for came in bucket(times, rate, burst):
        # Some are looked at a few gaps late, and those behind them at once after.
        last = max(last, came + round(gap * chance.choice((0, 0, 0, 0, 0, 2, 4))))
        late.append(last)
    found = dispersion(seen(times, late))
    assert found.shape is Shape.FILLED
    assert near(found, rate, 0.06)


@given(rate=rates, batch=st.floats(2, 6), phase=st.floats(0, 1))
def test_packets_that_a_card_hands_over_in_batches_are_no_burst(
    rate: float, batch: float, phase: float
) -> None:
    times = sent()
    each = batch * BITS / rate * NANO

    def handed_over(came: int) -> int:
        return round((came / each + phase) // 1 * each + each)

    found = dispersion(seen(times, [handed_over(t) for t in bucket(times, rate, SIZE)]))
    assert found.shape in (Shape.FILLED, Shape.COARSE)
    if found.shape is Shape.FILLED:
        assert near(found, rate, 0.05)


@given(rate=rates, room=st.integers(20, 60))
def test_behind_a_full_queue_what_came_out_is_what_counts(
    rate: float, room: int
) -> None:
    times = sent(240)
    gap = BITS / rate * NANO
    free, kept = 0.0, []
    for order, time in enumerate(times):
        begin = max(free, time)
        if (begin - time) / gap < room:
            free = begin + gap
            kept.append((order, time, round(free)))
    arrivals = [Arrival(rank, *each) for rank, each in enumerate(kept)]
    found = dispersion(arrivals)
    # Where hardly two in a row got in, nobody can tell it from a policer.
    assert found.shape in (Shape.FILLED, Shape.DROPPED, Shape.SHORT)
    if found.shape is not Shape.SHORT:
        assert near(found, rate, 0.02)


@given(rate=rates, share=st.floats(0.01, 0.3), seed=seeds)
def test_what_is_lost_behind_the_narrowest_place_makes_it_no_narrower(
    rate: float, share: float, seed: int
) -> None:
    chance = random.Random(seed)
    times = sent()
    whole = seen(times, bucket(times, rate, SIZE))
    kept = [each for each in whole if chance.random() > share]
    # Nobody knows but by the stamps: a stateless reflector keeps no count.
    found = dispersion([each._replace(rank=at) for at, each in enumerate(kept)])
    assert found.shape in (Shape.FILLED, Shape.DROPPED, Shape.UNEVEN)
    if found.shape is Shape.FILLED:
        assert near(found, rate, 0.02)
    elif found.shape is Shape.DROPPED:
        assert rate_of(found) <= rate * 1.02


def test_losses_behind_the_narrowest_place_hardly_ever_hide_it() -> None:
    chance = random.Random(1811)
    times = sent()
    whole = seen(times, bucket(times, 1e7, SIZE))
    shapes = Counter[Shape]()
    for _ in range(300):
        kept = [each for each in whole if chance.random() > 0.03]
        shapes[dispersion([a._replace(rank=n) for n, a in enumerate(kept)]).shape] += 1
    assert shapes[Shape.FILLED] + shapes[Shape.DROPPED] >= 290, shapes


@given(rate=rates, share=st.floats(0.01, 0.5), seed=seeds)
def test_answers_that_are_lost_leave_the_way_there_as_it_was(
    rate: float, share: float, seed: int
) -> None:
    chance = random.Random(seed)
    times = sent()
    whole = seen(times, bucket(times, rate, SIZE))
    found = dispersion([each for each in whole if chance.random() > share])
    assert found.shape in (Shape.FILLED, Shape.SHORT)
    if found.shape is Shape.FILLED:
        assert near(found, rate, 0.02)
        assert found.lost == 0


@given(rate=rates, burst=st.floats(3 * SIZE, 30_000))
def test_a_policer_is_not_taken_for_a_shaper(rate: float, burst: float) -> None:
    times = sent(240, group=1)
    tokens, last, kept = burst, 0, []
    for order, time in enumerate(times):
        tokens = min(burst, tokens + (time - last) * rate / 8 / NANO)
        last = time
        if tokens >= SIZE:
            tokens -= SIZE
            kept.append((order, time, time + 1_000_000))
    found = dispersion([Arrival(rank, *each) for rank, each in enumerate(kept)])
    assert found.shape is not Shape.FILLED


@given(rate=st.floats(1e6, 1e9), count=st.integers(16, 300), clock=clocks)
def test_what_comes_out_as_it_went_in_is_no_capacity(
    rate: float, count: int, clock: int
) -> None:
    times = sent(count, rate, group=1)
    found = dispersion(seen(times, [time + 8_000_000 for time in times], clock))
    assert found.shape is Shape.NOT_FILLED
    assert near(found, rate, 0.001)


@given(rate=rates, held=st.floats(0.2, 0.95), count=st.integers(24, 200))
def test_no_bound_is_much_above_a_shaper_that_was_reached(
    rate: float, held: float, count: int
) -> None:
    times = sent(count)
    out = bucket(times, rate, held * count * SIZE)
    found = dispersion(seen(times, out))
    waited = sum(came > time for time, came in zip(times, out, strict=True))
    # Of a shaper that only the last few packets have met nothing can be known.
    if found.gap is not None and waited >= count / 4:
        assert rate_of(found) <= rate * 1.1


@given(rate=st.floats(1e6, 4e8), seed=seeds)
def test_a_bucket_that_holds_more_than_the_train_hides_the_shaper(
    rate: float, seed: int
) -> None:
    burst = SIZE * COUNT * (1 + random.Random(seed).random())
    times = sent()
    found = dispersion(seen(times, bucket(times, rate, burst)))
    assert found.shape is not Shape.FILLED


@given(rate=rates, seed=seeds)
def test_packets_that_overtake_each_other_change_little(rate: float, seed: int) -> None:
    chance = random.Random(seed)
    times = sent()
    whole = seen(times, bucket(times, rate, 10 * SIZE))
    orders = sorted(range(COUNT), key=lambda at: at + chance.random() * 3)
    mixed = [
        each._replace(order=order, sent=times[order])
        for each, order in zip(whole, orders, strict=True)
    ]
    found = dispersion(mixed)
    assert found.shape is Shape.FILLED
    assert found.lost <= 2
    assert near(found, rate, 0.03)


@given(rate=st.floats(5e7, 4e8))
def test_stamps_of_whole_milliseconds_give_no_figure_that_is_not_in_doubt(
    rate: float,
) -> None:
    times = sent()
    coarse = [out // 1_000_000 * 1_000_000 for out in bucket(times, rate, SIZE)]
    found = dispersion(seen(times, coarse))
    assert found.shape in (Shape.COARSE, Shape.UNEVEN, Shape.FILLED)
    if found.shape is Shape.FILLED:
        assert near(found, rate, max(0.05, found.error))


def test_a_train_of_a_few_packets_is_none() -> None:
    times = sent(15)
    assert dispersion(seen(times, bucket(times, 1e7, SIZE))).shape is Shape.SHORT
    assert dispersion([]).shape is Shape.SHORT


def test_a_bucket_that_held_nearly_all_of_it_is_not_blamed_on_the_clock() -> None:
    times = sent(27)
    found = dispersion(seen(times, bucket(times, 256e3, 24 * SIZE)))
    assert found.shape is Shape.UNEVEN
    assert found.gap is None


def test_a_clock_that_goes_back_gives_no_figure() -> None:
    times = sent()
    out = bucket(times, 1e7, SIZE)
    out[60:] = [each - 3_600 * NANO for each in out[60:]]
    assert dispersion(seen(times, out)).shape is Shape.COARSE
    assert dispersion(seen(times, [7] * COUNT)).shape is Shape.COARSE


def arrival(low: int, high: int) -> st.SearchStrategy[Arrival]:
    numbers = st.integers(low, high)
    return st.builds(Arrival, numbers, numbers, numbers, numbers)


@settings(max_examples=300)
@given(
    st.one_of(
        st.lists(arrival(0, 40), max_size=60),
        st.lists(arrival(-(1 << 63), 1 << 64), max_size=60),
    ),
    st.sampled_from((None, lambda a: a.arrived, lambda a: (a.rank, a.arrived))),
)
def test_whatever_is_claimed_nothing_breaks(
    arrivals: list[Arrival], order: Callable[[Arrival], int] | None
) -> None:
    if order is not None:
        arrivals.sort(key=order)
    found = dispersion(arrivals)
    assert found.gap is None or found.gap > 0
    assert found.error >= 0
