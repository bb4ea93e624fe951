"""What several collectors read of one device, as one reading."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bellrock.model.neighbourhood import Address, Facts, Neighbour, Protocol
from bellrock.model.observation import DeviceReading, Outcome


def united(readings: Iterable[DeviceReading]) -> DeviceReading:
    """Return all that was read, once: the first of `readings` goes before the others.

    Parameters
    ----------
    readings : iterable of DeviceReading
        At least one, of one device.
    """
    first, *others = readings
    if not others:
        return first
    every = first, *others
    facts = Facts.merged(each.facts for each in every)
    table = next((each for each in every if len(each.interfaces)), first)
    return replace(
        table,
        name=next((each.name for each in every if each.name), ""),
        facts=replace(
            facts,
            addresses=_addresses(facts.addresses),
            neighbours=_neighbours(facts.neighbours),
            ports=tuple({port.interface: port for port in facts.ports[::-1]}.values()),
        ),
        plans=_plans(every),
    )


def _plans(readings: Iterable[DeviceReading]) -> Mapping[str, Outcome]:
    """Return how each plan ended: well, if it did so for one of them."""
    plans: dict[str, Outcome] = {}
    for reading in readings:
        for name, outcome in reading.plans.items():
            if plans.setdefault(name, outcome) is not Outcome.SUCCESS:
                plans[name] = outcome
    return plans


def _addresses(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    return tuple({(a.address, a.interface): a for a in addresses[::-1]}.values())


def _neighbours(neighbours: tuple[Neighbour, ...]) -> tuple[Neighbour, ...]:
    """Return each neighbour once, with the metric from wherever there is one."""
    found: dict[object, Neighbour] = {}
    for each in neighbours:
        # Between two routers there may be OSPF for either version of IP.
        beside = each.addresses[:1] if each.protocol is Protocol.OSPF else ()
        key = each.protocol, each.name, each.interface, beside
        before = found.setdefault(key, each)
        if before.metric is None and each.metric is not None:
            found[key] = replace(before, metric=each.metric)
    return tuple(found.values())
