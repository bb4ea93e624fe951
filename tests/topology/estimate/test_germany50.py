"""A published network with published demands (SNDlib's germany50, by TopoHub)."""

from dataclasses import replace

import numpy as np

from bellrock.inventory.exchange.records import Wishes
from bellrock.model.inventory import Device, End, Inventory, Link, Site
from tests.inventory.exchange.test_topohub import DATA
from tests.inventory.exchange.told import imported
from topology.arrays import Arrays
from topology.estimate.accuracy import n1_error
from topology.estimate.demands import estimate
from topology.estimate.gravity import gravity
from topology.estimate.pairs import Pattern
from topology.estimate.totals import totals
from topology.traffic.demands import Demands
from topology.traffic.loads import loads


def with_customers(net: Inventory) -> Inventory:
    """Let each city's traffic enter by a link of its own, which is measured."""
    sites = {name: replace(site, kind="pop") for name, site in net.sites.items()}
    devices, links = dict(net.devices), dict(net.links)
    at = {device.site: device.id for device in net.devices.values()}
    for site in net.sites:
        sites[f"in-{site}"] = Site(f"in-{site}", site, "other")
        devices[f"in-{site}"] = Device(f"in-{site}", f"in-{site}")
        links[f"in.{site}"] = Link(f"in.{site}", End(f"in-{site}"), End(at[site]))
    demands = tuple(
        replace(each, source=f"in-{each.source}", target=f"in-{each.target}")
        for each in net.demands
    )
    return replace(net, sites=sites, devices=devices, links=links, demands=demands)


def test_worst_case_loads_are_wrong_by_less_than_gravitys() -> None:
    found, _ = imported("topohub", DATA / "sndlib" / "germany50.json", Wishes(unit=1e6))
    inventory = with_customers(found)
    arrays, truth = Arrays.of(inventory), Demands.of(inventory)
    noise = 1 + 0.01 * np.random.default_rng(50).standard_normal(2 * len(arrays.links))
    load = loads(arrays, truth).load * noise
    ours = estimate(inventory, arrays, load, Pattern.MESH)
    wrong = n1_error(arrays, truth, ours.demands)
    told = totals(arrays, load)
    ends = np.flatnonzero([name.startswith("in-") for name in arrays.sites])
    source, target = (side.ravel() for side in np.meshgrid(ends, ends))
    apart = source != target
    source, target = source[apart], target[apart]
    rate = gravity(source, target, told.sent, told.received)
    guess = Demands(source.astype(np.int32), target.astype(np.int32), rate)
    by_gravity = n1_error(arrays, truth, guess)
    assert wrong < 0.08
    assert wrong < 0.6 * by_gravity
