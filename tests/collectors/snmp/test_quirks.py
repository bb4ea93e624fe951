"""Agents that cannot do all that SNMP asks of them, known, told or found out."""

from collections.abc import Iterable

import pytest
from pydantic import ValidationError

from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp import quirks
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.quirks import KINDS, NONE, Quirks
from collectors.snmp.settings import SnmpCredentials
from collectors.snmp.system import DESCRIPTION, OBJECT_ID
from collectors.snmp.transcript import Kind, Transcript
from collectors.snmp.values import OctetString
from tests.collectors.snmp.agent import (
    QUICK,
    Answers,
    Mib,
    agent,
    community,
    mib,
    serve,
)

ROWS = 30
WHOLE = mib(ROWS)
HONEST = serve(WHOLE)
CYBERPOWER: Mib = {OBJECT_ID: (1, 3, 6, 1, 4, 1, 3808, 1, 1, 3)}


async def polled(
    answers: Answers, credentials: SnmpCredentials, polls: int = 1
) -> tuple[DeviceReading, list[Pdu], list[str]]:
    """Return the last of some polls, what it asked, and all that was found out."""
    seen = Transcript()
    async with (
        agent(answers) as (device, requests),
        SnmpCollector(QUICK, witness=seen) as collector,
    ):
        for _ in range(polls - 1):
            await collector.collect(device, credentials)
        requests.clear()
        reading = await collector.collect(device, credentials)
    remarks = [each.text for each in seen.events if each.kind is Kind.REMARK]
    return reading, [decode_v2c(each).pdu for each in requests], remarks


def same_as_of_an_honest_agent(reading: DeviceReading) -> bool:
    assert (reading.outcome, reading.detail) == (Outcome.SUCCESS, "")
    return [
        (i.index, i.name, i.receive_bytes, i.transmit_discards)
        for i in reading.interfaces
    ] == [(n, f"eth{n}", 10**12 + n, 4) for n in range(1, ROWS + 1)]


def kinds(asked: Iterable[Pdu]) -> set[PduType]:
    return {each.type for each in asked}


def failing(kind: PduType, status: int | None) -> Answers:
    """Answer as an agent does that does not know a kind of request."""

    def answer(datagram: bytes) -> Iterable[bytes]:
        message = decode_v2c(datagram)
        if message.pdu.type is not kind:
            return HONEST(datagram)
        if status is None:
            return ()
        asked = message.pdu.varbinds
        error = Pdu(PduType.RESPONSE, message.pdu.request_id, asked, status)
        return [encode_v2c(message.community, error)]

    return answer


@pytest.mark.parametrize("polls", [1, 3])
async def test_an_agent_known_for_it_is_never_asked_getbulk(polls: int) -> None:
    answers = serve(WHOLE | CYBERPOWER)
    reading, asked, remarks = await polled(answers, community(), polls)
    assert same_as_of_an_honest_agent(reading)
    assert kinds(asked) == {PduType.GET, PduType.GET_NEXT}
    # A row a request, and one behind the last.
    assert len(asked) == 1 + ROWS + 1
    (remark,) = remarks
    assert "no_getbulk=True" in remark


@pytest.mark.parametrize("polls", [1, 2])
async def test_the_settings_may_say_so_too(polls: int) -> None:
    entry = community(quirks={"no_getbulk": True})
    reading, asked, _ = await polled(HONEST, entry, polls)
    assert same_as_of_an_honest_agent(reading)
    assert PduType.GET_BULK not in kinds(asked)


@pytest.mark.parametrize(
    "status", [None, 2, 5], ids=["silence", "noSuchName", "genErr"]
)
async def test_an_agent_that_turns_out_not_to_know_getbulk_is_asked_without(
    status: int | None,
) -> None:
    answers = failing(PduType.GET_BULK, status)
    reading, asked, remarks = await polled(answers, community())
    assert same_as_of_an_honest_agent(reading)
    assert PduType.GET_BULK in kinds(asked)
    (remark,) = remarks
    assert "GETNEXT from now on" in remark
    reading, asked, remarks = await polled(answers, community(), polls=3)
    assert same_as_of_an_honest_agent(reading)
    assert kinds(asked) == {PduType.GET, PduType.GET_NEXT}
    assert len(remarks) == 1


