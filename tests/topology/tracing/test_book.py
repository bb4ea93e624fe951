"""Whose addresses are, and what hops become of them."""

from dataclasses import replace

from bellrock.model.inventory import Device, End, Inventory, Link
from bellrock.model.neighbourhood import Address, Neighbour, Protocol
from topology.discovery.told import Told
from topology.graph import Layout
from topology.tracing.book import Book, Owner
from topology.tracing.way import Hop, Joiner


def inventory(*links: Link, **devices: str | None) -> Inventory:
    return Inventory(
        id="n",
        name="n",
        sites={},
        devices={d: Device(d, d, address=a) for d, a in devices.items()},
        links={link.id: link for link in links},
        risk_groups={},
        gateways=frozenset(),
    )


TAIL = Link("tail", End("pe", "ge-0/0/4"), End("cpe", "wan0"))
SPARE = Link("spare", End("pe", "ge-0/0/5"), End("cpe", "wan1"))
NET = inventory(TAIL, SPARE, pe="192.0.2.1", cpe="192.0.2.2")


def told(device: str, *addresses: Address, **more: object) -> dict[str, Told]:
    return {device: Told(device, addresses=addresses, **more)}  # type: ignore[arg-type]


def test_declared_addresses_are_known_without_anything_read() -> None:
    assert Book(NET, {}).owner("192.0.2.1") == Owner(End("pe"))
    assert Book(NET, {}).owner("192.0.2.9") == Owner()


def test_an_address_of_two_devices_is_nobodys() -> None:
    both = told("pe", Address("10.0.0.9")) | told("cpe", Address("10.0.0.9"))
    assert Book(NET, both).owner("10.0.0.9") == Owner(disputed=True)


def test_what_a_device_says_of_itself_outweighs_what_others_conclude() -> None:
    pe = told("pe", Address("10.0.8.1", 30, "ge-0/0/4"))
    book = Book(NET, pe | told("cpe", Address("10.0.8.2", 30, "wan1")))
    assert book.owner("10.0.8.2") == Owner(End("cpe", "wan1"))


def test_the_other_address_of_a_wire_is_at_its_other_end() -> None:
    book = Book(NET, told("pe", Address("2001:db8::", 127, "ge-0/0/4")))
    assert book.owner("2001:db8::1") == Owner(End("cpe", "wan0"))
    assert book.at(End("cpe", "wan0"), version=6) == "2001:db8::1"
    assert book.at(End("cpe", "wan0")) is None
    lan = Book(NET, told("pe", Address("10.0.8.1", 29, "ge-0/0/4")))
    assert lan.owner("10.0.8.2") == Owner()
    broadcast = Book(NET, told("pe", Address("10.0.8.3", 30, "ge-0/0/4")))
    assert broadcast.owner("10.0.8.2") == Owner()


def test_a_unit_is_at_the_port_that_the_link_names() -> None:
    pe = told(
        "pe",
        Address("10.0.8.1", 31, "ge-0/0/4.100"),
        interfaces=("ge-0/0/4", "ge-0/0/4.100"),
    )
    book = Book(NET, pe)
    assert book.owner("10.0.8.1") == Owner(End("pe", "ge-0/0/4"))
    assert book.owner("10.0.8.0") == Owner(End("cpe", "wan0"))


def test_a_neighbours_address_is_the_neighbours() -> None:
    seen = Neighbour(Protocol.OSPF, "10.255.0.2", "ge-0/0/4", addresses=("10.0.8.6",))
    pe = told("pe", neighbours=(seen,))
    cpe = told("cpe", router_id="10.255.0.2")
    assert Book(NET, pe | cpe).owner("10.0.8.6") == Owner(End("cpe"))
    assert Book(NET, pe).owner("10.0.8.6") == Owner()


def test_the_address_that_answers_tells_parallel_links_apart() -> None:
    book = Book(NET, told("cpe", Address("10.0.8.6", 30, "wan1")))
    joiner = Joiner(Layout.of(NET), book)
    [_, cpe, _] = joiner.way(["192.0.2.1", "10.0.8.6", "10.1.1.1"], "x").hops
    assert cpe == Hop("10.0.8.6", "cpe", "wan1", ("spare",))
    [_, cpe] = joiner.way(["192.0.2.1", "192.0.2.2"], "cpe").hops
    assert cpe.links == ("tail", "spare")
    [_, cpe] = joiner.way(["192.0.2.1", "10.0.8.2"], "cpe", "tail").hops
    assert cpe.links == ("tail",)


def test_who_answers_twice_is_passed_once() -> None:
    joiner = Joiner(Layout.of(NET), Book(NET, {}))
    way = joiner.way(["192.0.2.1", "192.0.2.1", None, "192.0.2.2"], "cpe")
    assert str(way) == "pe > * > cpe"
    [cpe] = joiner.way(["192.0.2.2", "192.0.2.2"], "cpe").hops
    assert cpe.device == "cpe"


def test_a_stranger_may_be_a_gateway_while_their_addresses_are_not_known() -> None:
    net = replace(NET, gateways=frozenset({"pe"}))
    unread = Joiner(Layout.of(net), Book(net, {}))
    read = Joiner(Layout.of(net), Book(net, told("pe", Address("10.0.0.1"))))
    for joiner, anyone in ((unread, True), (read, False)):
        [hop, _] = joiner.way(["10.9.9.9", "192.0.2.2"], "cpe").hops
        assert hop == Hop("10.9.9.9", anyone=anyone)
