"""A table that is read again is read as a walk would, whatever the device does."""

import asyncio

from bellrock.model.observation import DeviceReading, Outcome
from collectors.snmp import interfaces as columns
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import PduType, decode_v2c
from collectors.snmp.settings import NO_PLANS
from collectors.snmp.values import Counter64, OctetString
from tests.collectors.snmp.agent import (
    QUICK,
    Answers,
    Mib,
    agent,
    community,
    mib,
    row,
    serve,
)

NO_MORE = QUICK.model_copy(update={"plans": NO_PLANS})


async def polls(*mibs: Mib, most: int = 1000) -> tuple[list[DeviceReading], list[int]]:
    """Poll once with each of the MIBs; return the readings, and requests of each."""
    now: list[Answers] = []
    async with (
        agent(lambda datagram: now[0](datagram)) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        readings, asked = [], []
        for variables in mibs:
            now[:] = [serve(variables, most=most)]
            requests.clear()
            readings.append(await collector.collect(device, community()))
            asked.append(len(requests))
        return readings, asked


async def afresh(variables: Mib) -> DeviceReading:
    (reading,), _ = await polls(variables)
    return reading


def same(ours: DeviceReading, theirs: DeviceReading) -> None:
    assert (ours.outcome, ours.detail) == (theirs.outcome, theirs.detail)
    assert ours.interfaces == theirs.interfaces


def counted(rows: int, more: int) -> Mib:
    whole = mib(rows)
    for index in range(1, rows + 1):
        whole[*columns.HC_IN_OCTETS, index] = Counter64(10**12 + index + more)
    return whole


async def test_what_changes_in_numbers_is_read_with_as_many_requests() -> None:
    first, second = counted(30, 0), counted(30, 77)
    readings, asked = await polls(first, first, second)
    same(readings[2], await afresh(second))
    assert readings[2] != readings[1]
    assert asked[1] == asked[2]


async def test_rows_that_come_and_go_are_seen_by_the_very_next_poll() -> None:
    whole = mib(12)
    lost = {oid: value for oid, value in whole.items() if oid[-1] != 5}
    more = whole | row(40)
    states = [whole, whole, lost, more, whole, mib(1), whole]
    readings, _ = await polls(*states)
    for reading, state in zip(readings, states, strict=True):
        same(reading, await afresh(state))


async def test_a_cell_that_goes_missing_is_not_its_neighbours() -> None:
    whole = mib(6)
    holed = dict(whole)
    del holed[*columns.HC_OUT_OCTETS, 3]
    readings, _ = await polls(whole, whole, holed, holed, whole)
    for reading, state in zip(readings[2:], (holed, holed, whole), strict=True):
        same(reading, await afresh(state))
    missing = readings[3].interfaces[2].transmit_bytes
    assert missing is None


async def test_names_that_move_to_other_indexes_move_with_their_counters() -> None:
    before, after = mib(4), mib(4)
    for index in range(1, 5):
        after[*columns.NAME, index] = OctetString(b"eth%d" % (5 - index))
    readings, _ = await polls(before, before, after)
    same(readings[2], await afresh(after))
    assert readings[2].interfaces[0].name == "eth4"


async def test_an_agent_that_comes_to_find_answers_too_big_is_walked_again() -> None:
    whole = mib(20)
    now = [serve(whole)]
    async with (
        agent(lambda datagram: now[0](datagram)) as (device, _),
        SnmpCollector(QUICK) as collector,
    ):
        await collector.collect(device, community())
        now[:] = [serve(whole, most=25)]
        for _ in range(2):
            reading = await collector.collect(device, community())
            assert reading.outcome is Outcome.SUCCESS
            assert len(reading.interfaces) == 20


async def test_an_agent_that_found_answers_too_big_is_asked_for_more_in_time() -> None:
    whole = mib(20)
    now = [serve(whole, most=25)]
    async with (
        agent(lambda datagram: now[0](datagram)) as (device, requests),
        SnmpCollector(NO_MORE) as collector,
    ):
        for _ in range(3):
            await collector.collect(device, community())
        requests.clear()
        await collector.collect(device, community())
        few = len(requests)
        # Not at once, lest it be asked in vain with every poll ...
        now[:] = [serve(whole)]
        for _ in range(10):
            requests.clear()
            await collector.collect(device, community())
        assert len(requests) == few
        # ... but within the hour.
        for _ in range(200):
            requests.clear()
            reading = await collector.collect(device, community())
            assert reading.outcome is Outcome.SUCCESS
            assert len(reading.interfaces) == 20
        assert len(requests) < few / 2


async def test_an_agent_that_stays_too_small_is_asked_for_more_ever_less_often() -> (
    None
):
    refused: list[int] = []
    answers = serve(mib(20), most=25)

    def counting(datagram: bytes) -> list[bytes]:
        (answer,) = answers(datagram)
        if decode_v2c(answer).pdu.error_status:
            refused.append(poll)
        return [answer]

    poll = 0
    async with (
        agent(counting) as (device, _),
        SnmpCollector(NO_MORE) as collector,
    ):
        for number in range(260):
            poll = number
            reading = await collector.collect(device, community())
            assert len(reading.interfaces) == 20
    late = sorted({each for each in refused if each > 2})
    assert len(late) == 2
    assert late[1] - late[0] > late[0]


async def test_what_was_read_before_a_failure_is_kept_and_the_rest_is_not() -> None:
    whole, asked = serve(mib(60)), 0

    def tires(datagram: bytes) -> list[bytes]:
        nonlocal asked
        asked += 1
        return [] if asked > enough else list(whole(datagram))

    async with (
        agent(tires) as (device, _),
        SnmpCollector(QUICK) as collector,
    ):
        enough = 1000
        await collector.collect(device, community())
        asked, enough = 0, 3
        reading = await collector.collect(device, community())
        assert reading.outcome is Outcome.TIMEOUT
        assert 0 < len(reading.interfaces) < 60
        assert all(each.receive_bytes is not None for each in reading.interfaces)
        enough = 1000
        reading = await collector.collect(device, community())
        assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 60)


