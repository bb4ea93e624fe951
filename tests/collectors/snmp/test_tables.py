"""Walking tables, and what IF-MIB's rows become, against an agent on loopback."""

import time

from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from collectors.snmp import interfaces as columns
from collectors.snmp.ber import Oid
from collectors.snmp.collector import SnmpCollector
from collectors.snmp.message import PduType, decode_v2c
from collectors.snmp.settings import SnmpSettings
from collectors.snmp.values import (
    Counter32,
    Gauge32,
    Integer32,
    OctetString,
    Value,
)
from tests.collectors.snmp.agent import (
    END,
    QUICK,
    SYSTEM,
    Answers,
    Mib,
    agent,
    community,
    mib,
    row,
    serve,
)


async def poll(
    answers: Answers, polls: int = 1, settings: SnmpSettings = QUICK
) -> tuple[DeviceReading, list[bytes]]:
    """Return the last of some polls, and all the requests it took."""
    async with (
        agent(answers) as (device, requests),
        SnmpCollector(settings) as collector,
    ):
        for _ in range(polls - 1):
            await collector.collect(device, community())
            requests.clear()
        return await collector.collect(device, community()), requests


def without(variables: Mib, *gone: Oid) -> Mib:
    """Leave out columns or cells."""
    return {
        oid: value
        for oid, value in variables.items()
        if not any(oid[: len(prefix)] == prefix for prefix in gone)
    }


async def test_a_modern_row_is_read_whole() -> None:
    reading, _ = await poll(serve(mib(1)))
    assert (reading.outcome, reading.uptime) == (Outcome.SUCCESS, 123.45)
    (interface,) = reading.interfaces
    assert (interface.name, interface.index) == ("eth1", 1)
    assert (interface.status, interface.enabled) == (Status.UP, True)
    assert interface.speed == 1e9
    assert interface.receive_bytes == 10**12 + 1
    assert interface.transmit_bytes == 2**63 + 1
    assert (interface.receive_errors, interface.transmit_errors) == (1, 2)
    assert (interface.receive_discards, interface.transmit_discards) == (3, 4)


async def test_many_rows_take_few_requests_that_fit_a_datagram_each() -> None:
    sizes: list[int] = []
    serving = serve(mib(48))

    def measured(datagram: bytes) -> list[bytes]:
        answers = list(serving(datagram))
        sizes.extend(map(len, answers))
        return answers

    reading, requests = await poll(measured, polls=2)
    assert [i.index for i in reading.interfaces] == list(range(1, 49))
    assert max(sizes) <= 1472
    assert len(requests) <= 10


async def test_columns_that_end_early_and_rows_with_holes_are_read_as_they_are() -> (
    None
):
    whole = without(
        mib(30),
        *((*columns.IN_ERRORS, index) for index in range(4, 31)),
        *((*columns.OUT_DISCARDS, index) for index in range(1, 31, 2)),
    )
    reading, _ = await poll(serve(whole))
    assert reading.outcome is Outcome.SUCCESS
    for interface in reading.interfaces:
        index = interface.index
        assert interface.receive_errors == (1 if index < 4 else None)
        assert interface.transmit_discards == (None if index % 2 else 4)
        assert interface.receive_bytes == 10**12 + index
    assert len(reading.interfaces) == 30


async def test_end_of_the_mib_right_behind_the_table_ends_the_walk() -> None:
    reading, _ = await poll(serve(without(mib(5), *END)))
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 5)


async def test_an_agent_without_if_x_table_is_read_from_if_table() -> None:
    old: Mib = without(mib(2), (1, 3, 6, 1, 2, 1, 31))
    for index, speed in ((1, 10**8), (2, 2**32 - 1)):
        cells: dict[Oid, Value] = {
            columns.DESCR: OctetString(b"FastEthernet 0/%d" % index),
            columns.SPEED: Gauge32(speed),
            columns.IN_OCTETS: Counter32(7),
            columns.OUT_OCTETS: Counter32(8),
        }
        old |= {(*column, index): value for column, value in cells.items()}
    reading, _ = await poll(serve(old))
    first, second = reading.interfaces
    assert (first.name, first.speed) == ("FastEthernet 0/1", 1e8)
    assert (first.receive_bytes, first.transmit_bytes) == (7, 8)
    assert second.speed is None  # saturated: it says no more than "4.3 Gbit/s or more"


