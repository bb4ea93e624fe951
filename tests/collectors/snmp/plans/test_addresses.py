"""A device's own addresses, as old, new, wrong and odd agents show them."""

import pytest

from bellrock.model.neighbourhood import Address
from bellrock.model.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import indexed_ip
from collectors.snmp.plans.onlink import Networks
from collectors.snmp.values import Integer32, IpAddress, OctetString
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, facts, ports, read, settings

IP: Oid = (1, 3, 6, 1, 2, 1, 4)
NEW: Oid = (*IP, 34, 1)
ORIGIN: Oid = (*IP, 32, 1, 5)
V6: Oid = (0x20, 1, 0xD, 0xB8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)


def new(
    index: Oid, interface: int, pointer: Oid = (0, 0), kind: int = 1, status: int = 1
) -> Mib:
    return {
        (*NEW, 3, *index): Integer32(interface),
        (*NEW, 4, *index): Integer32(kind),
        (*NEW, 5, *index): pointer,
        (*NEW, 7, *index): Integer32(status),
    }


def old(address: Oid, interface: int, mask: bytes) -> Mib:
    return {
        (*IP, 20, 1, 1, *address): IpAddress(bytes(address)),
        (*IP, 20, 1, 2, *address): Integer32(interface),
        (*IP, 20, 1, 3, *address): IpAddress(mask),
    }


def v4(*octets: int) -> Oid:
    return 1, 4, *octets


async def test_the_new_table_says_network_and_interface() -> None:
    found = await facts(
        "addresses",
        new(v4(10, 0, 0, 1), 1, (*ORIGIN, 1, 1, 4, 10, 0, 0, 0, 30)),
        new((2, 16, *V6), 2, (*ORIGIN, 2, 2, 16, *V6, 64)),
    )
    assert found.addresses == (
        Address("10.0.0.1", 30, "eth1"),
        Address("2001:db8::1", 64, "eth2"),
    )


async def test_an_old_agent_has_masks() -> None:
    found = await facts(
        "addresses",
        old((10, 0, 0, 1), 1, b"\xff\xff\xff\xfc"),
        old((10, 1, 0, 1), 3, b"\xff\xff\x00\xff"),
        old((10, 2, 0, 1), 9, b"\xff\xff\xff\xff"),
    )
    assert found.addresses == (
        Address("10.0.0.1", 30, "eth1"),
        Address("10.1.0.1", None, "eth3"),
        Address("10.2.0.1", 32, ""),
    )


async def test_where_the_new_table_points_nowhere_the_old_one_has_the_mask() -> None:
    # As IOS does: both tables, zeroDotZero for the networks of IPv4.
    shown = [
        new(v4(10, 0, 0, 1), 1),
        new((2, 16, *V6), 2, (*ORIGIN, 2, 2, 16, *V6, 64)),
        old((10, 0, 0, 1), 1, b"\xff\xff\xff\x00"),
    ]
    found = await facts("addresses", *shown)
    assert found.addresses == (
        Address("10.0.0.1", 24, "eth1"),
        Address("2001:db8::1", 64, "eth2"),
    )
    async with bench(settings(addresses="poll")) as here:
        here.show(*shown)
        for _ in range(3):
            await here.poll()
        # Known to be wanted, both tables are read with one walk.
        assert len(here.asked((*NEW, 3))) == len(here.asked((*IP, 20, 1, 2)))


async def test_addresses_that_say_nothing_of_the_device_are_left_out() -> None:
    found = await facts(
        "addresses",
        new(v4(127, 0, 0, 1), 1, (*ORIGIN, 1, 1, 4, 127, 0, 0, 0, 8)),
        new(v4(10, 0, 0, 255), 1, kind=3),
        new(v4(10, 9, 9, 9), 1, status=7),
        new((2, 16, 0xFE, 0x80, *V6[2:]), 2),
        new(v4(10, 0, 0, 1), 1, (*ORIGIN, 1, 1, 4, 10, 0, 0, 0, 24)),
    )
    assert [a.address for a in found.addresses] == ["10.0.0.1"]


async def test_indexes_that_are_none_are_passed_over() -> None:
    odd: Mib = {}
    for index in [
        (1,),
        (1, 4, 10),
        (1, 4, 10, 0, 0, 999),
        (2, 4, 10, 0, 0, 1),
        (77, 1),
    ]:
        odd |= new(index, 1)
    odd |= {(*IP, 20, 1, 2, 10, 0, 0): Integer32(1)}
    odd |= {(*IP, 20, 1, 3, 10, 0, 0, 300): OctetString(b"mask")}
    reading = await read("addresses", odd)
    assert reading.plans == {"addresses": Outcome.UNSUPPORTED}


@pytest.mark.parametrize(
    ("index", "address"),
    [
        ((1, 4, 10, 0, 0, 1), "10.0.0.1"),
        ((1, 10, 0, 0, 1), "10.0.0.1"),  # without its length
        ((3, 8, 10, 0, 0, 1, 0, 0, 0, 7), "10.0.0.1"),  # with a zone
        ((2, 16, *V6), "2001:db8::1"),
        ((2, *V6), "2001:db8::1"),
        ((4, 20, *V6, 0, 0, 0, 7), "2001:db8::1"),
        ((), ""),
        ((1,), ""),
        ((1, 4), ""),
        ((16, 5, 1, 2, 3, 4, 5), ""),
        ((1, 5, 1, 2, 3, 4, 5), ""),
        ((1, 4, 256, 0, 0, 1), ""),
    ],
)
def test_addresses_in_indexes(index: Oid, address: str) -> None:
    assert indexed_ip(index) == address


def test_the_smallest_network_that_holds_somebody_is_the_one_they_are_in() -> None:
    wide, narrow = Address("10.0.0.1", 8, "lan"), Address("10.0.0.5", 30, "wan")
    six = Address("2001:db8::1", 64, "six")
    networks = Networks([wide, narrow, six, Address("10.9.9.9", None, "x")])
    assert networks.holding("10.0.0.6") == narrow
    assert networks.holding("10.0.0.9") == wide
    assert networks.holding("2001:db8::2") == six
    assert networks.holding("192.0.2.1") is None


async def test_names_are_those_of_this_poll() -> None:
    shown = new(v4(10, 0, 0, 1), 517, (*ORIGIN, 1, 1, 4, 10, 0, 0, 0, 30))
    found = await facts("addresses", ports((517, "ge-0/0/0")), shown)
    assert found.addresses == (Address("10.0.0.1", 30, "ge-0/0/0"),)
