"""LLDP as vendors show it: their own port numbers, and every kind of id."""

from typing import NamedTuple

import pytest

from bellrock.model.neighbourhood import Port, PortKind
from bellrock.model.observation import Outcome
from collectors.snmp import interfaces
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import chassis_id, port_id, port_kind
from collectors.snmp.values import Integer32, OctetString, Value
from tests.collectors.snmp.agent import Mib
from tests.collectors.snmp.plans.harness import bench, facts, ports, read, settings

V1: Oid = (1, 0, 8802, 1, 1, 2, 1)
V2: Oid = (1, 3, 111, 2, 802, 1, 1, 13, 1)
OWN = b"\x02\x00\x5e\x00\x00\x01"
THEIRS = b"\x02\x00\x5e\x00\x00\x02"
PHYSICAL: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 6)
ALIAS: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18)


def own(base: Oid = V1) -> Mib:
    return {(*base, 3, 1, 0): Integer32(4), (*base, 3, 2, 0): OctetString(OWN)}


class Told(NamedTuple):
    """What a neighbour tells."""

    chassis: bytes = THEIRS
    chassis_subtype: int = 4
    port: bytes = b"Gi0/2"
    port_subtype: int = 5
    description: bytes = b"to us"
    name: bytes = b"sw2.example.org"


USUAL = Told()


def heard(index: Oid, told: Told = USUAL, base: Oid = V1) -> Mib:
    first = 4 if base == V1 else 5
    cells: list[Value] = [
        *(Integer32(told.chassis_subtype), OctetString(told.chassis)),
        *(Integer32(told.port_subtype), OctetString(told.port)),
        *(OctetString(told.description), OctetString(told.name)),
    ]
    return {(*base, 4, 1, 1, first + n, *index): value for n, value in enumerate(cells)}


def local(n: int, subtype: int, port: bytes, text: bytes = b"", base: Oid = V1) -> Mib:
    return {
        (*base, 3, 7, 1, 2, n): Integer32(subtype),
        (*base, 3, 7, 1, 3, n): OctetString(port),
        (*base, 3, 7, 1, 4, n): OctetString(text),
    }


def managed(index: Oid, base: Oid = V1) -> Mib:
    return {(*base, 4, 2, 1, 3, *index): Integer32(2)}


CISCO = ports((10101, "Gi1/0/1"), (10102, "Gi1/0/2"))
LOCAL_PORTS: dict[str, tuple[Mib, str]] = {
    "Cisco: a number on the front, the name as id": (
        CISCO | local(7, 5, b"Gi1/0/2"),
        "Gi1/0/2",
    ),
    "Junos: the ifIndex as text": (
        ports((520, "ge-0/0/0"), (7, "lo0")) | local(7, 7, b"520", b"to the core"),
        "ge-0/0/0",
    ),
    "Junos: the name in the description": (
        ports((520, "ge-0/0/0")) | local(7, 7, b"999", b"ge-0/0/0"),
        "ge-0/0/0",
    ),
    "Huawei: the name as id": (
        ports((6, "GigabitEthernet0/0/1")) | local(7, 5, b"GigabitEthernet0/0/1"),
        "GigabitEthernet0/0/1",
    ),
    "MikroTik: the MAC address as id": (
        ports((1, "ether1"), (2, "ether2"))
        | local(7, 3, THEIRS)
        | {
            (*PHYSICAL, 1): OctetString(OWN),
            (*PHYSICAL, 2): OctetString(THEIRS),
        },
        "ether2",
    ),
    "a MAC address that all ports have tells nothing": (
        ports((1, "ether1"), (2, "ether2"))
        | local(7, 3, OWN)
        | {(*PHYSICAL, 1): OctetString(OWN), (*PHYSICAL, 2): OctetString(OWN)},
        "",
    ),
    "Nokia: the alias as id": (
        ports((1610899520, "1/1/c1/1"))
        | local(7, 1, b"to pe2")
        | {(*ALIAS, 1610899520): OctetString(b"to pe2")},
        "1/1/c1/1",
    ),
    "ProCurve: its number, which is the name": (
        ports((1, "1"), (7, "7")) | local(7, 7, b"7", b"7"),
        "7",
    ),
    "an old switch: ifDescr in the description": (
        ports((57, "57"))
        | {(*interfaces.DESCR, 57): OctetString(b"Port 7: Gigabit")}
        | local(7, 7, b"g7", b"Port 7: Gigabit"),
        "57",
    ),
    "a name that it shows nowhere else": (
        ports((1, "other")) | local(7, 5, b"eth9"),
        "eth9",
    ),
    "no local port table: the number is the ifIndex": (ports((7, "em0")), "em0"),
    "no local port table, and no such interface": (ports((8, "em0")), ""),
    "a number in the description is not the name of another port": (
        ports((1, "1"), (2, "2"), (9, "Gi9")) | local(7, 5, b"Gi9", b"2"),
        "Gi9",
    ),
}


@pytest.mark.parametrize("shape", LOCAL_PORTS)
async def test_the_interface_is_told_from_what_the_port_is_called(shape: str) -> None:
    shown, name = LOCAL_PORTS[shape]
    found = await facts("lldp", own(), shown, heard((0, 7, 1)))
    (neighbour,) = found.neighbours
    assert neighbour.interface == name


