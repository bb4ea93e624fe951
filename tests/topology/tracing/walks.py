"""Random networks with packets on their way, and what a trace would see of them."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import networkx as nx

from bellrock.model.inventory import Inventory
from bellrock.model.neighbourhood import Address
from tests.topology.networks import network
from topology.discovery.told import Told

SITE = "gp"


@dataclass(frozen=True)
class Walk:
    """Where packets really went: devices, and the links between them.

    Attributes
    ----------
    seen : tuple of str or None
        What answered at each hop.
    """

    devices: tuple[str, ...]
    links: tuple[str, ...]
    seen: tuple[str | None, ...]


@dataclass(frozen=True)
class World:
    """A network, what its devices tell, and walks to its one user site."""

    net: Inventory
    told: dict[str, Told]
    walks: tuple[Walk, ...]


def address(device: str) -> str:
    return f"192.0.2.{1 + int(device[1:])}"


def world(seed: int, *, hidden: bool = False) -> World:
    """Draw a core, a site with some circuits, and walks over most of them.

    Walks pass no device twice. If `hidden` some devices keep silent on some of them,
    of some nobody knows the address, and links may be parallel.
    """
    draw = random.Random(seed)
    core = [f"d{n}" for n in range(draw.randint(2, 6))]
    own = [f"d{len(core) + n}" for n in range(draw.randint(1, 2))]
    devices = {d: draw.choice(["ex1", "ex2", "ex3", "dc1"]) for d in core}
    devices |= dict.fromkeys(own, SITE)
    pairs = [(a, b) for n, a in enumerate(core) for b in core[:n]]
    joined = [pair for pair in pairs if draw.random() < 0.7]
    joined += [pair for pair in joined if hidden and draw.random() < 0.1]
    joined += [(draw.choice(core), draw.choice(own)) for _ in range(draw.randint(1, 3))]
    if not hidden:
        joined = sorted(set(joined))
    joined += [(own[0], own[-1])] if len(own) == 2 and draw.random() < 0.5 else []
    links = {f"l{n}": pair for n, pair in enumerate(joined)}
    groups = {
        f"r{n}": ("duct", [e for e in (*devices, *links) if draw.random() < 0.2])
        for n in range(draw.randint(0, 2))
    }
    gateways = draw.sample(core, k=min(len(core), draw.choice([1, 1, 2])))
    net = network(devices, links, gateways, groups=groups)
    unread = {d for d in devices if hidden and draw.random() < 0.1}
    told = {
        device: Told(device, addresses=(Address(address(device)),))
        for device in devices
        if device not in unread
    }
    return World(net, told, tuple(_walks(draw, net, hidden=hidden)))


def _walks(draw: random.Random, net: Inventory, *, hidden: bool) -> Iterator[Walk]:
    graph: nx.MultiGraph[str] = nx.MultiGraph()
    for link in net.links.values():
        graph.add_edge(link.a.device, link.b.device, key=link.id)
    inside = {d.id for d in net.devices.values() if d.site == SITE}
    starts = sorted(net.gateways) if draw.random() < 0.9 else sorted(graph)
    for start in starts if draw.random() < 0.5 else starts[:1]:
        if start not in graph or start in inside:
            continue
        found = [
            path
            for device in sorted(inside & set(graph))
            for path in _paths(graph, start, device)
        ]
        for path in draw.sample(found, k=min(len(found), draw.randint(1, 5))):
            devices = (start, *(b for _, b, _ in path))
            # A target that keeps silent was not reached.
            quiet = [hidden and draw.random() < 0.1 for _ in devices[:-1]] + [False]
            seen = tuple(
                None if silent else address(device)
                for silent, device in zip(quiet, devices, strict=True)
            )
            yield Walk(devices, tuple(link for _, _, link in path), seen)


def _paths(
    graph: "nx.MultiGraph[str]", start: str, end: str
) -> Iterator[list[tuple[str, str, str]]]:
    # The stubs promise no keys, which a multigraph's edges have.
    paths = nx.all_simple_edge_paths(graph, start, end)
    yield from cast("Iterator[list[tuple[str, str, str]]]", paths)
