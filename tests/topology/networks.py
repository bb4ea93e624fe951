"""Small networks for tests: said in one line, or read off a tape of bytes."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bellrock.model.inventory import (
    Device,
    End,
    Inventory,
    Link,
    RiskGroup,
    Service,
    Site,
)
from topology.state import NetworkState


def network(
    devices: Mapping[str, str],
    links: Mapping[str, tuple[str, str]],
    gateways: Iterable[str],
    *,
    sites: Iterable[Site] = (),
    groups: Mapping[str, tuple[str, Iterable[str]]] | None = None,
    services: Iterable[Service] = (),
) -> Inventory:
    """Build an inventory from ids.

    Parameters
    ----------
    devices : mapping of str to str
        Site of each device. Sites not given in `sites` are exchanges if their id
        starts with ``ex``, data centres with ``dc``, else schools.
    links : mapping of str to (str, str)
        The two devices of each link.
    groups : mapping of str to (str, iterable of str)
        Kind and members (devices or links) of each risk group.
    """
    groups = {group: (kind, set(m)) for group, (kind, m) in (groups or {}).items()}

    def risks(element: str) -> tuple[str, ...]:
        return tuple(g for g, (_, members) in groups.items() if element in members)

    declared = {site.id: site for site in sites}
    for site in devices.values():
        declared.setdefault(site, Site(site, site.title(), _kind(site)))
    return Inventory(
        id="test",
        name="Test network",
        sites=declared,
        devices={
            device: Device(device, site, risk_groups=risks(device))
            for device, site in devices.items()
        },
        links={
            link: Link(link, End(a), End(b), risk_groups=risks(link))
            for link, (a, b) in links.items()
        },
        risk_groups={
            g: RiskGroup(g, kind, g.title()) for g, (kind, _) in groups.items()
        },
        gateways=frozenset(gateways),
        services={service.id: service for service in services},
    )


def _kind(site: str) -> str:
    named = {"ex": "exchange", "dc": "datacentre", "pop": "pop"}
    return next((k for start, k in named.items() if site.startswith(start)), "school")


KINDS = ("school", "gp", "exchange", "datacentre", "pop")
TAPE = 116
"""How many bytes `from_tape` reads at most, near enough."""


def from_tape(tape: bytes) -> tuple[Inventory, NetworkState]:
    """Read a network and its state off `tape`; an exhausted tape reads as zeros.

    Up to seven devices at six sites, with parallel links, links within a site,
    several gateways or none, sites without devices, risk groups of anything, services
    hosted and used anywhere, and elements down and unknown. A shorter or smaller tape
    is a simpler network, so that failures shrink.
    """
    bytes_left = iter(tape)

    def choose(n: int) -> int:
        return next(bytes_left, 0) % n

    def some(items: Iterable[str], one_in: int) -> list[str]:
        return [item for item in items if choose(one_in) == one_in - 1]

    places = [
        Site(f"s{i}", f"Site {i}", KINDS[choose(7) % 5], people=choose(50), priority=p)
        for i, p in zip(range(1 + choose(6)), (3, 1, 2, 3, 5, 3), strict=False)
    ]
    devices = {f"d{i}": f"s{choose(len(places))}" for i in range(1 + choose(7))}
    links = {
        f"l{i}": (f"d{a}", f"d{(a + 1 + choose(len(devices) - 1)) % len(devices)}")
        for i in range(choose(12) if len(devices) > 1 else 0)
        for a in [choose(len(devices))]
    }
    gateways = {"d0": "s0"} if choose(9) < 8 else {}
    gateways |= dict.fromkeys(some(devices, 6), "")
    anything = [*devices, *links]
    groups = {f"r{i}": ("duct", some(anything, 4)) for i in range(choose(4))}
    if groups and choose(3) == 2:
        own = [d for d, site in devices.items() if site == f"s{len(places) - 1}"]
        groups["r-own"] = ("power", own)
    net = network(devices, links, gateways, sites=places, groups=groups)
    ids = [site.id for site in places]
    users, moved = sorted(net.user_sites()), sorted(net.moved_sites())
    services = [
        Service(
            id=f"v{i}",
            name=f"Service {i}",
            hosts=tuple(some(ids, 3)) or (ids[choose(len(ids))],),
            needs_all=bool(choose(2)),
            used_by=frozenset(some(users, 2)) or frozenset(users),
            used_if_moved=frozenset(some(moved, 2)),
        )
        for i in range(choose(3))
    ]
    net = replace(net, services={service.id: service for service in services})
    down = some(anything, 8) if choose(2) else []
    unknown = some(anything, 6) if choose(2) else []
    return net, NetworkState(frozenset(down), frozenset(unknown) - frozenset(down))
