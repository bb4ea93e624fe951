"""Whoever witnesses a poll hears of all that passes, in order."""

import asyncio
import errno
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

from bellrock.model.observation import Outcome
from collectors.snmp.address import Peer
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.witness import Drop
from tests.collectors.snmp.agent import (
    QUICK,
    Answers,
    agent,
    community,
    device,
    mib,
    serve,
)

_HONEST = serve(mib(3))


@dataclass
class Recorder:
    """Writes down one word for everything that it hears of."""

    events: list[tuple[str, object]] = field(default_factory=list)
    datagrams: list[bytes] = field(default_factory=list)

    def sent(self, datagram: bytes, _: Peer) -> None:
        self.events.append(("sent", len(datagram)))
        self.datagrams.append(datagram)

    def received(self, datagram: bytes, _: Peer) -> None:
        self.events.append(("received", len(datagram)))
        self.datagrams.append(datagram)

    def dropped(self, why: Drop) -> None:
        self.events.append(("dropped", why))

    def silent(self, _: int, to: Peer) -> None:
        self.events.append(("silent", to[0]))

    def remarked(self, text: str, _: Peer) -> None:
        self.events.append(("remarked", text))

    def failed(self, number: int, _: Peer) -> None:
        self.events.append(("failed", number))

    @property
    def words(self) -> list[str]:
        return [what for what, _ in self.events]

    @property
    def reasons(self) -> list[object]:
        return [why for what, why in self.events if what == "dropped"]


async def witnessed(
    answers: Answers, settings: SnmpSettings = QUICK
) -> tuple[Recorder, Outcome, list[bytes]]:
    heard = Recorder()
    async with (
        agent(answers) as (found, requests),
        SnmpCollector(settings, witness=heard) as collector,
    ):
        reading = await collector.collect(found, community())
    return heard, reading.outcome, requests


async def test_all_that_is_sent_and_received_is_heard_of_in_order() -> None:
    answered: list[bytes] = []

    def remembered(request: bytes) -> Iterable[bytes]:
        answered.extend((request, *_HONEST(request)))
        return answered[-1:]

    heard, outcome, requests = await witnessed(remembered)
    assert outcome is Outcome.SUCCESS
    assert heard.words == ["sent", "received"] * len(requests)
    assert heard.datagrams == answered


async def test_silence_is_heard_of_with_every_request_that_met_it() -> None:
    heard, outcome, _ = await witnessed(lambda _: ())
    assert outcome is Outcome.TIMEOUT
    assert heard.words == ["sent", "silent", "sent", "silent"]


async def test_why_a_datagram_is_dropped_is_heard_of() -> None:
    def odd(request: bytes) -> Iterable[bytes]:
        asked = decode_v2c(request).pdu
        (honest,) = _HONEST(request)
        other = Pdu(PduType.RESPONSE, asked.request_id ^ 1, asked.varbinds)
        return [b"rubbish", encode_v2c(b"public", other), honest, honest]

    heard, outcome, requests = await witnessed(odd)
    assert outcome is Outcome.SUCCESS
    # The first request alone: what is in the socket still at the end is not read.
    assert heard.words[:7] == [
        *("sent", "received", "dropped", "received", "dropped", "received", "received"),
    ]
    assert heard.reasons[:3] == [Drop.RUBBISH, Drop.UNASKED, Drop.ANSWERED]
    assert heard.words.count("sent") == len(requests)


async def test_an_answer_from_elsewhere_is_heard_of() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked,
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other,
    ):
        asked.bind(("127.0.0.1", 0))
        asked.setblocking(False)
        other.bind(("127.0.0.2", 0))

        def answer_from_elsewhere() -> None:
            request, client = asked.recvfrom(65535)
            for honest in _HONEST(request):
                other.sendto(honest, client)

        heard = Recorder()
        loop = asyncio.get_running_loop()
        loop.add_reader(asked, answer_from_elsewhere)
        async with SnmpCollector(QUICK, witness=heard) as collector:
            await collector.collect(device(asked.getsockname()[1]), community())
        loop.remove_reader(asked)
    assert heard.reasons == [Drop.ELSEWHERE] * 2


async def test_a_closed_port_is_heard_of_by_the_kernels_word() -> None:
    heard = Recorder()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
    async with SnmpCollector(QUICK, witness=heard) as collector:
        reading = await collector.collect(device(port), community())
    assert reading.outcome is Outcome.REFUSED
    assert heard.events[1:] == [("failed", errno.ECONNREFUSED)]
