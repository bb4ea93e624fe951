"""STAMP packets on the wire, against RFC 8762 read octet by octet."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.stamp import estimate
from probes.stamp.packet import (
    BASE,
    Request,
    pack_request,
    padding,
    read_reply,
    read_request,
    reflect,
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


@given(sequence=word, timestamp=stamp, error=field, size=st.integers(4, 60))
def test_a_request_is_laid_out_as_in_figure_2(
    sequence: int, timestamp: int, error: int, size: int
) -> None:
    request = Request(sequence, timestamp, error)
    data = pack_request(request, padding(size))
    assert number(data, 0, 3) == sequence
    assert number(data, 4, 11) == timestamp
    assert number(data, 12, 13) == error
    assert data[14:44] == bytes(30)
    # RFC 8972: flags with U set, type 1 Extra Padding, the length of what follows.
    assert (data[44], data[45], number(data, 46, 47)) == (0x80, 1, size - 4)
    assert len(data) == BASE + size
    assert read_request(data) == request
    assert len(pack_request(request, padding(0))) == BASE == 44


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
    if len(packet) < BASE:
        assert reply is None
    else:
        assert reply is not None
        assert len(reply) == len(packet)


@given(data=st.binary(max_size=100))
def test_no_datagram_upsets_the_parsers(data: bytes) -> None:
    assert (read_reply(data) is None) == (len(data) < 38)
    assert (read_request(data) is None) == (len(data) < 14)


@pytest.mark.parametrize("size", [38, 40, 41, 44, 60])
@given(
    received=moment, held=st.integers(-SECOND, SECOND), request=st.tuples(word, stamp)
)
def test_replies_of_38_bytes_and_more_say_how_long_they_were_held(
    size: int, received: int, held: int, request: tuple[int, int]
) -> None:
    sent = Request(*request, 0x8001)
    whole = reflect(
        pack_request(sent) + bytes(20),
        received_ns=received,
        sending_ns=received + held,
        sequence=9,
        ttl=3,
    )
    assert whole is not None
    reply = read_reply(whole[:size])
    assert reply is not None
    assert reply.sequence == 9
    assert abs(reply.held - held) <= 1
    assert reply.request == sent


def test_time_held_is_right_across_the_end_of_the_ntp_era() -> None:
    turn = ((1 << 32) - 2_208_988_800) * SECOND  # 7 February 2036, 06:28:16 UTC
    whole = reflect(
        bytes(44), received_ns=turn - 250, sending_ns=turn + 250, sequence=0, ttl=1
    )
    assert whole is not None
    reply = read_reply(whole)
    assert reply is not None
    assert abs(reply.held - 500) <= 1


def test_a_reflector_on_ptp_time_is_understood() -> None:
    held = (
        *((7).to_bytes(4), (1_000).to_bytes(4), (500_000_000).to_bytes(4)),
        *(b"\xc0\x01", bytes(2), (999).to_bytes(4), (900_000_000).to_bytes(4)),
    )
    reply = read_reply(b"".join(held) + bytes(20))
    assert reply is not None
    assert reply.held == 600_000_000


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


def test_the_kernel_says_how_good_our_clock_is() -> None:
    coded = estimate.of_this_clock()
    seconds = (coded & 0xFF) * 2.0 ** ((coded >> 8 & 0x3F) - 32)
    assert 0 < seconds < 3600
