"""Random networks: what is joined is the wiring or a part of it, and nothing else."""

import time
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.neighbourhood import Neighbour, PortKind, Protocol, Provenance
from tests.topology.discovery.heard import (
    Wire,
    World,
    ends,
    label,
    own_ports,
    told_port,
    world,
)
from topology.discovery.join import join
from topology.discovery.told import Told

KINDS = (
    PortKind.NAME,
    PortKind.MAC,
    PortKind.LOCAL,
    PortKind.ALIAS,
    PortKind.COMPONENT,
    PortKind.CIRCUIT,
)


@st.composite
def wirings(draw: st.DrawFn) -> list[Wire]:
    """Draw cables between a few devices, parallel ones among them; a port each."""
    count = draw(st.integers(2, 6))
    pairs = draw(
        st.lists(
            st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)).filter(
                lambda pair: pair[0] != pair[1]
            ),
            min_size=1,
            max_size=12,
        )
    )
    free = [0] * count
    wires = []
    for a, b in pairs:
        wires.append(Wire((f"r{a}", f"ge{free[a]}"), (f"r{b}", f"ge{free[b]}")))
        free[a] += 1
        free[b] += 1
    return wires


def speaking(
    data: st.DataObject, wires: list[Wire], *, lost: bool, named: bool = False
) -> tuple[World, bool]:
    """Return devices that tell of the wires, each in its own way.

    Some ends tell nothing if `lost`; with that comes whether any does. Every device
    says what it calls its ports if `named`.
    """
    found = world(sorted({d for w in wires for d, _ in (w.a, w.b)}), wires)
    kinds = {
        device: data.draw(st.sampled_from(KINDS), label=f"ports of {device}")
        for device in found.told
    }
    for device, kind in kinds.items():
        if named or data.draw(st.booleans(), label=f"{device} tells of its ports"):
            found.change(device, ports=own_ports(found.told[device], kind))
    missing = False
    for number, wire in enumerate(wires):
        if data.draw(st.booleans(), label=f"OSPF on {label(wire)}"):
            found.route(wire, number)
        for here, there in wire.ways:
            if lost and data.draw(st.booleans(), label=f"{here} hears nothing"):
                missing = True
                continue
            far, kind = found.told[there[0]], kinds[there[0]]
            heard = Neighbour(
                Protocol.LLDP,
                far.name,
                here[1],
                port=told_port(far, there[1], kind),
                port_kind=kind,
                port_description=f"port {there[1]}",
                chassis=far.chassis,
            )
            found.hears(here[0], heard)
            if data.draw(st.booleans(), label="told twice"):
                found.hears(here[0], heard)
    return found, missing


@given(wirings(), st.data())
@settings(max_examples=300, deadline=None)
def test_no_link_is_joined_that_is_not_there(
    wires: list[Wire], data: st.DataObject
) -> None:
    found, missing = speaking(data, wires, lost=True)
    links = found.join().links
    whole = [link for link in links if link.a.interface and link.b.interface]
    exact = [link for link in whole if not (missing and link.by_elimination)]
    assert ends(exact) <= {label(wire) for wire in wires}
    pairs = {tuple(sorted((wire.a[0], wire.b[0]))) for wire in wires}
    assert {link.devices for link in links} <= pairs


@given(wirings(), st.data())
@settings(max_examples=200, deadline=None)
def test_where_devices_name_their_ports_every_link_is_found(
    wires: list[Wire], data: st.DataObject
) -> None:
    found, _ = speaking(data, wires, lost=False, named=True)
    links = found.join().links
    assert ends(links) == {label(wire) for wire in wires}
    assert {link.provenance for link in links} == {Provenance.BOTH_ENDS}
    assert not any(link.by_elimination for link in links)


@given(wirings(), st.data())
@settings(max_examples=200, deadline=None)
def test_names_and_ids_that_two_devices_share_join_nothing_wrong(
    wires: list[Wire], data: st.DataObject
) -> None:
    devices = sorted({d for w in wires for d, _ in (w.a, w.b)})
    found = world(devices, wires)
    for device in devices:
        twin = found.told[data.draw(st.sampled_from(devices), label="clone of")]
        what = data.draw(st.sampled_from(("name", "chassis", "router_id", "read")))
        found.change(device, **{what: getattr(twin, what)})
    found.cable(*wires)
    for number, wire in enumerate(wires):
        if data.draw(st.booleans()):
            found.route(wire, number)
    assert ends(found.join().links) <= {label(wire) for wire in wires}


