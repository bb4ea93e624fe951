"""What OSPF's database tells of routers that were not asked."""

from dataclasses import replace

import pytest

from bellrock.model.inventory import End, Link
from bellrock.model.neighbourhood import (
    Address,
    Neighbour,
    OspfLink,
    OspfLinkKind,
    PortKind,
    Protocol,
    Provenance,
)
from tests.topology.discovery.heard import HOST, Wire, World, ends, label, world
from topology.discovery.compare import compare
from topology.discovery.database import Database
from topology.discovery.join import join
from topology.discovery.mismatch import Mismatch, Why
from topology.discovery.told import Told

AB = Wire(("a", "ge1"), ("b", "ge1"))
AGAIN = Wire(("a", "ge2"), ("b", "ge2"))
BC = Wire(("b", "ge3"), ("c", "ge1"))


@pytest.fixture
def seen() -> World:
    """a, b and c, all on OSPF; a has the database and b is never read."""
    found = world("abc", (AB, AGAIN, BC))
    found.route(AB, 1, metric=11, back=12)
    found.route(AGAIN, 2, metric=21, back=22)
    found.route(BC, 3, metric=31, back=32)
    found.change("a", ospf_links=found.database())
    found.told["b"] = Told("b", address=found.told["b"].router_id)
    return found


def changed(found: World, **changes: object) -> None:
    """Have the database say something else of all that b says."""
    router = found.told["b"].address
    links = [
        replace(link, **changes)  # type: ignore[arg-type]
        if link.router == router and link.kind is not OspfLinkKind.STUB
        else link
        for link in found.told["a"].ospf_links
    ]
    found.change("a", ospf_links=tuple(links))


def metrics(found: World) -> dict[str, tuple[int | None, int | None]]:
    return {str(link): link.metrics for link in found.join().links}


def test_a_router_that_was_not_read_is_known_by_its_id(seen: World) -> None:
    assert metrics(seen) == {
        "a:ge1 - b": (11, 12),
        "a:ge2 - b": (21, 22),
        "b - c:ge1": (31, 32),
    }
    seen.change("a", ospf_links=())
    assert metrics(seen) == {}


@pytest.mark.parametrize("port", ["ge1", "ge2"])
def test_a_cable_that_lldp_tells_has_the_metrics_of_both_ends(
    seen: World, port: str
) -> None:
    far = Neighbour(Protocol.LLDP, "b", port, port=port, port_kind=PortKind.NAME)
    seen.hears("a", far)
    expected = (11, 12) if port == "ge1" else (21, 22)
    [cable] = [link for link in seen.join().links if Protocol.LLDP in link.by_a]
    assert (str(cable), cable.metrics) == (f"a:{port} - b:{port}", expected)


def test_a_device_whose_agent_has_no_metrics_is_told_by_the_database() -> None:
    found = world("ab", (AB, AGAIN))
    found.route(AB, 1, metric=11, back=12)
    found.route(AGAIN, 2, metric=21, back=22)
    database = found.database()
    for device in "ab":
        mute = [replace(n, metric=None) for n in found.told[device].neighbours]
        found.change(device, neighbours=tuple(mute))
    assert set(metrics(found).values()) == {(None, None)}
    found.change("b", ospf_links=database)
    assert metrics(found) == {label(AB): (11, 12), label(AGAIN): (21, 22)}


def test_a_device_that_tells_its_router_id_keeps_it(seen: World) -> None:
    """It runs OSPF twice, and is managed by the other's address."""
    seen.told["b"] = replace(seen.told["b"], router_id="192.0.2.9")
    assert metrics(seen) == {}


def test_what_a_device_itself_says_goes_first(seen: World) -> None:
    seen.change(
        "a",
        ospf_links=tuple(
            replace(e, metric=99) if e.metric in (11, 12) else e
            for e in seen.told["a"].ospf_links
        ),
    )
    assert metrics(seen)["a:ge1 - b"] == (11, 99)


def test_an_address_that_another_router_has_by_now_says_nothing(seen: World) -> None:
    moved = tuple(
        replace(e, router="10.255.9.9") if e.metric == 12 else e
        for e in seen.told["a"].ospf_links
    )
    seen.change("a", ospf_links=moved)
    assert metrics(seen)["a:ge1 - b"] == (11, None)


