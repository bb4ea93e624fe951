"""Any small inventory, for round trips."""

from collections.abc import Mapping
from dataclasses import replace

from hypothesis import strategies as st

from bellrock.inventory import spans
from bellrock.inventory.exchange.assemble import line
from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Inventory,
    Link,
    Organisation,
    RiskGroup,
    Service,
    Site,
    Supplier,
)

IDS = st.from_regex(r"\A[a-z0-9][a-z0-9._-]{0,11}\Z")
LINES = (
    st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=12)
    .map(line)
    .filter(bool)
)
"""Names: one printable line, nothing at its ends."""

SPANS = st.none() | st.builds(
    lambda number, unit: number * spans.UNITS[unit],
    st.integers(1, 10**5).map(float) | st.sampled_from([1.5, 2.25, 1 / 8 + 3]),
    st.sampled_from([*spans.UNITS]),
)
"""Times between failures and to repair."""

RATES = st.integers(1, 10**15).map(float) | st.sampled_from([0.5 + 1, 1e9, 2.25e6])


def chosen(things: Mapping[str, object]) -> st.SearchStrategy[tuple[str, ...]]:
    """A few ids of what there is, each once."""
    if not things:
        return st.just(())
    return st.lists(st.sampled_from(sorted(things)), unique=True, max_size=3).map(tuple)


@st.composite
def inventories(draw: st.DrawFn) -> Inventory:
    """Draw one in which all ids resolve, as a reader of YAML would return it."""
    names = draw(st.lists(IDS, unique=True, min_size=8, max_size=24))
    cut = sorted(draw(st.lists(st.integers(1, len(names) - 1), min_size=3, max_size=3)))
    site_ids, device_ids = names[: max(cut[0], 1)], names[max(cut[0], 1) : cut[1]]
    group_ids, link_ids = names[cut[1] : cut[2]], names[cut[2] :]
    others = draw(st.lists(IDS, unique=True, max_size=3))
    organisations = {each: Organisation(each, draw(LINES)) for each in others}
    suppliers = {
        each: Supplier(each, draw(LINES), draw(st.just("") | LINES)) for each in others
    }
    groups = {each: RiskGroup(each, draw(LINES), draw(LINES)) for each in group_ids}
    sites = {each: draw(_sites(each, organisations)) for each in site_ids}
    if not device_ids:
        device_ids = ["only-one"]
    devices = {
        each: draw(_devices(each, number, site_ids, groups))
        for number, each in enumerate(device_ids)
    }
    links = {
        each: draw(_links(each, number, device_ids, groups, suppliers))
        for number, each in enumerate(link_ids if len(device_ids) > 1 else [])
    }
    gateways = draw(st.lists(st.sampled_from(device_ids), min_size=1, max_size=2))
    demands = draw(st.lists(_demands(site_ids), max_size=3)) if site_ids[1:] else []
    bare = Inventory(
        *(draw(IDS), draw(LINES), sites, devices, links, groups, frozenset(gateways)),
        organisations=organisations,
        suppliers=suppliers,
        demands=tuple(demands),
    )
    users = draw(chosen(dict.fromkeys(sorted(bare.user_sites()))))
    moved = draw(chosen(dict.fromkeys(sorted(bare.moved_sites()))))
    if not (users or moved):
        return bare
    hosts = (site_ids[0],)
    service = Service(
        *("service", draw(LINES), hosts, draw(st.booleans())),
        frozenset(users),
        draw(st.integers(1, 5)),
        frozenset(moved),
    )
    return replace(bare, services={"service": service})


@st.composite
def _sites(draw: st.DrawFn, ident: str, organisations: Mapping[str, object]) -> Site:
    placed = draw(st.booleans())
    degrees = st.floats(-1, 1)
    return Site(
        ident,
        draw(LINES),
        draw(st.sampled_from(["school", "pop", "lighthouse keeper's cottage"])),
        draw(st.sampled_from([None, *organisations])),
        draw(degrees) * 90 if placed else None,
        draw(degrees) * 180 if placed else None,
        draw(st.integers(1, 5)),
        draw(st.integers(0, 10**9)),
    )


@st.composite
def _devices(
    draw: st.DrawFn,
    ident: str,
    number: int,
    sites: list[str],
    groups: Mapping[str, object],
) -> Device:
    ssh = draw(st.booleans())
    return Device(
        ident,
        draw(st.sampled_from(sites)),
        draw(st.just("") | LINES),
        draw(st.sampled_from([None, f"10.0.0.{number}", f"2001:db8::{number + 1:x}"])),
        draw(st.none() | LINES),
        draw(st.sampled_from([(), ("icmp",), ("icmp", "stamp")])),
        draw(st.sampled_from([{}, {"snmp": 1161}, {"snmp": 1, "ssh": 65535}])),
        draw(chosen(groups)),
        draw(LINES) if ssh else None,
        draw(LINES) if ssh else None,
    )


@st.composite
def _links(
    draw: st.DrawFn,
    ident: str,
    number: int,
    devices: list[str],
    groups: Mapping[str, object],
    suppliers: Mapping[str, object],
) -> Link:
    a, b = draw(st.permutations(devices))[:2]
    port = st.sampled_from(["", f"ge-0/0/{number}", f"Port {number}%20", f"1:{number}"])
    ab, ba = draw(st.sampled_from([(None, None), (1e9, 1e9)]) | st.tuples(RATES, RATES))
    declared = draw(st.booleans())
    metric = st.integers(1, 2**32 - 1)
    return Link(
        ident,
        End(a, draw(port)),
        End(b, draw(port)),
        ab,
        ba,
        draw(metric) if declared else 10,
        draw(metric) if declared else 10,
        draw(st.sampled_from([None, *suppliers])),
        draw(st.just("") | LINES),
        draw(chosen(groups)),
        draw(st.booleans()),
        metric_declared=declared,
    )


@st.composite
def _demands(draw: st.DrawFn, sites: list[str]) -> Demand:
    source, target = draw(st.permutations(sites))[:2]
    return Demand(source, target, draw(RATES | st.just(0.0)))
