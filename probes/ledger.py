"""Which packets are out, how each ended, and what to report of it.

Pure bookkeeping on the times it is given (integer nanoseconds, monotonic), so that
every rule here is tested without a socket. Nothing takes time in proportion to the
number of targets: the deadline is the same for all, so packets expire in the order
they were sent.
"""

import secrets
from collections import deque
from collections.abc import Iterator, Sequence
from heapq import heappop, heappush
from itertools import count

from bellrock.model.observation import Outcome
from probes.channel import Ways
from probes.target import Address, Target, socket_address

RECALL = 5
"""Deadlines for which a packet is remembered, to tell late answers from strangers."""

_RING = 4

# An enumeration's attributes are slow to look up, and these are needed for each packet.
_SUCCESS, _TIMEOUT = Outcome.SUCCESS, Outcome.TIMEOUT

_NEVER = -(1 << 62)


class Packet:
    """One probe packet; its peer uses it again when it is long forgotten.

    Attributes
    ----------
    track : Track
        The target it measures.
    token : int
        What a true answer returns: a cookie, or the time stamp sent.
    sent : int
        Nanoseconds, monotonic.
    doubt : int
        Nanoseconds by which `sent` may be too early or too late.
    outcome : Outcome or None
        None while it is waited for.
    """

    __slots__ = ("doubt", "outcome", "peer", "sent", "sequence", "token", "track")

    def __init__(self, peer: "Peer") -> None:
        self.peer = peer
        self.track: Track
        self.sequence = -1
        self.token = 0
        self.sent = _NEVER
        self.doubt = 0
        self.outcome: Outcome | None = _SUCCESS


class Peer:
    """One address we send to; targets that share it share its sequence numbers.

    Its packets stand in a ring, each at its sequence number modulo the ring's size,
    which grows until a packet is only used again when it is no longer remembered.

    Attributes
    ----------
    name : bytes
        The socket address as the kernel writes it.
    cookie : int
        64 random bits, for protocols whose answers return what they were sent.
    tracks : int
        How many targets share it.
    """

    __slots__ = (
        *("address", "cookie", "family", "name", "ring", "sequence"),
        *("_mask", "tracks"),
    )

    def __init__(self, family: int, address: Address) -> None:
        self.family = family
        self.address = address
        self.name = socket_address(family, address)
        self.cookie = secrets.randbits(64)
        self.sequence = 0
        self.tracks = 0
        self.forget()

    def forget(self) -> None:
        """Forget all packets."""
        self.ring = [Packet(self) for _ in range(_RING)]
        self._mask = _RING - 1

    def next(self, track: "Track", sequences: int, remembered: int) -> Packet:
        """Return the packet to send next, with its number; not sent yet.

        Parameters
        ----------
        sequences : int
            How many numbers there are before they wrap; a power of two.
        remembered : int
            Nanoseconds; what was sent later, or is still waited for, is remembered.
        """
        sequence = self.sequence
        packet = self.ring[sequence & self._mask]
        # After a stall, one that is still waited for may be older than that.
        if packet.sent > remembered or packet.outcome is None:
            packet = self._fresh(sequences, remembered)
        packet.sequence = sequence
        packet.track = track
        packet.outcome = None
        self.sequence = (sequence + 1) % sequences
        return packet

    def take_back(self, packet: Packet) -> None:
        """Undo the last :meth:`next`: the packet did not leave."""
        self.sequence = packet.sequence
        packet.sequence = -1
        packet.sent = _NEVER
        packet.outcome = _SUCCESS

    def find(self, sequence: int) -> Packet | None:
        """Return the packet of this number, if it is remembered."""
        packet = self.ring[sequence & self._mask]
        return packet if packet.sequence == sequence else None

    def oldest(self) -> Packet | None:
        """Return the packet that is waited for longest."""
        out = (packet for packet in self.ring if packet.outcome is None)
        return min(out, key=lambda packet: packet.sent, default=None)

    def _fresh(self, sequences: int, remembered: int) -> Packet:
        """Make room; where there are no more numbers, forget who had this one."""
        while len(self.ring) < sequences:
            size = 2 * len(self.ring)
            old, self.ring = self.ring, [Packet(self) for _ in range(size)]
            self._mask = size - 1
            for packet in old:
                if packet.sent > remembered or packet.outcome is None:
                    self.ring[packet.sequence & self._mask] = packet
            packet = self.ring[self.sequence & self._mask]
            if packet.sent <= remembered and packet.outcome is not None:
                return packet
        packet = self.ring[self.sequence & self._mask] = Packet(self)
        return packet


