"""Packets that all look alike, in arrays: matched and settled many at a time.

The same bookkeeping as :mod:`probes.packets` does one by one, on the times it is given.
Packets stand in the order they were sent, whoever they are for; a packet's position in
that order is hidden in its token, so that an answer says where its packet stands.
"""

from collections import deque
from collections.abc import Iterable, Iterator, Sequence

import numpy as np

from probes.kernels.layout import (
    COOKIE,
    GIVEN_UP,
    LAST,
    NEVER,
    PEER,
    POSITION,
    PREVIOUS,
    ROW,
    SENT,
    SEQUENCE,
    STATE,
    WAITING,
    Bytes,
    Integers,
)
from probes.kernels.sending import enter, fits, left, overdue, tabulate
from probes.packets import Peer, Track
from probes.target import Target

_LEAST = 1_024


class Sheet:
    """Packets, and the peers and targets they are for.

    Parameters
    ----------
    sequences : int
        How many sequence numbers a peer has before they wrap; a power of two.
    name_size : int
        Bytes of a peer's name.

    Attributes
    ----------
    packets, peers : array of int64
        See :mod:`probes.kernels.layout`.
    names : array of uint8
        The peers' socket addresses.
    table : array of int64
        See :func:`probes.kernels.layout.place_of`.
    head : int
        Position of the packet to be made next.
    """

    def __init__(self, sequences: int, name_size: int) -> None:
        self._sequences = sequences
        self._name_size = name_size
        self._out: deque[tuple[int, int]] = deque()
        self.head = self._settled = 0
        self.packets = _blank(_LEAST)
        # What stands at 0 is for whoever is no longer here.
        self._tracks = [_nobody()]
        self._places: dict[Peer, int] = {}
        self.peers = np.zeros((1, 3), np.int64)
        self.assign(())

    def assign(self, tracks: Sequence[Track]) -> None:
        """Take these targets instead; those that stay keep their packets on their way.

        Takes time in proportion to the number of targets and of packets remembered.
        """
        rows = {track: row for row, track in enumerate(tracks, 1)}
        moved = np.array([rows.get(track, 0) for track in self._tracks])
        self.packets[:, ROW] = moved[self.packets[:, ROW]]
        self._tracks = [_nobody(), *tracks]
        for track, row in rows.items():
            track.row = row
        there = dict.fromkeys(track.peer for track in tracks if track.peer is not None)
        places = {peer: place for place, peer in enumerate(there, 1)}
        shifted = np.array([0, *(places.get(peer, 0) for peer in self._places)])
        self.packets[:, PEER] = shifted[self.packets[:, PEER]]
        before, self.peers = self.peers, np.zeros((len(places) + 1, 3), np.int64)
        self.peers[:, LAST] = -1
        self.peers[shifted] = before
        self._places = places
        self._peer_of = np.array([0, *(places[t.peer] for t in tracks if t.peer)])
        cookies = np.array([0, *(peer.cookie for peer in places)], np.uint64)
        self.peers[:, COOKIE] = cookies.view(np.int64)
        known = b"".join(peer.name for peer in places)
        nobody = bytes(self._name_size)
        self.names = (
            np.frombuffer(nobody + known, np.uint8).reshape(-1, self._name_size).copy()
        )
        self.table = np.zeros(4 << len(places).bit_length(), np.int64)
        tabulate(self.names, self.table)

    def enter(
        self, rows: Integers, remembered: int, outbox: Bytes, form: Integers
    ) -> None:
        """Make and write a packet for each of these targets, not sent yet.

        Parameters
        ----------
        rows : array of int64
            Of the targets, see :attr:`probes.packets.Track.row`.
        remembered : int
            Nanoseconds; what was sent later, or is still waited for, is remembered.
        outbox, form : array
            Where to write, and how; see :func:`probes.kernels.sending.enter`.
        """
        count = len(rows)
        while not fits(self.packets, self.head, count, self._settled, remembered):
            self._grow()
        peers, names = self.peers, self.names
        enter(
            *(self.packets, peers, self._peer_of, names, rows, self.head),
            *(self._sequences, outbox, form),
        )
        self.head += count

    def left(self, first: int, count: int, started: int, took: int) -> None:
        """Wait for the answers of packets that left in one call."""
        left(self.packets, first, count, started, took)
        self._out.append((started + took, first + count))

    def overdue(self, before: int) -> list[tuple[Track, int]]:
        """Give up what had left before a time; return its targets, and when it left."""
        first = self._settled
        while self._out and self._out[0][0] < before:
            self._settled = self._out.popleft()[1]
        if first == self._settled:
            return []
        found = np.empty(self._settled - first, np.int64)
        count = overdue(self.packets, first, len(found), found)
        return [
            (self.target_of(position), self._of(position, SENT))
            for position in found[:count].tolist()
        ]

    def target(self, row: int) -> Track:
        """Return a target by its row."""
        return self._tracks[row]

    def targets(self, rows: Iterable[int]) -> list[Track]:
        """Return targets by their rows."""
        tracks = self._tracks
        return [tracks[row] for row in rows]

    def target_of(self, position: int) -> Track:
        """Return the target of a packet."""
        return self._tracks[self._of(position, ROW)]

    def give_up(self, position: int) -> bool:
        """Wait for a packet no longer; return whether it was waited for."""
        waiting = self._of(position, STATE) == WAITING
        if waiting:
            self.packets[position & (len(self.packets) - 1), STATE] = GIVEN_UP
        return waiting

    def find(self, peer: Peer, sequence: int, token: int | None) -> int | None:
        """Return the position of a packet that is quoted; its token may be cut off."""
        for position in self._chain(peer):
            if self._of(position, SEQUENCE) == sequence:
                return position if token in (None, peer.cookie ^ position) else None
        return None

    def oldest(self, peer: Peer) -> int | None:
        """Return the position of the packet to a peer that is waited for longest."""
        chain = self._chain(peer)
        out = [each for each in chain if self._of(each, STATE) == WAITING]
        return min(out, default=None)

    def _chain(self, peer: Peer) -> Iterator[int]:
        """Yield the positions of a peer's packets, from the youngest on."""
        place = self._places.get(peer)
        position = -1 if place is None else int(self.peers[place, LAST])
        while position >= 0 and self._of(position, POSITION) == position:
            yield position
            position = self._of(position, PREVIOUS)

    def _of(self, position: int, column: int) -> int:
        return int(self.packets[position & (len(self.packets) - 1), column])

    def _grow(self) -> None:
        old = self.packets[self.packets[:, POSITION] >= 0]
        self.packets = _blank(2 * len(self.packets))
        at = old[:, POSITION] & (len(self.packets) - 1)
        self.packets[at] = old


def _blank(size: int) -> Integers:
    packets = np.zeros((size, 8), np.int64)
    packets[:, POSITION] = -1
    packets[:, SENT] = NEVER
    return packets


def _nobody() -> Track:
    """Return a target of which nothing is reported."""
    track = Track(Target("", ""), None)
    track.dropped = True
    return track
