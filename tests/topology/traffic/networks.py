"""Networks with traffic, read off a tape of bytes, and what routing says of them."""

from dataclasses import replace

from bellrock.model.inventory import (
    Demand,
    Device,
    End,
    Inventory,
    Link,
    RiskGroup,
    Site,
)
from topology.graph import Layout
from topology.routing import ecmp_loads

TAPE = 160
"""How many bytes `from_tape` reads at most, near enough."""

NAMES = tuple("abcdefgh")


def wire(
    name: str, a: str, b: str, ab: int = 10, ba: int = 10, *, backup: bool = False
) -> Link:
    return Link(name, End(a), End(b), metric_ab=ab, metric_ba=ba, backup=backup)


def network(*links: Link, demands: tuple[Demand, ...] = ()) -> Inventory:
    """Build an inventory with one device a site, named after it."""
    devices = sorted({end.device for link in links for end in (link.a, link.b)})
    return Inventory(
        id="n",
        name="n",
        sites={d: Site(d, d, "pop") for d in devices},
        devices={d: Device(d, d) for d in devices},
        links={link.id: link for link in links},
        risk_groups={},
        gateways=frozenset(),
        demands=demands,
    )


def from_tape(tape: bytes) -> tuple[Inventory, frozenset[str]]:
    """Read a network and what is down off `tape`; an exhausted tape reads as zeros.

    Up to eight devices at six sites, some without any; metrics and capacities that
    differ by direction and capacities that nobody declared; parallel links, links
    within a site, backup links, trees that hang on anything, risk groups of anything,
    several parts that are not joined, and demands between all, also of a site to
    itself.
    """
    bytes_left = iter(tape)

    def choose(n: int) -> int:
        return next(bytes_left, 0) % n

    def some(items: tuple[str, ...], one_in: int) -> list[str]:
        return [item for item in items if choose(one_in) == one_in - 1]

    sites = {f"s{i}": Site(f"s{i}", f"S{i}", "pop") for i in range(1 + choose(6))}
    names = NAMES[: 1 + choose(len(NAMES))]
    # One site a device as far as they go, half of the time.
    apart = choose(2)
    devices = {
        name: Device(name, f"s{(i if apart else choose(len(sites))) % len(sites)}")
        for i, name in enumerate(names)
    }
    links = {}
    for i in range(choose(14) if len(names) > 1 else 0):
        a = choose(len(names))
        b = (a + 1 + choose(len(names) - 1)) % len(names)
        ab = 1 + choose(4)
        link = wire(f"l{i}", names[a], names[b], ab, ab, backup=choose(7) == 6)
        if choose(4) == 3:
            link = replace(link, metric_ba=1 + choose(4))
        capacity = (None, 5.0, 10.0, 40.0)[choose(4)]
        back = (None, 5.0, 10.0, 40.0)[choose(4)] if choose(4) == 3 else capacity
        links[link.id] = replace(link, capacity_ab=capacity, capacity_ba=back)
    groups = {f"g{i}": RiskGroup(f"g{i}", "duct", "") for i in range(choose(4))}
    for group in groups:
        for name in some(names, 5):
            device = devices[name]
            devices[name] = replace(device, risk_groups=(*device.risk_groups, group))
        for name in some(tuple(links), 4):
            links[name] = replace(
                links[name], risk_groups=(*links[name].risk_groups, group)
            )
    demands = tuple(
        Demand(
            f"s{choose(len(sites))}", f"s{choose(len(sites))}", float(choose(9)) + 0.1
        )
        for _ in range(choose(12))
    )
    inventory = Inventory(
        id="t",
        name="t",
        sites=sites,
        devices=devices,
        links=links,
        risk_groups=groups,
        gateways=frozenset({"a"}),
        demands=demands,
    )
    elements = (*names, *links, *sites, *groups)
    down = some(elements, 8) if choose(2) else []
    return inventory, frozenset(down)


def by_definition(
    inventory: Inventory, down: frozenset[str]
) -> tuple[list[float], float]:
    """Return the load of each arc and what finds no way, by networkx."""
    found = ecmp_loads(inventory, Layout.of(inventory).expand(down))
    arcs = [(link, way) for link in inventory.links for way in ("ab", "ba")]
    return [found.by_arc.get(arc, 0.0) for arc in arcs], found.unrouted
