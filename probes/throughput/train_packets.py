"""The packets of a train: STAMP test packets (RFC 8762), and what came back of them.

Any session-reflector answers them. Its receive stamps show how the train came out of
the way there; our kernel's show how the answers came out of the way back.
"""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

from probes.clock import SECOND
from probes.stamp import tlv
from probes.stamp.packet import BASE, SHORTEST_REPLY, to_ntp
from probes.throughput.train_dispersion import Arrival

OVERHEAD = {socket.AF_INET: 28, socket.AF_INET6: 48}
"""Bytes of IP and UDP headers before a packet's payload, by address family."""

_REQUEST = struct.Struct("!IQH")
_REPLY = struct.Struct("!IQH2xQIQ")
_PTP_FORMAT = 0x4000
_FRACTION = (1 << 32) - 1
_CLOCKS_APART = 1_001 / 1_000
"""How much faster than ours another clock may be believed to run: 1,000 ppm."""
_SLACK = 1_000_000


class Row(NamedTuple):
    """One packet that was answered; times are nanoseconds.

    Attributes
    ----------
    sequence : int
        Our number of it.
    rank : int
        The reflector's, which counts what it answered, or repeats ours.
    sent, received : int
        By our clock: handed to the kernel, and the answer stamped by it.
    far_received, far_sent : int
        By the reflector's clock, from an epoch of its own.
    length : int
        Bytes of the answer's IP packet.
    """

    sequence: int
    rank: int
    sent: int
    far_received: int
    far_sent: int
    received: int
    length: int


@dataclass(slots=True)
class Train:
    """Packets that were sent back to back, and their answers.

    Attributes
    ----------
    first, count : int
        Number of the first packet, and how many were to be sent.
    size : int
        Bytes of each IP packet.
    sent : list of int
        When each was handed to the kernel; nanoseconds since 1970.
    strays : int
        Datagrams that answer none of them: forged, garbled, repeated or late.
    took : float
        Seconds from the first packet to the last answer.
    """

    first: int
    count: int
    size: int
    sent: list[int] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    strays: int = 0
    took: float = 0.0
    _seen: set[int] = field(default_factory=set)

    @property
    def complete(self) -> bool:
        """Whether nothing is missing."""
        return len(self.rows) == self.count

    def write(self, buffer: bytearray, at: int, now: int, estimate: int) -> None:
        """Write the next packet over a blank one, or over one before it."""
        _REQUEST.pack_into(
            buffer, at, self.first + len(self.sent), to_ntp(now), estimate
        )
        self.sent.append(now)

    def take(self, data: bytes, overhead: int, received: int | None) -> None:
        """Take in a datagram, if it answers a packet of ours as only a reflector can.

        The time stamp in it must be the one that was sent: whoever has not seen the
        packet would have to guess it to the fraction of a nanosecond.
        """
        row = self._read(data, overhead, received)
        if row is None or row.sequence in self._seen:
            self.strays += 1
            return
        self._seen.add(row.sequence)
        self.rows.append(row)

    def _read(self, data: bytes, overhead: int, received: int | None) -> Row | None:
        if not SHORTEST_REPLY <= len(data) <= self.size - overhead or received is None:
            return None
        rank, left, estimate, came, sequence, token = _REPLY.unpack_from(data)
        at = sequence - self.first
        if not 0 <= at < len(self.sent) or token != to_ntp(self.sent[at]):
            return None
        ptp = bool(estimate & _PTP_FORMAT)
        return Row(
            *(sequence, rank, self.sent[at]),
            *(_nanoseconds(came, ptp=ptp), _nanoseconds(left, ptp=ptp)),
            *(received, len(data) + overhead),
        )

    def forward(self) -> list[Arrival]:
        """Return what the reflector saw, in its order."""
        if not self._plausible():
            return []
        rows = sorted(self.rows, key=lambda row: (row.rank, row.far_received))
        if not self._counted(rows):
            rows.sort(key=lambda row: (row.far_received, row.sequence))
            ranks: Sequence[int] = range(len(rows))
        else:
            ranks = [row.rank for row in rows]
        return [
            Arrival(rank, row.sequence, row.sent, row.far_received)
            for rank, row in zip(ranks, rows, strict=True)
        ]

    def reverse(self) -> list[Arrival]:
        """Return what our kernel saw of the answers, in its order."""
        if not self._plausible() or len({row.length for row in self.rows}) > 1:
            return []
        rows = sorted(self.rows, key=lambda row: row.received)
        counted = self._counted(sorted(rows, key=lambda row: row.rank))
        return [
            Arrival(
                at, row.rank if counted else row.sequence, row.far_sent, row.received
            )
            for at, row in enumerate(rows)
        ]

    def _counted(self, by_rank: Sequence[Row]) -> bool:
        """Tell whether the reflector's numbers are a count of its own.

        A stateless one repeats ours, and so it does if it never missed a packet: then
        nothing is lost by not using them. A number may be too high where the network
        repeats packets, but not by much.
        """
        if all(row.rank == row.sequence for row in by_rank):
            return False
        if any(after.rank <= before.rank for before, after in pairwise(by_rank)):
            return False
        return by_rank[-1].rank - by_rank[0].rank < 2 * self.count

    def _plausible(self) -> bool:
        """Tell whether the reflector's times can be true, whatever its clock says.

        All of them lie between our first packet and its last answer.
        """
        if not self.rows:
            return False
        most = max(row.received for row in self.rows) - self.sent[0]
        seen = [row.far_received for row in self.rows]
        seen += [row.far_sent for row in self.rows]
        return max(seen) - min(seen) <= most * _CLOCKS_APART + _SLACK


def payload(size: int, family: int) -> int:
    """Return how many bytes of payload make an IP packet of this size.

    Raises
    ------
    ValueError
        If that is less than a test packet.
    """
    found = size - OVERHEAD[socket.AddressFamily(family)]
    if found < BASE:
        raise ValueError(f"{size} bytes hold no test packet")
    return found


def blank(payload: int) -> bytes:
    """Return a test packet with nothing in it but its padding (RFC 8972, 4.1)."""
    return bytes(BASE) + tlv.padding(payload - BASE)


def _nanoseconds(stamp: int, *, ptp: bool) -> int:
    """Read a time stamp of either format; only differences of them mean anything."""
    if ptp:
        return (stamp >> 32) * SECOND + (stamp & _FRACTION)
    return stamp * SECOND >> 32
