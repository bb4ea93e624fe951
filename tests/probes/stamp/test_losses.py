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
    ) -> Settled:
        """Send packets; `there` and `back` are their delays in milliseconds.

        Returns
        -------
        Settled
            What truly became of those from the first answered to the last.
        """
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
        fine = [n for n in range(count) if fates[n] == NONE]
        return (
            Settled(
                count,
                sum(f == FORWARD for f in fates),
                sum(f == REVERSE for f in fates),
            )
            if fine
            else Settled(0, 0, 0)
        )

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
