"""STAMP session-sender: round-trip delay and loss towards a session-reflector.

Unlike ICMP, which routers answer when they have nothing better to do, a reflector says
how long it kept each packet, and that time is not the network's.
"""

import socket
from typing import Annotated, ClassVar

from pydantic import AfterValidator, Field

from probes import kernel
from probes.channel import Answer
from probes.clock import SECOND
from probes.paced import PacedProbe
from probes.stamp import estimate, packet
from probes.target import Target

STANDARD_PORT = 862

_SEQUENCE = 4
_TLV_HEADER = 4
_ESTIMATE_AGE = 60 * SECOND


def _none_or_a_header(size: int) -> int:
    if 0 < size < _TLV_HEADER:
        raise ValueError("0, or at least 4: the padding's own header")
    return size


class StampProbe(PacedProbe):
    """The ``stamp:`` section of ``probes``.

    Attributes
    ----------
    padding : int
        Bytes behind the base packet of 44, for paths that treat large packets
        differently.
    """

    name: ClassVar[str] = "stamp"

    padding: Annotated[int, AfterValidator(_none_or_a_header)] = Field(
        default=0, ge=0, le=1408
    )

    def connect(self, family: int, *, dscp: int) -> "StampChannel":
        """Open one UDP socket for all sessions."""
        return StampChannel(family, padding=self.padding, dscp=dscp)

    def port(self, target: Target) -> int:
        """Return the reflector's port."""
        return STANDARD_PORT if target.port is None else target.port


class StampChannel:
    """Test packets over one address family; a session is the address asked."""

    sequences = 1 << 32

    def __init__(self, family: int, *, padding: int, dscp: int) -> None:
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        self._padding = packet.padding(padding)
        self._estimate = estimate.UNKNOWN
        self._estimate_expires = 0
        try:
            kernel.prepare(self.sock, family, dscp=dscp)
            if family == socket.AF_INET6:
                self.sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            self.sock.bind(("", 0))
        except OSError:
            self.sock.close()
            raise

    def request(self, sequence: int, cookie: int, now: int) -> tuple[bytes, int]:  # noqa: ARG002 (nothing of ours comes back but the time)
        """Build a test packet; its token is the time stamp in it."""
        if now >= self._estimate_expires:
            self._estimate = estimate.of_this_clock()
            self._estimate_expires = now + _ESTIMATE_AGE
        timestamp = packet.to_ntp(now)
        request = packet.Request(sequence, timestamp, self._estimate)
        return packet.pack_request(request, self._padding), timestamp

    def answer(self, data: bytes) -> Answer | None:
        """Read a reflector's packet."""
        reply = packet.read_reply(data)
        if reply is None:
            return None
        return Answer(reply.request.sequence, reply.request.timestamp, reply.held)

    def quoted(self, data: bytes) -> Answer | None:
        """Read our test packet as quoted; the kernel has matched its ports."""
        request = packet.read_request(data)
        if request is not None:
            return Answer(request.sequence, request.timestamp)
        if len(data) >= _SEQUENCE:
            return Answer(int.from_bytes(data[:_SEQUENCE]), None)
        return Answer(None, None)
