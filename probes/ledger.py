"""Which packets are out, how each ended, and what to report of it.

Pure bookkeeping on the times it is given (integer nanoseconds, monotonic), so that
every rule here is tested without a socket. Nothing takes time in proportion to the
number of targets: the deadline is the same for all, so packets expire in the order
they were sent.
"""

import secrets
from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import count

from bellrock.model.observation import Outcome
from probes.channel import Ways
from probes.target import Address, Target

RECALL = 5
"""Deadlines for which a packet is remembered, to tell late answers from strangers."""


class Peer:
    """One address we send to; targets that share it share its sequence numbers.

    Attributes
    ----------
    cookie : int
        64 random bits, for protocols whose answers return what they were sent.
    packets : dict of int to Packet
        By sequence number, oldest first: those out, and those remembered.
    """

    __slots__ = ("address", "cookie", "family", "packets", "sequence")

    def __init__(self, family: int, address: Address) -> None:
        self.family = family
        self.address = address
        self.cookie = secrets.randbits(64)
        self.sequence = 0
        self.packets: dict[int, Packet] = {}


class Track:
    """One target, and what was settled of it since its last report."""

    __slots__ = (
        *("peer", "target", "delays", "outcomes", "late", "duplicates"),
        *("reported", "queued", "dropped", "ways", "reordered", "latest"),
    )

    def __init__(
        self, target: Target, peer: Peer | None, ways: Ways | None = None
    ) -> None:
        self.target = target
        self.peer = peer
        self.ways = ways
        self.latest = 0
        self.reported: int | None = None
        self.queued = False
        self.dropped = False
        self.clear()

    def clear(self) -> None:
        """Begin a new report."""
        self.delays: list[tuple[int, int]] = []
        self.outcomes: dict[Outcome, int] = {}
        self.late = 0
        self.duplicates = 0
        self.reordered = 0


class Packet:
    """One probe packet.

    Attributes
    ----------
    token : int
        What a true answer returns: a cookie, or the time stamp sent.
    sent : int
        Nanoseconds, monotonic.
    outcome : Outcome or None
        None while it is waited for.
    """

    __slots__ = ("outcome", "peer", "sent", "sequence", "token", "track")

    def __init__(
        self, track: Track, peer: Peer, sequence: int, token: int, sent: int
    ) -> None:
        self.track = track
        self.peer = peer
        self.sequence = sequence
        self.token = token
        self.sent = sent
        self.outcome: Outcome | None = None


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
        self._waiting: deque[Packet] = deque()
        self._remembered: deque[Packet] = deque()
        self._due: list[tuple[int, int, Track]] = []
        self._tie = count()

    def sent(self, packet: Packet) -> None:
        """Wait for the answer of a packet that has just left."""
        packet.peer.packets[packet.sequence] = packet
        self._waiting.append(packet)

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
        if packet.outcome is Outcome.SUCCESS:
            packet.track.duplicates += 1
            self._touch(packet.track, packet.sent)
            return False
        late = packet.outcome is not None
        if delay is not None and delay > self._deadline and not late:
            self.settle(packet, Outcome.TIMEOUT)
            late = True
        if late:
            packet.track.late += 1
            self._touch(packet.track, packet.sent)
            return False
        track = packet.track
        if packet.sent < track.latest:
            track.reordered += 1
        else:
            track.latest = packet.sent
        if delay is not None:
            track.delays.append((packet.sent, delay))
        self.settle(packet, Outcome.SUCCESS)
        return True

    def settle(self, packet: Packet, outcome: Outcome) -> None:
        """Say how a packet ended; only the first word counts."""
        if packet.outcome is None:
            packet.outcome = outcome
            if outcome is not Outcome.SUCCESS and packet.track.ways is not None:
                packet.track.ways.lost(packet.sequence)
            self.unsent(packet.track, outcome, packet.sent)

    def unsent(self, track: Track, outcome: Outcome, now: int) -> None:
        """Count a packet that could not even leave, for the network's reasons."""
        track.outcomes[outcome] = track.outcomes.get(outcome, 0) + 1
        self._touch(track, now)

    def expire(self, now: int) -> None:
        """Give up packets whose deadline is over, forget those long settled."""
        waiting, remembered = self._waiting, self._remembered
        latest = now - self._deadline
        while waiting and waiting[0].sent < latest:
            packet = waiting.popleft()
            remembered.append(packet)
            if packet.outcome is None:
                self.settle(packet, Outcome.TIMEOUT)
        oldest = now - RECALL * self._deadline
        while remembered and remembered[0].sent < oldest:
            packet = remembered.popleft()
            # Sequence numbers wrap: the place may be a younger packet's by now.
            if packet.peer.packets.get(packet.sequence) is packet:
                del packet.peer.packets[packet.sequence]

    def abandon(self) -> None:
        """Forget all packets: their socket is gone, and no answer can reach us."""
        for packet in (*self._waiting, *self._remembered):
            packet.peer.packets.clear()
        self._waiting.clear()
        self._remembered.clear()

    def reports(self, now: int) -> Iterator[Track]:
        """Yield each track with news whose last report is long enough ago.

        A track is cleared when the caller comes back for the next one.
        """
        due = self._due
        while due and due[0][0] <= now:
            track = heappop(due)[2]
            track.queued = False
            if track.dropped:
                continue
            track.reported = now
            yield track
            track.clear()

    def _touch(self, track: Track, now: int) -> None:
        if track.queued or track.dropped:
            return
        track.queued = True
        at = now if track.reported is None else track.reported + self._report
        heappush(self._due, (at, next(self._tie), track))