class Track:
    """One target, and what was settled of it since its last report."""

    __slots__ = (
        *("peer", "target", "_sent", "_delays", "answered", "unanswered", "late"),
        "duplicates",
        *("reported", "queued", "dropped", "ways", "reordered", "latest", "family"),
    )

    def __init__(
        self, target: Target, peer: Peer | None, ways: Ways | None = None
    ) -> None:
        self.target = target
        self.peer = peer
        self.family = 0 if peer is None else peer.family
        self.ways = ways
        self.latest = _NEVER
        self.reported = _NEVER
        self.queued = False
        self.dropped = False
        self.clear()

    def clear(self) -> None:
        """Begin a new report."""
        # Two lists of numbers, since the collector of garbage looks at every pair.
        self._sent: list[int] = []
        self._delays: list[int] = []
        self.answered = 0
        self.unanswered: dict[Outcome, int] = {}
        self.late = 0
        self.duplicates = 0
        self.reordered = 0

    def timed(self, sent: int, delay: int) -> None:
        """Note the delay of a packet."""
        self._sent.append(sent)
        self._delays.append(delay)

    @property
    def delays(self) -> list[int]:
        """The delays, in order of sending."""
        if not self.reordered:
            return self._delays
        return [
            delay for _, delay in sorted(zip(self._sent, self._delays, strict=True))
        ]

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """How the packets ended."""
        if self.answered:
            return {_SUCCESS: self.answered, **self.unanswered}
        return self.unanswered


class Ledger:
    """All packets of one engine.

    Parameters
    ----------
    deadline : int
        Nanoseconds after which a packet that was not answered is lost.
    report : int
        Least nanoseconds between two reports of one target.
    """

    def __init__(self, deadline: int, report: int) -> None:
        self._deadline = deadline
        self._report = report
        self._waiting: deque[tuple[int, Sequence[Packet]]] = deque()
        self._excused = (0, 0)
        self.excused = 0
        self._ready: list[Track] = []
        self._due: list[tuple[int, int, Track]] = []
        self._tie = count()
        self._now = 0

    def sent(self, packets: Sequence[Packet], at: int) -> None:
        """Wait for the answers of packets that had left by `at`."""
        self._waiting.append((at, packets))

    def answered(self, packet: Packet, delay: int | None) -> bool:
        """Settle a packet by its answer.

        Parameters
        ----------
        delay : int or None
            Nanoseconds; None when the clock was stepped under it: the answer
            counts, its delay is nobody's guess.

        Returns
        -------
        settled : bool
            False of an answer that came late, or once more.
        """
        track, sent = packet.track, packet.sent
        if packet.outcome is not None:
            if packet.outcome is _SUCCESS:
                track.duplicates += 1
            else:
                track.late += 1
            self._touch(track)
            return False
        if delay is not None:
            if delay > self._deadline:
                self.settle(packet, _TIMEOUT)
                track.late += 1
                return False
            track.timed(sent, delay)
        if sent < track.latest:
            track.reordered += 1
        else:
            track.latest = sent
        packet.outcome = _SUCCESS
        track.answered += 1
        if not track.queued:
            self._touch(track)
        return True

    def settle(self, packet: Packet, outcome: Outcome) -> None:
        """Say how a packet ended that was not answered; only the first word counts."""
        if packet.outcome is None:
            packet.outcome = outcome
            if packet.track.ways is not None:
                packet.track.ways.lost(packet.sequence)
            self.unsent(packet.track, outcome)

    def unsent(self, track: Track, outcome: Outcome) -> None:
        """Count a packet that could not even leave, for the network's reasons."""
        track.unanswered[outcome] = track.unanswered.get(outcome, 0) + 1
        self._touch(track)

    def expire(self, now: int) -> None:
        """Give up packets whose deadline is over."""
        waiting = self._waiting
        latest = now - self._deadline
        while waiting and waiting[0][0] < latest:
            for packet in waiting.popleft()[1]:
                if packet.outcome is not None:
                    continue
                if self._excused[0] < packet.sent <= self._excused[1]:
                    packet.outcome = _TIMEOUT
                    self.excused += 1
                else:
                    self.settle(packet, _TIMEOUT)

    def excuse(self, since: int, until: int) -> None:
        """Call nothing lost that may have been answered between these times.

        Answers were dropped then, by this machine, and nobody knows whose.
        """
        first = since - self._deadline
        if first <= self._excused[1]:
            first = self._excused[0]
        self._excused = (first, until)

    def remembered(self, now: int) -> int:
        """Return since when packets are remembered, at a time."""
        return now - RECALL * self._deadline

    def abandon(self) -> None:
        """Forget all packets: their socket is gone, and no answer can reach us."""
        for _, packets in self._waiting:
            for packet in packets:
                packet.outcome = packet.outcome or _TIMEOUT
        self._waiting.clear()

    def reports(self, now: int) -> Iterator[Track]:
        """Yield each track with news whose last report is long enough ago.

        A track is cleared when the caller comes back for the next one.
        """
        self._now = now
        ready, self._ready = self._ready, []
        due = self._due
        while due and due[0][0] <= now:
            ready.append(heappop(due)[2])
        for track in ready:
            track.queued = False
            if track.dropped:
                continue
            track.reported = now
            yield track
            track.clear()

    def _touch(self, track: Track) -> None:
        if track.queued or track.dropped:
            return
        track.queued = True
        due = track.reported + self._report
        if due <= self._now:
            self._ready.append(track)
        else:
            heappush(self._due, (due, next(self._tie), track))
