"""Whatever devices say, it is joined and compared without a word of ours."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.model.inventory import Device, End, Inventory, Link, Site
from bellrock.model.neighbourhood import Address, Neighbour, Port, PortKind, Protocol
from bellrock.model.status import Status
from topology.discovery.compare import compare
from topology.discovery.join import join
from topology.discovery.told import Told

DEVICES = ("a", "b", "c", "")
PORTS = ("", "1", "ge1", "ge1.0", "ge1.0.0", "Gi0/1", "GigabitEthernet0/1", ".1", "\n")
ADDRESSES = (
    *("", "10.0.0.1", "10.0.0.2", "10.0.0.1/8", "::1", "fe80::1%eth0", "2001:db8::1"),
    *("2001:DB8::0:1", "999.1.1.1", ":", "::ffff:10.0.0.1", "rm -rf", "224.0.0.1"),
)
NAMES = (*DEVICES, "A.example.net", "b(", "...", "(", "1.2.3.4", "ß", "a" * 10_000)

names, ports, addresses = map(st.sampled_from, (NAMES, PORTS, ADDRESSES))
neighbours = st.builds(
    Neighbour,
    st.sampled_from(Protocol),
    names,
    ports,
    st.sampled_from(Status),
    port=ports,
    port_kind=st.sampled_from(PortKind),
    port_description=ports,
    chassis=names,
    addresses=st.lists(addresses, max_size=3).map(tuple),
    metric=st.sampled_from((None, 0, 1, -5, 2**70)),
)


@st.composite
def devices(draw: st.DrawFn) -> dict[str, Told]:
    """Draw three devices that say anything."""
    found = {}
    for device in DEVICES[:3]:
        rows = draw(st.lists(ports, unique=True, max_size=5))
        found[device] = Told(
            device,
            draw(names),
            draw(st.none() | addresses),
            draw(names),
            draw(addresses),
            tuple(
                draw(
                    st.lists(
                        st.builds(
                            Address,
                            addresses,
                            st.sampled_from((None, -1, 0, 8, 30, 32, 64, 128, 999)),
                            ports,
                        ),
                        max_size=4,
                    )
                )
            ),
            tuple(draw(st.lists(neighbours, max_size=8))),
            tuple(
                draw(
                    st.lists(
                        st.builds(Port, ports, ports, st.sampled_from(PortKind), ports),
                        max_size=4,
                    )
                )
            ),
            tuple(rows),
            tuple(range(len(rows))),
            tuple(draw(st.sampled_from(Status)) for _ in rows),
            tuple(draw(st.sampled_from((None, 0.0, 1e9))) for _ in rows),
            whole=draw(st.booleans()),
            read=draw(st.frozensets(st.sampled_from(Protocol))),
        )
    return found


links = st.builds(
    lambda a, x, b, y, capacity: ((a, x), (b, y), capacity),
    st.sampled_from(("a", "b", "c")),
    ports,
    st.sampled_from(("a", "b", "c", "d")),
    ports,
    st.none() | st.just(1e9),
)


@given(devices(), st.lists(links, max_size=6))
@settings(max_examples=500, deadline=None)
def test_anything_is_joined_and_compared(
    told: dict[str, Told],
    declared: list[tuple[tuple[str, str], tuple[str, str], float | None]],
) -> None:
    wiring = join(told)
    for link in wiring.links:
        assert link.a.device != link.b.device
        assert {link.a.device, link.b.device} <= set(told)
        assert link.by_a or link.by_b
    plugs = [
        str(end)
        for link in wiring.links
        for end in (link.a, link.b)
        if end.interface and link.a.interface and link.b.interface and not link.bundled
        # A cable, and what OSPF runs over it, may end at ports that differ.
        if Protocol.OSPF not in link.by_a | link.by_b
    ]
    assert len(set(plugs)) == len(plugs), "a port with two cables"
    inventory = Inventory(
        *("net", "Net"),
        sites={"s": Site("s", "s", "exchange")},
        devices={name: Device(name, "s") for name in "abcd"},
        links={
            f"l{n}": Link(f"l{n}", End(*a), End(*b), capacity, capacity)
            for n, (a, b, capacity) in enumerate(declared)
            if a[0] != b[0]
        },
        risk_groups={},
        gateways=frozenset(),
    )
    found = compare(inventory.links, told, wiring)
    assert set(found.provenance) == set(inventory.links)
    backwards = dict(reversed(told.items()))
    assert set(join(backwards).links) == set(wiring.links), "order must not matter"
