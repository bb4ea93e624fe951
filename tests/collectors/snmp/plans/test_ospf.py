"""OSPF neighbours: whether they are up, and behind which interface."""

import pytest

from bellrock.model.neighbourhood import Facts, Protocol
from bellrock.model.observation import Outcome
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.values import Integer32, IpAddress, OctetString
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, ports, read, settings
from tests.collectors.snmp.plans.test_addresses import old
from tests.collectors.snmp.plans.test_cadence import but, silent

OSPF: Oid = (1, 3, 6, 1, 2, 1, 14)
ME: Mib = {(*OSPF, 1, 1, 0): IpAddress(bytes((10, 255, 0, 1)))}
ADDRESSES: Oid = (1, 3, 6, 1, 2, 1, 4)
US, THEM = (10, 0, 0, 1), (10, 0, 0, 2)
OURS = old(US, 5, b"\xff\xff\xff\xf8") | ports((5, "ge-0/0/0"))


def neighbour(
    address: Oid = THEM, unnumbered: int = 0, state: int = 8, router: int = 2
) -> Mib:
    at = (*address, unnumbered)
    return {
        (*OSPF, 10, 1, 3, *at): IpAddress(bytes((10, 255, 0, router))),
        (*OSPF, 10, 1, 6, *at): Integer32(state),
    }


def interface(
    address: Oid = US, unnumbered: int = 0, *, kind: int = 1, state: int = 7
) -> Mib:
    at = (*address, unnumbered)
    return {
        (*OSPF, 7, 1, 4, *at): Integer32(kind),
        (*OSPF, 7, 1, 12, *at): Integer32(state),
        (*OSPF, 7, 1, 13, *at): IpAddress(bytes((10, 0, 0, 3))),
        (*OSPF, 7, 1, 14, *at): IpAddress(bytes((10, 0, 0, 4))),
    }


def metric(value: int, address: Oid = US, unnumbered: int = 0, service: int = 0) -> Mib:
    return {(*OSPF, 8, 1, 4, *address, unnumbered, service): Integer32(value)}


async def poll(*mibs: Mib) -> Facts:
    async with bench(settings(ospf="poll", addresses="poll")) as here:
        here.show(OURS, *mibs)
        first, _, third = [await here.poll() for _ in range(3)]
    assert first.facts == third.facts
    assert third.plans["ospf"] is Outcome.SUCCESS
    return third.facts


async def test_a_neighbour_is_behind_the_interface_whose_network_it_is_in() -> None:
    found = await poll(ME, interface(), metric(30), neighbour())
    assert found.router_id == "10.255.0.1"
    (one,) = found.neighbours
    assert (one.protocol, one.name, one.addresses) == (
        *(Protocol.OSPF, "10.255.0.2", ("10.0.0.2",)),
    )
    assert (one.interface, one.metric) == ("ge-0/0/0", 30)
    assert (one.status, one.state) == (Status.UP, "full")


async def test_an_unnumbered_one_names_the_interface() -> None:
    nowhere = (0, 0, 0, 0)
    found = await poll(
        ME,
        interface(nowhere, 5, kind=3, state=4),
        metric(7, nowhere, 5),
        neighbour((10, 255, 0, 2), 5),
    )
    (one,) = found.neighbours
    assert (one.interface, one.metric) == ("ge-0/0/0", 7)


async def test_without_addresses_the_interface_is_not_known() -> None:
    reading = await read("ospf", ME, interface(), metric(30), neighbour())
    (one,) = reading.facts.neighbours
    assert (one.interface, one.metric, one.status) == ("", None, Status.UP)


async def test_it_stays_behind_its_interface_while_addresses_are_not_answered() -> None:
    async with bench(settings(ospf="poll", addresses="poll")) as here:
        here.show(OURS, ME, interface(), metric(30), neighbour())
        before = (await here.poll()).facts
        here.answers[:] = [but(ADDRESSES, here.answers[0], silent)]
        await here.poll()
        reading = await here.poll()
    assert reading.plans == {"addresses": Outcome.TIMEOUT, "ospf": Outcome.SUCCESS}
    assert reading.facts.addresses == ()
    assert reading.facts.neighbours == before.neighbours


async def test_two_way_is_neither_up_nor_down_where_the_interface_is_not_known() -> (
    None
):
    reading = await read("ospf", ME, interface(), neighbour(state=4))
    (one,) = reading.facts.neighbours
    assert (one.status, one.state) == (Status.UNKNOWN, "two_way")


STATES = ["down", "attempt", "init", "two_way", "exstart", "exchange", "loading"]


@pytest.mark.parametrize(("number", "word"), [*enumerate(STATES, 1)])
async def test_it_is_down_until_it_is_full(number: int, word: str) -> None:
    lone = interface(kind=3, state=4)
    (one,) = (await poll(ME, lone, neighbour(state=number))).neighbours
    assert (one.status, one.state) == (Status.DOWN, word)


@pytest.mark.parametrize(
    ("kind", "ours", "theirs", "status"),
    [
        (1, 7, THEM, Status.UP),  # neither of us is a designated router
        (2, 7, THEM, Status.UP),
        (1, 5, THEM, Status.DOWN),  # we are the designated one: it has to be full
        (1, 7, (10, 0, 0, 3), Status.DOWN),  # it is the designated one
        (1, 7, (10, 0, 0, 4), Status.DOWN),  # its backup
        (3, 7, THEM, Status.DOWN),
    ],
)
async def test_two_way_will_do_between_routers_that_are_not_designated(
    kind: int, ours: int, theirs: Oid, status: Status
) -> None:
    lan = interface(kind=kind, state=ours)
    (one,) = (await poll(ME, lan, neighbour(theirs, state=4))).neighbours
    assert one.status is status


async def test_one_that_has_not_said_who_it_is_goes_by_its_address() -> None:
    at = (*THEM, 0)
    unknown: Mib = {
        (*OSPF, 10, 1, 3, *at): IpAddress(bytes(4)),
        (*OSPF, 10, 1, 6, *at): Integer32(2),
    }
    (one,) = (await poll(ME, unknown)).neighbours
    assert (one.name, one.status) == ("10.0.0.2", Status.DOWN)


async def test_a_router_that_has_lost_all_neighbours_is_asked_on() -> None:
    async with bench(settings(ospf="poll")) as here:
        for shown, count in ((neighbour(), 1), ({}, 0), (neighbour(), 1)):
            here.show(ME, shown)
            reading = await here.poll()
            assert reading.plans == {"ospf": Outcome.SUCCESS}
            assert len(reading.facts.neighbours) == count


async def test_odd_rows_are_passed_over_and_odd_values_are_not_told() -> None:
    odd: Mib = {
        (*OSPF, 10, 1, 6, 10, 0, 0): Integer32(8),
        (*OSPF, 10, 1, 6, 10, 0, 0, 999, 0): Integer32(8),
        (*OSPF, 10, 1, 3, *THEM, 0): OctetString(b"who"),
        (*OSPF, 10, 1, 6, *THEM, 0): Integer32(99),
        (*OSPF, 8, 1, 4, 10): Integer32(1),
    }
    (one,) = (await poll(ME, odd)).neighbours
    assert (one.name, one.status, one.state) == ("10.0.0.2", Status.UNKNOWN, "")
    off: Mib = {(*OSPF, 1, 1, 0): IpAddress(bytes(4))}
    assert (await poll(off)).router_id == ""
