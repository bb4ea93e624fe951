"""The simulated network: what is down, where traffic goes, how long a packet takes.

Plain arithmetic over the inventory; sockets are :mod:`bellrock.demo.simulation`'s.
"""

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from zlib import crc32

import networkx as nx

from bellrock.model.inventory import Demand, Device, Inventory, Link
from topology.routing import Arc, ecmp_loads

_SWING = 0.25
_FIBRE = 5e-6
_DETOUR = 1.4
_HOP = 60e-6
_QUEUE, _LONGEST_QUEUE = 150e-6, 0.02
_RADIO = 0.025
_EARTH_KM = 6371.0
_REAL_DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Path:
    """How packets travel between the gateways and a device.

    Attributes
    ----------
    delay : float
        Seconds one way over an empty network.
    queue : float
        Mean seconds spent waiting one way, at the present load.
    loss : float
        Ratio lost one way.
    """

    delay: float
    queue: float
    loss: float

    def expedited(self) -> "Path":
        """Return it for packets that no others are sent before (EF, RFC 3246)."""
        return Path(self.delay, 0.0, 0.0)


@dataclass(slots=True)
class _Counter:
    octets: float
    since: float
    rate: float


class World:
    """The state of the simulated network.

    Parameters
    ----------
    inventory : Inventory
        What it is made of.
    now : float
        Seconds on any clock that only goes forward; the same for every call.
    """

    def __init__(self, inventory: Inventory, now: float) -> None:
        self.inventory = inventory
        self._dawn, self._day = now, _REAL_DAY
        self._counters = {
            (link, direction): _Counter(crc32(f"{link}{direction}".encode()), now, 0.0)
            for link in inventory.links
            for direction in ("ab", "ba")
        }
        self.change(frozenset(), {}, now)

    def begin_day(self, length: float, now: float) -> None:
        """Let a day begin that lasts `length` seconds, so that its rhythm shows.

        Traffic is at its mean at dawn, highest a quarter of the day later.
        """
        for counter in self._counters.values():
            counter.octets = self._octets(counter, now)
            counter.since = now
        self._dawn, self._day = now, length

    def change(
        self, down: frozenset[str], growth: Mapping[str, float], now: float
    ) -> None:
        """Make exactly these elements be down and these sites' demands grow.

        Parameters
        ----------
        down : frozenset of str
            Ids of links, devices and risk groups.
        growth : mapping of str to float
            Factor on the demands from and to a site; 1 where it is not named.
        """
        self._down = _with_members(self.inventory, down)
        demands = tuple(
            replace(demand, rate=demand.rate * _factor(demand, growth))
            for demand in self.inventory.demands
        )
        loads = ecmp_loads(replace(self.inventory, demands=demands), self._down).by_arc
        for arc, counter in self._counters.items():
            counter.octets = self._octets(counter, now)
            counter.since = now
            counter.rate = min(loads.get(arc, 0.0), self._capacity(arc))
        self._loads = loads
        self._paths = self._find_paths()

    def link_up(self, link: str) -> bool:
        """Return whether the link carries traffic: it and both its devices are up."""
        ends = self.inventory.links[link]
        return not {link, ends.a.device, ends.b.device} & self._down

    def path(self, device: str) -> Path | None:
        """Return the path to `device`; None if no gateway reaches it."""
        return self._paths.get(device)

    def octets(self, link: str, direction: str, now: float) -> int:
        """Return the octets the link has carried in this direction, for ever."""
        return int(self._octets(self._counters[link, direction], now))

    def _octets(self, counter: _Counter, now: float) -> float:
        since, until = counter.since - self._dawn, now - self._dawn
        return counter.octets + counter.rate / 8 * _days_work(since, until, self._day)

    def _capacity(self, arc: Arc) -> float:
        link = self.inventory.links[arc[0]]
        declared = link.capacity_ab if arc[1] == "ab" else link.capacity_ba
        return declared or math.inf

    def _find_paths(self) -> dict[str, Path]:
        graph: nx.Graph[str] = nx.Graph()
        graph.add_nodes_from(self.inventory.devices.keys() - self._down)
        for link in self.inventory.links.values():
            if self.link_up(link.id):
                a, b = link.a.device, link.b.device
                # Of parallel links the cheaper carries the probes.
                if link.metric_ab < graph.get_edge_data(a, b, _NO_EDGE)["metric"]:
                    graph.add_edge(a, b, metric=link.metric_ab, link=link)
        gateways = self.inventory.gateways - self._down
        if not gateways:
            return {}
        routes = nx.multi_source_dijkstra_path(graph, set(gateways), weight="metric")
        return {
            device: self._along([graph.edges[hop]["link"] for hop in pairwise(route)])
            for device, route in routes.items()
        }

    def _along(self, links: list[Link]) -> Path:
        delay, queue, passed = _HOP, 0.0, 1.0
        for link in links:
            delay += _HOP + self._span(link) * _FIBRE * _DETOUR
            delay += _RADIO if link.backup else 0.0
            busiest = max(
                self._loads.get((link.id, direction), 0.0)
                / self._capacity((link.id, direction))
                for direction in ("ab", "ba")
            )
            queue += min(_QUEUE * busiest / max(1 - busiest, 1e-9), _LONGEST_QUEUE)
            passed *= min(1.0, 1 / busiest) if busiest else 1.0
        return Path(delay, queue, 1 - passed)

    def _span(self, link: Link) -> float:
        """Return the distance between the link's sites, km (0 where not known)."""
        devices, sites = self.inventory.devices, self.inventory.sites
        ends = [sites[devices[end.device].site] for end in (link.a, link.b)]
        places = [(s.lat, s.lon) for s in ends if s.lat is not None]
        if len(places) < len(ends):
            return 0.0
        (lat1, lon1), (lat2, lon2) = (
            (math.radians(lat or 0.0), math.radians(lon or 0.0)) for lat, lon in places
        )
        half = (
            math.sin((lat2 - lat1) / 2) ** 2
            + math.cos(lat1) * math.cos(lat2) * math.sin((lon2 - lon1) / 2) ** 2
        )
        return 2 * _EARTH_KM * math.asin(math.sqrt(half))


_NO_EDGE = {"metric": math.inf}


def draw(path: Path, dice: random.Random) -> float | None:
    """Return the round-trip delay of one packet, seconds; None if it is lost."""
    if dice.random() >= (1 - path.loss) ** 2:
        return None
    queues = sum(dice.expovariate(1 / path.queue) for _ in range(2) if path.queue)
    return 2 * path.delay + queues


def _factor(demand: Demand, growth: Mapping[str, float]) -> float:
    return growth.get(demand.source, 1.0) * growth.get(demand.target, 1.0)


def _with_members(inventory: Inventory, down: frozenset[str]) -> frozenset[str]:
    """Return `down` with the devices and links of its risk groups."""
    members: tuple[Device | Link, ...] = (
        *inventory.devices.values(),
        *inventory.links.values(),
    )
    return down.union(m.id for m in members if down.intersection(m.risk_groups))


def _days_work(since: float, until: float, day: float) -> float:
    """Return the integral of the daily rhythm, seconds at the mean rate.

    >>> round(_days_work(0, 600, day=600), 6), round(_days_work(0, 300, day=600))
    (600.0, 348)
    """
    turn = 2 * math.pi / day
    swing = _SWING / turn * (math.cos(turn * until) - math.cos(turn * since))
    return until - since - swing
