"""Paths on which large answers are lost."""

import asyncio
import socket
from collections.abc import Iterable

import pytest

from bellrock.model.observation import Outcome
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.reports import UNKNOWN_ENGINE_IDS
from collectors.snmp.sizing import Bound, Sizing
from collectors.snmp.transcript import Kind, Transcript
from collectors.snmp.v3message import (
    SecuredMessage,
    decode_v3,
    encode_v3,
    read_scoped,
    write_scoped,
)
from collectors.snmp.values import Counter32, VarBind
from tests.collectors.snmp.agent import (
    END,
    QUICK,
    SYSTEM,
    agent,
    community,
    device,
    mib,
    row,
    serve,
    user,
)

_ENGINE = b"\x80\x00\x1f\x88\x04engine"
ROWS = 60
HONEST = serve(mib(ROWS))


@pytest.mark.parametrize("fits", [1000, 700, 450])
async def test_where_large_answers_are_lost_smaller_ones_are_asked_for(
    fits: int,
) -> None:
    lost: list[int] = []

    def path(datagram: bytes) -> Iterable[bytes]:
        for answer in HONEST(datagram):
            if len(answer) <= fits:
                yield answer
            else:
                lost.append(len(answer))

    seen = Transcript()
    async with (
        agent(path) as (device, requests),
        SnmpCollector(QUICK, witness=seen) as collector,
    ):
        first = await collector.collect(device, community())
        second = await collector.collect(device, community())
        lost.clear()
        requests.clear()
        third = await collector.collect(device, community())
    for reading in (first, second, third):
        assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
        assert [i.index for i in reading.interfaces] == list(range(1, ROWS + 1))
    assert lost == []
    assert PduType.GET_NEXT not in {decode_v2c(each).pdu.type for each in requests}
    remarks = [each.text for each in seen.events if each.kind is Kind.REMARK]
    assert remarks
    assert all("octets at most from now on" in each for each in remarks)


async def test_a_path_that_becomes_narrow_between_two_polls_is_found_out() -> None:
    fits = 10_000

    def path(datagram: bytes) -> Iterable[bytes]:
        return [each for each in HONEST(datagram) if len(each) <= fits]

    async with (
        agent(path) as (device, _),
        SnmpCollector(QUICK) as collector,
    ):
        for _ in range(2):
            await collector.collect(device, community())
        fits = 600
        readings = [await collector.collect(device, community()) for _ in range(2)]
    for reading in readings:
        assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
        assert len(reading.interfaces) == ROWS


def test_what_was_lost_is_asked_for_again_in_time_and_less_and_less() -> None:
    sizing = Sizing()
    sizing.lost(1400, 1472)
    assert sizing.whole is not None
    assert sizing.whole.at == 700
    sizing.lost(1400, 1472)
    assert sizing.whole.at == 350
    waits = []
    for _ in range(2):
        readings = 1
        while not sizing.may_grow():
            readings += 1
        waits.append(readings)
        assert sizing.whole.at == 700
        sizing.lost(700, 1472)
    assert waits == [61, 121]


def test_a_bound_grows_to_where_there_is_no_limit_and_no_further() -> None:
    bound = Bound(1, 1)
    bound.lower(0)
    grown = [bound.may_grow() for _ in range(200)]
    assert grown.count(True) == 1
    assert bound.at == 1


@pytest.mark.parametrize(("most", "limit"), [(65507, 1472), (700, 700), (1, 484)])
async def test_an_answer_is_no_larger_than_its_agent_says_it_can_take(
    most: int, limit: int
) -> None:
    sizes: list[int] = []

    def small(datagram: bytes) -> Iterable[bytes]:
        asked = decode_v3(datagram)
        _, pdu = read_scoped(asked.payload)
        (honest,) = HONEST(encode_v2c(b"", pdu))
        told = decode_v2c(honest).pdu
        if not asked.engine_id:
            report = list[VarBind]([(UNKNOWN_ENGINE_IDS, Counter32(1))])
            told = Pdu(PduType.REPORT, pdu.request_id, report)
        scoped = write_scoped(_ENGINE, told)
        answer, _ = encode_v3(
            SecuredMessage(
                *(asked.number, 0, _ENGINE, 1, 1, asked.user, scoped), most=most
            )
        )
        sizes.append(len(answer))
        return [answer]

    async with agent(small) as (found, _), SnmpCollector(QUICK) as collector:
        await collector.collect(found, user("plain"))
        sizes.clear()
        reading = await collector.collect(found, user("plain"))
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, ROWS)
    assert limit * 0.6 < max(sizes) <= limit


async def largest(family: socket.AddressFamily, host: str, letters: int) -> int:
    """Return the octets of the largest answer, with names of so many letters."""
    variables = SYSTEM | END
    for index in range(1, ROWS + 1):
        variables |= row(index, f"{index:0{letters}}")
    honest = serve(variables)
    sizes: list[int] = []
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        server.bind((host, 0))
        server.setblocking(False)

        def serve_one() -> None:
            request, client = server.recvfrom(65535)
            for answer in honest(request):
                sizes.append(len(answer))
                server.sendto(answer, client)

        loop = asyncio.get_running_loop()
        loop.add_reader(server, serve_one)
        found = device(server.getsockname()[1], host)
        async with SnmpCollector(QUICK) as collector:
            await collector.collect(found, community())
            reading = await collector.collect(found, community())
        loop.remove_reader(server)
        assert reading.outcome is Outcome.SUCCESS
    return max(sizes)


async def test_over_ipv6_answers_are_smaller_by_its_header() -> None:
    lengths = range(2, 60, 2)
    over_ipv4 = [await largest(socket.AF_INET, "127.0.0.1", n) for n in lengths]
    # A fiftieth is left for counters that outgrow their octets.
    assert 1430 < max(over_ipv4) <= 1472
    try:
        over_ipv6 = [await largest(socket.AF_INET6, "::1", n) for n in lengths]
    except OSError:
        pytest.skip("no IPv6 on loopback")
    assert 1400 < max(over_ipv6) <= 1430
