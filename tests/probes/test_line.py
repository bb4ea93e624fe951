"""Many datagrams in one call, their stamps and their errors, on loopback."""

import errno
import random
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count

import pytest

from probes import kernel
from probes.batch import Inbox, Outbox
from probes.clock import Clock
from probes.ledger import Peer, Track
from probes.line import Line
from probes.stamp.channel import StampChannel
from probes.target import Address, Target, resolve, socket_address

FAMILIES = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}


@contextmanager
def ear(family: int) -> Iterator[socket.socket]:
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.setblocking(False)
        kernel.stamp_both(sock, sent=False)
        sock.bind((FAMILIES[socket.AddressFamily(family)], 0))
        yield sock


@contextmanager
def line(family: int, *, exact: bool) -> Iterator[Line]:
    channel = StampChannel(family, padding=0, dscp=0)
    with channel.sock:
        yield Line(channel, Clock(), exact=exact)


def track(family: int, address: Address) -> Track:
    return Track(Target("a", address[0]), Peer(family, address))


def closed(family: int) -> Address:
    with ear(family) as gone:
        address: Address = gone.getsockname()
    return address


@pytest.mark.parametrize("family", FAMILIES)
def test_datagrams_of_all_sizes_come_as_they_were_sent(family: int) -> None:
    draw = random.Random(1)
    with ear(family) as one, ear(family) as two, ear(family) as mouth:
        outbox = Outbox(mouth, 8, 4)
        ears = [draw.choice((one, two)) for _ in range(8)]
        sent = [draw.randbytes(draw.choice((1, 4, 5, 600))) for _ in range(8)]
        for place, (to, datagram) in enumerate(zip(ears, sent, strict=True)):
            outbox.put(place, socket_address(family, to.getsockname()), datagram)
        before = time.time_ns()
        assert outbox.send(2, 6) == 6
        assert outbox.send(0, 2) == 2
        after = time.time_ns()
        order = [*range(2, 8), 0, 1]
        for sock in (one, two):
            inbox = Inbox(sock, 3, 700, kernel.STAMP_LAYOUT)
            expected = [sent[place] for place in order if ears[place] is sock]
            got = []
            while (count := inbox.receive(2)) > 0:
                assert count <= 2
                for sizes, row, (data,) in inbox.rows(count):
                    name, kind, seconds, rest = row
                    assert name == socket_address(family, mouth.getsockname())
                    assert (sizes[0], kind) == (kernel.STAMP_SIZE, kernel.STAMP)
                    assert before <= seconds * 1_000_000_000 + rest <= after
                    got.append(data[: sizes[1]])
            assert count == -errno.EAGAIN
            assert got == expected


def test_a_short_datagram_is_not_completed_by_the_one_before() -> None:
    with ear(socket.AF_INET) as sock:
        inbox = Inbox(sock, 1, 64, kernel.STAMP_LAYOUT)
        lengths = []
        for datagram in (b"a longer one", b"short", b""):
            sock.sendto(datagram, sock.getsockname())
            assert inbox.receive(1) == 1
            ((sizes, _, (data,)),) = inbox.rows(1)
            lengths.append((sizes[1], data[: sizes[1]]))
            assert inbox.data(0, sizes[1]) == datagram
    assert lengths == [(12, b"a longer one"), (5, b"short"), (0, b"")]


def test_what_is_longer_than_the_room_is_cut() -> None:
    with ear(socket.AF_INET) as sock:
        inbox = Inbox(sock, 2, 16, kernel.STAMP_LAYOUT)
        sock.sendto(bytes(range(40)), sock.getsockname())
        sock.sendto(b"next", sock.getsockname())
        assert inbox.receive(2) == 2
        first, second = inbox.rows(2)
    assert first[2] == (bytes(range(16)),)
    assert second[2][0][: second[0][1]] == b"next"


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("exact", [False, True])
def test_packets_are_taken_to_have_left_while_they_were_sent(
    family: int, exact: bool
) -> None:
    with ear(family) as one, ear(family) as two, line(family, exact=exact) as ours:
        tracks = [track(family, sock.getsockname()) for sock in (one, two)]
        left = []
        for _ in range(5):
            packets = ours.load(tracks, 0)
            before = time.monotonic_ns()
            assert ours.send(packets, 0) == 2
            left += [(before, time.monotonic_ns(), packet) for packet in packets]
        assert ours.refusals() == []
        for before, after, packet in left:
            assert before - 2_000 <= packet.sent <= after + 2_000
            assert (packet.doubt == 1_000) == exact
        order = [packet.sent for _, _, packet in left]
        assert order == sorted(order)


