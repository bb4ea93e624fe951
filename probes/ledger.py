"""Which packets are out, how each ended, and what to report of it.

Pure bookkeeping on the times it is given (integer nanoseconds, monotonic), so that
every rule here is tested without a socket. Nothing takes time in proportion to the
number of targets: the deadline is the same for all, so packets expire in the order
they were sent.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from heapq import heappop, heappush
from itertools import count

from bellrock.model.observation import Outcome
from probes.packets import Packet, Peer, Track

__all__ = ("RECALL", "Ledger", "Packet", "Peer", "Track")

RECALL = 5
"""Deadlines for which a packet is remembered, to tell late answers from strangers."""

# An enumeration's attributes are slow to look up, and these are needed for each packet.
_SUCCESS, _TIMEOUT = Outcome.SUCCESS, Outcome.TIMEOUT


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
        self.deadline = deadline
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
            self.again(track, answered=packet.outcome is _SUCCESS)
            return False
        if delay is not None:
            if delay > self.deadline:
                self.settle(packet, _TIMEOUT)
                track.late += 1
                return False
            track.sent.append(sent)
            track.timed.append(delay)
        packet.outcome = _SUCCESS
        self._succeeded(track, sent)
        return True

    def untimed(self, track: Track, sent: int) -> None:
        """Count an answer that came while the clock was stepped, without a delay."""
        self._succeeded(track, sent)

    def in_time(
        self, tracks: Iterable[Track], sent: Iterable[int], delays: Iterable[int]
    ) -> None:
        """Count answers that came in time, in the order they came."""
        # What :meth:`_succeeded` does, without the calls: this is done for each packet.
        for track, left, delay in zip(tracks, sent, delays, strict=True):
            track.sent.append(left)
            track.timed.append(delay)
            track.answered += 1
            if left < track.latest:
                track.reordered += 1
            else:
                track.latest = left
            if not track.queued:
                self._touch(track)

    def again(self, track: Track, *, answered: bool) -> None:
        """Note an answer to a packet that had one, or was given up."""
        if answered:
            track.duplicates += 1
        else:
            track.late += 1
        self._touch(track)

    def too_late(self, track: Track) -> None:
        """Count a packet as lost whose answer came after the deadline."""
        self.unsent(track, _TIMEOUT)
        track.late += 1

    def lost(self, track: Track, sent: int) -> None:
        """Count a packet that was given up, unless we may have dropped its answer."""
        if self.excuses(sent):
            self.excused += 1
        else:
            self.unsent(track, _TIMEOUT)

    def _succeeded(self, track: Track, sent: int) -> None:
        if sent < track.latest:
            track.reordered += 1
        else:
            track.latest = sent
        track.answered += 1
        if not track.queued:
            self._touch(track)

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
        latest = now - self.deadline
        while waiting and waiting[0][0] < latest:
            for packet in waiting.popleft()[1]:
                if packet.outcome is not None:
                    continue
                if self.excuses(packet.sent):
                    packet.outcome = _TIMEOUT
                    self.excused += 1
                else:
                    self.settle(packet, _TIMEOUT)

    def excuse(self, since: int, until: int) -> None:
        """Call nothing lost that may have been answered between these times.

        Answers were dropped then, by this machine, and nobody knows whose.
        """
        first = since - self.deadline
        if first <= self._excused[1]:
            first = self._excused[0]
        self._excused = (first, until)

    def excuses(self, sent: int) -> bool:
        """Tell whether the answer to what was sent then may have been dropped."""
        return self._excused[0] < sent <= self._excused[1]

    def remembered(self, now: int) -> int:
        """Return since when packets are remembered, at a time."""
        return now - RECALL * self.deadline

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
            # One that was told late must not put off the next, and that the one behind.
            wanted = track.reported + self._report
            track.reported = wanted if now - wanted < self._report // 2 else now
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