async def test_speed_falls_back_where_if_high_speed_is_zero() -> None:
    slow = mib(1) | {
        (*columns.HIGH_SPEED, 1): Gauge32(0),
        (*columns.SPEED, 1): Gauge32(64000),
    }
    reading, _ = await poll(serve(slow))
    assert reading.interfaces[0].speed == 64000


async def test_a_row_without_any_name_is_called_by_its_index() -> None:
    reading, _ = await poll(serve(without(mib(1), columns.NAME)))
    assert reading.interfaces[0].name == "1"


async def test_equal_names_are_told_apart_by_index() -> None:
    rows = SYSTEM | row(1, "wan") | row(2, "wan") | row(3, "wan#2") | row(4, "lan")
    reading, _ = await poll(serve(rows))
    assert [i.name for i in reading.interfaces] == ["wan#1", "wan#2#2", "wan#2", "lan"]


async def test_states_other_than_up_and_the_three_downs_are_unknown() -> None:
    rows = mib(7)
    for index in range(1, 8):
        rows[*columns.OPER_STATUS, index] = Integer32(index)
    reading, _ = await poll(serve(rows))
    up, down, unknown = Status.UP, Status.DOWN, Status.UNKNOWN
    assert [i.status for i in reading.interfaces] == [
        up, down, unknown, unknown, unknown, down, down,
    ]  # fmt: skip


async def test_values_of_a_wrong_type_count_as_not_said() -> None:
    odd = mib(1) | {
        (*columns.HC_IN_OCTETS, 1): OctetString(b"many"),
        (*columns.OPER_STATUS, 1): OctetString(b"up"),
        (*columns.IN_ERRORS, 1): Integer32(-1),
        (*columns.NAME, 1): OctetString(b"wan\n0\x1b[2J\xff\0"),
    }
    reading, _ = await poll(serve(odd))
    (interface,) = reading.interfaces
    assert (interface.receive_bytes, interface.receive_errors) == (None, None)
    assert interface.status is Status.UNKNOWN
    assert interface.name == "wan 0\ufffd[2J\ufffd"


async def test_an_agent_that_finds_answers_too_big_is_asked_for_less_ever_after() -> (
    None
):
    reading, first = await poll(serve(mib(12), most=25))
    assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 12)
    again, second = await poll(serve(mib(12), most=25), polls=2)
    assert again.interfaces == reading.interfaces
    assert len(second) < len(first)
    asked = [decode_v2c(request).pdu for request in second]
    assert {p.max_repetitions for p in asked if p.type is PduType.GET_BULK} == {2}


async def test_an_agent_too_small_for_one_row_is_read_in_lots_of_columns() -> None:
    reading, _ = await poll(serve(mib(4), most=2))
    assert reading.outcome is Outcome.SUCCESS
    whole, _ = await poll(serve(mib(4)))
    assert reading.interfaces == whole.interfaces


async def test_an_agent_too_small_for_anything_is_too_big() -> None:
    reading, _ = await poll(serve(mib(4), most=0))
    assert reading.outcome is Outcome.TOO_BIG
    assert "tooBig" in reading.detail


async def test_a_device_that_shows_no_interfaces_is_unsupported() -> None:
    reading, _ = await poll(serve(SYSTEM | END))
    assert reading.outcome is Outcome.UNSUPPORTED
    assert "IF-MIB" in reading.detail
    assert reading.name == "tester"


async def test_a_table_of_more_rows_than_allowed_is_given_up() -> None:
    settings = QUICK.model_copy(update={"max_rows": 20})
    reading, _ = await poll(serve(mib(48)), settings=settings)
    assert reading.outcome is Outcome.MALFORMED
    assert "more than 20 rows" in reading.detail
    assert reading.interfaces[0].name == "eth1"


async def test_no_more_requests_are_sent_in_a_second_than_allowed() -> None:
    settings = QUICK.model_copy(update={"packet_rate": 50})
    begun = time.monotonic()
    reading, requests = await poll(serve(mib(60)), settings=settings)
    taken = time.monotonic() - begun
    assert reading.outcome is Outcome.SUCCESS
    assert len(requests) > 8
    # Evenly, but for the first hundredth of a second.
    assert taken >= (len(requests) - 2) / 50
