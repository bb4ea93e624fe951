"""STAMP packets on the wire, against RFC 8762 read octet by octet."""

import hashlib
import hmac
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.stamp import estimate
from probes.stamp.packet import (
    BASE,
    SIGNED_BASE,
    UNSIGNED,
    Mode,
    Reply,
    Request,
    Signed,
    from_ntp,
    reflect,
    sign,
    times,
    to_ntp,
)

SECOND = 1_000_000_000
NOW = 1_795_000_000 * SECOND

word = st.integers(0, (1 << 32) - 1)
stamp = st.integers(0, (1 << 64) - 1)
field = st.integers(0, (1 << 16) - 1)
moment = st.integers(NOW, NOW + (1 << 60))


def number(data: bytes, first: int, last: int) -> int:
    """Read octets `first` to `last`, counted from 0, both included."""
    return int.from_bytes(data[first : last + 1])


KEY = b"a secret of the test's own"
SIGNED = Signed(KEY)

requests = st.builds(Request, word, stamp, field, field)
replies = st.builds(Reply, word, stamp, field, field, stamp, word, stamp)


@given(request=requests)
def test_a_request_is_laid_out_as_in_figure_2(request: Request) -> None:
    data = UNSIGNED.request(*request)
    assert number(data, 0, 3) == request.sequence
    assert number(data, 4, 11) == request.timestamp
    assert number(data, 12, 13) == request.error_estimate
    assert number(data, 14, 15) == request.session  # RFC 8972, figure 1
    assert data[16:44] == bytes(28)
    assert len(data) == BASE == 44
    assert UNSIGNED.read_request(data, len(data)) == request


@given(request=requests)
def test_a_signed_request_is_laid_out_as_in_figure_4(request: Request) -> None:
    data = SIGNED.request(*request)
    assert number(data, 0, 3) == request.sequence
    assert data[4:16] == bytes(12)
    assert number(data, 16, 23) == request.timestamp
    assert number(data, 24, 25) == request.error_estimate
    assert number(data, 26, 27) == request.session  # RFC 8972, figure 3
    assert data[28:96] == bytes(68)
    # RFC 8762, section 4.4: over the first 96 octets, and cut to 128 bits.
    assert data[96:] == hmac.new(KEY, data[:96], hashlib.sha256).digest()[:16]
    assert len(data) == SIGNED_BASE == 112
    assert SIGNED.read_request(data, len(data)) == request


@given(reply=replies, error=field, ttl=st.integers(0, 255))
def test_a_signed_reply_is_laid_out_as_in_figure_6(
    reply: Reply, error: int, ttl: int
) -> None:
    data = SIGNED.reply(reply, error, ttl)
    assert number(data, 0, 3) == reply.number
    assert data[4:16] == bytes(12)
    assert number(data, 16, 23) == reply.sent
    assert number(data, 24, 25) == reply.error_estimate
    assert number(data, 26, 27) == reply.session
    assert data[28:32] == bytes(4)
    assert number(data, 32, 39) == reply.received
    assert data[40:48] == bytes(8)
    assert number(data, 48, 51) == reply.sequence
    assert data[52:64] == bytes(12)
    assert number(data, 64, 71) == reply.timestamp
    assert number(data, 72, 73) == error
    assert data[74:80] == bytes(6)
    assert data[80] == ttl
    assert data[81:96] == bytes(15)
    assert data[96:] == hmac.new(KEY, data[:96], hashlib.sha256).digest()[:16]
    assert len(data) == 112
    assert SIGNED.read_reply(data) == reply


@given(request=requests, at=st.integers(0, 111), bit=st.integers(0, 7))
def test_a_bit_changed_on_the_way_is_never_believed(
    request: Request, at: int, bit: int
) -> None:
    data = bytearray(SIGNED.request(*request))
    data[at] ^= 1 << bit
    assert SIGNED.read_request(data, len(data)) is None
    assert SIGNED.read_reply(bytes(data)) is None


def test_a_packet_signed_with_another_key_or_none_is_never_believed() -> None:
    data = Signed(b"somebody else's secret").request(1, 2, 3, 4)
    assert SIGNED.read_request(data, len(data)) is None
    assert SIGNED.read_request(bytes(112), 112) is None
    assert SIGNED.read_request(UNSIGNED.request(1, 2, 3, 4), 44) is None


def test_hmacs_are_those_of_rfc_4231() -> None:
    # Test case 2, truncated as STAMP does.
    made = sign(b"Jefe", b"what do ya want for nothing?")
    assert made.hex() == "5bdcc146bf60754e6a042426089575c7"


@given(
    packet=st.binary(min_size=44, max_size=120),
    received=moment,
    held=st.integers(0, SECOND),
    sequence=st.none() | st.integers(0, 1 << 33),
    ttl=st.integers(0, 255),
    error=field,
)
def test_a_reply_is_laid_out_as_in_figure_5(
    packet: bytes, received: int, held: int, sequence: int | None, ttl: int, error: int
) -> None:
    reply = reflect(
        packet,
        received_ns=received,
        sending_ns=received + held,
        sequence=sequence,
        ttl=ttl,
        error_estimate=error,
    )
    assert reply is not None
    own = number(packet, 0, 3) if sequence is None else sequence % (1 << 32)
    assert number(reply, 0, 3) == own
    assert number(reply, 4, 11) == to_ntp(received + held)
    assert number(reply, 12, 13) == error
    assert reply[14:16] == packet[14:16]  # RFC 8972: the session's identifier
    assert number(reply, 16, 23) == to_ntp(received)
    assert reply[24:38] == packet[0:14]
    assert reply[38:40] == bytes(2)
    assert reply[40] == ttl
    assert reply[41:44] == bytes(3)
    assert reply[44:] == packet[44:]


