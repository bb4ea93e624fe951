"""One socket of an engine: packets that look alike, written and read all at a time."""

import sys
from typing import NamedTuple

import numpy as np

from probes import kernel
from probes.batch import NAME_SIZES, Inbox, Outbox
from probes.channel import Uniform
from probes.clock import Clock
from probes.endpoint import PLACES, SLACK, Endpoint
from probes.kernel import Refused
from probes.kernels.answers import answered
from probes.kernels.layout import Bytes, Integers
from probes.kernels.sending import stamped
from probes.sheet import Sheet
from probes.timing import MARGIN, STAMPED, STEP

_LENGTH, _BEHIND = 56, 60
"""Where the size of a datagram stands among what the kernel says of it."""


class Settled(NamedTuple):
    """What came of datagrams.

    Attributes
    ----------
    rows, sent, delays, kinds : list of int
        Of each answer its target's row, when its packet left, its delay, and what it is
        (see :mod:`probes.kernels.answers`).
    strays, untimed : int
        How many answered nothing; how many have no delay.
    doubt : int
        How far off the time may be at which a packet of them left.
    """

    rows: list[int]
    sent: list[int]
    delays: list[int]
    kinds: list[int]
    strays: int
    untimed: int
    doubt: int


class Sweep(Endpoint):
    """Datagrams out in groups, answers and stamps back in; see :class:`Endpoint`.

    Attributes
    ----------
    sheet : Sheet
        Its packets.
    """

    def __init__(self, channel: Uniform, clock: Clock, *, exact: bool) -> None:
        self._number_zero = -1
        super().__init__(channel, clock, exact=exact)
        self._uniform = channel
        self._name_size = name_size = NAME_SIZES[self.sock.family]
        self.sheet = Sheet(channel.sequences, name_size)
        self._loaded = 0
        self._times = np.zeros(6, np.int64)
        self._outbox = Outbox(self.sock, PLACES, channel.size)
        memory, stride = self._outbox.uniform(channel.size)
        for place in range(PLACES):
            channel.write(memory, place * stride, bytes(name_size), 0, 0)
        self._out = _rows(memory)
        self._form = np.array(channel.form)
        self._inbox = Inbox(
            self.sock, PLACES, channel.size + SLACK, kernel.STAMP_LAYOUT
        )
        self._arrived, self._sizes = map(_rows, self._inbox.memory())
        self._entered = _rows(self._errors.memory()[0])
        usual = channel.usual
        self._answer_form = np.array(
            (
                *(usual.size, *(name_size + at for at in usual.places), usual.mark),
                *(self._inbox.before_control, kernel.STAMP, kernel.STAMP_SIZE),
            )
        )
        self._error_form = np.array(
            (
                *(self._errors.before_control, kernel.STAMP),
                *(*kernel.ERRORS, kernel.OF_STAMP),
            )
        )
        self._found = np.empty((4, PLACES), np.int64)
        self._totals = np.zeros(4, np.int64)

    def load(self, rows: Integers, remembered: int) -> None:
        """Make a packet for each of these targets, ready to leave together."""
        self._loaded = self.sheet.head
        self.sheet.enter(rows, remembered, self._out, self._form)

    def send(self, first: int, most: int) -> int:
        """Send those loaded, from one on; return how many left, or minus the errno."""
        started = self._clock.monotonic()
        sent = self._outbox.send(first, most)
        if sent <= 0:
            return self._not_left(sent)
        took = self._clock.monotonic() - started
        position = self._loaded + first
        self.sheet.left(position, sent, started, took)
        if self._number_zero < 0:
            self._number_zero = position
        return sent

    def receive(self, most: int) -> int:
        """Receive; return how many datagrams came, or minus the errno."""
        count = self._inbox.receive(most)
        self._read += max(0, count)
        return count

    def settle(
        self, count: int, now: int, forgotten: int, deadline: int, *, steady: bool
    ) -> Settled:
        """Settle the packets that what the last call received answers.

        Parameters
        ----------
        now, forgotten : int
            The time, and since when what is settled is remembered.
        deadline : int
            Nanoseconds after which an answer is too late.
        steady : bool
            Whether stamps are to be believed.
        """
        sheet, found, totals = self.sheet, self._found, self._totals
        totals[:] = 0
        self._times[:] = self.offset.value, now, forgotten, deadline, STEP, steady
        place = 0
        while (
            place := answered(
                *(sheet.packets, sheet.peers, sheet.names, sheet.table),
                *(self._arrived, self._sizes, place, count),
                *(self._answer_form, self._times, found, totals),
            )
        ) < count:
            if not self._made_usual(place):
                totals[1] += 1
                place += 1
        answers, strays, untimed, doubt = totals.tolist()
        # Four lists of numbers, since the collector of garbage looks at every list.
        rows, sent, delays, kinds = (column[:answers].tolist() for column in found)
        return Settled(rows, sent, delays, kinds, strays, untimed, doubt)

    def _made_usual(self, place: int) -> bool:
        """Write an answer that looks otherwise as it would look, if it is one."""
        _, length = self._inbox.sizes(place)
        answer = self._uniform.answer(self._inbox.data(place, length))
        if answer is None or answer.sequence is None or answer.token is None:
            return False
        size, *places, mark = self._answer_form[:5].tolist()
        row = self._arrived[place]
        for at, value, width in zip(
            places, (mark, answer.sequence, answer.token), (2, 2, 8), strict=True
        ):
            row[at : at + width] = list(value.to_bytes(width))
        self._sizes[place, _LENGTH:_BEHIND] = list(size.to_bytes(4, sys.byteorder))
        return True

    def _entries(self, count: int, latest: int, *, steady: bool) -> list[Refused]:
        found: list[Refused] = []
        place = 0
        while (
            place := stamped(
                *(self.sheet.packets, self._entered, place, count, self._error_form),
                *(self._number_zero if steady else -1, self.sheet.head),
                *(self.offset.value, latest, MARGIN, STAMPED),
            )
        ) < count:
            control, length = self._errors.sizes(place)
            found += kernel.refused(
                self._entered[place, : self._name_size].tobytes(),
                self._errors.data(place, length),
                self._errors.control(place, control),
            )
            place += 1
        return found

    def _count_anew(self) -> None:
        self._number_zero = -1


def _rows(memory: bytearray) -> Bytes:
    """Return memory as bytes, one row for each datagram there is room for."""
    return np.frombuffer(memory, np.uint8).reshape(PLACES, -1)
