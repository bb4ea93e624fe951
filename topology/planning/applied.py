"""A scenario applied: the inventory, network and demands that it leaves."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

import numpy as np

from bellrock.model.inventory import Demand, Inventory, Link, RiskGroup, Service
from bellrock.model.scenario import Growth, Scenario, Whose
from topology.network import Network
from topology.traffic.demands import Demands


def apply(inventory: Inventory, scenario: Scenario) -> Inventory:
    """Return what `scenario` makes of `inventory`; what is down stays declared.

    Parameters
    ----------
    inventory : Inventory
        As it is now.
    scenario : Scenario
        Of which every id is in `inventory`, and which does not contradict itself
        (see `bellrock.inventory.scenarios`).

    Raises
    ------
    KeyError
        If a link whose metric or capacity changes is not there.

    Notes
    -----
    Analysing the result, with ``scenario.down`` down, is the definition of a what-if:
    it is what the inventory would be if somebody wrote the scenario into it.
    """
    changed = replace(
        inventory,
        links=_links(inventory, scenario),
        demands=_grown(inventory, scenario.grow),
        risk_groups=_risk_groups(inventory, scenario),
        gateways=_gateways(inventory, scenario),
    )
    if changed.gateways == inventory.gateways:
        return changed
    users, moved = changed.user_sites(), changed.moved_sites()
    services = inventory.services.items()
    return replace(
        changed,
        services={name: _used(service, users, moved) for name, service in services},
    )


def _used(service: Service, users: frozenset[str], moved: frozenset[str]) -> Service:
    meant = service.used_by | service.used_if_moved
    return replace(service, used_by=meant & users, used_if_moved=meant & moved)


def rearranged(network: Network, scenario: Scenario, changed: Inventory) -> Network:
    """Return the network of the inventory that `scenario` leaves.

    Parameters
    ----------
    network : Network
        Of the inventory as it was.
    changed : Inventory
        What `apply` returns.

    Notes
    -----
    What `Network.of` makes of it, without going through all of it again.
    """
    arrays = network.arrays
    if scenario.metric or scenario.capacity:
        circuits = arrays.circuits
        metric, capacity = circuits.metric.copy(), circuits.capacity.copy()
        for name, pair in scenario.metric.items():
            first = 2 * arrays.link_number[name]
            metric[first : first + 2] = pair
        for name, rates in scenario.capacity.items():
            first = 2 * arrays.link_number[name]
            capacity[first : first + 2] = rates
        circuits = replace(circuits, metric=metric, capacity=capacity)
        network = replace(network, arrays=replace(arrays, circuits=circuits))
    if scenario.links:
        network = network.with_links(scenario.links)
    if scenario.gateways_added or scenario.gateways_removed:
        network = network.with_gateways(changed.gateways)
        network = replace(network, services=tuple(changed.services.values()))
    return network


def regrown(demands: Demands, inventory: Inventory, grow: Iterable[Growth]) -> Demands:
    """Return the demands of the inventory that growth leaves, as columns.

    Parameters
    ----------
    demands : Demands
        Of `inventory`, as it was.
    """
    for growth in grow:
        of = _sites_of(inventory, growth)
        grows = np.array([site in of for site in inventory.sites], np.bool_)
        either = grows[demands.source] | grows[demands.target]
        demands = demands.grown(np.where(either, growth.factor, 1.0))
    return demands


def _links(inventory: Inventory, scenario: Scenario) -> Mapping[str, Link]:
    if not (scenario.links or scenario.metric or scenario.capacity):
        return inventory.links
    links = dict(inventory.links)
    for name, (ab, ba) in scenario.metric.items():
        links[name] = replace(
            links[name], metric_ab=ab, metric_ba=ba, metric_declared=True
        )
    for name, (one, other) in scenario.capacity.items():
        links[name] = replace(links[name], capacity_ab=one, capacity_ba=other)
    return links | {link.id: link for link in scenario.links}


def _risk_groups(inventory: Inventory, scenario: Scenario) -> Mapping[str, RiskGroup]:
    if not scenario.risk_groups:
        return inventory.risk_groups
    return {**inventory.risk_groups} | {each.id: each for each in scenario.risk_groups}


def _grown(inventory: Inventory, grow: Iterable[Growth]) -> tuple[Demand, ...]:
    """Multiply demands by every growth that applies to one of their ends."""
    demands = inventory.demands
    for growth in grow:
        of = _sites_of(inventory, growth)
        demands = tuple(
            replace(each, rate=each.rate * growth.factor)
            if each.source in of or each.target in of
            else each
            for each in demands
        )
    return demands


def idle(inventory: Inventory, grow: Iterable[Growth]) -> list[Growth]:
    """Return the growths that no declared demand takes part in."""
    ends = {each.source for each in inventory.demands}
    ends |= {each.target for each in inventory.demands}
    return [each for each in grow if ends.isdisjoint(_sites_of(inventory, each))]


def _sites_of(inventory: Inventory, growth: Growth) -> frozenset[str]:
    """Return the sites whose demands grow."""
    sites = inventory.sites.values()
    if growth.whose is Whose.ORGANISATION:
        return frozenset(s.id for s in sites if s.organisation == growth.name)
    if growth.whose is Whose.KIND:
        return frozenset(s.id for s in sites if s.kind == growth.name)
    return frozenset(inventory.sites)


def _gateways(inventory: Inventory, scenario: Scenario) -> frozenset[str]:
    gone = frozenset(_devices(inventory, scenario.gateways_removed))
    come = frozenset(_devices(inventory, scenario.gateways_added))
    return (inventory.gateways - gone) | come


def _devices(inventory: Inventory, names: Iterable[str]) -> Iterator[str]:
    """Yield the devices that are named, or are at a site that is."""
    chosen = frozenset(names)
    if chosen:
        for device in inventory.devices.values():
            if device.id in chosen or device.site in chosen:
                yield device.id
