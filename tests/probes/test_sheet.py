"""Packets kept together, against the same packets kept one by one."""

import socket
import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from bellrock.model.observation import Outcome
from probes.kernels.answers import answered
from probes.ledger import RECALL, Ledger
from probes.packets import Packet, Peer, Track
from probes.sheet import Sheet
from probes.target import Target

DEADLINE = 100
NAME = 16
PLACES = 64
CONTROL = 32
FORM = np.array((2, 6, 8, 0))
SIZE = 16
STAMP = 37 << 32 | 1
ANSWERS = np.array((SIZE, NAME, NAME + 6, NAME + 8, 8 << 8, CONTROL, STAMP, 64))

Told = dict[str, tuple[list[int], dict[Outcome, int], int, int, int]]


class Both:
    """The same packets in two books, which must tell the same."""

    def __init__(self, addresses: list[str], sequences: int) -> None:
        self.addresses = addresses
        self.sequences = sequences
        self.one, self.all = Ledger(DEADLINE, 0), Ledger(DEADLINE, 0)
        self.sheet = Sheet(sequences, NAME)
        peers: dict[str, tuple[Peer, Peer]] = {}
        self.tracks: list[tuple[Track, Track]] = []
        for number, address in enumerate(addresses):
            if address not in peers:
                one, other = (Peer(socket.AF_INET, (address, 0)) for _ in range(2))
                other.cookie = one.cookie
                peers[address] = one, other
            target = Target(f"t{number}", address)
            one, other = peers[address]
            self.tracks.append((Track(target, one), Track(target, other)))
        self.sheet.assign([both for _, both in self.tracks])
        self.outbox = np.zeros((PLACES, NAME + SIZE), np.uint8)
        self.outbox[:, NAME] = 8
        self.sent: list[tuple[Packet, bytes]] = []

    def send(self, which: list[int], at: int) -> None:
        first = self.sheet.head
        rows = np.array([self.tracks[n][1].row for n in which])
        remembered = self.one.remembered(at)
        self.sheet.enter(rows, remembered, self.outbox, FORM)
        for place, n in enumerate(which):
            track = self.tracks[n][0]
            assert track.peer is not None
            packet = track.peer.next(track, self.sequences, remembered)
            packet.sent = at
            self.one.sent([packet], at)
            self.sheet.left(first + place, 1, at, 0)
            self.sent.append((packet, self.outbox[place].tobytes()))

    def answer(self, which: list[int], now: int) -> None:
        """Let packets be answered now, in this order, all read in one go."""
        rows = np.zeros((PLACES, CONTROL + 64), np.uint8)
        sizes = np.zeros((PLACES, 64), np.uint8)
        forgotten = self.one.remembered(now)
        strays = 0
        for place, n in enumerate(which):
            packet, datagram = self.sent[n]
            rows[place, : NAME + SIZE] = list(datagram)
            stamp = struct.pack("=qqqq", 64, STAMP, 0, now)
            rows[place, CONTROL : CONTROL + 32] = list(stamp)
            sizes[place] = list(struct.pack("=40xQ8xI4x", 64, SIZE))
            sequence = struct.unpack_from("!H", datagram, NAME + 6)[0]
            found = packet.peer.find(sequence)
            if found is not packet or (
                packet.sent < forgotten and packet.outcome is not None
            ):
                strays += 1
            else:
                self.one.answered(packet, now - packet.sent)
        found_rows = np.empty((4, PLACES), np.int64)
        totals = np.zeros(4, np.int64)
        times = np.array((0, now, forgotten, DEADLINE, 50, 1))
        sheet = self.sheet
        read = answered(
            *(sheet.packets, sheet.peers, sheet.names, sheet.table, rows, sizes),
            *(0, len(which), ANSWERS, times, found_rows, totals),
        )
        assert read == len(which)
        assert totals[1] == strays
        columns = [column[: totals[0]].tolist() for column in found_rows]
        for row, sent, delay, kind in zip(*columns, strict=True):
            (track,) = sheet.targets([row])
            if kind == 0:
                self.all.in_time([track], [sent], [delay])
            elif kind == 2:
                self.all.too_late(track)
            else:
                assert kind in (3, 4)
                self.all.again(track, answered=kind == 3)

    def expire(self, now: int) -> None:
        self.one.expire(now)
        for track, sent in self.sheet.overdue(now - DEADLINE):
            self.all.lost(track, sent)

    def told(self, now: int) -> tuple[Told, Told]:
        books = []
        for ledger in (self.one, self.all):
            books.append(
                {
                    track.target.id: (
                        *(list(track.delays), dict(track.outcomes)),
                        *(track.late, track.duplicates, track.reordered),
                    )
                    for track in ledger.reports(now)
                }
            )
        return books[0], books[1]


