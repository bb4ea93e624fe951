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

    def send(self, sequence: int, at: int) -> Packet:
        packet = Packet(self.track, self.peer, sequence, 0, at)
        self.ledger.sent(packet)
        return packet

    def report(self, now: int) -> list[tuple[dict[Outcome, int], list[int], int, int]]:
        return [
            (t.outcomes, [d for _, d in sorted(t.delays)], t.late, t.duplicates)
            for t in self.ledger.reports(now)
        ]


def test_an_answer_is_reported_once() -> None:
    book = Book()
    book.ledger.answered(book.send(0, 10), 7)
    assert book.report(20) == [({Outcome.SUCCESS: 1}, [7], 0, 0)]
    assert book.report(1000) == []


def test_reports_keep_their_distance_and_the_order_of_sending() -> None:
    book = Book()
    book.ledger.answered(book.send(0, 0), 1)
    assert len(book.report(10)) == 1
    first, second = book.send(1, 11), book.send(2, 12)
    book.ledger.answered(second, 2)
    book.ledger.answered(first, 3)
    assert book.report(59) == []
    assert book.report(60) == [({Outcome.SUCCESS: 2}, [3, 2], 0, 0)]


def test_silence_is_a_timeout_after_the_deadline_and_not_before() -> None:
    book = Book()
    book.send(0, 0)
    book.ledger.expire(DEADLINE)
    assert book.report(DEADLINE) == []
    book.ledger.expire(DEADLINE + 1)
    assert book.report(DEADLINE + 1) == [({Outcome.TIMEOUT: 1}, [], 0, 0)]


def test_an_answer_after_a_timeout_is_late_and_stays_lost() -> None:
    book = Book()
    packet = book.send(0, 0)
    book.ledger.expire(DEADLINE + 1)
    book.ledger.answered(packet, 150)
    assert book.report(200) == [({Outcome.TIMEOUT: 1}, [], 1, 0)]


def test_an_answer_stamped_after_the_deadline_is_late_though_not_yet_given_up() -> None:
    book = Book()
    book.ledger.answered(book.send(0, 0), DEADLINE + 1)
    book.ledger.expire(DEADLINE + 5)
    assert book.report(200) == [({Outcome.TIMEOUT: 1}, [], 1, 0)]


def test_a_second_answer_is_a_duplicate() -> None:
    book = Book()
    packet = book.send(0, 0)
    book.ledger.answered(packet, 5)
    book.ledger.answered(packet, 6)
    assert book.report(200) == [({Outcome.SUCCESS: 1}, [5], 0, 1)]


def test_an_untimed_answer_counts_without_a_delay() -> None:
    book = Book()
    book.ledger.answered(book.send(0, 0), None)
    book.ledger.expire(1000)
    assert book.report(1000) == [({Outcome.SUCCESS: 1}, [], 0, 0)]


def test_the_first_word_on_a_packet_counts() -> None:
    book = Book()
    packet = book.send(0, 0)
    book.ledger.settle(packet, Outcome.UNREACHABLE)
    book.ledger.settle(packet, Outcome.REFUSED)
    book.ledger.expire(1000)
    assert book.report(1000) == [({Outcome.UNREACHABLE: 1}, [], 0, 0)]


def test_packets_are_forgotten_but_not_a_younger_one_with_the_same_number() -> None:
    book = Book()
    book.send(0, 0)
    young = book.send(0, RECALL * DEADLINE - 10)
    book.send(1, RECALL * DEADLINE - 10)
    book.ledger.expire(RECALL * DEADLINE + 1)
    assert book.peer.packets[0] is young
    book.ledger.expire(100 * DEADLINE)
    assert book.peer.packets == {}


def test_nothing_is_reported_of_a_target_dropped_meanwhile() -> None:
    book = Book()
    book.ledger.answered(book.send(0, 0), 1)
    book.track.dropped = True
    book.send(1, 1)
    book.ledger.expire(1000)
    assert book.report(1000) == []
