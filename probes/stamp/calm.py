"""Up to where it is known what became of packets, judging by when they were sent.

Pure functions of what was answered and what was given up.
"""

from bisect import bisect_left
from collections.abc import Sequence
from typing import NamedTuple

from probes.clock import SECOND

COUNTED = -(1 << 96)
"""The number of an answer that is accounted for ahead of its turn."""

_MARGIN = SECOND
_LEAST_DISORDER = SECOND // 20
_DISORDER = 4


class Answer(NamedTuple):
    """An answered packet; `sent` is 0 where no times are known.

    Attributes
    ----------
    first : int
        The packet's sequence number.
    number : int
        What the far end counted, or COUNTED.
    """

    first: int
    number: int
    sent: int
    received: int


class Run(NamedTuple):
    """Lost packets that no answer separates."""

    first: int
    last: int
    many: int


def closed(
    answers: Sequence[Answer], runs: Sequence[Run], after: int, deadline: int
) -> tuple[list[Answer], list[Run]]:
    """Return what precedes the first packet whose fate may still be open.

    Numbers that are missing belong to other targets of the same address, or to
    packets still on their way; in time they are known not to be that.

    Parameters
    ----------
    answers, runs : sequence of Answer, of Run
        All that is known, in order.
    after : int
        The last sequence number that is accounted for.
    deadline : int
        Nanoseconds after which a packet is given up.
    """
    timed = [each for each in answers if each.sent]
    latest = timed[-1].sent - deadline - _MARGIN if timed else 0
    over = max((a.first for a in timed if a.sent <= latest), default=0)
    settled: list[Answer] = []
    lost: list[Run] = []
    expected = after + 1
    both: list[Answer | Run] = [*answers, *runs]
    for each in sorted(both, key=lambda one: one.first):
        if each.first > expected and each.first > over:
            break
        if isinstance(each, Answer):
            settled.append(each)
            expected = max(expected, each.first + 1)
        else:
            lost.append(each)
            expected = max(expected, each.last + 1)
    return settled, lost


def up_to_calm(
    answers: Sequence[Answer], runs: Sequence[Run], deadline: int
) -> Sequence[Answer]:
    """Return the answers up to the last that nothing lost can have overtaken.

    What was sent longer before it than packets take has arrived before it, what is
    sent as much later arrives after it, and nothing in between was lost.
    """
    timed = [each for each in answers if each.sent]
    if not timed:
        return ()
    longest = max(each.received - each.sent for each in timed)
    disorder = min(deadline, max(_DISORDER * longest, _LEAST_DISORDER))
    sequences = [each.first for each in timed]
    losses: list[int] = []
    for run in runs:
        losses += (
            _when(run.first, timed, sequences),
            _when(run.last, timed, sequences),
        )
    losses.sort()
    latest = timed[-1].sent
    for each in reversed(timed):
        if each.sent + disorder > latest or each.number == COUNTED:
            continue
        at = bisect_left(losses, each.sent - disorder)
        if at < len(losses) and losses[at] < each.sent + disorder:
            continue
        if any(run.first < each.first < run.last for run in runs):
            continue
        return [other for other in answers if other.first <= each.first]
    return ()


def _when(sequence: int, timed: Sequence[Answer], sequences: Sequence[int]) -> int:
    """Return when a packet was sent, judging by those before and after it."""
    after = bisect_left(sequences, sequence)
    if after == len(timed):
        return timed[-1].sent + 1
    if after == 0:
        return timed[0].sent - 1
    one, other = timed[after - 1], timed[after]
    passed = (sequence - one.first) * (other.sent - one.sent)
    return one.sent + passed // (other.first - one.first)
