"""How often each plan is read, and what a plan that fails does to the others."""

import time
from collections.abc import Iterable

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.plans.agenda import Agenda
from collectors.snmp.plans.table import PLANS
from collectors.snmp.settings import PlanSettings
from collectors.snmp.values import Gauge32, OctetString, TimeTicks
from tests.collectors.snmp.agent import Answers, Mib, community, mib, serve
from tests.collectors.snmp.plans.harness import Bench, bench, settings

PROCESSORS: Oid = (1, 3, 6, 1, 2, 1, 25, 3, 3, 1, 2)
LOADED: Mib = {(*PROCESSORS, 1): Gauge32(25)}


def uptime(seconds: int) -> Mib:
    return {(1, 3, 6, 1, 2, 1, 1, 3, 0): TimeTicks(seconds * 100)}


def but(prefix: Oid, answers: Answers, otherwise: Answers) -> Answers:
    """Answer one part of the tree in another way."""

    def answer(datagram: bytes) -> Iterable[bytes]:
        asked = decode_v2c(datagram).pdu.varbinds
        other = any(oid[: len(prefix)] == prefix for oid, _ in asked)
        return (otherwise if other else answers)(datagram)

    return answer


def silent(_: bytes) -> Iterable[bytes]:
    return ()


async def polls_with_plan(here: Bench, prefix: Oid, count: int) -> list[bool]:
    """Return of each of some polls whether it asked for this part of the tree."""
    asked = []
    for _ in range(count):
        await here.poll()
        asked.append(bool(here.asked(prefix)))
    return asked


async def test_a_plan_is_read_at_its_own_pace() -> None:
    async with bench(settings(resources="1m")) as here:
        here.show(LOADED)
        asked = await polls_with_plan(here, PROCESSORS, 12)
        # A poll every 20 s: at once, then when its turn comes, then each third.
        assert asked[0]
        second = asked.index(True, 1)
        assert second <= 3
        assert [at for at in range(second, 12) if asked[at]] == [*range(second, 12, 3)]


async def test_what_was_read_stays_until_it_is_read_again() -> None:
    async with bench(settings(resources="10m")) as here:
        here.show(LOADED)
        await here.poll()
        here.show(LOADED | {(*PROCESSORS, 1): Gauge32(50)})
        reading = await here.poll(1)
        assert not here.asked(PROCESSORS)
        assert (reading.facts.cpu, reading.plans) == (0.25, {"resources": "success"})
        assert (await here.poll(1000)).facts.cpu == 0.5


async def test_a_plan_that_is_off_is_never_asked() -> None:
    async with bench(settings()) as here:
        here.show(LOADED)
        reading = await here.poll()
        assert (reading.plans, here.asked(PROCESSORS)) == ({}, [])


async def test_devices_do_not_all_have_a_plan_read_in_the_same_poll() -> None:
    (plan, *_), due = PLANS, []
    for device in range(200):
        agenda = Agenda([(plan, 600.0)], interval=60.0, seed=f"device-{device}")
        agenda.settle(plan, 0.0, Outcome.SUCCESS)
        due.append(next(t for t in range(0, 700, 60) if agenda.due(t)))
    for at in range(60, 600, 60):
        assert 8 <= due.count(at) <= 40, due


async def test_a_device_without_the_table_is_asked_for_it_about_once_an_hour() -> None:
    async with bench(settings(resources="poll")) as here:
        asked = await polls_with_plan(here, PROCESSORS, 1)
        reading = await here.poll()
        assert reading.plans == {"resources": Outcome.UNSUPPORTED}
        assert (reading.failed, reading.outcome) == ((), Outcome.SUCCESS)
        asked = await polls_with_plan(here, PROCESSORS, 85)
        assert not any(asked)
        asked = await polls_with_plan(here, PROCESSORS, 190)
        assert sum(asked) in (1, 2)


async def test_after_a_restart_everything_is_asked_again() -> None:
    async with bench(settings(resources="1h")) as here:
        here.show(uptime(1000))
        await here.poll()
        here.show(uptime(1020), LOADED)
        assert (await here.poll()).facts.cpu is None
        here.show(uptime(5), LOADED)
        assert (await here.poll()).facts.cpu == 0.25


async def test_a_plan_that_fails_has_nothing_to_tell_and_fails_nothing_else() -> None:
    async with bench(settings(resources="poll")) as here:
        here.show(LOADED)
        await here.poll()

        def other(datagram: bytes) -> Iterable[bytes]:
            request = decode_v2c(datagram)
            odd = Pdu(PduType.RESPONSE, request.pdu.request_id, [])
            yield encode_v2c(request.community, odd)

        answers = here.answers[0]
        here.answers[:] = [but(PROCESSORS, answers, other)]
        reading = await here.poll()
        assert (reading.outcome, len(reading.interfaces)) == (Outcome.SUCCESS, 3)
        assert reading.plans == {"resources": Outcome.MALFORMED}
        assert (reading.failed, reading.facts.cpu) == (("resources",), None)
        here.answers[:] = [answers]
        assert (await here.poll()).facts.cpu == 0.25


