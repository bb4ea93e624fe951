"""Simulated services of one datagram each way: DNS (RFC 1035) and NTP (RFC 5905)."""

import struct
import time

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

_ZONE = {
    "_sip._udp.caledonia.example. SRV": (
        "10 50 5060 edinburgh.voice.caledonia.example.",
        "20 50 5060 glasgow.voice.caledonia.example.",
    )
}
_TTL = 300

_NTP = struct.Struct("!BBbbII4sQQQQ")
_NTP_EPOCH = 2_208_988_800
_CLIENT, _SERVER = 3, 4
_STRATUM, _PRECISION = 2, -20
_ROOT_DELAY, _ROOT_DISPERSION = 0.002, 0.004
_AHEAD = 0.003
"""Seconds that the simulated time server's clock is ahead: no clock is perfect."""


def tell_name(datagram: bytes, _round_trip: float) -> bytes | None:
    """Answer a question about the zone; None where a server keeps silent."""
    try:
        question = dns.message.from_wire(datagram)
    except dns.exception.DNSException:
        return None
    if question.flags & dns.flags.QR or len(question.question) != 1:
        return None
    answer = dns.message.make_response(question, recursion_available=True)
    (asked,) = question.question
    kind = dns.rdatatype.to_text(asked.rdtype)
    records = _ZONE.get(f"{asked.name.to_text().lower()} {kind}")
    if records is None:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    else:
        answer.answer.append(
            dns.rrset.from_text(asked.name, _TTL, "IN", kind, *records)
        )
    return answer.to_wire()


def tell_time(datagram: bytes, round_trip: float) -> bytes | None:
    """Answer a client's question for the time; `round_trip` seconds from now."""
    if len(datagram) < _NTP.size or datagram[0] & 7 != _CLIENT:
        return None
    version = datagram[0] >> 3 & 7
    *_, cookie = _NTP.unpack_from(datagram)
    now = time.time() + _AHEAD
    # The server would see it half a round trip from now.
    there = _stamp(now + round_trip / 2)
    return _NTP.pack(
        version << 3 | _SERVER,
        *(_STRATUM, datagram[2] if datagram[2] < 128 else 6, _PRECISION),
        *(int(_ROOT_DELAY * 65_536), int(_ROOT_DISPERSION * 65_536)),
        bytes((127, 80, 0, 9)),
        *(_stamp(now - 10), cookie, there, there),
    )


def _stamp(seconds: float) -> int:
    # NTP's first era ends in 2036, and the next begins at 0.
    return int((seconds + _NTP_EPOCH) * 2**32) % 2**64
