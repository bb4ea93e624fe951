"""What disagrees with the inventory, and what only is not known."""

from dataclasses import replace

import pytest

from bellrock.model.inventory import Device, End, Inventory, Link, Site
from bellrock.model.neighbourhood import Address, Protocol, Provenance
from bellrock.model.status import Status
from tests.topology.discovery.heard import Wire, World, label, world
from topology.discovery.compare import Comparison, compare
from topology.discovery.mismatch import Why
from topology.discovery.told import Told

AB = Wire(("a", "ge1"), ("b", "ge1"))
AC = Wire(("a", "ge2"), ("c", "ge1"))
BC = Wire(("b", "ge2"), ("c", "ge2"))
TRIANGLE = (AB, AC, BC)


def inventory(*links: Link) -> Inventory:
    ends = [end.device for link in links for end in (link.a, link.b)]
    devices = sorted({*"abc", *ends})
    return Inventory(
        *("net", "Net"),
        sites={device: Site(device, device, "exchange") for device in devices},
        devices={device: Device(device, device) for device in devices},
        links={link.id: link for link in links},
        risk_groups={},
        gateways=frozenset({"a"}),
    )


def declared(wire: Wire, **more: float) -> Link:
    name = f"{wire.a[0]}{wire.b[0]}"
    return Link(name, End(*wire.a), End(*wire.b), **more)  # type: ignore[arg-type]


def right(**more: float) -> list[Link]:
    return [declared(wire, **more) for wire in TRIANGLE]


@pytest.fixture
def seen() -> World:
    found = world("abc", TRIANGLE)
    found.cable(*TRIANGLE)
    return found


def compared(found: World, *links: Link) -> Comparison:
    return compare(inventory(*links).links, found.told, found.join())


def kinds(found: World, *links: Link) -> set[tuple[str, Why]]:
    return {(each.link, each.why) for each in compared(found, *links).mismatches}


def test_a_true_inventory_disagrees_with_nothing(seen: World) -> None:
    everything = compared(seen, *right())
    assert everything.mismatches == ()
    assert set(everything.provenance.values()) == {Provenance.BOTH_ENDS}


def test_swapped_far_ends_are_told_of_both_links(seen: World) -> None:
    swapped = [
        Link("ab", End("a", "ge1"), End("c", "ge1")),
        Link("ac", End("a", "ge2"), End("b", "ge1")),
        declared(BC),
    ]
    assert kinds(seen, *swapped) == {
        ("ab", Why.OTHER_FAR_END),
        ("ac", Why.OTHER_FAR_END),
    }


def test_swapped_ports_of_parallel_links_are_told() -> None:
    wires = Wire(("a", "1"), ("b", "1")), Wire(("a", "2"), ("b", "2"))
    found = world("ab", wires)
    found.cable(*wires)
    links = [
        Link("one", End("a", "1"), End("b", "2")),
        Link("two", End("a", "2"), End("b", "1")),
    ]
    assert kinds(found, *links) == {("one", Why.OTHER_PORT), ("two", Why.OTHER_PORT)}


def test_a_link_left_out_is_undeclared(seen: World) -> None:
    assert kinds(seen, declared(AB), declared(AC)) == {(label(BC), Why.UNDECLARED)}


def test_a_link_that_neither_end_sees_is_told_while_its_ports_are_up(
    seen: World,
) -> None:
    for device in "bc":
        rest = [n for n in seen.told[device].neighbours if n.interface != "ge2"]
        seen.change(device, neighbours=tuple(rest))
    assert kinds(seen, *right()) == {("bc", Why.NOT_SEEN)}
    seen.change("c", statuses=(Status.UP, Status.DOWN))
    assert kinds(seen, *right()) == set()


def test_a_link_moved_to_other_ports_is_told_once() -> None:
    moved = Wire(("a", "ge3"), ("b", "ge3"))
    found = world("abc", [AB, AC, BC, moved])
    found.cable(AC, BC, moved)
    assert kinds(found, *right()) == {("ab", Why.OTHER_PORT)}


def test_an_interface_that_is_not_there_is_told(seen: World) -> None:
    renamed = Link("ab", End("a", "ge01"), End("b", "ge1"))
    assert kinds(seen, renamed, declared(AC), declared(BC)) == {
        ("ab", Why.NO_INTERFACE)
    }


@pytest.mark.parametrize("device", "abc")
def test_what_was_not_read_disagrees_with_nothing(seen: World, device: str) -> None:
    seen.told[device] = Told(device)
    assert kinds(seen, *right()) == set()
    del seen.told[device]
    for other, told in list(seen.told.items()):
        rest = [n for n in told.neighbours if n.name != device]
        seen.change(other, neighbours=tuple(rest))
    assert kinds(seen, *right()) == set()


