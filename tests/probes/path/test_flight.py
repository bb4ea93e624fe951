"""Which packet an answer is about."""

import socket

import pytest

from probes.path.exchange import Ask
from probes.path.flight import Flight
from probes.path.rotation import Order
from probes.path.search import Packet, RouteSearch
from probes.path.settings import PathProbe
from probes.path.wire import Heard
from probes.target import Address, Target

_HERE, _THERE = ("192.0.2.1", 33434), ("192.0.2.2", 33434)
_PORT = 40_000


def _search(address: Address = _HERE) -> RouteSearch:
    target = Target("far", address[0])
    family = socket.AF_INET
    return RouteSearch(
        PathProbe(), target, family, address, order=Order([0], 1), top=1500, started=0.0
    )


def _sent(flight: Flight, search: RouteSearch, ttl: int, at: int = 0) -> Packet:
    packet = Packet(search, Ask(0, ttl), 60, sizing=False)
    packet.cookie, packet.port, packet.at = bytes([ttl] * 8), _PORT, at
    flight.add(packet)
    return packet


def _heard(quoted: bytes, to: Address = _HERE, port: int = _PORT) -> Heard:
    return Heard(port, to, "192.0.2.9", 11, 0, 0, quoted, None, ())


@pytest.fixture
def flight() -> Flight:
    return Flight(deadline=100)


def test_a_packet_is_known_by_its_cookie_port_and_address(flight: Flight) -> None:
    search = _search()
    one, two = _sent(flight, search, 1), _sent(flight, search, 2)
    assert flight.match(_heard(one.cookie + b"rest")) is one
    assert flight.match(_heard(two.cookie)) is two
    assert flight.match(_heard(bytes(8))) is None
    assert flight.match(_heard(one.cookie, to=_THERE)) is None
    assert flight.match(_heard(one.cookie, port=_PORT + 1)) is None
    assert not search.discovery.single


def test_a_quote_cut_short_is_about_the_one_packet_there_is(flight: Flight) -> None:
    search, other = _search(), _search(_THERE)
    one = _sent(flight, search, 1)
    _sent(flight, other, 2)
    assert flight.match(_heard(b"")) is one
    assert (search.discovery.single, other.discovery.single) == (True, False)
    flight.answered(one)
    assert flight.match(_heard(b"")) is None


def test_a_quote_cut_short_is_about_none_where_there_are_two(flight: Flight) -> None:
    search = _search()
    one, two = _sent(flight, search, 1), _sent(flight, search, 2)
    assert flight.match(_heard(b"1234567")) is None
    flight.answered(two)
    assert flight.match(_heard(b"1234567")) is one


def test_what_was_broken_off_may_be_what_is_answered(flight: Flight) -> None:
    before, after = _search(), _search()
    old = _sent(flight, before, 1)
    flight.forget(before)
    assert flight.match(_heard(old.cookie)) is None
    assert flight.match(_heard(b"")) is None
    new = _sent(flight, after, 2, at=50)
    assert flight.match(_heard(b"")) is None
    assert list(flight.overdue(100)) == []
    assert flight.match(_heard(b"")) is new


def test_a_late_answer_is_known_until_its_search_is_over(flight: Flight) -> None:
    search = _search()
    packet = _sent(flight, search, 1)
    assert list(flight.overdue(99)) == []
    assert list(flight.overdue(100)) == [packet]
    assert packet.lost
    assert flight.match(_heard(packet.cookie)) is packet
    flight.answered(packet)
    flight.forget(search)
    assert flight.match(_heard(packet.cookie)) is None
    assert flight.known == {}
