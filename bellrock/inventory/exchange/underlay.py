"""What RFC 8345 networks rest on: their layers, joined up."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import unquote

from bellrock.document import Document, Keys
from bellrock.document.values import Value, quoted
from bellrock.inventory.exchange.arcs import partners
from bellrock.inventory.exchange.findings import Findings, Place
from bellrock.inventory.exchange.jsonplaces import items, place, word
from bellrock.inventory.exchange.records import EndRecord, LinkRecord

SITES, RISK_GROUPS = "/sites", "/risk-groups"

_MOST_BENEATH = 1_000

Part = tuple[str, Literal["node", "link"], str]
"""A network, and one of its nodes or links."""


@dataclass(slots=True)
class Thing:
    """A node or link: what is written of it, and where."""

    keys: Keys
    value: dict[str, Value]
    place: Place
    rests_on: list[tuple[Part, Place]] = field(default_factory=list)


@dataclass(slots=True)
class Network:
    """One network of the file."""

    ident: str
    place: Place
    nodes: dict[str, Thing] = field(default_factory=dict)
    links: dict[str, Thing] = field(default_factory=dict)


class Layers:
    """All networks of a file.

    Raises
    ------
    InvalidDocumentError
        On building, if there is no list of networks.
    """

    def __init__(self, document: Document, findings: Findings) -> None:
        self.document, self.findings = document, findings
        self.networks: dict[str, Network] = {}
        self._under: set[str] = set()
        keys = self._top()
        for at, value in items(document, keys, findings):
            self._network(at, value)
        self._twins: dict[str, dict[str, str]] = {}

    def choose(self, wished: str | None) -> Network:
        """Return the network wished for, else the only one no other rests on."""
        top = Place(self.document.file)
        if wished is not None and wished in self.networks:
            return self.networks[wished]
        over = [
            each for each in self.networks.values() if each.ident not in self._under
        ]
        listed = ", ".join(quoted(each) for each in [*self.networks][:10]) or "none"
        if wished is not None:
            what = f"there is no network {quoted(wished)}"
            self.findings.stop(top, what, f"networks: {listed}")
        if len(over) != 1:
            what = f"{len(over)} networks that no other rests on"
            self.findings.stop(top, what, f"choose one with --network: {listed}")
        return over[0]

    def beneath(self, part: Part) -> Iterator[tuple[Part, Thing]]:
        """Return all that a node or link rests on, in the end, nearest first."""
        seen = {part}
        waiting = deque([part])
        while waiting:
            thing = self._thing(waiting.popleft())
            for below, there in thing.rests_on if thing else ():
                found = self._thing(below)
                if found is None:
                    network, kind, ident = below
                    what = (
                        f"the network {quoted(network)} has no {kind} {quoted(ident)}"
                    )
                    instead = "add it, or whatever else rests on it looks diverse"
                    self.findings.doubt(there, what, instead)
                elif below == part:
                    what = "it rests on itself in the end"
                    self.findings.wrong(there, what, "break the loop")
                elif len(seen) > _MOST_BENEATH:
                    what = f"more than {_MOST_BENEATH:,} things beneath one"
                    self.findings.stop(there, what, "is that meant?")
                elif below not in seen:
                    seen.add(below)
                    waiting.append(below)
                    yield below, found

    def same(self, part: Part) -> Part:
        """Return what stands for both directions of an underlay's link."""
        network, kind, ident = part
        if kind == "node":
            return part
        if network not in self._twins:
            self._twins[network] = self._twins_of(network)
        return network, kind, self._twins[network].get(ident, ident)

    def arc(self, thing: Thing) -> LinkRecord:
        """Return a link's ends, as they are written."""
        source = self._end(thing, "source", "source")
        return LinkRecord(thing.place, source, self._end(thing, "destination", "dest"))

    def _end(self, thing: Thing, key: str, name: str) -> EndRecord:
        found = thing.value.get(key)
        end = found if isinstance(found, dict) else {}
        at = (*thing.keys, key, f"{name}-node")
        node = word(self.document, at, end.get(f"{name}-node"), self.findings)
        point = end.get(f"{name}-tp")
        return EndRecord(node, unquote(point) if isinstance(point, str) else "")

    def _twins_of(self, network: str) -> dict[str, str]:
        # Underneath, a link need not say where it ends.
        links = {
            ident: thing
            for ident, thing in self.networks[network].links.items()
            if "source" in thing.value and "destination" in thing.value
        }
        names = list(links)
        arcs = [self.arc(each) for each in links.values()]
        found = partners(arcs)
        return {names[second]: names[first] for first, second in found.items()}

    def _top(self) -> Keys:
        # The whole tree, or what RESTCONF answers for one network of it.
        whole, part = ("ietf-network:networks", "network"), ("ietf-network:network",)
        if isinstance(self.document.at(whole), list):
            return whole
        if not isinstance(self.document.at(part), list):
            self.findings.stop(
                Place(self.document.file, 1),
                "no list ietf-network:networks.network",
                "is it RFC 8345 data in JSON?",
            )
        return part

    def _network(self, at: Keys, value: dict[str, Value]) -> None:
        ident = word(
            self.document, (*at, "network-id"), value.get("network-id"), self.findings
        )
        network = Network(ident, place(self.document, at).at(ident))
        first = self.networks.setdefault(ident, network)
        if first is not network:
            self._twice(network.place, f"the network {quoted(ident)}", first.place)
        for _, each in items(self.document, (*at, "supporting-network"), self.findings):
            self._under.add(str(each.get("network-ref")))
        self._things((*at, "node"), "node", network.nodes)
        links = "ietf-network-topology:link"
        self._things((*at, links if links in value else "link"), "link", network.links)

    def _things(
        self,
        at: Keys,
        kind: Literal["node", "link"],
        into: dict[str, Thing],
    ) -> None:
        for keys, value in items(self.document, at, self.findings):
            name = f"{kind}-id"
            ident = word(self.document, (*keys, name), value.get(name), self.findings)
            there = place(self.document, keys)
            thing = Thing(keys, value, there.at(ident))
            first = into.setdefault(ident, thing)
            if first is not thing:
                self._twice(there, f"the {kind} {quoted(ident)}", first.place)
            supports = f"supporting-{kind}"
            for below, each in items(self.document, (*keys, supports), self.findings):
                other = str(each.get("network-ref"))
                part: Part = (other, kind, str(each.get(f"{kind}-ref")))
                thing.rests_on.append((part, place(self.document, below)))
                self._under.add(other)

    def _twice(self, there: Place, what: str, first: Place) -> None:
        self.findings.wrong(there, f"{what} is at {first} already", "keep one of them")

    def _thing(self, part: Part) -> Thing | None:
        network, kind, ident = part
        found = self.networks.get(network)
        if found is None:
            return None
        return (found.nodes if kind == "node" else found.links).get(ident)