async def test_an_agent_that_learns_getbulk_is_asked_that_again() -> None:
    knows = False

    def upgraded(datagram: bytes) -> Iterable[bytes]:
        return (HONEST if knows else failing(PduType.GET_BULK, 5))(datagram)

    async with (
        agent(upgraded) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        await collector.collect(device, community())
        knows = True
        for _ in range(70):
            await collector.collect(device, community())
        requests.clear()
        reading = await collector.collect(device, community())
    assert same_as_of_an_honest_agent(reading)
    asked = [decode_v2c(each).pdu for each in requests]
    assert kinds(asked) == {PduType.GET, PduType.GET_BULK}


async def test_another_agent_at_the_address_starts_anew() -> None:
    first = failing(PduType.GET_BULK, 5)
    second = serve(WHOLE | {DESCRIPTION: OctetString(b"a newer agent")})
    serving = first
    async with (
        agent(lambda datagram: serving(datagram)) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        await collector.collect(device, community())
        serving = second
        for _ in range(2):
            await collector.collect(device, community())
        requests.clear()
        reading = await collector.collect(device, community())
    assert same_as_of_an_honest_agent(reading)
    assert PduType.GET_BULK in kinds(decode_v2c(each).pdu for each in requests)


async def test_an_agent_that_answers_neither_has_failed() -> None:
    def get_alone(datagram: bytes) -> Iterable[bytes]:
        known = decode_v2c(datagram).pdu.type is PduType.GET
        return HONEST(datagram) if known else ()

    reading, _, remarks = await polled(get_alone, community())
    assert (reading.outcome, reading.name) == (Outcome.TIMEOUT, "tester")
    assert remarks == []


@pytest.mark.parametrize("polls", [1, 3])
async def test_no_request_is_larger_than_an_agent_can_do(polls: int) -> None:
    entry = community(quirks={"most_variables": 3, "most_repetitions": 5})
    reading, asked, _ = await polled(HONEST, entry, polls)
    assert same_as_of_an_honest_agent(reading)
    assert max(len(each.varbinds) for each in asked) == 3
    bulks = [each for each in asked if each.type is PduType.GET_BULK]
    assert {each.max_repetitions for each in bulks} <= {1, 2, 3, 4, 5}


async def test_an_agent_is_asked_one_thing_at_a_time() -> None:
    waiting = most = 0
    seen = Transcript()
    entry = community(quirks={"one_at_a_time": True})
    async with (
        agent(HONEST) as (device, _),
        SnmpCollector(QUICK, witness=seen) as collector,
    ):
        for _ in range(2):
            await collector.collect(device, entry)
        reading = await collector.collect(device, entry)
    for event in seen.events:
        waiting += {Kind.SENT: 1, Kind.RECEIVED: -1}.get(event.kind, 0)
        most = max(most, waiting)
    assert same_as_of_an_honest_agent(reading)
    assert most == 1


async def test_a_version_2c_agent_with_the_errors_of_version_1_is_read() -> None:
    """Variables that are not there are left out, one after the other."""
    absent = {DESCRIPTION, OBJECT_ID}

    def old(datagram: bytes) -> Iterable[bytes]:
        message = decode_v2c(datagram)
        asked = [oid for oid, _ in message.pdu.varbinds]
        gone = [n for n, oid in enumerate(asked, 1) if oid in absent]
        if message.pdu.type is not PduType.GET or not gone:
            return HONEST(datagram)
        varbinds = message.pdu.varbinds
        error = Pdu(PduType.RESPONSE, message.pdu.request_id, varbinds, 2, gone[0])
        return [encode_v2c(message.community, error)]

    reading, _, _ = await polled(old, community())
    assert same_as_of_an_honest_agent(reading)
    assert (reading.description, reading.name) == ("", "tester")


def test_whoever_fits_several_kinds_has_the_quirks_of_all() -> None:
    for kind in KINDS:
        found = quirks.known((*kind.object_id, 1), f"an {kind.description} agent")
        assert found.also(kind.quirks) == found != NONE
    assert quirks.known((1, 3, 6, 1, 4, 1, 8072, 3, 2, 10), "Linux") == NONE
    both = Quirks(most_variables=4).also(Quirks(most_variables=9, no_getbulk=True))
    assert both == Quirks(most_variables=4, no_getbulk=True)


@pytest.mark.parametrize("wrong", [{"most_variables": 0}, {"nogetbulk": True}])
def test_quirks_that_make_no_sense_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        community(quirks=wrong)