@pytest.mark.parametrize("family", FAMILIES)
@pytest.mark.parametrize("exact", [False, True])
def test_a_refusal_says_where_the_datagram_was_going_and_quotes_it(
    family: int, exact: bool
) -> None:
    with line(family, exact=exact) as ours, ear(family) as there:
        gone = closed(family)
        packets = ours.load([track(family, gone)], 0)
        assert ours.send(packets, 0) == 1
        (refusal,) = ours.refusals()
        assert refusal.errno == errno.ECONNREFUSED
        assert refusal.name == socket_address(family, gone)
        quoted = ours.channel.quoted(refusal.quoted)
        assert quoted is not None
        assert quoted.token == packets[0].token
        assert ours.refusals() == []
        # Nothing is left to surface here, and stamps are still whose they were.
        others = ours.load([track(family, there.getsockname())], 0)
        assert ours.send(others, 0) == 1
        assert ours.refusals() == []
        assert (others[0].doubt == 1_000) == exact


def test_stamps_are_not_mixed_up_by_what_did_not_leave() -> None:
    family = socket.AF_INET
    with ear(family) as there, line(family, exact=True) as ours:
        broadcast = resolve("127.255.255.255", 862)[1]
        good = [track(family, there.getsockname()) for _ in range(2)]
        packets = ours.load([good[0], track(family, broadcast), good[1]], 0)
        assert ours.send(packets, 0) == 1
        assert ours.send(packets, 1) == -errno.EACCES
        between = time.monotonic_ns()
        assert ours.send(packets, 2) == 1
        assert ours.refusals() == []
    assert packets[2].sent >= between - 2_000
    assert packets[2].doubt == 1_000
    assert packets[0].sent <= between


def test_stamps_of_a_stepped_clock_are_not_believed() -> None:
    step = 0
    clock = Clock(realtime=lambda: time.time_ns() + step)
    channel = StampChannel(socket.AF_INET, padding=0, dscp=0)
    with channel.sock, ear(socket.AF_INET) as there:
        ours = Line(channel, clock, exact=True)
        packets = ours.load([track(socket.AF_INET, there.getsockname())], 0)
        assert ours.send(packets, 0) == 1
        before = packets[0].sent
        step = 3_600_000_000_000
        steady = ours.steady()
        assert not steady
        assert ours.refusals(steady=steady) == []
        assert ours.steady()
    assert packets[0].sent == before


def test_a_stamp_from_the_future_is_of_a_clock_stepped_just_now() -> None:
    step = -3_600_000_000_000
    clock = Clock(realtime=lambda: time.time_ns() + step)
    channel = StampChannel(socket.AF_INET, padding=0, dscp=0)
    with channel.sock, ear(socket.AF_INET) as there:
        ours = Line(channel, clock, exact=True)
        packets = ours.load([track(socket.AF_INET, there.getsockname())], 0)
        assert ours.send(packets, 0) == 1
        before = packets[0].sent
        # Nobody has looked at the clock since.
        assert ours.refusals() == []
    assert packets[0].sent == before


def test_a_clock_that_is_moved_a_little_is_followed() -> None:
    moved = 0
    clock = Clock(monotonic=lambda: 0, realtime=lambda: moved)
    channel = StampChannel(socket.AF_INET, padding=0, dscp=0)
    with channel.sock:
        ours = Line(channel, clock, exact=False)
        moved = 30_000
        assert ours.steady()
        assert ours.offset.value == 30_000


def test_between_two_stamps_what_stands_between_the_clocks_cancels_out() -> None:
    ticks = count(step=500)
    clock = Clock(monotonic=lambda: next(ticks), realtime=lambda: 0)
    channel = StampChannel(socket.AF_INET, padding=0, dscp=0)
    with channel.sock:
        ours = Line(channel, clock, exact=True)
        assert ours.offset.error == 250
        assert ours.error(1_000) == 1_000
        # That one has no stamp of its leaving.
        assert ours.error(5_000) == 5_250
        ours.stamp(exact=False)
        assert ours.error(1_000) == 1_250