@given(wirings(), st.data())
@settings(max_examples=300, deadline=None)
def test_a_database_adds_true_metrics_and_no_link_that_is_not_there(
    wires: list[Wire], data: st.DataObject
) -> None:
    devices = sorted({d for w in wires for d, _ in (w.a, w.b)})
    found = world(devices, wires)
    metrics: dict[tuple[str, str], int] = {}
    for number, wire in enumerate(wires):
        if data.draw(st.booleans(), label=f"OSPF on {label(wire)}"):
            one, other = 2 * number + 1, 2 * number + 2
            found.route(wire, number, metric=one, back=other)
            metrics |= {wire.a: one, wire.b: other}
        for here, there in wire.ways:
            if data.draw(st.booleans(), label=f"{here} hears {there}"):
                found.lldp(here, there)
    database = found.database()
    for device in devices:
        told = found.told[device]
        match data.draw(
            st.sampled_from(("all", "no metrics", "nothing")), label=device
        ):
            case "no metrics":
                heard = tuple(replace(n, metric=None) for n in told.neighbours)
                found.change(device, neighbours=heard)
            case "nothing":
                found.told[device] = Told(device, address=told.router_id)
    before = ends(found.join().links)
    asked = data.draw(st.sampled_from(devices))
    found.change(asked, ospf_links=database)
    links = found.join().links
    assert before <= ends(links)
    whole = [link for link in links if link.a.interface and link.b.interface]
    exact = [link for link in whole if not link.by_elimination]
    assert ends(exact) <= {label(wire) for wire in wires}
    pairs = {tuple(sorted((wire.a[0], wire.b[0]))) for wire in wires}
    assert {link.devices for link in links} <= pairs
    for link in links:
        for end, far, metric in (
            (link.a, link.b, link.metrics[0]),
            (link.b, link.a, link.metrics[1]),
        ):
            ports = [
                here
                for wire in wires
                for here, there in wire.ways
                if here[0] == end.device
                and there[0] == far.device
                and end.interface in ("", here[1])
                and far.interface in ("", there[1])
            ]
            assert (
                link.by_elimination
                or metric is None
                or any(metrics.get(port) == metric for port in ports)
            )


def test_ten_thousand_devices_are_joined_in_seconds() -> None:
    wires = [
        Wire((f"d{i}", "up"), (f"d{i // 10}", f"down{i % 10}"))
        for i in range(1, 10_000)
    ]
    wires += [Wire((f"d{i}", "side-b"), (f"d{i + 1}", "side-a")) for i in range(9_999)]
    found = World()
    interfaces = ("up", "side-a", "side-b", *(f"down{n}" for n in range(10)))
    for number in range(10_000):
        found.add(f"d{number}", *interfaces)
    for number, wire in enumerate(wires):
        found.cable(wire)
        if number < 60_000:
            found.route(wire, number)
    found.change("d0", ospf_links=found.database())
    started = time.process_time()
    links = join(found.told).links
    seconds = time.process_time() - started
    assert ends(links) == {label(wire) for wire in wires}
    assert seconds < 30


def test_devices_that_claim_endless_neighbours_cost_no_more_than_those() -> None:
    found = World()
    ports = [f"p{n}" for n in range(1_000)]
    for name in "abc":
        found.add(name, *ports)
    crowd = [
        Neighbour(
            Protocol.LLDP,
            "abc"[n % 3] if n % 2 else f"nobody{n}",
            ports[n % 1_000] if n % 5 else "",
            port=ports[n % 997],
            port_kind=PortKind.NAME,
            addresses=tuple(f"10.0.{n % 250}.{m % 250}" for m in range(50)),
        )
        for n in range(20_000)
    ]
    for name in "abc":
        found.hears(name, *crowd)
    started = time.process_time()
    found.join()
    assert time.process_time() - started < 10
