"""One socket of an engine: datagrams out in groups, answers and stamps back in."""

import errno
import os
from collections.abc import Iterator, Sequence

from probes import kernel
from probes.batch import Inbox, Outbox
from probes.channel import Channel, Far, Uniform
from probes.clock import SECOND, Clock
from probes.kernel import STAMP, STAMP_SIZE, Ancillary, Refused
from probes.ledger import Packet, Track
from probes.timing import moved, stepped

_PLACES = 256
_GROUP = 64
_SMALL_GROUP = 16
_ROOM = 64
_SLACK = 64
"""Bytes an answer may be longer than what was sent: an IPv4 header with options."""

_QUOTE = 256
_MARGIN = 2_000
_STAMPED = 1_000
"""Nanoseconds by which the kernel's stamp of a packet that leaves may be off: it is
taken where the driver is handed the packet, and nothing tells how long that takes."""

_UNSTAMPED = 4_096
_LARGEST = 8_192
"""Bytes of kernel memory that no small datagram takes more of."""

Arrival = tuple[bytes, int, int | None, int | None, int, Far | None, int, int]
"""What came: the sender's socket address, the stamp or 0, and of the answer, if it is
one, sequence number, token, what it was held, and the far end's word; its place and the
size of its control messages."""


class Line:
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
    """

    def __init__(self, channel: Channel, clock: Clock, *, exact: bool) -> None:
        self.channel = channel
        self.sock = channel.sock
        self.offset = clock.offset()
        self.drained = clock.monotonic()
        self._dropped = kernel.memory(self.sock).dropped
        self._read = 0
        self._clock = clock
        self._uniform = channel if isinstance(channel, Uniform) else None
        self._wanted: list[Packet] = []
        self._first = 0
        self._refused: list[Refused] = []
        self.exact: bool | None = None
        self.stamp(exact=exact)
        self._outbox = Outbox(self.sock, _PLACES, _ROOM)
        if self._uniform is not None:
            self._memory, self._stride = self._outbox.uniform(self._uniform.size)
        self._inbox = self._new_inbox()
        errors = kernel.STAMP_LAYOUT + kernel.ERROR_LAYOUT
        self._errors = Inbox(self.sock, _PLACES, _QUOTE, errors, kernel.MSG_ERRQUEUE)

    def stamp(self, *, exact: bool) -> None:
        """Have the kernel stamp what leaves from now on, or not."""
        if exact == self.exact:
            return
        self.exact = exact
        self.group = _GROUP if exact else _SMALL_GROUP
        kernel.stamp_both(self.sock, sent=exact)
        self._wanted, self._first = [], 0

    def steady(self) -> bool:
        """Tell whether the wall clock is where it was; if not, go on from where it is.

        What was stamped since the last call is then worthless.
        """
        offset = self._clock.offset()
        steady = not stepped(self.offset, offset)
        if moved(self.offset, offset) or offset.error < self.offset.error:
            self.offset = offset
        return steady

    def load(self, tracks: Sequence[Track], remembered: int) -> list[Packet]:
        """Make a packet for each of these, ready to leave together.

        No two may have the same peer: what does not leave is taken back.
        """
        wall = self._clock.realtime()
        channel, outbox, uniform = self.channel, self._outbox, self._uniform
        sequences, at = channel.sequences, 0
        packets = []
        for place, track in enumerate(tracks):
            peer = track.peer
            assert peer is not None
            packet = peer.next(track, sequences, remembered)
            sequence = packet.sequence
            if uniform is not None:
                packet.token = cookie = peer.cookie
                uniform.write(self._memory, at, peer.name, sequence, cookie)
                at += self._stride
            else:
                datagram, packet.token = channel.request(sequence, peer.cookie, wall)
                outbox.put(place, peer.name, datagram)
            packets.append(packet)
        return packets

    def send(self, packets: Sequence[Packet], first: int) -> int:
        """Send those loaded, from one on; return how many left, or minus the errno."""
        clock = self._clock.monotonic
        started = clock()
        sent = self._outbox.send(first, len(packets) - first)
        if sent <= 0:
            # The kernel may have numbered it all the same.
            steady = not stepped(self.offset, self._clock.offset())
            self._refused += self._read_errors(steady=steady)
            self._number_anew()
            return sent
        # Their turns are as long as each other, as far as we know.
        took = clock() - started
        at, step = started + took // (2 * sent), took // sent
        left = packets[first : first + sent]
        for packet in left:
            packet.sent = at
            packet.doubt = took
            at += step
        if self.exact:
            self._wanted += left
        return sent

    def error(self, doubt: int) -> int:
        """Return how wrong a delay may be, whose packet left within `doubt`.

        Where both ends of it were stamped, what stands between the clocks cancels out.
        """
        return doubt if self.exact and doubt <= _STAMPED else doubt + self.offset.error

    def receive(self, most: int) -> int:
        """Receive; return how many datagrams came, or minus the errno."""
        if self._inbox.room < self._outbox.room + _SLACK:
            self._inbox = self._new_inbox()
        count = self._inbox.receive(most)
        self._read += max(0, count)
        return count

    def received(self, count: int) -> Iterator[Arrival]:
        """Yield what the last call received."""
        uniform, read = self._uniform, self.channel.answer
        size, mark = (0, 0)
        if uniform is not None:
            size, _, mark = uniform.usual
        place = -1
        for (control, length), (name, kind, seconds, rest), content in self._inbox.rows(
            count
        ):
            place += 1
            stamp = 0
            if kind == STAMP and control >= STAMP_SIZE:
                stamp = seconds * SECOND + rest
            if length == size and content[0] == mark:
                yield name, stamp, content[1], content[2], 0, None, place, control
                continue
            answer = read(self._inbox.data(place, length))
            if answer is None:
                yield name, stamp, None, None, 0, None, place, control
            else:
                sequence, token, held, far = answer
                yield name, stamp, sequence, token, held, far, place, control

    def ancillary(self, place: int, size: int) -> Ancillary:
        """Return all that the kernel says of one of them."""
        return self._inbox.control(place, size)

    def mark(self, place: int, size: int) -> int | None:
        """Return the code point that one of them came with, where that was asked for.

        The control messages then take more room than the stamp.
        """
        if size <= STAMP_SIZE:
            return None
        return kernel.mark(self.ancillary(place, size))

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

    def _read_errors(self, *, steady: bool) -> list[Refused]:
        found: list[Refused] = []
        while (count := self._errors.receive(_PLACES)) > 0:
            rows = self._errors.rows(count)
            latest = self._clock.monotonic() + self.offset.error
            for place, ((size, length), row, (quoted,)) in enumerate(rows):
                name, kind, seconds, rest, also, number, origin, key = row
                if kind != STAMP or also not in kernel.ERRORS:
                    # An error that was not stamped.
                    control = self._errors.control(place, size)
                    found += kernel.refused(name, quoted[:length], control)
                elif origin == kernel.OF_STAMP:
                    if steady:
                        self._stamped(key, seconds * SECOND + rest, latest)
                elif origin in kernel.FROM_ICMP:
                    found.append(Refused(number, name, quoted[:length]))
        if count not in (-errno.EAGAIN, -errno.EINTR):
            raise OSError(-count, os.strerror(-count))
        if len(self._wanted) > _UNSTAMPED:
            self._number_anew()
        return found

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

    def _stamped(self, key: int, stamp: int, latest: int) -> None:
        place = (key - self._first) & 0xFFFF_FFFF
        if place >= len(self._wanted):
            return
        packet = self._wanted[place]
        sent = stamp - self.offset.value
        # It may have waited in a queue, but it did not leave before we sent it, nor
        # after now: the wall clock was stepped since we looked at it.
        if sent < packet.sent - packet.doubt - _MARGIN or sent > latest + _MARGIN:
            return
        packet.sent = sent
        packet.doubt = _STAMPED
        if place == len(self._wanted) - 1:
            self._first = (key + 1) & 0xFFFF_FFFF
            self._wanted = []

    def _number_anew(self) -> None:
        """Begin to count at 0 again; what is not stamped by now keeps our own time."""
        if self.exact:
            kernel.stamp_both(self.sock, sent=False)
            kernel.stamp_both(self.sock, sent=True)
            self._wanted, self._first = [], 0

    def _new_inbox(self) -> Inbox:
        room = self._outbox.room + _SLACK
        content = "" if self._uniform is None else self._uniform.usual.layout
        return Inbox(self.sock, _PLACES, room, kernel.STAMP_LAYOUT, content=content)