@given(packet=st.binary(max_size=200), ttl=st.integers(0, 255))
def test_a_reflector_never_says_more_than_it_was_asked(packet: bytes, ttl: int) -> None:
    reply = reflect(packet, received_ns=0, sending_ns=0, sequence=None, ttl=ttl)
    if len(packet) < 41:
        assert reply is None
    else:
        assert reply is not None
        assert len(reply) == len(packet)


@pytest.mark.parametrize("mode", [UNSIGNED, SIGNED])
@given(data=st.binary(max_size=130))
def test_no_datagram_upsets_the_parsers(mode: Mode, data: bytes) -> None:
    signed = mode is SIGNED
    assert (mode.read_reply(data) is None) == (signed or len(data) < 38)
    assert (mode.read_request(data, len(data)) is None) == (signed or len(data) < 41)
    assert (mode.quoted(data) is None) == (len(data) < (28 if signed else 16))


@pytest.mark.parametrize("size", [38, 40, 41, 44, 60])
@given(
    received=moment, held=st.integers(-SECOND, SECOND), request=st.tuples(word, stamp)
)
def test_replies_of_38_bytes_and_more_tell_when_they_came_and_left(
    size: int, received: int, held: int, request: tuple[int, int]
) -> None:
    whole = reflect(
        UNSIGNED.request(*request, 0x8001, 77) + bytes(20),
        received_ns=received,
        sending_ns=received + held,
        sequence=9,
        ttl=3,
    )
    assert whole is not None
    read = UNSIGNED.read_reply(whole[:size])
    assert read is not None
    reply = Reply._make(read)
    assert (reply.number, reply.session) == (9, 77)
    assert (reply.sequence, reply.timestamp) == request
    came, left = times(reply)
    assert 0 <= received - came <= 1
    assert 0 <= received + held - left <= 1


def test_times_go_on_across_the_end_of_the_ntp_era() -> None:
    turn = ((1 << 32) - 2_208_988_800) * SECOND  # 7 February 2036, 06:28:16 UTC
    for time in (turn - 250, turn, turn + 250):
        assert 0 <= time - from_ntp(to_ntp(time)) <= 1


def test_a_reflector_on_ptp_time_is_understood() -> None:
    held = (
        *((7).to_bytes(4), (1_000).to_bytes(4), (500_000_000).to_bytes(4)),
        *(b"\xc0\x01", bytes(2), (999).to_bytes(4), (900_000_000).to_bytes(4)),
    )
    read = UNSIGNED.read_reply(b"".join(held) + bytes(20))
    assert read is not None
    reply = Reply._make(read)
    came, left = times(reply)
    assert left - came == 600_000_000
    # PTP counts TAI, which is some 37 s away from UTC: no bound can be stated.
    assert estimate.decode(reply.error_estimate) is None


@given(time=st.integers(0, 1 << 62))
def test_ntp_time_is_right_to_a_fraction(time: int) -> None:
    exact = (Fraction(time, SECOND) + 2_208_988_800) * (1 << 32)
    assert 0 <= (exact - to_ntp(time)) % (1 << 64) < 1


@given(error=st.floats(0, 1e9), synchronised=st.booleans())
def test_an_error_estimate_is_never_smaller_than_the_error(
    error: float, synchronised: bool
) -> None:
    coded = estimate.encode(error, synchronised=synchronised)
    multiplier, scale = coded & 0xFF, coded >> 8 & 0x3F
    meant = Fraction(multiplier * 2**scale, 1 << 32)
    assert multiplier > 0
    assert error <= meant <= Fraction(error) * Fraction(129, 128) + Fraction(2, 1 << 32)
    assert bool(coded & 0x8000) == synchronised
    assert not coded & 0x4000  # NTP's format
    read = estimate.decode(coded)
    if synchronised:
        assert read is not None
        assert meant <= Fraction(read, SECOND) < meant + Fraction(1, SECOND)
    else:
        assert read is None


def test_a_multiplier_of_zero_claims_nothing() -> None:
    # RFC 4656, section 4.1.2: it must not be zero.
    assert estimate.decode(0x8000) is None


def test_the_clock_is_asked_about_again_when_it_is_set_back() -> None:
    asked: list[int] = []

    class Counted(estimate.Quality):
        def __call__(self, now: int) -> int:
            before = self._asked
            field = super().__call__(now)
            if self._asked != before:
                asked.append(now)
            return field

    quality = Counted()
    for now in (10 * SECOND, 10 * SECOND + 1, 12 * SECOND, 5 * SECOND, 5 * SECOND + 1):
        quality(now)
    assert asked == [10 * SECOND, 12 * SECOND, 5 * SECOND]


def test_the_kernel_says_how_good_our_clock_is() -> None:
    coded = estimate.of_this_clock()
    seconds = (coded & 0xFF) * 2.0 ** ((coded >> 8 & 0x3F) - 32)
    assert 0 < seconds < 3600
