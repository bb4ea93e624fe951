"""Join what all devices see into links, each with who said so.

A link is what nothing contradicts. A port where more than one thing is plugged in,
by its own word or by others', is on a shared medium (a switch that keeps silent, a
LAN) and has no link; an adjacency of OSPF that runs through a device we know is none
either. Which ports belong together is never concluded from their order.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from bellrock.model.inventory import End
from bellrock.model.neighbourhood import Protocol
from topology.discovery.database import Database
from topology.discovery.links import SeenLink, Wiring
from topology.discovery.metrics import Metrics
from topology.discovery.sighting import Eyes, Loose, Plug, Sighting
from topology.discovery.told import LINK_LAYER, Told


@dataclass(slots=True)
class _Edge:
    """A link while its evidence is being gathered."""

    plugs: tuple[Plug, Plug]
    seen: list[Sighting] = field(default_factory=list)
    by_elimination: bool = False

    def by(self, plug: Plug) -> frozenset[Protocol]:
        device = plug[0]
        return frozenset(each.protocol for each in self.seen if each.device == device)


def join(told: Mapping[str, Told]) -> Wiring:
    """Return the links between devices, by what each of them told."""
    database = Database(link for one in told.values() for link in one.ospf_links)
    told = database.identified(told)
    metrics = Metrics(told, database)
    eyes = Eyes(told)
    seen = [each for one in told.values() for each in eyes.sightings(one)]
    cables = _Layer(
        told, [each for each in seen if each.protocol in LINK_LAYER], metrics
    )
    cables.settle()
    routes = _Layer(
        told, [each for each in seen if each.protocol not in LINK_LAYER], metrics
    )
    routes.yield_to(cables)
    routes.settle(onto=cables)
    links = [*cables.links(), *routes.links()]
    said: dict[Plug, list[Sighting]] = defaultdict(list)
    for each in (*cables.seen, *routes.seen):
        said[each.device, told[each.device].port(each.interface)].append(each)
        if each.there is not None:
            device, port = each.there
            said[device, told[device].port(port)].append(each)
    return Wiring(
        tuple(sorted(_bundles(links, told), key=str)),
        tuple(each for each in (*cables.seen, *routes.seen) if each.loose is not None),
        said,
        database.stubs(told),
    )


class _Layer:
    """What is seen by protocols of one kind, and the links that follow."""

    def __init__(
        self, told: Mapping[str, Told], seen: Iterable[Sighting], metrics: Metrics
    ) -> None:
        self._told = told
        self._metrics = metrics
        self.seen = _apart(list(seen))
        self._edges: dict[frozenset[Plug], _Edge] = {}
        self._at: dict[Plug, _Edge] = {}
        self._open: list[Sighting] = []

    def settle(self, onto: "_Layer | None" = None) -> None:
        """Make links of what is seen; of those of another layer where they are one."""
        waiting: list[Sighting] = []
        for each in self.seen:
            if each.loose is not None:
                continue
            if onto is not None and onto.take(each):
                continue
            if each.there is not None:
                self._edge(each.here, each.there).seen.append(each)
            else:
                waiting.append(each)
        waiting = [each for each in waiting if not self.take(each)]
        self._eliminate(waiting)

    def take(self, sighting: Sighting) -> bool:
        """Add evidence to the link at its port; return whether there is one."""
        for plug in (sighting.here, sighting.there):
            if plug is None:
                continue
            port = plug[0], self._told[plug[0]].port(plug[1])
            edge = self._at.get(plug) or self._at.get(port)
            devices = {sighting.device, sighting.far}
            if edge is not None and {device for device, _ in edge.plugs} == devices:
                edge.seen.append(sighting)
                return True
        return False

    def yield_to(self, cables: "_Layer") -> None:
        """Take for no link what runs over a cable to somebody else."""
        plugged: dict[Plug, set[str]] = defaultdict(set)
        shared: set[Plug] = set()
        for each in cables.seen:
            for here, far in ((each.here, each.far), (each.there, each.device)):
                if here is not None and far is not None:
                    plugged[here].add(far)
                if here is not None and each.loose is Loose.SHARED:
                    shared.add(here)
        self.seen = [self._yielding(each, plugged, shared) for each in self.seen]

    def _yielding(
        self, each: Sighting, plugged: Mapping[Plug, set[str]], shared: set[Plug]
    ) -> Sighting:
        for plug, far in ((each.here, each.far), (each.there, each.device)):
            if plug is None or far is None:
                continue
            port = plug[0], self._told[plug[0]].port(plug[1])
            if port in shared:
                return each.as_loose(Loose.SHARED)
            if port in plugged and far not in plugged[port]:
                return each.as_loose(Loose.THROUGH)
        return each

    def _edge(self, one: Plug, other: Plug) -> _Edge:
        key = frozenset((one, other))
        edge = self._edges.get(key)
        if edge is None:
            plugs = (one, other) if one < other else (other, one)
            edge = self._edges[key] = _Edge(plugs)
            self._at[one] = self._at[other] = edge
        return edge

    def _eliminate(self, waiting: Iterable[Sighting]) -> None:
        """Pair ports that nobody named where only one is left at either end."""
        between: dict[tuple[str, str | None], dict[str, list[Sighting]]] = {}
        for each in waiting:
            ports = between.setdefault((each.device, each.far), {})
            ports.setdefault(each.interface, []).append(each)
        for (device, far), ports in between.items():
            others = between.get((far or "", device), {})
            for port, several in ports.items():
                if len(ports) == len(others) == 1:
                    [other] = others
                    edge = self._edge((device, port), (far or "", other))
                    edge.by_elimination = True
                    edge.seen.extend(several)
                else:
                    self._open.extend(several)

    def links(self) -> Iterator[SeenLink]:
        """Yield the links."""
        for edge in self._edges.values():
            yield self._link(edge)
        ends: dict[tuple[Plug, str], _Edge] = {}
        for each in self._open:
            far = each.far or ""
            one, other = each.here, (far, "")
            plugs = (one, other) if one < other else (other, one)
            ends.setdefault((one, far), _Edge(plugs)).seen.append(each)
        yield from map(self._link, ends.values())

    def _link(self, edge: _Edge) -> SeenLink:
        a, b = edge.plugs
        return SeenLink(
            *(End(*a), End(*b)),
            *(edge.by(a), edge.by(b)),
            edge.by_elimination,
            speeds=(self._told[a[0]].speed(a[1]), self._told[b[0]].speed(b[1])),
            metrics=(
                self._metrics.at(a, b[0], edge.seen),
                self._metrics.at(b, a[0], edge.seen),
            ),
        )


def _apart(seen: list[Sighting]) -> list[Sighting]:
    """Tell what is on a port together with others from what is alone there."""
    somebodies: dict[Plug, set[object]] = defaultdict(set)
    ports: dict[Plug, set[Plug]] = defaultdict(set)
    for each in seen:
        if each.interface:
            somebodies[each.here].add(each.somebody)
        if each.there is not None:
            somebodies[each.there].add(each.device)
            if each.interface:
                ports[each.here].add(each.there)
                ports[each.there].add(each.here)
    crowded = {plug for plug, found in somebodies.items() if len(found) > 1}
    crowded |= {plug for plug, found in ports.items() if len(found) > 1}
    apart = [
        each.as_loose(Loose.SHARED)
        if each.here in crowded or each.there in crowded
        else each
        for each in seen
    ]
    alone = {(each.device, each.far) for each in apart if each.loose is None}
    among = {(each.device, each.far) for each in apart if each.loose is Loose.SHARED}
    crowds = among - alone
    return [
        # Whoever hears us only among others is not alone with us either.
        each.as_loose(Loose.SHARED)
        if each.there is None and (each.far, each.device) in crowds
        else each
        for each in apart
    ]


def _bundles(links: list[SeenLink], told: Mapping[str, Told]) -> list[SeenLink]:
    """Mark the cables that another of the links most likely runs over."""
    over = {
        link.devices
        for link in links
        if link.by_a | link.by_b == {Protocol.OSPF} and _numbered(link, told) == 2
    }
    return [
        replace(link, bundled=True)
        if link.devices in over
        and Protocol.OSPF not in link.by_a | link.by_b
        and link.a.interface
        and link.b.interface
        and _numbered(link, told) == 0
        else link
        for link in links
    ]


def _numbered(link: SeenLink, told: Mapping[str, Told]) -> int:
    """Return at how many ends of a link the interface has an address."""
    ends = link.a, link.b
    return sum(end.interface in told[end.device].numbered for end in ends)