async def test_plans_do_not_disturb_how_interfaces_are_read() -> None:
    async with bench(settings(resources="1m")) as here:
        here.show(LOADED, rows=40)
        usual = []
        for _ in range(12):
            await here.poll()
            interfaces = here.asked((1, 3, 6, 1, 2, 1, 31))
            usual.append((bool(here.asked(PROCESSORS)), len(interfaces)))
        # As many questions with the plan as without, but for the first two polls.
        assert {asked for asked, _ in usual[2:]} == {False, True}
        assert len({count for _, count in usual[2:]}) == 1


async def test_a_silent_plan_is_a_timeout_soon_and_is_asked_less_and_less() -> None:
    async with bench(settings(resources="poll")) as here:
        here.show(LOADED)
        await here.poll()
        here.answers[:] = [but(PROCESSORS, here.answers[0], silent)]
        reading = await here.poll()
        assert here.times_asked(PROCESSORS) <= 4
        assert (reading.outcome, reading.facts.cpu) == (Outcome.SUCCESS, None)
        assert reading.plans == {"resources": Outcome.TIMEOUT}
        asked = []
        for _ in range(14):
            await here.poll()
            asked.append(bool(here.asked(PROCESSORS)))
        assert [at for at, was in enumerate(asked) if was] == [0, 2, 6, 14][:3]


async def test_plans_that_one_poll_has_no_time_for_are_read_with_the_next() -> None:
    every = dict.fromkeys(PlanSettings.model_fields, "10m")
    hurried = settings(**every).model_copy(update={"interval": 3, "timeout": 5})
    async with bench(hurried) as here:
        whole = serve(mib() | LOADED)

        def slow(datagram: bytes) -> Iterable[bytes]:
            time.sleep(0.2)
            return whole(datagram)

        here.answers[:] = [slow]
        known = [(await here.poll(3)).plans]
        while len(known[-1]) < len(PLANS) and len(known) < 20:
            known.append((await here.poll(3)).plans)
        # What was not come to in one poll is neither failed nor forgotten.
        assert 0 < len(known[0]) < len(PLANS)
        assert known[-1].keys() == {plan.name for plan in PLANS}
        assert Outcome.TIMEOUT not in known[-1].values()


async def test_interfaces_are_stamped_when_they_were_read_not_when_plans_were() -> None:
    async with bench(settings(resources="poll")) as here:
        whole = serve(mib() | LOADED)

        def slow(datagram: bytes) -> Iterable[bytes]:
            here.time[0] += 7
            return whole(datagram)

        here.answers[:] = [but(PROCESSORS, whole, slow)]
        assert (await here.poll()).at == 20


async def test_a_poll_that_fails_tells_nothing_of_plans() -> None:
    async with bench(settings(resources="10m")) as here:
        here.show(LOADED)
        await here.poll()
        answers = here.answers[:]
        here.answers[:] = [silent]
        reading = await here.poll(1)
        assert (reading.outcome, reading.plans) == (Outcome.TIMEOUT, {})
        assert reading.facts.cpu is None
        here.answers[:] = answers
        assert (await here.poll(1)).facts.cpu == 0.25


async def test_a_device_that_names_no_number_is_asked_as_any() -> None:
    async with bench(settings(resources="poll")) as here:
        here.show({(1, 3, 6, 1, 2, 1, 1, 2, 0): OctetString(b"who")}, LOADED)
        assert (await here.poll()).facts.cpu == 0.25


async def test_a_plan_that_is_hastened_is_read_once_more_and_then_at_its_pace() -> None:
    async with bench(settings(resources="10m")) as here:
        here.show(LOADED)
        await here.poll()
        here.collector.hasten(here.device, community(), ["resources", "bgp"])
        assert await polls_with_plan(here, PROCESSORS, 1) == [True]
        # Within its pace again: the time of that reading counts.
        assert await polls_with_plan(here, PROCESSORS, 5) == [False] * 5


async def test_a_plan_that_the_device_lacks_is_not_hastened() -> None:
    async with bench(settings(resources="10m")) as here:
        here.show()
        await here.poll()
        here.collector.hasten(here.device, community(), ["resources"])
        assert await polls_with_plan(here, PROCESSORS, 1) == [False]
