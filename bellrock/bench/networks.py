"""Made-up networks with traffic: a backbone, and a public sector WAN.

Invented throughout, and the same each time: what is measured over them can be repeated.
"""

import random
from collections.abc import Iterable, Iterator
from itertools import permutations

import networkx as nx

from bellrock.model.inventory import Demand, Device, End, Inventory, Link, Site

_SEED = 1811
_NEIGHBOURS = 3
_RATES = (1e10, 4e10, 1e11)


def mesh(routers: int) -> Inventory:
    """Return a backbone of routers scattered over a square, each a site.

    Each is joined to the three nearest, and parts to one another where they are
    nearest; metrics are lengths, and everybody sends to everybody.
    """
    dice = random.Random(_SEED)
    place = {n: complex(dice.random(), dice.random()) for n in range(routers)}

    def length(pair: tuple[int, int]) -> float:
        return abs(place[pair[0]] - place[pair[1]])

    graph: nx.Graph[int] = nx.Graph()
    for n in range(routers):
        near = sorted(((n, other) for other in place if other != n), key=length)
        graph.add_edges_from(near[:_NEIGHBOURS])
    while not nx.is_connected(graph):
        part = nx.node_connected_component(graph, 0)
        pairs = ((a, b) for a in part for b in place if b not in part)
        graph.add_edge(*min(pairs, key=length))
    edges = sorted((min(edge), max(edge)) for edge in graph.edges)
    mean = sum(map(length, edges)) / len(edges)
    wires = [
        (a, b, max(1, round(length((a, b)) / mean * 10)), dice.choice(_RATES))
        for a, b in edges
    ]
    demands = (
        Demand(f"s{a}", f"s{b}", dice.random() * 1e8)
        for a, b in permutations(range(routers), 2)
    )
    return _inventory(f"mesh-{routers}", routers, wires, demands)


def wan(sites: int, *, both: bool = False) -> Inventory:
    """Return a core of twelve routers, points of presence on two, and sites on those.

    Every site sends to four hubs in the core, and gets as much from each of them if
    `both`. Three sites in ten have a second circuit; one in ten hangs on another.
    """
    dice = random.Random(_SEED)
    core, pops = 12, max(20, sites // 60)
    wires = list(_backbone(dice, core, pops))
    first = core + pops
    for site in range(sites):
        if site > 10 and dice.random() < 0.1:
            onto = first + dice.randrange(max(0, site - 50), site)
            wires.append((first + site, onto, 100, 1e8))
            continue
        pop = dice.randrange(pops)
        wires.append((first + site, core + pop, 100, 1e9))
        if dice.random() < 0.3:
            other = (pop + 1 + dice.randrange(pops - 1)) % pops
            wires.append((first + site, core + other, dice.choice((100, 200)), 2e8))
    demands = []
    for site in range(first, first + sites):
        for hub in range(4):
            demands.append(Demand(f"s{site}", f"s{hub}", 1e6 + dice.random() * 9e6))
            if both:
                demands.append(Demand(f"s{hub}", f"s{site}", 1e6 + dice.random() * 9e6))
    return _inventory(f"wan-{sites}", first + sites, wires, demands)


Wire = tuple[int, int, int, float]
"""Two routers, metric and capacity (bit/s)."""


def _backbone(dice: random.Random, core: int, pops: int) -> Iterator[Wire]:
    for n in range(core):
        yield n, (n + 1) % core, 10, 1e11
    for n in range(0, core, 2):
        yield n, (n + 5) % core, 15, 1e11
    for pop in range(pops):
        one = dice.randrange(core)
        yield core + pop, one, 10, 1e10
        other = (one + dice.randrange(1, core)) % core
        yield core + pop, other, dice.choice((10, 20)), 1e10
        if pop and dice.random() < 0.5:
            yield core + pop, core + dice.randrange(pop), 12, 1e10


def _inventory(
    name: str, routers: int, wires: Iterable[Wire], demands: Iterable[Demand]
) -> Inventory:
    links = (
        Link(f"l{n}", End(f"r{a}"), End(f"r{b}"), rate, rate, metric, metric)
        for n, (a, b, metric, rate) in enumerate(wires)
    )
    return Inventory(
        id=name,
        name=name,
        sites={f"s{n}": Site(f"s{n}", f"s{n}", "pop") for n in range(routers)},
        devices={f"r{n}": Device(f"r{n}", f"s{n}") for n in range(routers)},
        links={link.id: link for link in links},
        risk_groups={},
        gateways=frozenset({"r0"}),
        demands=tuple(demands),
    )
