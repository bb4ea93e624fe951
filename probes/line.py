"""One socket of an engine: packets that are built and read one by one."""

from collections.abc import Iterator, Sequence

from probes import kernel
from probes.batch import Inbox, Outbox
from probes.channel import Channel, Far
from probes.clock import SECOND, Clock
from probes.endpoint import PLACES, SLACK, Endpoint
from probes.kernel import STAMP, STAMP_SIZE, Ancillary, Refused
from probes.packets import Packet, Track
from probes.timing import MARGIN, STAMPED

_ROOM = 64
_UNSTAMPED = 4_096

Arrival = tuple[bytes, int, int | None, int | None, int, Far | None, int, int]
"""What came: the sender's socket address, the stamp or 0, and of the answer, if it is
one, sequence number, token, what it was held, and the far end's word; its place and the
size of its control messages."""


class Line(Endpoint):
    """Datagrams out in groups, answers and stamps back in; see :class:`Endpoint`."""

    def __init__(self, channel: Channel, clock: Clock, *, exact: bool) -> None:
        self._wanted: list[Packet] = []
        self._first = 0
        super().__init__(channel, clock, exact=exact)
        self._outbox = Outbox(self.sock, PLACES, _ROOM)
        self._inbox = self._new_inbox()

    def load(self, tracks: Sequence[Track], remembered: int) -> list[Packet]:
        """Make a packet for each of these, ready to leave together.

        No two may have the same peer: what does not leave is taken back.
        """
        wall = self._clock.realtime()
        channel, outbox = self.channel, self._outbox
        sequences = channel.sequences
        packets = []
        for place, track in enumerate(tracks):
            peer = track.peer
            assert peer is not None
            packet = peer.next(track, sequences, remembered)
            datagram, packet.token = channel.request(packet.sequence, peer.cookie, wall)
            outbox.put(place, peer.name, datagram)
            packets.append(packet)
        return packets

    def send(self, packets: Sequence[Packet], first: int) -> int:
        """Send those loaded, from one on; return how many left, or minus the errno."""
        clock = self._clock.monotonic
        started = clock()
        sent = self._outbox.send(first, len(packets) - first)
        if sent <= 0:
            return self._not_left(sent)
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

    def receive(self, most: int) -> int:
        """Receive; return how many datagrams came, or minus the errno."""
        if self._inbox.room < self._outbox.room + SLACK:
            self._inbox = self._new_inbox()
        count = self._inbox.receive(most)
        self._read += max(0, count)
        return count

    def received(self, count: int) -> Iterator[Arrival]:
        """Yield what the last call received."""
        read = self.channel.answer
        place = -1
        for (control, length), (name, kind, seconds, rest), _ in self._inbox.rows(
            count
        ):
            place += 1
            stamp = 0
            if kind == STAMP and control >= STAMP_SIZE:
                stamp = seconds * SECOND + rest
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

    def _entries(self, count: int, latest: int, *, steady: bool) -> list[Refused]:
        found: list[Refused] = []
        rows = self._errors.rows(count)
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
        if len(self._wanted) > _UNSTAMPED:
            self._number_anew()
        return found

    def _stamped(self, key: int, stamp: int, latest: int) -> None:
        place = (key - self._first) & 0xFFFF_FFFF
        if place >= len(self._wanted):
            return
        packet = self._wanted[place]
        sent = stamp - self.offset.value
        # It may have waited in a queue, but it did not leave before we sent it, nor
        # after now: the wall clock was stepped since we looked at it.
        if sent < packet.sent - packet.doubt - MARGIN or sent > latest + MARGIN:
            return
        packet.sent = sent
        packet.doubt = STAMPED
        if place == len(self._wanted) - 1:
            self._first = (key + 1) & 0xFFFF_FFFF
            self._wanted = []

    def _count_anew(self) -> None:
        self._wanted, self._first = [], 0

    def _new_inbox(self) -> Inbox:
        return Inbox(self.sock, PLACES, self._outbox.room + SLACK, kernel.STAMP_LAYOUT)
