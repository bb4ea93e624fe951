"""A made-up network of national size, written as an inventory file.

Invented throughout, and the same each time: what is measured over it can be repeated.
"""

from collections.abc import Iterator

_KINDS = ("school", "gp", "library", "council", "hospital")


def national(sites: int) -> str:
    """Return the YAML of an inventory with `sites` user sites.

    Around them stand an exchange for every fifty sites in a ring, and two data
    centres; every fourth site has two devices and every second one two links.
    """
    return "\n".join(_lines(sites)) + "\n"


def _lines(sites: int) -> Iterator[str]:
    exchanges = max(2, sites // 50)
    yield "network: {id: national, name: A national network}"
    yield "organisations:"
    yield from (f"  - {{id: org-{n}, name: Organisation {n}}}" for n in range(50))
    yield 'suppliers: [{id: northlink, name: Northlink, phone: "+44 1595 000000"}]'
    yield "risk_groups:"
    yield from (
        f"  - {{id: duct-{n}, kind: duct, name: Duct {n}}}" for n in range(exchanges)
    )
    yield "gateways: [dc-0, dc-1]"
    yield "sites:"
    yield from (
        f"  - {{id: dc-{n}, name: Data centre {n}, kind: datacentre}}" for n in (0, 1)
    )
    yield from (
        f"  - {{id: ex-{n}, name: Exchange {n}, kind: exchange}}"
        for n in range(exchanges)
    )
    yield from (
        f"  - {{id: site-{n}, name: Site {n}, kind: {_KINDS[n % 5]}, "
        f"organisation: org-{n % 50}, lat: {55 + n % 5000 / 1000}, "
        f"lon: {-6 + n % 4000 / 1000}, priority: {1 + n % 5}, people: {n % 900}}}"
        for n in range(sites)
    )
    yield "devices:"
    for n in (0, 1):
        yield (
            f"  - {{id: dc-{n}-p1, site: dc-{n}, role: p, address: 10.0.0.{n + 1}, "
            "snmp: default, probes: [icmp, stamp]}"
        )
    for n in range(exchanges):
        yield (
            f"  - {{id: ex-{n}-pe1, site: ex-{n}, role: pe, "
            f"address: 10.1.{n // 250}.{n % 250}, snmp: default, "
            "probes: [icmp, stamp], ports: {snmp: 161, stamp: 862}}"
        )
    for n in range(sites):
        for cpe in range(1 + (n % 4 == 0)):
            yield (
                f"  - {{id: site-{n}-cpe{cpe}, site: site-{n}, role: cpe, "
                f"address: 10.{10 + n // 60000 * 2 + cpe}"
                f".{n % 60000 // 250}.{n % 250}, snmp: default, probes: [stamp]}}"
            )
    yield "links:"
    for n in range(exchanges):
        for link, far in ((1, f"ex-{(n + 1) % exchanges}-pe1"), (2, f"dc-{n % 2}-p1")):
            yield (
                f'  - {{id: core-{n}-{link}, a: "ex-{n}-pe1:et-0/0/{link}", '
                f'b: "{far}:et-9/{n}/{link}", capacity: 100G, '
                f"metric: {{ab: 10, ba: 10}}, risk_groups: [duct-{n}]}}"
            )
    for n in range(sites):
        for link in range(1 + n % 2):
            yield (
                f'  - {{id: tail-{n}-{link}, a: "site-{n}-cpe0:wan{link}", '
                f'b: "ex-{(n + link) % exchanges}-pe1:ge-{n}/{link}", capacity: 1G, '
                f"metric: {10 + 90 * link}, supplier: northlink, "
                f"circuit: NL-{n:05}-{link}}}"
            )
        if n % 4 == 0:
            yield (
                f'  - {{id: lan-{n}, a: "site-{n}-cpe0:lan", b: "site-{n}-cpe1:lan", '
                "capacity: 1G}"
            )
    yield "services:"
    yield (
        "  - {id: records, name: Records, priority: 1, hosted_at: {any: [dc-0, dc-1]}, "
        "used_from: {kind: [hospital, gp]}}"
    )
    yield "demands:"
    yield from (
        f"  - {{from: site-{n}, to: dc-{n % 2}, rate: 20M}}" for n in range(sites)
    )
