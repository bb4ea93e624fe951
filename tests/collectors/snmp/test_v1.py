"""Version 1, as old agents and Net-SNMP's speak it."""

import asyncio
from bisect import bisect_right
from collections.abc import Iterable

import pytest

from bellrock.model.observation import Outcome
from collectors.snmp import interfaces as columns
from collectors.snmp.ber import Oid
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.explain import Explainer
from collectors.snmp.message import V1, Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.settings import SnmpCredentials, SnmpSettings
from collectors.snmp.transcript import Transcript
from collectors.snmp.values import (
    Counter32,
    Counter64,
    Gauge32,
    OctetString,
    Value,
    VarBind,
)
from tests.collectors.snmp.agent import (
    END,
    QUICK,
    Answers,
    Mib,
    agent,
    community,
    device,
    mib,
    serve,
)
from tests.collectors.snmp.netsnmp import SnmpDaemon

ROWS = 7
_IF = "1.3.6.1.2.1.2.2.1"
_IF_X = "1.3.6.1.2.1.31.1.1.1"


def version_1() -> SnmpCredentials:
    return community(version=1)


def old(rows: int = ROWS, *, with_if_x_table: bool = False) -> Mib:
    """What an agent of version 1 shows, which ends with its interfaces."""
    whole = mib(rows)
    for index in range(1, rows + 1):
        cells: dict[Oid, Value] = {
            columns.DESCR: OctetString(b"FastEthernet 0/%d" % index),
            columns.SPEED: Gauge32(10**8),
            columns.IN_OCTETS: Counter32(700 + index),
            columns.OUT_OCTETS: Counter32(800 + index),
        }
        whole |= {(*column, index): value for column, value in cells.items()}
    hidden = {*END} | {o for o, value in whole.items() if isinstance(value, Counter64)}
    if not with_if_x_table:
        hidden |= {oid for oid in whole if oid[:8] == (1, 3, 6, 1, 2, 1, 31, 1)}
    return {oid: value for oid, value in whole.items() if oid not in hidden}


def serve_v1(variables: Mib, *, most: int = 1000, index: bool = True) -> Answers:
    """Answer as RFC 1157 says: an error where anything is missing."""
    order = sorted(variables)

    def found(kind: PduType, oid: Oid) -> VarBind | None:
        if kind is PduType.GET:
            return (oid, variables[oid]) if oid in variables else None
        at = bisect_right(order, oid)
        return (order[at], variables[order[at]]) if at < len(order) else None

    def answer(datagram: bytes) -> Iterable[bytes]:
        message = decode_v2c(datagram, V1)
        asked = message.pdu
        assert asked.type in (PduType.GET, PduType.GET_NEXT)
        values = [found(asked.type, oid) for oid, _ in asked.varbinds]
        there = [value for value in values if value is not None]
        status = at = 0
        if len(values) > most:
            status = 1
        elif len(there) < len(values):
            status, at = 2, values.index(None) + 1 if index else 0
        response = Pdu(
            PduType.RESPONSE,
            asked.request_id,
            asked.varbinds if status else there,
            status,
            at,
        )
        yield encode_v2c(message.community, response, V1)

    return answer


@pytest.mark.parametrize("polls", [1, 3])
@pytest.mark.parametrize(("most", "index"), [(1000, True), (3, True), (1000, False)])
async def test_interfaces_of_an_old_switch_are_read_with_counters_of_32_bits(
    polls: int, most: int, index: bool
) -> None:
    answers = serve_v1(old(), most=most, index=index)
    async with agent(answers) as (found, _), SnmpCollector(QUICK) as collector:
        for _ in range(polls - 1):
            await collector.collect(found, version_1())
        reading = await collector.collect(found, version_1())
    assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
    assert (reading.name, reading.uptime) == ("tester", 123.45)
    assert [
        (i.index, i.name, i.speed, i.receive_bytes, i.transmit_bytes, i.receive_errors)
        for i in reading.interfaces
    ] == [
        (n, f"FastEthernet 0/{n}", 10**8, 700 + n, 800 + n, 1)
        for n in range(1, ROWS + 1)
    ]
    assert reading.narrow == {i.name for i in reading.interfaces}