async def test_a_neighbour_is_read_whole() -> None:
    found = await facts(
        "lldp",
        own() | CISCO | local(2, 5, b"Gi1/0/2", b"uplink"),
        heard((123456, 2, 1)),
        # Another time than the neighbour's row: it is the same neighbour still.
        managed((0, 2, 1, 1, 4, 10, 0, 0, 2)),
        managed((0, 2, 1, 2, 16, 0x20, 1, 0xD, 0xB8, *(0,) * 11, 2)),
        managed((0, 3, 1, 1, 4, 10, 9, 9, 9)),
        managed((0, 2, 1, 6, 6, *THEIRS)),
    )
    assert found.chassis == "02:00:5e:00:00:01"
    assert found.ports == (Port("Gi1/0/2", "Gi1/0/2", PortKind.NAME, "uplink"),)
    (neighbour,) = found.neighbours
    assert (neighbour.name, neighbour.interface) == ("sw2.example.org", "Gi1/0/2")
    assert (neighbour.port, neighbour.port_kind) == ("Gi0/2", PortKind.NAME)
    assert (neighbour.port_description, neighbour.chassis) == (
        *("to us", "02:00:5e:00:00:02"),
    )
    assert neighbour.addresses == ("10.0.0.2", "2001:db8::2")


async def test_of_a_neighbour_full_of_addresses_the_first_are_told() -> None:
    many = [managed((0, 2, 1, 1, 4, 10, 0, n // 256, n % 256)) for n in range(300)]
    found = await facts("lldp", ports((2, "ge2")), own(), heard((0, 2, 1)), *many)
    (one,) = found.neighbours
    assert one.addresses == tuple(f"10.0.0.{n}" for n in range(16))


async def test_no_neighbours_is_no_reason_to_stop_asking() -> None:
    async with bench(settings(lldp="poll")) as here:
        here.show(own())
        reading = await here.poll()
        assert (reading.plans, reading.facts.neighbours) == ({"lldp": "success"}, ())
        here.show(own(), CISCO, local(2, 5, b"Gi1/0/2"), heard((0, 2, 1)))
        (neighbour,) = (await here.poll()).facts.neighbours
        assert neighbour.name == "sw2.example.org"


async def test_the_newer_mib_is_read_where_there_is_no_other() -> None:
    found = await facts(
        "lldp",
        *(own(V2), ports((18, "ethernet1/13"), (19, "ethernet1/14"))),
        local(18, 5, b"ethernet1/13", base=V2),
        heard((0, 18, 1, 1), base=V2),
        heard((0, 19, 1, 2), Told(name=b""), base=V2),
        managed((0, 18, 1, 1, 1, 4, 10, 0, 0, 2), base=V2),
    )
    first, second = found.neighbours
    assert (first.interface, first.addresses) == ("ethernet1/13", ("10.0.0.2",))
    assert (second.interface, second.name) == ("ethernet1/14", "02:00:5e:00:00:02")
    assert found.ports == (Port("ethernet1/13", "ethernet1/13", PortKind.NAME),)


async def test_a_device_that_shows_its_neighbours_but_not_itself_is_read() -> None:
    found = await facts("lldp", heard((0, 1, 1)))
    assert (found.chassis, len(found.neighbours)) == ("", 1)


async def test_rows_of_another_length_and_of_no_name_are_passed_over() -> None:
    nobody = Told(chassis=b"", name=b"\0")
    reading = await read(
        "lldp", own(), heard((1, 2)), heard((1, 2, 3, 4)), heard((0, 1, 9), nobody)
    )
    assert reading.plans == {"lldp": Outcome.SUCCESS}
    assert reading.facts.neighbours == ()


@pytest.mark.parametrize(
    ("subtype", "value", "text"),
    [
        (4, THEIRS, "02:00:5e:00:00:02"),
        (4, b"02:00:5E:00:00:02", "02:00:5e:00:00:02"),
        (4, b"0200.5e00.0002", "02:00:5e:00:00:02"),
        (4, b"0200-5e00-0002", "02:00:5e:00:00:02"),
        (4, b"0200:5e", "0200:5e"),
        (5, b"\x01\x0a\x00\x00\x02", "10.0.0.2"),
        (5, b"\x02" + bytes(15) + b"\x01", "::1"),
        (5, b"\x0a\x00\x00\x02", "10.0.0.2"),
        (6, b"eth0", "eth0"),
        (7, b"\xff\xfe\x01", "ff:fe:01"),
        (7, THEIRS, "02:00:5e:00:00:02"),
        (1, b"FOX1234\0\0", "FOX1234"),
        (7, "Zürich".encode(), "Zürich"),
        (7, "Zürich".encode("latin-1"), "5a:fc:72:69:63:68"),
    ],
)
def test_chassis_ids_of_every_kind(subtype: int, value: bytes, text: str) -> None:
    assert chassis_id(subtype, OctetString(value)) == text


@pytest.mark.parametrize(
    ("subtype", "kind"),
    [
        *((1, PortKind.ALIAS), (2, PortKind.COMPONENT), (3, PortKind.MAC)),
        *((4, PortKind.ADDRESS), (5, PortKind.NAME), (6, PortKind.CIRCUIT)),
        *((7, PortKind.LOCAL), (0, PortKind.UNKNOWN), (8, PortKind.UNKNOWN)),
        *((-1, PortKind.UNKNOWN), (None, PortKind.UNKNOWN)),
    ],
)
def test_port_ids_of_every_kind(subtype: int | None, kind: PortKind) -> None:
    assert port_kind(subtype) is kind
    shown = port_id(kind, OctetString(b"\x01\x0a\x00\x00\x02"))
    assert shown == ("10.0.0.2" if kind is PortKind.ADDRESS else "01:0a:00:00:02")
