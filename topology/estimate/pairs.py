"""Between which sites traffic is looked for."""

from collections.abc import Iterable
from enum import StrEnum

import numpy as np

from bellrock.model.inventory import Inventory
from topology.arrays import Bools, Ints
from topology.traffic.demands import Demands

MOST = 250_000
"""Pairs at most: half a minute of work, and more lines than anybody reads."""


class Pattern(StrEnum):
    """Who is taken to exchange traffic with whom."""

    HUBS = "hubs"
    MESH = "mesh"


def hubs(inventory: Inventory) -> frozenset[str]:
    """Return the sites of gateways, those that host services, and data centres."""
    at_gateways = {inventory.devices[gateway].site for gateway in inventory.gateways}
    hosts = {host for service in inventory.services.values() for host in service.hosts}
    centres = {s.id for s in inventory.sites.values() if s.kind == "datacentre"}
    equipped = {device.site for device in inventory.devices.values()}
    return frozenset((at_gateways | hosts | centres) & equipped)


def pairs(inventory: Inventory, pattern: Pattern, able: Bools) -> Demands:
    """Return a demand of 1 bit/s for every pair of sites that may exchange traffic.

    User sites and hubs send and receive; exchanges and points of presence only pass on.

    Parameters
    ----------
    able : array of bool, shape (sites,)
        Sites that may be an end; others are left out.

    Raises
    ------
    ValueError
        If they are more than `MOST`.
    """
    number = {site: index for index, site in enumerate(inventory.sites)}
    central = _numbers(number, hubs(inventory), able)
    ends = _numbers(number, inventory.user_sites() | hubs(inventory), able)
    senders = ends if pattern is Pattern.MESH else central
    if 2 * len(senders) * len(ends) > MOST:
        raise ValueError(
            f"{len(ends):,} sites that may exchange traffic make more than {MOST:,} "
            "pairs"
        )
    sites = max(len(number), 1)
    there = np.add.outer(senders.astype(np.int64), ends.astype(np.int64) * sites)
    back = np.add.outer(senders.astype(np.int64) * sites, ends.astype(np.int64))
    found = np.unique(np.concatenate((there.ravel(), back.ravel())))
    source, target = found % sites, found // sites
    kept = source != target
    return Demands(
        source=source[kept].astype(np.int32),
        target=target[kept].astype(np.int32),
        rate=np.ones(int(kept.sum())),
    )


def _numbers(number: dict[str, int], sites: Iterable[str], able: Bools) -> Ints:
    found = sorted(number[site] for site in sites)
    return np.array([site for site in found if able[site]], np.int32)
