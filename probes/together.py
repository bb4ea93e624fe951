"""An exchange of packets that look alike, written, matched and settled together."""

from collections.abc import Sequence

import numpy as np

from bellrock.model.observation import Outcome
from probes.channel import Answer
from probes.endpoint import PLACES
from probes.exchange import Books, Exchange
from probes.kernels.answers import IN_TIME, REPEATED, TOO_LATE, UNTIMED
from probes.packets import Peer, Track
from probes.sweep import Sweep


class Together(Exchange):
    """Packets of one look, whose answers tell nothing but their delay."""

    end: Sweep

    def __init__(self, sweep: Sweep, books: Books) -> None:
        super().__init__(books)
        self.end = sweep
        self._sheet = sweep.sheet
        self._rows = np.zeros(0, np.int64)

    def assign(self, tracks: Sequence[Track]) -> None:
        """Send to no others than these targets from now on."""
        self._sheet.assign(tracks)

    def send(self, tracks: Sequence[Track], now: int) -> None:
        """Send a packet to each of these targets, in order."""
        remembered = self._books.ledger.remembered(now)
        rows = np.array([track.row for track in tracks])
        for start in range(0, len(rows), PLACES):
            self._rows = rows[start : start + PLACES]
            self.end.load(self._rows, remembered)
            self._leave(len(self._rows))

    def expire(self, now: int) -> None:
        """Give up packets whose deadline is over."""
        ledger = self._books.ledger
        for track, sent in self._sheet.overdue(now - ledger.deadline):
            ledger.lost(track, sent)

    def _send_from(self, first: int) -> int:
        return self.end.send(first, min(len(self._rows) - first, self.end.group))

    def _take_back(self, place: int) -> Track:
        return self._sheet.target(int(self._rows[place]))

    def _receive(self, most: int) -> int:
        return self.end.receive(most)

    def _read(self, count: int, *, steady: bool) -> None:
        books, ledger = self._books, self._books.ledger
        now = books.clock.monotonic()
        came = self.end.settle(
            *(count, now, ledger.remembered(now), ledger.deadline), steady=steady
        )
        tracks = self._sheet.targets(came.rows)
        if any(came.kinds):
            for track, sent, delay, kind in zip(
                *(tracks, came.sent, came.delays, came.kinds), strict=True
            ):
                self._settle(track, sent, delay, kind)
        else:
            ledger.in_time(tracks, came.sent, came.delays)
        books.counts.strays += came.strays
        books.counts.untimed += came.untimed
        books.error.note(self.end.error(came.doubt))

    def _settle(self, track: Track, sent: int, delay: int, kind: int) -> None:
        ledger = self._books.ledger
        if kind == IN_TIME:
            ledger.in_time((track,), (sent,), (delay,))
        elif kind == UNTIMED:
            ledger.untimed(track, sent)
        elif kind == TOO_LATE:
            ledger.too_late(track)
        else:
            ledger.again(track, answered=kind == REPEATED)

    def _complained(self, peer: Peer, quote: Answer, outcome: Outcome) -> bool:
        if quote.sequence is None:
            position = self._sheet.oldest(peer)
        else:
            position = self._sheet.find(peer, quote.sequence, quote.token)
        if position is None:
            return False
        if self._sheet.give_up(position):
            self._books.ledger.unsent(self._sheet.target_of(position), outcome)
        return True
