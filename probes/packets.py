"""Packets one by one, the peers whose numbers they bear, and the targets measured."""

import secrets

from bellrock.model.observation import Outcome
from probes.channel import Ways
from probes.target import Address, Target, socket_address

NEVER = -(1 << 62)
"""A time before all others."""

_RING = 4

# An enumeration's attributes are slow to look up, and these are needed for each packet.
_SUCCESS = Outcome.SUCCESS


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
        self.sent = NEVER
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
    """

    __slots__ = (
        *("address", "cookie", "family", "name", "ring", "sequence"),
        "_mask",
    )

    def __init__(self, family: int, address: Address) -> None:
        self.family = family
        self.address = address
        self.name = socket_address(family, address)
        self.cookie = secrets.randbits(64)
        self.sequence = 0
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
        packet.sent = NEVER
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
    """One target, and what was settled of it since its last report.

    Attributes
    ----------
    sent, timed : list of int
        When packets left whose delay is known, and those delays, in order of answers.
    row : int
        Where it stands in the columns of :class:`probes.sheet.Sheet`; 0 if it does not.
    """

    __slots__ = (
        *("peer", "target", "sent", "timed", "answered", "unanswered", "late"),
        *("duplicates", "row"),
        *("reported", "queued", "dropped", "ways", "reordered", "latest", "family"),
    )

    def __init__(
        self, target: Target, peer: Peer | None, ways: Ways | None = None
    ) -> None:
        self.target = target
        self.peer = peer
        self.family = 0 if peer is None else peer.family
        self.ways = ways
        self.latest = NEVER
        self.reported = NEVER
        self.queued = False
        self.dropped = False
        self.row = 0
        self.clear()

    def clear(self) -> None:
        """Begin a new report."""
        # Two lists of numbers, since the collector of garbage looks at every pair.
        self.sent: list[int] = []
        self.timed: list[int] = []
        self.answered = 0
        self.unanswered: dict[Outcome, int] = {}
        self.late = 0
        self.duplicates = 0
        self.reordered = 0

    @property
    def delays(self) -> list[int]:
        """The delays, in order of sending."""
        if not self.reordered:
            return self.timed
        return [delay for _, delay in sorted(zip(self.sent, self.timed, strict=True))]

    @property
    def outcomes(self) -> dict[Outcome, int]:
        """How the packets ended."""
        if self.answered:
            return {_SUCCESS: self.answered, **self.unanswered}
        return self.unanswered
