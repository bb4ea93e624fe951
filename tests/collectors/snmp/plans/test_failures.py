"""A device that does one thing badly: that plan fails, and everything else is read."""

import time
from collections.abc import Iterable
from itertools import count

import pytest

from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import Outcome
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.values import Absent, Gauge32, Integer32, VarBind
from tests.collectors.snmp.agent import Answers, Mib
from tests.collectors.snmp.plans.harness import Bench, bench, settings
from tests.collectors.snmp.plans.test_cadence import LOADED, but, silent
from tests.collectors.snmp.plans.test_lldp import V1, heard, own
from tests.collectors.snmp.plans.test_ospf import ME, OSPF, neighbour

LISTED = (*V1, 4)
SHOWN: tuple[Mib, ...] = (ME, neighbour(), own(), heard((0, 1, 1)), LOADED)
ALL = {"ospf": "poll", "lldp": "poll", "resources": "poll"}


def answered(datagram: bytes, varbinds: list[VarBind], status: int = 0) -> bytes:
    request = decode_v2c(datagram)
    response = Pdu(PduType.RESPONSE, request.pdu.request_id, varbinds, status)
    return encode_v2c(request.community, response)


def general_error(datagram: bytes) -> Iterable[bytes]:
    yield answered(datagram, decode_v2c(datagram).pdu.varbinds, status=5)


def no_access(datagram: bytes) -> Iterable[bytes]:
    yield answered(datagram, decode_v2c(datagram).pdu.varbinds, status=16)


def backwards(datagram: bytes) -> Iterable[bytes]:
    asked = decode_v2c(datagram).pdu.varbinds
    yield answered(datagram, [(oid[:-1], Integer32(1)) for oid, _ in asked])


def endless() -> Answers:
    number = count(1)

    def answer(datagram: bytes) -> Iterable[bytes]:
        asked = decode_v2c(datagram).pdu.varbinds
        at = next(number)
        rows: list[VarBind] = [((*oid[:11], at, 1, 1), Gauge32(1)) for oid, _ in asked]
        yield answered(datagram, rows)

    return answer


def empty(datagram: bytes) -> Iterable[bytes]:
    yield answered(datagram, [])


WAYS: dict[str, tuple[Answers, Outcome]] = {
    "is silent": (silent, Outcome.TIMEOUT),
    "answers with nothing": (empty, Outcome.MALFORMED),
    "goes backwards": (backwards, Outcome.MALFORMED),
    "never ends": (endless(), Outcome.MALFORMED),
    "does not let us": (no_access, Outcome.AUTH),
    "cannot": (general_error, Outcome.UNSUPPORTED),
}


async def whole(here: Bench) -> Facts:
    here.show(*SHOWN)
    reading = await here.poll()
    assert set(reading.plans.values()) == {Outcome.SUCCESS}
    assert len(reading.facts.neighbours) == 2
    return reading.facts


@pytest.mark.parametrize("way", WAYS)
async def test_of_a_bad_table_nothing_is_told_and_of_the_rest_everything(
    way: str,
) -> None:
    bad, outcome = WAYS[way]
    few = settings(**ALL).model_copy(update={"max_rows": 200})
    async with bench(few) as here:
        facts = await whole(here)
        here.answers[:] = [but(LISTED, here.answers[0], bad)]
        for _ in range(3):
            reading = await here.poll()
            assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 3)
            assert reading.plans["lldp"] is outcome
            assert [n.protocol for n in reading.facts.neighbours] == ["ospf"]
            assert reading.facts.chassis == ""
            others = {reading.plans[plan] for plan in ("ospf", "resources")}
            assert others == {Outcome.SUCCESS}
            # What it says it does not have is not counted as a failure.
            assert reading.failed in ((), ("lldp",))
            assert "lldp" not in reading.failed or outcome is not Outcome.UNSUPPORTED
        here.show(*SHOWN)
        # The silent one is asked the less the longer it is.
        readings = [await here.poll() for _ in range(8 if outcome == "timeout" else 1)]
        assert readings[-1].facts == facts


async def test_behind_a_silent_plan_the_others_have_their_turn_in_the_next_poll() -> (
    None
):
    async with bench(settings(**ALL)) as here:
        await whole(here)
        changed = (ME, neighbour(state=5), own(), heard((0, 1, 1)), LOADED)
        here.show(*changed)
        here.answers[:] = [but(OSPF, here.answers[0], silent)]
        first = await here.poll()
        # One silence was waited for, not three.
        assert here.times_asked(OSPF) <= 4
        assert first.failed == ("ospf",)
        assert [n.protocol for n in first.facts.neighbours] == ["lldp"]
        second = await here.poll()
        assert here.asked(V1)
        assert second.plans["lldp"] is second.plans["resources"] is Outcome.SUCCESS
        assert second.plans["ospf"] is Outcome.TIMEOUT


async def test_a_table_that_ends_in_the_middle_is_read_as_far_as_it_goes() -> None:
    async with bench(settings(lldp="poll")) as here:
        rows = [heard((0, n, 1)) for n in (1, 2, 3)]
        cut: Mib = {(*V1, 4, 1, 1, 7, 0, 2, 0): Absent.END_OF_MIB_VIEW}
        here.show(own(), *rows, cut)
        for _ in range(3):
            reading = await here.poll()
            assert reading.plans == {"lldp": Outcome.SUCCESS}
            ports = [n.port for n in reading.facts.neighbours]
            assert ports == ["Gi0/2", "", ""]


async def test_a_table_that_comes_a_row_at_a_time_holds_the_poll_up_only_so_long() -> (
    None
):
    quick = settings(**ALL).model_copy(update={"interval": 4.0})
    async with bench(quick) as here:
        await whole(here)
        usual, slow = here.answers[0], endless()

        def tarpit(datagram: bytes) -> Iterable[bytes]:
            time.sleep(0.1)
            return slow(datagram)

        here.answers[:] = [but(LISTED, usual, tarpit)]
        readings = []
        for _ in range(3):
            readings.append(await here.poll())
            # A tenth of a second each, for half of the interval; the table has no end.
            assert here.times_asked(LISTED) <= 21
        for reading in readings:
            assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 3)
            assert reading.plans["ospf"] is Outcome.SUCCESS
            assert reading.plans["resources"] is Outcome.SUCCESS
        # First the others had some of the time; then nobody else is to blame.
        first, *_, last = readings
        assert first.plans["lldp"] is Outcome.SUCCESS
        assert (last.plans["lldp"], last.failed) == (Outcome.TIMEOUT, ("lldp",))
        assert [n.protocol for n in last.facts.neighbours] == ["ospf"]
