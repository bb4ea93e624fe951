"""Loss of each direction, against networks that know what they lost."""

import random
from dataclasses import dataclass, field

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.stamp.losses import Losses, Settled

WORD = 1 << 32
MS = 1_000_000
NONE, FORWARD, REVERSE = range(3)


@dataclass
class Network:
    """Packets 10 ms apart to a reflector that counts, losing what it is told to."""

    deadline: int = 100 * MS
    sequence: int = 0
    number: int = 0
    now: int = 1_000_000 * MS
    told: Settled = field(default_factory=lambda: Settled(0, 0, 0))

    def __post_init__(self) -> None:
        self.losses = Losses(self.deadline + 1000 * MS)

    def settle(self) -> Settled | None:
        part = self.losses.settle()
        if part is not None:
            self.told = Settled(*map(sum, zip(self.told, part, strict=True)))
        return part

    def pass_through(
        self, fates: list[int], there: list[int], back: list[int], every: int = 3
    ) -> None:
        """Send packets; `there` and `back` are their delays in milliseconds."""
        count = len(fates)
        sent = [self.now + 10 * MS * n for n in range(count)]
        reached = sorted(
            (sent[n] + there[n] * MS, n) for n in range(count) if fates[n] != FORWARD
        )
        numbers = {n: self.number + at for at, (_, n) in enumerate(reached)}
        events: list[tuple[int, int, int]] = []
        for n in range(count):
            came = sent[n] + (there[n] + back[n]) * MS
            if fates[n] == NONE and came - sent[n] <= self.deadline:
                events.append((came, 1, n))
            else:
                events.append((sent[n] + self.deadline, 0, n))
        for at, (when, answered, n) in enumerate(sorted(events)):
            sequence = (self.sequence + n) % WORD
            if answered:
                number = numbers[n] % WORD
                self.losses.answered(sequence, number, sent[n], when)
            else:
                self.losses.lost(sequence)
            if at % every == 0:
                self.settle()
        self.settle()
        self.sequence += count
        self.number += len(reached)
        self.now = sent[-1] + 10 * MS if sent else self.now

    def quiet(self, count: int = 120) -> None:
        """Let all that is open be settled: packets of which nothing is lost."""
        steady = [5] * count
        self.pass_through([NONE] * count, steady, steady)
        self.told = Settled(self.told.sent - count, *self.told[1:])


fates = st.lists(st.sampled_from([NONE, NONE, NONE, FORWARD, REVERSE]), max_size=80)


@given(fates=fates, dice=st.randoms(use_true_random=False), every=st.integers(1, 40))
@pytest.mark.parametrize("start", [(0, 0), (WORD - 20, 5), (7, WORD - 11)])
def test_each_direction_is_exact_whatever_is_lost_and_reordered(
    fates: list[int], dice: random.Random, every: int, start: tuple[int, int]
) -> None:
    network = Network(sequence=start[0], number=start[1])
    network.quiet(5)
    jitter = [[dice.randint(1, 45) for _ in fates] for _ in range(2)]
    network.pass_through(fates, jitter[0], jitter[1], every)
    network.quiet()
    assert network.told == Settled(
        len(fates), fates.count(FORWARD), fates.count(REVERSE)
    )


def lossy(count: int, *, forward: int = 0, reverse: int = 0) -> list[int]:
    """Return fates of which every so many-th is a loss."""
    return [
        FORWARD
        if forward and n % forward == 3
        else REVERSE
        if reverse and n % reverse == 5
        else NONE
        for n in range(count)
    ]


def test_with_half_of_all_lost_each_direction_is_right_to_a_few_packets() -> None:
    dice = random.Random(1811)
    network = Network()
    network.quiet(5)
    fates = dice.choices([NONE, FORWARD, REVERSE], [2, 1, 1], k=5_000)
    delays = [[dice.randint(1, 45) for _ in fates] for _ in range(2)]
    network.pass_through(fates, delays[0], delays[1])
    network.quiet()
    assert network.told.sent == len(fates)
    assert abs(network.told.forward - fates.count(FORWARD)) <= 5
    assert abs(network.told.reverse - fates.count(REVERSE)) <= 5


def test_an_hour_of_silence_is_told_when_the_next_answer_comes() -> None:
    network = Network()
    network.quiet(5)
    steady = [1] * 3_600
    network.pass_through([REVERSE] * 1_800 + [FORWARD] * 1_800, steady, steady)
    assert network.told == Settled(0, 0, 0)
    assert len(network.losses._runs) == 1
    network.quiet()
    assert network.told == Settled(3_600, 1_800, 1_800)


def test_a_session_that_begins_in_the_middle_of_a_count_is_as_exact() -> None:
    network = Network(number=1_000_000)
    network.quiet(5)
    fates = lossy(100, forward=10, reverse=10)
    network.pass_through(fates, [5] * 100, [5] * 100)
    network.quiet()
    assert network.told == Settled(100, 10, 10)


def test_losses_before_the_first_answer_are_nobodys() -> None:
    network = Network()
    network.pass_through([FORWARD] * 3 + [REVERSE] * 3 + [NONE] * 4, [5] * 10, [5] * 10)
    network.quiet()
    assert network.told == Settled(4, 0, 0)


