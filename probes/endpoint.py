"""One socket of an engine: how the clocks stand to it, and what it says of itself."""

import errno
import os
from abc import ABC, abstractmethod

from probes import kernel
from probes.batch import Inbox
from probes.channel import Channel
from probes.clock import Clock
from probes.kernel import Refused
from probes.timing import STAMPED, moved, stepped

PLACES = 256
"""Datagrams that are sent or received in one call at most."""

SLACK = 64
"""Bytes an answer may be longer than what was sent: an IPv4 header with options."""

_GROUP = 64
_SMALL_GROUP = 16
_QUOTE = 256
_LARGEST = 8_192
"""Bytes of kernel memory that no small datagram takes more of."""


class Endpoint(ABC):
    """A channel's socket, and how the wall clock stood when it was last seen empty.

    Parameters
    ----------
    exact : bool
        Have the kernel stamp what leaves, too, and not only what comes.

    Attributes
    ----------
    offset : Offset
        Between the clocks; the same for all stamps until the wall clock is stepped, so
        that its error is in none of their differences.
    drained : int
        When it was last seen empty.
    group : int
        How many packets leave together at most, so that their times are told apart.
    """

    def __init__(self, channel: Channel, clock: Clock, *, exact: bool) -> None:
        self.channel = channel
        self.sock = channel.sock
        self.offset = clock.offset()
        self.drained = clock.monotonic()
        self._clock = clock
        self._dropped = kernel.memory(self.sock).dropped
        self._read = 0
        self._refused: list[Refused] = []
        errors = kernel.STAMP_LAYOUT + kernel.ERROR_LAYOUT
        self._errors = Inbox(self.sock, PLACES, _QUOTE, errors, kernel.MSG_ERRQUEUE)
        self.exact: bool | None = None
        self.stamp(exact=exact)

    @property
    def room(self) -> int:
        """Bytes of kernel memory for what waits to be read."""
        return kernel.memory(self.sock).room

    def stamp(self, *, exact: bool) -> None:
        """Have the kernel stamp what leaves from now on, or not."""
        if exact == self.exact:
            return
        self.exact = exact
        self.group = _GROUP if exact else _SMALL_GROUP
        kernel.stamp_both(self.sock, sent=exact)
        self._count_anew()

    def steady(self) -> bool:
        """Tell whether the wall clock is where it was; if not, go on from where it is.

        What was stamped since the last call is then worthless.
        """
        offset = self._clock.offset()
        steady = not stepped(self.offset, offset)
        if moved(self.offset, offset) or offset.error < self.offset.error:
            self.offset = offset
        return steady

    def error(self, doubt: int) -> int:
        """Return how wrong a delay may be, whose packet left within `doubt`.

        Where both ends of it were stamped, what stands between the clocks cancels out.
        """
        return doubt if self.exact and doubt <= STAMPED else doubt + self.offset.error

    def overflowed(self) -> int:
        """Return how many datagrams found the socket full since the last call.

        What filled it is still there or was read since. If that is too little, what
        was dropped came with a wrong checksum: it was lost on its way.
        """
        held, room, dropped = kernel.memory(self.sock)
        more = (dropped - self._dropped) & 0xFFFF_FFFF
        full = held + self._read * _LARGEST > room // 2
        self._dropped, self._read = dropped, 0
        return more if full else 0

    def refusals(self, *, steady: bool = True) -> list[Refused]:
        """Empty the error queue: time what has left, return what ICMP said.

        Parameters
        ----------
        steady : bool
            Whether stamps are to be believed.
        """
        found = self._refused + self._read_errors(steady=steady)
        self._refused = []
        return found

    def _not_left(self, number: int) -> int:
        """Make up for a packet that did not leave; return what kept it, negative."""
        # The kernel may have numbered it all the same.
        steady = not stepped(self.offset, self._clock.offset())
        self._refused += self._read_errors(steady=steady)
        self._number_anew()
        return number

    def _read_errors(self, *, steady: bool) -> list[Refused]:
        found: list[Refused] = []
        while (count := self._errors.receive(PLACES)) > 0:
            latest = self._clock.monotonic() + self.offset.error
            found += self._entries(count, latest, steady=steady)
        if count not in (-errno.EAGAIN, -errno.EINTR):
            raise OSError(-count, os.strerror(-count))
        return found

    def _number_anew(self) -> None:
        """Begin to count at 0 again; what is not stamped by now keeps our own time."""
        if self.exact:
            kernel.stamp_both(self.sock, sent=False)
            kernel.stamp_both(self.sock, sent=True)
            self._count_anew()

    @abstractmethod
    def _entries(self, count: int, latest: int, *, steady: bool) -> list[Refused]:
        """Read entries of the error queue: stamps of what left, and what ICMP said.

        Parameters
        ----------
        latest : int
            No packet left after this; monotonic.
        """

    @abstractmethod
    def _count_anew(self) -> None:
        """Take the next packet that is stamped to be number 0."""