steps = st.lists(
    st.one_of(
        st.tuples(st.just("send"), st.lists(st.integers(0, 5), min_size=1, max_size=9)),
        st.tuples(
            st.just("answer"), st.lists(st.integers(0, 60), min_size=1, max_size=20)
        ),
        st.tuples(st.just("wait"), st.lists(st.integers(0, 700), max_size=1)),
    ),
    max_size=40,
)


@given(steps=steps)
def test_packets_kept_together_end_as_those_kept_one_by_one(
    steps: list[tuple[str, list[int]]],
) -> None:
    # The last two share an address, and so their numbers.
    both = Both([*(f"192.0.2.{n}" for n in range(5)), "192.0.2.4"], 1 << 16)
    now = 1_000
    for what, numbers in steps:
        now += 7
        if what == "send":
            both.send(numbers, now)
        elif what == "answer" and both.sent:
            youngest = len(both.sent) - 1
            both.answer([max(0, youngest - n) for n in numbers], now)
        else:
            now += sum(numbers)
        both.expire(now)
        one, together = both.told(now)
        assert one == together


def test_what_is_written_names_the_peer_and_its_next_number() -> None:
    both = Both(["192.0.2.1", "192.0.2.1", "192.0.2.2"], 4)
    numbers = []
    for _ in range(3):
        both.send([0, 1, 2], 1)
        for place in range(3):
            row = both.outbox[place].tobytes()
            peer = both.tracks[place][1].peer
            assert peer is not None
            assert row[:NAME] == peer.name
            numbers.append(struct.unpack_from("!H", row, NAME + 6)[0])
            words = struct.unpack_from("!7H", row, NAME + 2)
            assert (sum(words)) % 0xFFFF == 0
    assert numbers == [0, 1, 0, 2, 3, 1, 0, 1, 2]


def test_those_that_stay_keep_their_packets_and_those_that_go_lose_them() -> None:
    both = Both(["192.0.2.1", "192.0.2.2", "192.0.2.3"], 1 << 16)
    both.send([0, 1, 2], 1_000)
    goes, stays = both.tracks[0][1], both.tracks[2][1]
    both.sheet.assign([stays])
    assert stays.row == 1
    assert both.sheet.overdue(2_000)[2][0] is stays
    assert goes.peer is not None
    assert both.sheet.find(goes.peer, 0, None) is None
    assert stays.peer is not None
    assert both.sheet.find(stays.peer, 0, stays.peer.cookie ^ 2) == 2
    assert both.sheet.find(stays.peer, 0, stays.peer.cookie ^ 1) is None


def test_there_is_always_room_for_what_is_remembered() -> None:
    both = Both(["192.0.2.1"], 1 << 16)
    for at in range(3_000):
        both.send([0], at)
    peer = both.tracks[0][1].peer
    assert peer is not None
    assert both.sheet.oldest(peer) == 0
    assert len(both.sheet.packets) == 4_096
    both.sheet.overdue(1 << 40)
    for at in range(3_000, 6_000):
        both.send([0], at * RECALL * DEADLINE)
        both.sheet.overdue(1 << 40)
    assert len(both.sheet.packets) == 4_096