async def test_a_row_that_is_new_behind_the_last_of_all_variables_is_found() -> None:
    variables = old(3, with_if_x_table=True)
    async with (
        agent(lambda datagram: serve_v1(variables)(datagram)) as (found, requests),
        SnmpCollector(QUICK) as collector,
    ):
        for _ in range(2):
            await collector.collect(found, version_1())
        requests.clear()
        first = await collector.collect(found, version_1())
        steady = len(requests)
        variables = old(4, with_if_x_table=True)
        second = await collector.collect(found, version_1())
    assert [i.name for i in first.interfaces] == ["eth1", "eth2", "eth3"]
    assert [i.name for i in second.interfaces] == ["eth1", "eth2", "eth3", "eth4"]
    # The system group, a row each, the ends, and what has no counters of 64 bits.
    assert steady <= 12


async def test_discontinuities_that_are_not_there_are_not_asked_for() -> None:
    async with (
        agent(serve_v1(old())) as (found, requests),
        SnmpCollector(QUICK) as collector,
    ):
        collector.watch({found.id: ["FastEthernet 0/1"]})
        reading = await collector.collect(found, version_1())
    assert (reading.outcome, reading.discontinuities) == (Outcome.SUCCESS, {})
    asked = [decode_v2c(each, V1).pdu.varbinds for each in requests]
    discontinuity = (*columns.NAME[:-1], 19)
    assert not [o for each in asked for o, _ in each if o[:11] == discontinuity]


@pytest.mark.parametrize("version", [1, "1"])
def test_the_settings_take_it_quoted_or_not(version: str | int) -> None:
    assert community(version=version).version == 1


async def test_an_answer_of_another_version_is_malformed() -> None:
    honest = serve(mib(1))

    def newer(datagram: bytes) -> Iterable[bytes]:
        message = decode_v2c(datagram, V1)
        return honest(encode_v2c(message.community, message.pdu))

    async with agent(newer) as (found, _), SnmpCollector(QUICK) as collector:
        reading = await collector.collect(found, version_1())
    assert reading.outcome is Outcome.MALFORMED
    assert "version 1 on the wire where 0 (1) is due" in reading.detail


async def test_it_is_told_of_in_its_own_words() -> None:
    seen = Transcript()
    async with (
        agent(serve_v1(old())) as (found, _),
        SnmpCollector(QUICK, witness=seen) as collector,
    ):
        await collector.collect(found, version_1())
    told = list(Explainer(b"public").tell(seen))
    heads = [each.head for each in told]
    assert heads[0].startswith("v1 GET request ")
    assert any(head.startswith("v1 GETNEXT request ") for head in heads)
    assert "public" not in str(told)


async def test_net_snmp_is_read_as_it_is_with_version_2c(
    shared_snmpd: SnmpDaemon,
) -> None:
    before = await asyncio.to_thread(shared_snmpd.walk, "-v2c", "-cpublic")
    async with SnmpCollector(SnmpSettings(packet_rate=1_000_000)) as collector:
        await collector.collect(device(shared_snmpd.port), version_1())
        reading = await collector.collect(device(shared_snmpd.port), version_1())
    assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
    after = await asyncio.to_thread(shared_snmpd.walk, "-v2c", "-cpublic")
    indexes = [name for name in before if name.startswith(f"{_IF}.1.")]
    assert len(reading.interfaces) == len(indexes) > 0
    assert reading.name == "tester"
    for interface in reading.interfaces:
        at = interface.index
        assert interface.name == before[f"{_IF_X}.1.{at}"]
        octets = interface.receive_bytes
        assert octets is not None
        assert int(before[f"{_IF}.10.{at}"]) <= octets <= int(after[f"{_IF}.10.{at}"])
    assert reading.narrow == {i.name for i in reading.interfaces}
    assert Outcome.SUCCESS in reading.plans.values()
    assert reading.failed == ()