async def test_requests_are_numbered_anew_each_time() -> None:
    async with (
        agent(serve(mib(3))) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        for _ in range(3):
            await collector.collect(device, community())
        await asyncio.sleep(0)
    numbers = [decode_v2c(request).pdu.request_id for request in requests]
    assert len(set(numbers)) == len(numbers)


def bulk(datagram: bytes) -> bool:
    return decode_v2c(datagram).pdu.type is PduType.GET_BULK


async def test_two_questions_at_a_time_answered_in_any_order() -> None:
    whole, state = counted(40, 0), serve(counted(40, 5))
    held: list[bytes] = []

    def swaps(datagram: bytes) -> list[bytes]:
        if not bulk(datagram):
            return list(state(datagram))
        held.append(datagram)
        if len(held) < 2:
            return []
        later, sooner = held
        held.clear()
        return [*state(sooner), *state(later)]

    now = [serve(whole)]
    async with (
        agent(lambda datagram: now[0](datagram)) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        for _ in range(2):
            await collector.collect(device, community())
        requests.clear()
        await collector.collect(device, community())
        usual = len(requests)
        # A device that was away is asked as before.
        now[:] = [lambda _: []]
        away = await collector.collect(device, community())
        assert away.outcome is Outcome.TIMEOUT
        now[:] = [serve(whole)]
        await collector.collect(device, community())
        now[:] = [swaps]
        requests.clear()
        same(await collector.collect(device, community()), await afresh(counted(40, 5)))
        # The last of an odd number waited in vain, for a second one that never came.
        assert usual <= len(requests) <= usual + 1


async def test_of_all_questions_only_the_one_without_an_answer_is_asked_again() -> None:
    state, lost = serve(counted(40, 0)), list[bytes]()
    losing = False

    def loses(datagram: bytes) -> list[bytes]:
        if losing and bulk(datagram) and not lost:
            lost.append(datagram)
            return []
        return list(state(datagram))

    async with (
        agent(loses) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        for _ in range(2):
            await collector.collect(device, community())
        requests.clear()
        whole = await collector.collect(device, community())
        usual, losing = len(requests), True
        requests.clear()
        same(await collector.collect(device, community()), whole)
        asked = [decode_v2c(request).pdu for request in requests]
        assert len(asked) == usual + 1
        (missed,) = lost
        twice = decode_v2c(missed).pdu.varbinds
        assert sum(pdu.varbinds == twice for pdu in asked) == 2


async def test_a_table_that_was_read_by_little_at_a_time_is_read_by_more() -> None:
    whole = mib(40)
    _, asked = await polls(whole, whole, whole)
    assert asked[0] > asked[1] == asked[2]


async def test_of_a_device_that_is_no_longer_polled_nothing_is_kept() -> None:
    async with (
        agent(serve(mib(40))) as (device, requests),
        SnmpCollector(QUICK) as collector,
    ):
        asked = []
        for polled in ([(device, community())], [(device, community())], []):
            requests.clear()
            await collector.collect(device, community())
            asked.append(len(requests))
            collector.keep(polled)
        requests.clear()
        await collector.collect(device, community())
        # Begun anew: by as few rows at a time as the first time.
        assert asked[0] > asked[2]
        assert len(requests) == asked[0]
