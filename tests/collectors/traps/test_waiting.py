"""The queue: bounded in every way, fair, in order, at a pace."""

import random

from hypothesis import given
from hypothesis import strategies as st

from collectors.traps.refusal import Refusal
from collectors.traps.waiting import ALL, OCTETS, PER_DEVICE, Waiting


def octets(number: int, size: int = 8) -> bytes:
    return number.to_bytes(size)


def drain(waiting: Waiting[int], now: float = 1e9) -> list[int]:
    taken = []
    while (due := waiting.due()) is not None:
        now = max(now, due)
        item = waiting.take(now)
        if item is not None:
            taken.append(item)
    return taken


def test_a_devices_come_out_in_the_order_they_came_in() -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    for number in range(50):
        assert waiting.put("a", octets(number), number) is None
    assert drain(waiting) == list(range(50))


def test_of_a_full_line_the_oldest_goes() -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    for number in range(PER_DEVICE + 10):
        refusal = waiting.put("a", octets(number), number)
        assert (refusal is Refusal.CROWDED) == (number >= PER_DEVICE)
    assert drain(waiting) == list(range(10, PER_DEVICE + 10))


def test_what_is_repeated_counts_from_when_it_came_last() -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    for number in (1, 2, 1):
        waiting.put("a", octets(number), number)
    assert drain(waiting) == [2, 1]


def test_devices_take_turns() -> None:
    waiting: Waiting[int] = Waiting(1000, 1000)
    for number in range(100):
        waiting.put("loud", octets(number), number)
    waiting.put("quiet", octets(1000), 1000)
    assert drain(waiting).index(1000) <= 1


def test_all_that_waits_is_bounded_in_number() -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    for number in range(2 * ALL):
        waiting.put(f"d{number % 1000}", octets(number), number)
    assert len(waiting) == ALL
    # Those who wait already give way to their own newer ones, newcomers do not.
    assert waiting.put("new", octets(0), 0) is Refusal.CROWDED
    assert len(waiting) == ALL


def test_all_that_waits_is_bounded_in_size() -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    size = 8192
    for number in range(2 * OCTETS // size):
        waiting.put(f"d{number}", octets(number, size), number)
    assert len(waiting) == OCTETS // size


def test_a_device_may_have_a_burst_and_then_its_rate() -> None:
    waiting: Waiting[int] = Waiting(1000, 10)
    for number in range(PER_DEVICE):
        waiting.put("a", octets(number), number)
    taken = sum(waiting.take(1 + ms / 1000) is not None for ms in range(2000))
    assert 60 <= taken <= 64 + 21


def test_all_together_keep_to_the_rate() -> None:
    waiting: Waiting[int] = Waiting(100, 100)
    for number in range(1000):
        waiting.put(f"d{number % 100}", octets(number), number)
    taken = sum(waiting.take(1 + ms / 1000) is not None for ms in range(2000))
    assert 190 <= taken <= 10 + 201


def test_who_is_gone_waits_no_longer() -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    for device in ("a", "b"):
        waiting.put(device, octets(1), ord(device))
    waiting.keep({"b"})
    assert (len(waiting), drain(waiting)) == (1, [ord("b")])
    waiting.put("a", octets(2), 7)
    assert drain(waiting) == [7]


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 20)), max_size=60))
def test_nothing_is_lost_but_what_is_told(arrivals: list[tuple[str, int]]) -> None:
    waiting: Waiting[int] = Waiting(100, 10)
    clock = random.Random(0)
    told, taken, now = 0, 0, 0.0
    for device, number in arrivals:
        told += waiting.put(device, octets(number), number) is not None
        now += clock.random()
        taken += waiting.take(now) is not None
    assert told + taken + len(waiting) == len(arrivals)
    assert len(drain(waiting)) + taken + told == len(arrivals)
    assert waiting.due() is None