def test_losses_around_a_restart_are_left_out_and_those_after_it_are_not() -> None:
    network = Network()
    network.quiet(50)
    network.pass_through(lossy(50, reverse=50), [5] * 50, [5] * 50)
    network.quiet(50)
    assert network.told == Settled(50, 0, 1)
    network.pass_through([FORWARD] * 7, [5] * 7, [5] * 7)
    network.number = 0
    network.quiet()
    network.pass_through(lossy(50, forward=50, reverse=10), [5] * 50, [5] * 50)
    network.quiet()
    assert network.told == Settled(100, 1, 6)


def test_a_packet_repeated_on_the_way_is_no_loss() -> None:
    network = Network()
    network.quiet(5)
    # The sixth arrives twice; both copies are answered and counted.
    network.losses.answered(5, 5, network.now, network.now + MS)
    network.losses.noticed(5, 6)
    network.sequence, network.number = 6, 7
    network.now += 10 * MS
    network.settle()
    network.pass_through(lossy(50, reverse=50), [5] * 50, [5] * 50)
    network.quiet()
    assert network.told == Settled(51, 0, 1)


def test_an_answer_that_was_late_is_lost_to_neither_direction() -> None:
    network = Network()
    network.quiet(5)
    network.losses.lost(5)
    network.losses.noticed(5, 5)
    network.losses.lost(6)  # never arrived
    network.sequence, network.number = 7, 6
    network.now += 20 * MS
    network.quiet()
    assert network.told == Settled(2, 1, 0)


def test_answers_without_times_are_counted() -> None:
    network = Network()
    network.quiet(5)
    for n in range(5, 10):
        network.losses.noticed(n, n)
    network.sequence = network.number = 10
    network.now += 50 * MS
    network.pass_through(lossy(50, reverse=50), [5] * 50, [5] * 50)
    network.quiet()
    assert network.told == Settled(55, 0, 1)


def test_a_count_that_begins_anew_with_each_answer_is_not_believed() -> None:
    losses = Losses(100 * MS)
    for sequence in range(200):
        number = sequence * 1_000_003 % WORD
        losses.answered(sequence, number, (sequence + 1) * MS, (sequence + 2) * MS)
    assert losses.settle() is None


def test_a_reflector_that_copies_our_numbers_tells_nothing() -> None:
    losses = Losses(100 * MS)
    for n in range(20):
        if n % 5:
            losses.answered(n, n + 1, n * 10 * MS, n * 10 * MS + MS)
        else:
            losses.lost(n)
        assert losses.settle() is None


def test_one_that_counts_is_known_by_its_first_answer() -> None:
    losses = Losses(100 * MS)
    losses.answered(0, 0, 1, 2)
    assert losses.settle() == Settled(1, 0, 0)


@given(lost=st.sampled_from([NONE, FORWARD, REVERSE]))
def test_targets_of_one_address_are_told_of_what_is_sure(lost: int) -> None:
    """Two targets share numbers; of one every third packet is lost."""
    one, other = Losses(100 * MS), Losses(100 * MS)
    number = 0
    told = [Settled(0, 0, 0), Settled(0, 0, 0)]
    for n in range(600):
        at = n * 10 * MS
        fate = lost if n % 6 == 0 and n < 300 else NONE
        if fate == NONE:
            (one, other)[n % 2].answered(n, number, at, at + MS)
        else:
            (one, other)[n % 2].lost(n)
        number += fate != FORWARD
        for which, losses in enumerate((one, other)):
            part = losses.settle()
            if part is not None:
                whole = zip(told[which], part, strict=True)
                told[which] = Settled(*map(sum, whole))
    # The last second of both is still open: others' packets may be on their way.
    assert told[0].forward in (0, (lost == FORWARD) * 49, (lost == FORWARD) * 50)
    assert told[0].reverse in (0, (lost == REVERSE) * 49, (lost == REVERSE) * 50)
    assert told[1].forward == told[1].reverse == 0
    assert told[1].sent >= 180


@given(
    events=st.lists(
        st.one_of(
            st.tuples(st.just("a"), st.integers(0, 40), st.integers(0, WORD - 1)),
            st.tuples(st.just("n"), st.integers(0, 40), st.integers(0, WORD - 1)),
            st.tuples(st.just("l"), st.integers(0, 40), st.just(0)),
            st.tuples(st.just("s"), st.just(0), st.just(0)),
        ),
        max_size=80,
    )
)
def test_no_numbers_of_a_hostile_reflector_make_nonsense(
    events: list[tuple[str, int, int]],
) -> None:
    losses = Losses(100 * MS)
    for at, (kind, sequence, number) in enumerate(events):
        if kind == "a":
            losses.answered(sequence, number, at * MS, at * MS + 1)
        elif kind == "n":
            losses.noticed(sequence, number)
        elif kind == "l":
            losses.lost(sequence)
        elif (told := losses.settle()) is not None:
            assert 0 <= told.forward + told.reverse <= told.sent
