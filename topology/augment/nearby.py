"""Circuits between devices that stand near each other, at a cost per kilometre.

Nobody has surveyed them: each is as long as the great circle between its sites and is
taken to share no risk group with anything, which is the best that can be hoped for.
"""

from math import cos, radians, sin

import numpy as np
from scipy.spatial import cKDTree

from bellrock.model.candidate import Candidate
from bellrock.model.inventory import End, Inventory, Link

EARTH = 6371.0088
"""Mean radius in km (IUGG)."""

SHORTEST = 1.0
"""km that the shortest circuit costs, were its ends next door to each other."""


def how_many(inventory: Inventory, within: float) -> int:
    """Return how many pairs of devices at sites up to `within` km apart there are.

    Counted before any is made, since they may be millions.
    """
    ids, tree, chord, sizes = _sites(inventory, within)
    if len(ids) < 2:
        return 0
    total = 0
    for site, near in enumerate(_near(tree, chord)):
        others = near[near > site]
        total += int(sizes[site] * sizes[others].sum())
    return total


def nearby(inventory: Inventory, within: float, cost_per_km: float) -> list[Candidate]:
    """Return a circuit for every pair of devices at different sites that are near.

    Parameters
    ----------
    within : float
        km, more than 0.
    cost_per_km : float
        More than 0. A circuit costs this times the distance of its sites by great
        circle, or times `SHORTEST` if they are nearer.

    Notes
    -----
    Sites without coordinates are left out, and so are pairs of devices that a link
    joins already. The cost of a km on the map is the user's word for all that a route
    on the ground adds.
    """
    ids, tree, chord, _ = _sites(inventory, within)
    if len(ids) < 2:
        return []
    devices = _devices(inventory)
    joined = {
        frozenset((link.a.device, link.b.device)) for link in inventory.links.values()
    }
    found = []
    for site, near in enumerate(_near(tree, chord)):
        for other in near[near > site].tolist():
            km = _km(inventory, ids[site], ids[other])
            for a in devices[ids[site]]:
                for b in devices[ids[other]]:
                    if frozenset((a, b)) not in joined:
                        link = Link(f"new:{a}:{b}", End(a), End(b))
                        cost = cost_per_km * max(km, SHORTEST)
                        found.append(Candidate(link, cost, km))
    return found


def _devices(inventory: Inventory) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for device in inventory.devices.values():
        found.setdefault(device.site, []).append(device.id)
    return found


def _sites(
    inventory: Inventory, within: float
) -> tuple[list[str], cKDTree, float, "np.typing.NDArray[np.int64]"]:
    """Return sites with devices and coordinates, as points on the unit sphere.

    Also the length of the chord that `within` km are, and how many devices each has.
    """
    devices = _devices(inventory)
    ids = [
        site.id
        for site in inventory.sites.values()
        if site.id in devices and site.lat is not None and site.lon is not None
    ]
    points = [_point(inventory, site) for site in ids]
    chord = 2 * sin(min(within / EARTH, radians(180)) / 2)
    sizes = np.array([len(devices[site]) for site in ids], np.int64)
    return ids, cKDTree(np.array(points).reshape(-1, 3)), chord, sizes


def _near(tree: cKDTree, chord: float) -> "list[np.typing.NDArray[np.int64]]":
    """Return for each site those within reach, one site at a time."""
    return [
        np.array(sorted(tree.query_ball_point(point, chord)), np.int64)
        for point in tree.data
    ]


def _point(inventory: Inventory, site: str) -> tuple[float, float, float]:
    lat, lon = _where(inventory, site)
    return cos(lat) * cos(lon), cos(lat) * sin(lon), sin(lat)


def _where(inventory: Inventory, site: str) -> tuple[float, float]:
    told = inventory.sites[site]
    assert told.lat is not None
    assert told.lon is not None
    return radians(told.lat), radians(told.lon)


def _km(inventory: Inventory, one: str, other: str) -> float:
    return great_circle(*_where(inventory, one), *_where(inventory, other))


def great_circle(lat1: float, lon1: float, lat2: float, lon2: float) -> float:
    """Return the distance in km of two places in radians, by the haversine formula.

    Examples
    --------
    >>> round(great_circle(0.0, 0.0, 0.0, radians(90)))
    10008
    """
    half = sin((lat2 - lat1) / 2) ** 2
    half += cos(lat1) * cos(lat2) * sin((lon2 - lon1) / 2) ** 2
    return 2 * EARTH * float(np.arcsin(min(1.0, half**0.5)))
