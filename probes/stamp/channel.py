"""STAMP test packets over one socket: what to send, and what an answer says."""

import socket
from collections.abc import Mapping
from dataclasses import dataclass

from probes import kernel
from probes.channel import Answer, Far
from probes.clock import SECOND
from probes.stamp import tlv
from probes.stamp.estimate import PTP_FORMAT, THIS_CLOCK, decode
from probes.stamp.losses import FIRST
from probes.stamp.packet import (
    EPOCH_NS,
    HALF_ERA,
    UNSIGNED,
    WORD,
    Mode,
    Reply,
    from_ntp,
    times,
    to_ntp,
)

_SEQUENCE = 4

_HIGHEST_TTL = 255
_IP_MTU_DISCOVER, _IPV6_MTU_DISCOVER = 10, 23
_PROBE = 3

# Reflectors copy the TTL (RFC 8762): from the highest, hops can be told. And what is
# too large for the path is refused rather than cut in pieces, whatever was heard of the
# path before.
_OPTIONS: Mapping[int, tuple[tuple[int, int, int], ...]] = {
    socket.AF_INET: (
        (socket.IPPROTO_IP, socket.IP_TTL, _HIGHEST_TTL),
        (socket.IPPROTO_IP, _IP_MTU_DISCOVER, _PROBE),
    ),
    socket.AF_INET6: (
        (socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1),
        (socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, _HIGHEST_TTL),
        (socket.IPPROTO_IPV6, _IPV6_MTU_DISCOVER, _PROBE),
    ),
}


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked of a reflector besides the base packet; see :class:`StampProbe`."""

    session: int = 0
    session_required: bool = False
    cos: bool = False
    counts: bool = False
    location: bool = False


NOTHING_MORE = Asking()


class StampChannel:
    """Test packets over one address family; a session is the address asked.

    Parameters
    ----------
    family : int
        AF_INET or AF_INET6.
    dscp : int
        Code point to send with, and to want answers with.
    padding : int
        Bytes of an Extra Padding extension; 0 for none.
    mode : Mode
        With authentication, or without.
    asking : Asking
        What else to ask.
    """

    sequences = WORD

    def __init__(
        self,
        family: int,
        *,
        dscp: int = 0,
        padding: int = 0,
        mode: Mode = UNSIGNED,
        asking: Asking = NOTHING_MORE,
    ) -> None:
        self._mode = mode
        self._build, self._read_reply = mode.request, mode.read_reply
        self._session, self._strict = asking.session, asking.session_required
        self._padding = tlv.padding(padding)
        self._cos = tlv.class_of_service(dscp) if asking.cos else b""
        self._location = tlv.LOCATION if asking.location else b""
        self._counts = asking.counts
        self._asks = asking.cos or asking.counts or asking.location
        self._now = self._timestamp = self._estimate = 0
        self.sock = socket.socket(family, socket.SOCK_DGRAM)
        try:
            kernel.prepare(self.sock, family, dscp=dscp, marks=asking.cos)
            for option in _OPTIONS[family]:
                self.sock.setsockopt(*option)
            self.sock.bind(("", 0))
        except OSError:
            self.sock.close()
            raise

    def request(self, sequence: int, cookie: int, now: int) -> tuple[bytes, int]:  # noqa: ARG002 (nothing of ours comes back but the time)
        """Build a test packet; its token is the time stamp in it."""
        if now != self._now:
            # The same for all that leave together.
            self._now, self._timestamp = now, to_ntp(now)
            self._estimate = THIS_CLOCK(now)
        number, timestamp = (sequence + FIRST) % WORD, self._timestamp
        base = self._build(number, timestamp, self._estimate, self._session)
        if self._asks:
            base += self._questions(sequence, number)
        return base + self._padding, timestamp

    def answer(self, data: bytes) -> Answer | None:
        """Read a reflector's packet."""
        reply = self._read_reply(data)
        if reply is None:
            return None
        number, sent, estimate, session, received, sequence, timestamp = reply
        if session != self._session and (session or self._strict):
            return None
        if estimate & PTP_FORMAT:
            came, left = times(Reply._make(reply))
        elif received < HALF_ERA or sent < HALF_ERA:
            came, left = from_ntp(received), from_ntp(sent)
        else:
            # The same, without the calls: this is done for each packet.
            came = (received * SECOND >> 32) - EPOCH_NS
            left = (sent * SECOND >> 32) - EPOCH_NS
        dscp = None
        if self._asks:
            told = tlv.read(data, self._mode.base, self._mode.key, number)
            dscp = told.dscp
            if told.received is not None:
                number = (told.received - 1) % WORD
        return Answer(
            (sequence - FIRST) % WORD,
            timestamp,
            left - came,
            Far(came, left, decode(estimate), number, dscp),
        )

    def quoted(self, data: bytes) -> Answer | None:
        """Read our test packet as quoted; the kernel has matched its ports."""
        request = self._mode.quoted(data)
        if request is not None:
            return Answer((request.sequence - FIRST) % WORD, request.timestamp)
        if len(data) >= _SEQUENCE:
            return Answer((int.from_bytes(data[:_SEQUENCE]) - FIRST) % WORD, None)
        return Answer(None, None)

    def _questions(self, sequence: int, number: int) -> bytes:
        asked = self._cos
        if self._counts:
            asked += tlv.direct_measurement(sequence + 1)
        asked += self._location
        key = self._mode.key
        if key is not None:
            asked += tlv.extension(tlv.Kind.HMAC, tlv.signature(key, number, asked))
        return asked
