"""The bookkeeping of packets, on times of its own."""

import socket

from bellrock.model.observation import Outcome
from probes.ledger import RECALL, Ledger, Packet, Peer, Track
from probes.target import Target

DEADLINE = 100
REPORT = 50


class Book:
    """A ledger with one target, and what it reported."""

    def __init__(self) -> None:
        self.ledger = Ledger(DEADLINE, REPORT)
        self.peer = Peer(socket.AF_INET, ("192.0.2.1", 862))
        self.track = Track(Target("lerwick-pe1", "192.0.2.1"), self.peer)

    def send(self, at: int) -> Packet:
        packet = self.peer.next(self.track, 1 << 16, self.ledger.remembered(at))
        packet.sent = at
        self.ledger.sent([packet], at)
        return packet

    def report(self, now: int) -> list[tuple[dict[Outcome, int], list[int], int, int]]:
        return [
            (t.outcomes, t.delays, t.late, t.duplicates)
            for t in self.ledger.reports(now)
        ]


def test_an_answer_is_reported_once() -> None:
    book = Book()
    book.ledger.answered(book.send(10), 7)
    assert book.report(20) == [({Outcome.SUCCESS: 1}, [7], 0, 0)]
    assert book.report(1000) == []


def test_reports_keep_their_distance_and_the_order_of_sending() -> None:
    book = Book()
    book.ledger.answered(book.send(0), 1)
    assert len(book.report(10)) == 1
    first, second = book.send(11), book.send(12)
    book.ledger.answered(second, 2)
    book.ledger.answered(first, 3)
    assert book.report(59) == []
    assert book.report(60) == [({Outcome.SUCCESS: 2}, [3, 2], 0, 0)]


def test_silence_is_a_timeout_after_the_deadline_and_not_before() -> None:
    book = Book()
    book.send(0)
    book.ledger.expire(DEADLINE)
    assert book.report(DEADLINE) == []
    book.ledger.expire(DEADLINE + 1)
    assert book.report(DEADLINE + 1) == [({Outcome.TIMEOUT: 1}, [], 0, 0)]


def test_an_answer_after_a_timeout_is_late_and_stays_lost() -> None:
    book = Book()
    packet = book.send(0)
    book.ledger.expire(DEADLINE + 1)
    book.ledger.answered(packet, 150)
    assert book.report(200) == [({Outcome.TIMEOUT: 1}, [], 1, 0)]


def test_an_answer_stamped_after_the_deadline_is_late_though_not_yet_given_up() -> None:
    book = Book()
    book.ledger.answered(book.send(0), DEADLINE + 1)
    book.ledger.expire(DEADLINE + 5)
    assert book.report(200) == [({Outcome.TIMEOUT: 1}, [], 1, 0)]


def test_a_second_answer_is_a_duplicate() -> None:
    book = Book()
    packet = book.send(0)
    book.ledger.answered(packet, 5)
    book.ledger.answered(packet, 6)
    assert book.report(200) == [({Outcome.SUCCESS: 1}, [5], 0, 1)]


def test_an_untimed_answer_counts_without_a_delay() -> None:
    book = Book()
    book.ledger.answered(book.send(0), None)
    book.ledger.expire(1000)
    assert book.report(1000) == [({Outcome.SUCCESS: 1}, [], 0, 0)]


def test_the_first_word_on_a_packet_counts() -> None:
    book = Book()
    packet = book.send(0)
    book.ledger.settle(packet, Outcome.UNREACHABLE)
    book.ledger.settle(packet, Outcome.REFUSED)
    book.ledger.expire(1000)
    assert book.report(1000) == [({Outcome.UNREACHABLE: 1}, [], 0, 0)]


def test_a_packet_is_used_again_only_when_it_is_forgotten() -> None:
    book = Book()
    sent = [book.send(at) for at in range(0, 2 * RECALL * DEADLINE, 10)]
    remembered = sent[-RECALL * DEADLINE // 10 :]
    for packet in remembered:
        assert book.peer.find(packet.sequence) is packet
    assert len({id(packet) for packet in remembered}) == len(remembered)
    size = len(book.peer.ring)
    for at in range(2 * RECALL * DEADLINE, 20 * RECALL * DEADLINE, 10):
        book.ledger.expire(at)
        book.ledger.answered(book.send(at), 1)
    assert len(book.peer.ring) == size


def test_a_packet_still_waited_for_is_not_used_again_however_old() -> None:
    book = Book()
    out = [book.send(at) for at in range(4)]
    stalled = 10 * RECALL * DEADLINE
    younger = [book.send(stalled + at) for at in range(4)]
    assert not set(map(id, out)) & set(map(id, younger))
    assert [book.peer.find(packet.sequence) for packet in out] == out
    book.ledger.expire(stalled)
    assert [packet.outcome for packet in out] == [Outcome.TIMEOUT] * 4
    assert [packet.outcome for packet in younger] == [None] * 4


def test_where_numbers_run_out_the_younger_packet_has_it() -> None:
    book = Book()
    sent = []
    for at in range(20):
        packet = book.peer.next(book.track, 8, -1)
        packet.sent = at
        sent.append(packet)
    for packet in sent[:12]:
        assert book.peer.find(packet.sequence) is not packet
    for packet in sent[12:]:
        assert book.peer.find(packet.sequence) is packet
    book.ledger.sent(sent, 20)
    book.ledger.expire(1_000)
    assert book.report(1_000) == [({Outcome.TIMEOUT: 20}, [], 0, 0)]


def test_a_packet_that_did_not_leave_gives_its_number_back() -> None:
    book = Book()
    kept = book.peer.next(book.track, 1 << 16, 0)
    kept.sent = 5
    packet = book.peer.next(book.track, 1 << 16, 0)
    book.peer.take_back(packet)
    assert book.peer.find(1) is None
    again = book.peer.next(book.track, 1 << 16, 0)
    assert (kept.sequence, again.sequence) == (0, 1)


def test_what_may_have_been_answered_while_answers_were_dropped_is_not_lost() -> None:
    book = Book()
    for at in (0, 150, 250, 290, 400):
        book.send(at)
    book.ledger.excuse(300, 350)  # what was sent from 200 on may have been answered
    book.ledger.excuse(350, 360)
    book.ledger.expire(1_000)
    assert book.report(1_000) == [({Outcome.TIMEOUT: 3}, [], 0, 0)]
    assert book.ledger.excused == 2


def test_an_hour_of_silence_is_all_told_and_none_of_it_kept() -> None:
    book = Book()
    lost = 0
    for at in range(0, 3_600 * 1_000, 100):
        book.send(at)
        book.ledger.expire(at)
        for outcomes, delays, late, _ in book.report(at):
            assert outcomes.keys() == {Outcome.TIMEOUT}
            assert not delays
            assert not late
            lost += outcomes[Outcome.TIMEOUT]
    assert lost == 36_000 - 2
    assert len(book.peer.ring) == 8
    packet = book.send(3_600_000)
    book.ledger.answered(packet, 7)
    book.ledger.expire(3_700_000)
    assert book.report(3_700_000) == [
        ({Outcome.SUCCESS: 1, Outcome.TIMEOUT: 2}, [7], 0, 0)
    ]


def test_nothing_is_reported_of_a_target_dropped_meanwhile() -> None:
    book = Book()
    book.ledger.answered(book.send(0), 1)
    book.track.dropped = True
    book.send(1)
    book.ledger.expire(1000)
    assert book.report(1000) == []
