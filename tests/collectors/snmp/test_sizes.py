"""Paths on which large answers are lost."""

from collections.abc import Iterable

import pytest

from bellrock.model.observation import Outcome
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import PduType, decode_v2c
from collectors.snmp.sizing import Bound, Sizing
from collectors.snmp.transcript import Kind, Transcript
from tests.collectors.snmp.agent import QUICK, agent, community, mib, serve

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
