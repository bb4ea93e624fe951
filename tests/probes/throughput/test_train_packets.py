"""What is taken for an answer to a train, and what is made of it."""

import socket
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.stamp.packet import reflect
from probes.throughput.train_dispersion import Shape, dispersion
from probes.throughput.train_packets import Row, Train, payload

SECOND = 1_000_000_000
BEGIN = 1_700_000_000 * SECOND
SIZE = 1400
OVERHEAD = 28
GAP = 100_000
LATER = 10_000_000


def train(count: int = 40, first: int = 0) -> tuple[Train, list[bytes]]:
    """A train that was sent, a packet each microsecond, and its packets."""
    made = Train(first, count, SIZE)
    packets = []
    for at in range(count):
        buffer = bytearray(SIZE - OVERHEAD)
        made.write(buffer, 0, BEGIN + at * 1000, 0x8001)
        packets.append(bytes(buffer))
    return made, packets


def answered(made: Train, packets: list[bytes], *, count: bool, missing: int) -> None:
    """Answer all packets but those a reflector never got: every so many-th."""
    number = 0
    for at, packet in enumerate(packets):
        if missing and at % missing == 1:
            continue
        came = BEGIN + LATER + at * GAP
        reply = reflect(
            packet,
            received_ns=came,
            sending_ns=came + 20_000,
            sequence=number + 1000 if count else None,
            ttl=64,
        )
        assert reply is not None
        made.take(reply, OVERHEAD, came + LATER)
        number += 1


@pytest.mark.parametrize("count", [True, False])
@pytest.mark.parametrize("missing", [0, 10])
def test_the_far_ends_stamps_and_ours_are_the_two_directions(
    count: bool, missing: int
) -> None:
    made, packets = train(first=7)
    answered(made, packets, count=count, missing=missing)
    assert made.complete == (missing == 0)
    there, back = made.forward(), made.reverse()
    heard = len(packets) - (4 if missing else 0)
    assert len(there) == len(back) == heard
    assert [each.rank - there[0].rank for each in there] == list(range(heard))
    assert [each.rank for each in back] == list(range(heard))
    assert {each.order for each in there} <= set(range(7, 47))
    found = dispersion(there)
    assert found.shape is Shape.FILLED
    assert found.gap == pytest.approx(GAP, rel=0.15)
    # Answers left as they came: the way back was not filled.
    assert dispersion(back).shape is Shape.NOT_FILLED


def test_time_stamps_of_ptp_are_read() -> None:
    made, packets = train(2)
    for at, packet in enumerate(packets):
        came = (1_700_000_000 << 32) + 5_000 + at * 70_000
        reply = struct.pack(
            "!IQH2xQIQHxxB3x",
            *(at, came + 9, 0x4001, came),
            *(at, int.from_bytes(packet[4:12]), 0x8001, 64),
        )
        made.take(reply, OVERHEAD, BEGIN + LATER)
    assert [each.arrived for each in made.forward()] == [
        BEGIN + 5_000,
        BEGIN + 75_000,
    ]


def test_only_who_saw_the_packet_can_answer_it_and_once() -> None:
    made, packets = train()
    good = reflect(packets[3], received_ns=BEGIN, sending_ns=BEGIN, sequence=0, ttl=1)
    assert good is not None
    forged = good[:28] + bytes(8) + good[36:]
    of_another = good[:24] + struct.pack("!I", 4) + good[28:]
    never_sent = good[:24] + struct.pack("!I", 40) + good[28:]
    too_long = good + b"x"
    for bad in (forged, of_another, never_sent, too_long, good[:37], b""):
        made.take(bad, OVERHEAD, BEGIN)
    assert (len(made.rows), made.strays) == (0, 6)
    made.take(good, OVERHEAD, BEGIN)
    made.take(good, OVERHEAD, BEGIN)
    made.take(good, OVERHEAD, None)
    assert (len(made.rows), made.strays) == (1, 8)


def test_times_that_cannot_be_true_are_not_used() -> None:
    made, packets = train()
    answered(made, packets, count=True, missing=0)
    whole = list(made.rows)
    made.rows[20:] = [
        row._replace(far_received=row.far_received + SECOND) for row in whole[20:]
    ]
    assert made.forward() == made.reverse() == []
    made.rows[:] = [row._replace(far_received=0, far_sent=0) for row in whole]
    assert dispersion(made.forward()).shape is Shape.COARSE


def test_answers_of_many_lengths_are_no_train() -> None:
    made, packets = train()
    answered(made, packets, count=True, missing=0)
    made.rows[5] = made.rows[5]._replace(length=500)
    assert made.reverse() == []
    assert len(made.forward()) == 40


@pytest.mark.parametrize("ranks", [[0] * 40, [at * 10**8 for at in range(40)]])
def test_a_count_that_cannot_be_one_is_not_believed(ranks: list[int]) -> None:
    made, packets = train()
    answered(made, packets, count=True, missing=0)
    made.rows[:] = [
        row._replace(rank=rank) for row, rank in zip(made.rows, ranks, strict=True)
    ]
    assert [each.rank for each in made.forward()] == list(range(40))


@given(data=st.binary(max_size=1400), received=st.none() | st.integers(0, 1 << 64))
def test_no_datagram_upsets_a_train(data: bytes, received: int | None) -> None:
    made, _ = train(4)
    made.take(data, OVERHEAD, received)
    assert made.rows == []
    assert made.strays == 1


@given(st.lists(st.builds(Row, *[st.integers(0, 1 << 64)] * 7), max_size=60))
def test_no_answer_upsets_what_is_made_of_it(rows: list[Row]) -> None:
    made, _ = train(60)
    made.rows[:] = rows
    for direction in (made.forward(), made.reverse()):
        found = dispersion(direction)
        assert found.gap is None or found.gap > 0


def test_a_packet_of_a_size_has_room_for_a_test_packet() -> None:
    assert payload(1400, socket.AF_INET) == 1372
    assert payload(1400, socket.AF_INET6) == 1352
    with pytest.raises(ValueError, match="hold no test packet"):
        payload(91, socket.AF_INET6)
