"""Which direction lost what, from the numbers that a session-reflector counts.

A reflector that keeps a count gives its answers numbers of their own. A number that no
answer came with is a packet that arrived there and whose answer was lost on the way
back; what is lost besides never arrived. Both are exact, whatever is reordered: what is
lost is accounted for up to an answer that nothing can have overtaken, since all that
was sent shortly before and after it was answered too, and its numbers are known.

Where that cannot be known nothing is said: of packets lost before the first answer, or
around the restart of a reflector (which counts from zero again), or after the last
answer so far (the next one tells).
"""

from collections.abc import Sequence
from typing import NamedTuple

from probes.stamp.calm import COUNTED, Answer, Run, closed, up_to_calm
from probes.stamp.packet import WORD

FIRST = 1
"""The first sequence number on the wire, as if number 0 had been lost.

A reflector that counts then says 0, and one that copies our number says 1: so they are
told apart before the first loss, which would be too late.
"""

_HALF = WORD // 2
_SLACK = 1_024
_MOST = 8_192
_MANY = 512
_PARTS = 64


class Settled(NamedTuple):
    """What became of packets, each told of once.

    Attributes
    ----------
    sent : int
        How many are told of.
    forward, reverse : int
        Those of them that were lost on the way out, and on the way back.
    """

    sent: int
    forward: int
    reverse: int


