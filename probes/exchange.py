"""What an engine does through one socket: the steps of each look, and of each send."""

import errno
import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field

from bellrock.model.observation import Outcome
from probes import faults
from probes.channel import Answer
from probes.clock import Clock
from probes.counts import Counts
from probes.endpoint import Endpoint
from probes.ledger import Ledger
from probes.packets import Peer, Track
from probes.timing import ErrorBound

_DRAIN = 4096
_SEND_ATTEMPTS = 3


@dataclass(slots=True)
class Books:
    """What the sockets of an engine have in common.

    Attributes
    ----------
    peers : dict of bytes to Peer
        By the socket address as the kernel writes it.
    """

    clock: Clock
    ledger: Ledger
    counts: Counts = field(default_factory=Counts)
    error: ErrorBound = field(default_factory=ErrorBound)
    peers: dict[bytes, Peer] = field(default_factory=dict)


class Exchange(ABC):
    """Packets out through one socket, and their answers back in.

    Attributes
    ----------
    end : Endpoint
        The socket.
    """

    end: Endpoint

    def __init__(self, books: Books) -> None:
        self._books = books

    @abstractmethod
    def assign(self, tracks: Sequence[Track]) -> None:
        """Send to no others than these targets from now on."""

    @abstractmethod
    def send(self, tracks: Sequence[Track], now: int) -> None:
        """Send a packet to each of these targets, in order."""

    @abstractmethod
    def expire(self, now: int) -> None:
        """Give up packets whose deadline is over."""

    @abstractmethod
    def _send_from(self, first: int) -> int:
        """Send what is loaded, from one on; return how many left, or minus the errno.

        Parameters
        ----------
        first : int
            How many have left already, or never will.
        """

    @abstractmethod
    def _take_back(self, place: int) -> Track:
        """Undo what was done for a packet that did not leave; return its target."""

    @abstractmethod
    def _receive(self, most: int) -> int:
        """Receive; return how many datagrams came, or minus the errno."""

    @abstractmethod
    def _read(self, count: int, *, steady: bool) -> None:
        """Settle the packets that these datagrams answer."""

    @abstractmethod
    def _complained(self, peer: Peer, quote: Answer, outcome: Outcome) -> bool:
        """Settle the packet that was quoted; return whether there is one."""

    def look(self) -> None:
        """Settle what has been answered; what is stamped is timed."""
        end, books = self.end, self._books
        steady = end.steady()
        if dropped := end.overflowed():
            books.counts.dropped += dropped
            books.ledger.excuse(end.drained, books.clock.monotonic())
        # Stamps of what left, before the answers that they are needed for.
        self._refused(steady=steady)
        left = _DRAIN
        while left > 0:
            count = self._receive(left)
            if count == -errno.EAGAIN:
                end.drained = books.clock.monotonic()
                return
            if count > 0:
                self._read(count, steady=steady)
            # About some packet of ours, and told in full by the error queue.
            elif not self._refused() and -count not in faults.FROM_AFAR:
                raise OSError(-count, os.strerror(-count))
            left -= max(1, count)

    def _leave(self, loaded: int) -> None:
        """Send all that is loaded."""
        first = attempts = 0
        while first < loaded:
            sent = self._send_from(first)
            if sent > 0:
                first += sent
                attempts = 0
                continue
            # An ICMP error about some earlier packet surfaces here too, and
            # then this one has not been sent: it is not to blame.
            attempts += 1
            if self._refused() and attempts < _SEND_ATTEMPTS:
                continue
            self._not_sent(self._take_back(first), -sent)
            first += 1
            attempts = 0

    def _not_sent(self, track: Track, number: int) -> None:
        outcome = faults.unsent(number)
        if outcome is None:
            self._books.counts.unsent[errno.errorcode[number]] += 1
        else:
            self._books.ledger.unsent(track, outcome)

    def _refused(self, *, steady: bool = True) -> bool:
        """Settle what ICMP said of our packets; return whether it said anything."""
        refusals = self.end.refusals(steady=steady)
        for refusal in refusals:
            peer = self._books.peers.get(refusal.name)
            quote = self.end.channel.quoted(refusal.quoted)
            if peer is None or quote is None:
                self._books.counts.strays += 1
                continue
            outcome = faults.told(refusal.errno, peer.address[1])
            if not self._complained(peer, quote, outcome):
                self._books.counts.strays += 1
        return bool(refusals)