def test_one_end_that_sees_nothing_is_no_mismatch(seen: World) -> None:
    rest = [n for n in seen.told["c"].neighbours if n.interface != "ge2"]
    seen.change("c", neighbours=tuple(rest))
    everything = compared(seen, *right())
    assert everything.mismatches == ()
    assert everything.provenance["bc"] is Provenance.ONE_END


def test_a_neighbour_nobody_knows_is_no_mismatch(seen: World) -> None:
    for device in "bc":
        told = seen.told[device]
        boxes = [
            replace(n, name="box", chassis="02:55") if n.interface == "ge2" else n
            for n in told.neighbours
        ]
        seen.change(device, neighbours=tuple(boxes))
    assert kinds(seen, *right()) == set()


def test_an_adjacency_over_a_shared_lan_agrees(seen: World) -> None:
    for number, device in enumerate("abc", 1):
        lan = Address(f"10.9.9.{number}", 24, "lan")
        seen.change(
            device,
            addresses=(lan,),
            interfaces=(*seen.told[device].interfaces, "lan"),
        )
        seen.change(device, statuses=(Status.UP,) * 3, speeds=(1e9,) * 3)
    for device in "abc":
        for number, other in enumerate("abc", 1):
            if device != other:
                seen.hears(device, seen.adjacent("lan", other, f"10.9.9.{number}"))
    over_lan = Link("lan", End("a", "lan"), End("b", "lan"))
    assert kinds(seen, *right(), over_lan) == set()


def test_a_declared_bundle_is_not_its_members() -> None:
    members = [Wire(("a", f"ge{n}"), ("b", f"ge{n}")) for n in range(2)]
    bundle = Wire(("a", "ae0"), ("b", "ae0"))
    found = world("ab", [*members, bundle])
    found.cable(*members)
    for number, device in enumerate("ab", 1):
        found.change(device, addresses=(Address(f"10.0.0.{number}", 30, "ae0"),))
    assert kinds(found, declared(bundle)) == set()
    found = world("ab", [*members, bundle])
    found.cable(*members)
    found.route(bundle, 1)
    everything = compared(found, declared(bundle))
    assert everything.mismatches == ()
    assert everything.provenance == {"ab": Provenance.BOTH_ENDS}


def test_links_declared_without_ports_take_what_is_seen(seen: World) -> None:
    bare = [Link("ab", End("a"), End("b")), Link("ac", End("a"), End("c", "ge1"))]
    everything = compared(seen, *bare, declared(BC))
    assert everything.mismatches == ()
    assert set(everything.provenance.values()) == {Provenance.BOTH_ENDS}


def test_ports_slower_than_declared_or_unlike_each_other_are_told(
    seen: World,
) -> None:
    assert kinds(seen, *right(capacity_ab=1e9, capacity_ba=1e8)) == set()
    fast = declared(AB, capacity_ab=1e10, capacity_ba=1e10)
    assert kinds(seen, fast, *right()[1:]) == {("ab", Why.CAPACITY)}
    seen.change("b", speeds=(1e10, 1e9))
    assert kinds(seen, *right()) == {("ab", Why.CAPACITY)}
    seen.change("b", speeds=(None, 1e9))
    assert kinds(seen, *right(capacity_ab=1e12)) == {
        ("ac", Why.CAPACITY),
        ("bc", Why.CAPACITY),
    }


def test_a_metric_differs_only_from_one_that_was_declared(seen: World) -> None:
    seen.route(AB, 1, metric=50)
    rest = [declared(AC), declared(BC)]
    assert kinds(seen, declared(AB, metric_ab=50, metric_ba=50), *rest) == set()
    assert kinds(seen, declared(AB, metric_ab=50, metric_ba=51), *rest) == {
        ("ab", Why.METRIC)
    }
    assert kinds(seen, declared(AB, metric_declared=False), *rest) == set()


def test_metrics_are_each_their_own_end_s(seen: World) -> None:
    seen.route(AB, 1, metric=50)
    told = seen.told["b"]
    seen.change(
        "b",
        neighbours=tuple(
            replace(n, metric=60) if n.protocol is Protocol.OSPF else n
            for n in told.neighbours
        ),
    )
    backwards = Link("ab", End(*AB.b), End(*AB.a), metric_ab=60, metric_ba=50)
    assert kinds(seen, backwards, declared(AC), declared(BC)) == set()