class Losses:
    """Accounts for one target's packets.

    Sequence numbers and the far end's numbers are 32 bits wide, and begin anew.

    Parameters
    ----------
    deadline : int
        Nanoseconds after which the caller gives a packet up.
    """

    def __init__(self, deadline: int) -> None:
        self._deadline = deadline
        self._new: list[tuple[int, int, int, int]] = []
        self._noticed: list[tuple[int, int]] = []
        self._lost: list[int] = []
        self._begin_anew()

    def _begin_anew(self) -> None:
        self._answers: list[Answer] = []
        self._runs: list[Run] = []
        self._again: set[int] = set()
        self._sequence: int | None = None
        self._number = 0
        self._counts = False
        self._surplus = 0

    def answered(self, sequence: int, number: int, sent: int, received: int) -> None:
        """Note an answer, the far end's number in it, and our times of it."""
        self._new.append((sequence, number, sent, received))

    def noticed(self, sequence: int, number: int) -> None:
        """Note an answer that was late, or a repetition, or not timed."""
        # A far end that repeats itself without end is not listened to without end.
        if len(self._noticed) < _MOST:
            self._noticed.append((sequence, number))

    def lost(self, sequence: int) -> None:
        """Note that a packet was given up."""
        self._lost.append(sequence)

    def settle(self) -> Settled | None:
        """Return what is known since the last time; None of who keeps no count."""
        sent, forward, reverse = self._all_well(), 0, 0
        if not sent:
            self._take_in()
            if len(self._answers) + len(self._runs) + len(self._again) > _MOST:
                self._begin_anew()
            for _ in range(_PARTS):
                if (part := self._next_part()) is None:
                    break
                sent += part.sent
                forward += part.forward
                reverse += part.reverse
            else:
                # No count begins anew that often.
                self._begin_anew()
        return Settled(sent, forward, reverse) if self._counts else None

    def _all_well(self) -> int:
        """Take in what is by far the most frequent: the next packets, nothing lost."""
        sequence, number = self._sequence, self._number
        pending = self._lost or self._noticed or self._answers or self._runs
        if sequence is None or pending:
            return 0
        for theirs, counted, _, _ in self._new:
            sequence += 1
            number += 1
            if theirs != sequence % WORD or counted != number % WORD:
                return 0
        taken = len(self._new)
        self._sequence, self._number = sequence, number
        self._new.clear()
        return taken

    def _take_in(self) -> None:
        """Put what is new in order, counted on beyond 32 bits."""
        if self._sequence is None and self._new:
            # What came before the first answer is nobody's to know.
            sequence, number = min(self._new)[:2]
            self._restart(sequence - 1, number - 1)
        at = self._sequence
        if at is not None:
            for sequence, number, sent, received in self._new:
                self._place(_near(sequence, at), number, sent, received)
            lost = sorted(_near(sequence, at) for sequence in self._lost)
            self._runs += [Run(each, each, 1) for each in lost if each > at]
            known = {each.first for each in self._answers}
            for sequence, number in self._noticed:
                sequence = _near(sequence, at)
                if sequence not in known:
                    self._late(sequence)
                    known.add(sequence)
                    self._place(sequence, number, 0, 0)
                elif (counted := _near(number, self._number)) > self._number:
                    self._again.add(counted)
            self._answers.sort()
            self._join_silence()
        self._new.clear()
        self._lost.clear()
        self._noticed.clear()

    def _restart(self, sequence: int, number: int) -> None:
        """Go on from here, with a count that has nothing to do with the one before."""
        self._sequence, self._number = sequence, number
        self._counts = (sequence + FIRST - number) % WORD != 0
        self._again.clear()
        self._surplus = 0

    def _place(self, sequence: int, number: int, sent: int, received: int) -> None:
        counted = _near(number, self._number)
        if (sequence + FIRST - counted) % WORD:
            self._counts = True
        if self._sequence is not None and sequence > self._sequence:
            self._answers.append(Answer(sequence, counted, sent, received))
        elif counted > self._number:
            self._again.add(counted)

    def _late(self, sequence: int) -> None:
        """Take a packet that was answered after all from those lost, if it is there."""
        for at, run in enumerate(self._runs):
            if run.first <= sequence <= run.last:
                fewer = run._replace(many=run.many - 1)
                self._runs[at : at + 1] = [fewer] if fewer.many else []
                break

    def _join_silence(self) -> None:
        """Keep losses that no answer follows as one: there may be very many."""
        last = self._answers[-1].first if self._answers else self._sequence or 0
        following = [run for run in self._runs if run.first > last]
        if len(following) > 1:
            count = sum(run.many for run in following)
            joined = Run(following[0].first, following[-1].last, count)
            self._runs[-len(following) :] = [joined]

    def _next_part(self) -> Settled | None:
        """Account for all up to some answer; None if that is not known yet."""
        if self._sequence is None:
            return None
        answers, runs = closed(
            self._answers, self._runs, self._sequence, self._deadline
        )
        if not answers:
            return None
        restart = next((at for at, each in enumerate(answers) if self._odd(each)), None)
        if restart == 0:
            first = answers[0]
            self._restart(first.first, first.number)
            self._forget(first.first)
            return Settled(1, 0, 0)
        if restart is not None:
            before = answers[:restart]
            return self._account(before, runs, before)
        if not self._missing(answers, self._answers) and not any(
            run.first < answers[-1].first for run in runs
        ):
            return self._account(answers, runs, self._answers)
        certain = up_to_calm(answers, runs, self._deadline)
        if certain or len(answers) + len(runs) <= _MANY:
            return self._account(certain, runs, self._answers)
        # With so much lost there is no calm: half of it, and what is off by a packet
        # there is made good later.
        half = answers[: len(answers) // 2]
        return self._account(half, runs, self._answers, owing=True)

    def _odd(self, answer: Answer) -> bool:
        """Tell whether a number does not go on from the last: the count began anew."""
        if answer.number == COUNTED or self._sequence is None:
            return False
        ahead = answer.number - self._number
        possible = answer.first - self._sequence + len(self._again) + _SLACK
        return not 0 < ahead <= possible

    def _missing(self, answers: Sequence[Answer], seen_in: Sequence[Answer]) -> int:
        """Count the far end's numbers up to these that came with no answer."""
        return self._missing_upto(max(each.number for each in answers), seen_in)

    def _missing_upto(self, last: int, seen_in: Sequence[Answer]) -> int:
        before = self._number
        seen = {each.number for each in seen_in} | self._again
        return max(0, last - before) - sum(before < n <= last for n in seen)

    def _account(
        self,
        answers: Sequence[Answer],
        runs: Sequence[Run],
        seen_in: Sequence[Answer],
        *,
        owing: bool = False,
    ) -> Settled | None:
        """Account for all up to the last of these, by sequence and by number."""
        if not answers or self._sequence is None:
            return None
        last, before = answers[-1], self._number
        highest = max(each.number for each in answers)
        upto = highest if owing or last.number == COUNTED else last.number
        upto = max(upto, before)
        lost = sum(run.many for run in runs if run.last < last.first)
        missing = self._missing_upto(upto, seen_in) + self._surplus
        others = last.first - self._sequence - len(answers) - lost
        known, reverse = lost, min(missing, lost)
        if others > 0 and missing:
            # Their numbers are missing too; only none or all tells of ours.
            known = reverse = lost if missing >= lost + others else 0
        self._surplus = missing - reverse if owing and others <= 0 else 0
        self._sequence, self._number = last.first, upto
        # Numbers further on that are taken are no gap when their turn comes.
        self._again |= {each.number for each in answers if each.number > upto}
        self._forget(last.first)
        if seen_in is not answers:
            self._answers = [
                each._replace(number=COUNTED) if before < each.number <= upto else each
                for each in self._answers
            ]
        return Settled(len(answers) + known, known - reverse, reverse)

    def _forget(self, sequence: int) -> None:
        """Drop what is accounted for."""
        self._runs = [run for run in self._runs if run.last > sequence]
        self._answers = [each for each in self._answers if each.first > sequence]
        self._again = {number for number in self._again if number > self._number}


def _near(value: int, known: int) -> int:
    """Return the number of 32 bits that `value` ends with and that is nearest."""
    return known + (value - known + _HALF) % WORD - _HALF
