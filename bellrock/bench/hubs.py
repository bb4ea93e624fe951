"""A made-up hub-and-spoke network of any size, in memory: no file is read for it."""

from collections.abc import Iterator

from bellrock.model.inventory import Device, End, Inventory, Link, RiskGroup, Site

_PER_EXCHANGE = 50


def hubs(devices: int, groups: int) -> Inventory:
    """Return an inventory of about as many devices, and as many risk groups.

    Exchanges in a ring, each joined to one of two data centres, carry fifty sites
    each. Every fourth site has two devices, every second one a tail to the next
    exchange as well. A group holds a router of an exchange and circuits of the core
    and of the access network, from all over the country.
    """
    sites = round(devices / (1.25 + 1 / _PER_EXCHANGE))
    exchanges = max(3, sites // _PER_EXCHANGE)
    at = dict(_devices(sites, exchanges))
    ends = dict(_links(sites, exchanges))
    of: dict[str, list[str]] = {}
    links = [*ends]
    for group in range(groups):
        members = (
            f"pe-{group * 7 % exchanges}",
            f"core-{group % exchanges}",
            *(links[(group * 97 + step * 131) % len(links)] for step in range(4)),
        )
        for member in set(members):
            of.setdefault(member, []).append(f"duct-{group}")
    kinds = {"dc": "datacentre", "ex": "exchange", "site": "school"}
    return Inventory(
        id="hubs",
        name="Hubs",
        sites={
            site: Site(site, site, kinds[site.partition("-")[0]], people=100)
            for site in at.values()
        },
        devices={
            name: Device(name, site, risk_groups=tuple(of.get(name, ())))
            for name, site in at.items()
        },
        links={
            name: Link(name, End(a), End(b), risk_groups=tuple(of.get(name, ())))
            for name, (a, b) in ends.items()
        },
        risk_groups={
            name: RiskGroup(name, "duct", name)
            for name in (f"duct-{group}" for group in range(groups))
        },
        gateways=frozenset({"dc-0-p", "dc-1-p"}),
    )


def _devices(sites: int, exchanges: int) -> Iterator[tuple[str, str]]:
    yield from ((f"dc-{n}-p", f"dc-{n}") for n in (0, 1))
    yield from ((f"pe-{n}", f"ex-{n}") for n in range(exchanges))
    for n in range(sites):
        yield f"cpe-{n}", f"site-{n}"
        if n % 4 == 0:
            yield f"second-{n}", f"site-{n}"


def _links(sites: int, exchanges: int) -> Iterator[tuple[str, tuple[str, str]]]:
    for n in range(exchanges):
        yield f"ring-{n}", (f"pe-{n}", f"pe-{(n + 1) % exchanges}")
        yield f"core-{n}", (f"pe-{n}", f"dc-{n % 2}-p")
    for n in range(sites):
        yield f"tail-{n}", (f"cpe-{n}", f"pe-{n % exchanges}")
        if n % 2:
            yield f"tail2-{n}", (f"cpe-{n}", f"pe-{(n + 1) % exchanges}")
        if n % 4 == 0:
            yield f"lan-{n}", (f"cpe-{n}", f"second-{n}")
