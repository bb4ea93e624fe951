"""An exchange of packets that are built, matched and settled one by one."""

from collections.abc import Iterator, Sequence

from bellrock.model.observation import Outcome
from probes.channel import Answer
from probes.exchange import Books, Exchange
from probes.line import Line
from probes.packets import Packet, Peer, Track
from probes.timing import round_trip


class Singly(Exchange):
    """Packets of whatever look, and whatever else their answers tell."""

    end: Line

    def __init__(self, line: Line, books: Books) -> None:
        super().__init__(books)
        self.end = line
        self._packets: list[Packet] = []

    def assign(self, tracks: Sequence[Track]) -> None:
        """Do nothing: peers keep their own packets."""

    def send(self, tracks: Sequence[Track], now: int) -> None:
        """Send a packet to each of these targets, in order."""
        remembered = self._books.ledger.remembered(now)
        for part in _apart(tracks, self.end.group):
            self._packets = self.end.load(part, remembered)
            self._leave(len(part))

    def expire(self, now: int) -> None:
        """Give up packets whose deadline is over."""
        self._books.ledger.expire(now)

    def _send_from(self, first: int) -> int:
        sent = self.end.send(self._packets, first)
        if sent > 0:
            left = self._packets[first : first + sent]
            self._books.ledger.sent(left, self._books.clock.monotonic())
        return sent

    def _take_back(self, place: int) -> Track:
        packet = self._packets[place]
        packet.peer.take_back(packet)
        return packet.track

    def _receive(self, most: int) -> int:
        return self.end.receive(most)

    def _read(self, count: int, *, steady: bool) -> None:
        line, books = self.end, self._books
        now = books.clock.monotonic()
        forgotten = books.ledger.remembered(now)
        epoch = line.offset.value
        peers, settle = books.peers, books.ledger.answered
        strays = untimed = doubt = 0
        for name, stamp, sequence, token, held, far, place, size in line.received(
            count
        ):
            peer = peers.get(name)
            if sequence is None or peer is None:
                strays += 1
                continue
            packet = peer.find(sequence)
            # Whatever is still waited for is remembered, however late we look.
            if (
                packet is None
                or packet.token != token
                or (packet.sent < forgotten and packet.outcome is not None)
            ):
                strays += 1
                continue
            delay = None
            if stamp and steady:
                received = stamp - epoch
                # Within what is known of it, it left before it was answered.
                if received < packet.sent <= received + packet.doubt:
                    packet.sent = received
                delay = round_trip(packet.sent, received, now, held)
            if delay is None:
                untimed += 1
            elif packet.doubt > doubt:
                doubt = packet.doubt
            settled = settle(packet, delay)
            ways = packet.track.ways
            if ways is None or far is None:
                continue
            if settled and delay is not None:
                dscp = line.mark(place, size)
                ways.answered(sequence, far, packet.sent + epoch, stamp, dscp)
            else:
                ways.noticed(sequence, far)
        books.counts.strays += strays
        books.counts.untimed += untimed
        books.error.note(line.error(doubt))

    def _complained(self, peer: Peer, quote: Answer, outcome: Outcome) -> bool:
        packet = _quoted(peer, quote)
        if packet is None:
            return False
        self._books.ledger.settle(packet, outcome)
        return True


def _quoted(peer: Peer, quote: Answer) -> Packet | None:
    """Find the packet that a quotation, perhaps cut short, is of."""
    if quote.sequence is None:
        # Routers may quote no more than the UDP header (RFC 792): the address is
        # right, so blame the oldest packet still out.
        return peer.oldest()
    packet = peer.find(quote.sequence)
    if packet is None or quote.token not in (None, packet.token):
        return None
    return packet


def _apart(tracks: Sequence[Track], most: int) -> Iterator[Sequence[Track]]:
    """Split turns so that no part has a peer twice, nor more than so many.

    What does not leave can then give its number back.
    """
    part: list[Track] = []
    peers: set[Peer | None] = set()
    for track in tracks:
        if len(part) == most or track.peer in peers:
            yield part
            part, peers = [], set()
        part.append(track)
        peers.add(track.peer)
    if part:
        yield part