def test_two_networks_on_one_port_have_no_metric_together(seen: World) -> None:
    """b is read, and tells no metrics; who is next to it, LLDP says."""
    router = seen.told["b"].address or ""
    units = Address("10.0.1.2", 30, "ge1.1"), Address("10.0.2.2", 30, "ge1.2")
    seen.add("b", "ge1", "ge1.1", "ge1.2", router_id=router, addresses=units)
    seen.change("a", neighbours=())
    seen.cable(AB)
    assert metrics(seen)[label(AB)] == (11, None)
    seen.change("b", addresses=units[:1])
    assert metrics(seen)[label(AB)] == (11, 12)
    # Nor has a port that nobody names any address without an interface.
    seen.change("b", addresses=(Address("10.0.1.2"),), neighbours=())
    bare = Neighbour(Protocol.LLDP, "b", "ge1", chassis=seen.told["b"].chassis)
    seen.change("a", neighbours=(bare,))
    assert metrics(seen)["a:ge1 - b"] == (11, None)


def test_what_lldp_says_is_never_outvoted(seen: World) -> None:
    """The database has a next to b, where a switch of the inventory is plugged in."""
    switch = Wire(("a", "ge1"), ("s", "1"))
    seen.add("s", "1", "2")
    before = ends(seen.join().links)
    seen.cable(switch)
    after = ends(seen.join().links)
    assert after == before - {"a:ge1 - b"} | {label(switch)}


def test_a_router_id_that_is_not_its_address_says_nothing(seen: World) -> None:
    seen.told["b"] = Told("b", address="192.0.2.1")
    assert metrics(seen) == {}
    router = "10.255.0.3"
    seen.told["b"] = Told("b", address=router)
    assert len(metrics(seen)) == 3
    # Somebody else has that address too.
    seen.told["d"] = Told("d", address=router)
    assert metrics(seen) == {}
    del seen.told["d"]
    # Nobody announces it.
    other = [
        replace(e, far="10.0.1.0", own="255.255.255.252")
        if (e.far, e.own) == (router, HOST)
        else e
        for e in seen.told["a"].ospf_links
    ]
    seen.change("a", ospf_links=tuple(other))
    assert metrics(seen) == {}


def test_two_databases_that_contradict_each_other_leave_it_open(seen: World) -> None:
    other = tuple(
        replace(link, metric=99) if link.metric == 12 else link
        for link in seen.told["a"].ospf_links
    )
    seen.change("c", ospf_links=other)
    assert metrics(seen) == {
        "a:ge1 - b": (11, None),
        "a:ge2 - b": (21, 22),
        "b - c:ge1": (31, 32),
    }


def test_unnumbered_interfaces_have_no_metric_of_another(seen: World) -> None:
    changed(seen, own="0.0.0.7")
    assert {m for pair in metrics(seen).values() for m in pair} == {11, 21, 32, None}


def compared(found: World, link: Link) -> list[tuple[str, Why]]:
    mismatches: tuple[Mismatch, ...] = compare(
        {link.id: link}, found.told, found.join()
    ).mismatches
    return [(each.link, each.why) for each in mismatches if each.link == link.id]


AC = End("a", "ge1"), End("b", "ge1")


def test_a_metric_of_the_end_that_was_not_read_is_compared(seen: World) -> None:
    right = Link("ab", *AC, metric_ab=11, metric_ba=12)
    wrong = Link("ab", *AC, metric_ab=11, metric_ba=11)
    assert compared(seen, right) == []
    assert compared(seen, wrong) == [("ab", Why.METRIC)]
    assert compare({"ab": right}, seen.told, seen.join()).provenance == {
        "ab": Provenance.ONE_END
    }


def test_a_router_in_maintenance_is_told_as_such(seen: World) -> None:
    changed(seen, metric=65535)
    declared = Link("ab", *AC, metric_ab=11, metric_ba=12)
    assert seen.join().stubs == {"b"}
    assert compared(seen, declared) == [("ab", Why.MAX_METRIC)]
    seen.add("d", router_id=seen.told["b"].address)
    assert seen.join().stubs == {"d"}
    seen.add("e", router_id=seen.told["b"].address)
    assert seen.join().stubs == frozenset()
    del seen.told["d"], seen.told["e"]
    unknown = replace(declared, metric_declared=False)
    assert compared(seen, unknown) == []
    # Nor is it anything to write into a draft.
    assert {m for pair in metrics(seen).values() for m in pair} == {11, 21, 32, None}


def test_one_costly_link_is_no_maintenance(seen: World) -> None:
    links = seen.told["a"].ospf_links
    costly = tuple(replace(e, metric=65535) if e.metric == 12 else e for e in links)
    seen.change("a", ospf_links=costly)
    assert seen.join().stubs == frozenset()


def test_sixty_thousand_links_of_anybody_join_nobody() -> None:
    kind = OspfLinkKind.POINT_TO_POINT
    links = [
        OspfLink(f"10.0.{n % 250}.1", kind, f"10.1.{n % 199}.2", f"10.2.{n % 7}.3", n)
        for n in range(60_000)
    ]
    assert join({"a": Told("a", ospf_links=tuple(links))}).links == ()
    assert Database(links).metric("10.2.1.3") is None
