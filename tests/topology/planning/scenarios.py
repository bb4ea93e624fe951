"""Scenarios for random networks, and the networks rewritten by hand."""

import random
from dataclasses import replace

from bellrock.model.inventory import (
    Demand,
    End,
    Inventory,
    Link,
    Organisation,
    RiskGroup,
    Service,
)
from bellrock.model.scenario import Growth, Scenario, Whose
from tests.topology import definition
from tests.topology.networks import from_tape


def loaded(tape: bytes, rng: random.Random) -> Inventory:
    """Read a network off `tape` and give it organisations, metrics and demands."""
    net, _ = from_tape(tape)
    sites = {
        name: replace(site, organisation=rng.choice([None, "nhs", "council"]))
        for name, site in net.sites.items()
    }
    links = {
        name: replace(
            link,
            metric_ab=rng.choice((1, 2, 10)),
            metric_ba=rng.choice((1, 2, 10)),
            capacity_ab=rng.choice((None, 1e6, 8e6)),
            capacity_ba=rng.choice((None, 1e6, 8e6)),
            backup=rng.random() < 0.2,
        )
        for name, link in net.links.items()
    }
    names = [*sites]
    demands = tuple(
        Demand(rng.choice(names), rng.choice(names), rng.choice((1e6, 2e6, 5e6)))
        for _ in range(rng.randrange(6))
    )
    bodies = {name: Organisation(name, name) for name in ("nhs", "council")}
    return replace(net, organisations=bodies, sites=sites, links=links, demands=demands)


def drawn(net: Inventory, rng: random.Random) -> Scenario:
    """Draw a scenario of any of the changes there are, often of several."""
    devices, links = [*net.devices], [*net.links]
    elements = [*devices, *links, *net.sites, *net.risk_groups]
    down = rng.sample(elements, min(rng.choice((0, 0, 1, 2, 3)), len(elements)))
    apart = [link for link in links if link not in down]
    added = []
    new = [RiskGroup(f"r-new{n}", "duct", f"New {n}") for n in range(rng.randrange(3))]
    for number in range(rng.randrange(3) if len(devices) > 1 else 0):
        a, b = rng.sample(devices, 2)
        named = [*net.risk_groups, *(group.id for group in new)]
        groups = tuple(g for g in named if rng.random() < 0.3)
        added.append(
            Link(
                f"new{number}",
                *(End(a), End(b), 1e6, rng.choice((1e6, 9e6))),
                *(rng.choice((1, 5)), rng.choice((1, 5))),
                risk_groups=groups,
                backup=rng.random() < 0.2,
            )
        )
    used = {group for link in added for group in link.risk_groups}
    declared = tuple(group for group in new if group.id in used)
    down += [group.id for group in declared if rng.random() < 0.3]
    growths = [
        Growth("", rng.choice((0.5, 1.3))),
        Growth("nhs", 2.0, Whose.ORGANISATION),
        Growth("school", 3.0, Whose.KIND),
    ]
    others = [d for d in devices if d not in net.gateways]
    return Scenario(
        down=tuple(down),
        links=tuple(added),
        risk_groups=declared,
        metric={
            k: (rng.choice((1, 3)), rng.choice((1, 10)))
            for k in apart
            if rng.random() < 0.3
        },
        capacity={
            k: (rng.choice((1e6, 4e6)), 2e6) for k in apart if rng.random() < 0.3
        },
        grow=tuple(growth for growth in growths if rng.random() < 0.3),
        gateways_added=tuple(d for d in others if rng.random() < 0.1),
        gateways_removed=tuple(d for d in sorted(net.gateways) if rng.random() < 0.1),
    )


def by_hand(net: Inventory, scenario: Scenario) -> Inventory:
    """Write the changes of `scenario` into the inventory, as a person would.

    Nothing of it is shared with the code under test. What is down stays declared.
    """
    links = [*net.links.values(), *scenario.links]
    for name, (metric_ab, metric_ba) in scenario.metric.items():
        links = [
            replace(k, metric_ab=metric_ab, metric_ba=metric_ba) if k.id == name else k
            for k in links
        ]
    for name, (ab, ba) in scenario.capacity.items():
        links = [
            replace(k, capacity_ab=ab, capacity_ba=ba) if k.id == name else k
            for k in links
        ]
    gateways = set(net.gateways) - set(scenario.gateways_removed)
    gateways |= set(scenario.gateways_added)
    demands = []
    for demand in net.demands:
        rate = demand.rate
        ends = [net.sites[demand.source], net.sites[demand.target]]
        for growth in scenario.grow:
            if (
                not growth.name
                or growth.name in [site.organisation for site in ends]
                or growth.name in [site.kind for site in ends]
            ):
                rate *= growth.factor
        demands.append(replace(demand, rate=rate))
    changed = replace(
        net,
        links={link.id: link for link in links},
        risk_groups={
            group.id: group
            for group in [*net.risk_groups.values(), *scenario.risk_groups]
        },
        gateways=frozenset(gateways),
        demands=tuple(demands),
    )
    users = definition.user_sites(changed)
    holders = {net.devices[gateway].site for gateway in gateways}
    spared = definition.user_sites(replace(changed, gateways=frozenset())) & holders
    services = {
        name: replace(
            service,
            used_by=frozenset(s for s in meant(service) if s in users),
            used_if_moved=frozenset(s for s in meant(service) if s in spared),
        )
        for name, service in net.services.items()
    }
    return replace(changed, services=services)


def meant(service: Service) -> set[str]:
    """Sites that its declaration names, whether or not a gateway stands there now."""
    return {*service.used_by, *service.used_if_moved}


def fallen(net: Inventory, scenario: Scenario) -> set[str]:
    """Return the devices and links that are down, looked up in the definition."""
    members = {element: inside for element, _, inside in definition.elements(net)}
    return {each for element in scenario.down for each in members[element]}
