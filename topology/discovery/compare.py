"""Where devices and inventory do not agree; what is not known disagrees with nothing.

Nothing declared is ever changed. A device that was not read, a neighbour nobody knows
and a port that is down are no mismatch; whoever says that it is as declared is
believed before those who say otherwise.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bellrock.model.inventory import End, Link
from bellrock.model.neighbourhood import Protocol, Provenance
from topology.discovery.links import SeenLink, Wiring
from topology.discovery.mismatch import Claim, Mismatch, Why, capacity
from topology.discovery.sighting import Plug
from topology.discovery.told import LINK_LAYER, Told


@dataclass(frozen=True, slots=True)
class Comparison:
    """All mismatches, and how each declared link is known."""

    mismatches: tuple[Mismatch, ...]
    provenance: Mapping[str, Provenance]


def compare(
    declared: Mapping[str, Link], told: Mapping[str, Told], wiring: Wiring
) -> Comparison:
    """Compare what is declared with what is seen.

    Parameters
    ----------
    declared : mapping of str to Link
        By id.
    told, wiring : mapping of str to Told, Wiring
        By ids of the inventory.
    """
    return _Comparing(declared, told, wiring).all()


class _Comparing:
    def __init__(
        self, declared: Mapping[str, Link], told: Mapping[str, Told], wiring: Wiring
    ) -> None:
        self._declared = declared.values()
        self._told = told
        self._wiring = wiring
        self._seen_at: dict[Plug, SeenLink] = {}
        self._between: dict[tuple[str, str], list[SeenLink]] = defaultdict(list)
        for link in wiring.links:
            self._between[link.devices].append(link)
            for end in (link.a, link.b):
                if end.interface:
                    self._seen_at[self._port(end)] = link
        self._taken: set[SeenLink] = set()
        self._covered: set[tuple[str, str]] = set()
        self._unnamed_between = Counter(
            _pair(link)
            for link in self._declared
            if not (link.a.interface and link.b.interface)
        )
        self._pairs = {_pair(link) for link in self._declared}
        self._bundles = {
            _pair(link)
            for link in self._declared
            if self._numbered(link.a) or self._numbered(link.b)
        }

    def all(self) -> Comparison:
        links = self._declared
        seen = {link.id: self._match(link) for link in links}
        self._taken.update(found for found in seen.values() if found is not None)
        provenance = {
            name: Provenance.DECLARED if found is None else found.provenance
            for name, found in seen.items()
        }
        mismatches: list[Mismatch] = []
        for link in links:
            found = seen[link.id]
            if found is None and not (link.a.interface and link.b.interface):
                provenance[link.id] = self._unnamed(link)
            else:
                mismatches += self._place(link, found)
            mismatches += self._figures(link, found)
        mismatches += self._undeclared()
        return Comparison(tuple(mismatches), provenance)

    def _port(self, end: End) -> Plug:
        told = self._told.get(end.device)
        return end.device, told.port(end.interface) if told else end.interface

    def _match(self, link: Link) -> SeenLink | None:
        """Return the seen link between the declared ports; None if there is none."""
        for end, far in ((link.a, link.b), (link.b, link.a)):
            seen = self._seen_at.get(self._port(end)) if end.interface else None
            if seen is None or set(seen.devices) != {end.device, far.device}:
                continue
            port = (seen.a if seen.a.device == far.device else seen.b).interface
            if "" in (port, far.interface) or self._same(far, port):
                return seen
        return None

    def _same(self, end: End, port: str) -> bool:
        return self._port(end) == self._port(End(end.device, port))

    def _place(self, link: Link, seen: SeenLink | None) -> Iterator[Mismatch]:
        """Find out whether the link is where it is declared."""
        for end in (link.a, link.b):
            told = self._told.get(end.device)
            missing = told is not None and told.whole and end.interface not in told.rows
            if missing and end.interface:
                detail = f"{end.device} has no interface {end.interface}"
                yield Mismatch(link.id, Why.NO_INTERFACE, detail)
                return
        if seen is not None:
            return
        claims = [*self._claims(link.a, link.b), *self._claims(link.b, link.a)]
        if not claims:
            yield from self._nowhere(link)
            return
        if any(claim.agrees for claim in claims) or not all(c.certain for c in claims):
            return
        other = [claim for claim in claims if claim.elsewhere]
        why = Why.OTHER_FAR_END if other else Why.OTHER_PORT
        detail = f"declared {link.a} - {link.b}, {(other or claims)[0].words}"
        yield Mismatch(link.id, why, detail)

    def _claims(self, end: End, far: End) -> Iterator["Claim"]:
        """Yield what is said to be plugged in at one declared end."""
        port = self._port(end)
        for said in self._wiring.said.get(port, ()):
            ours = said.device == end.device
            here = said.interface if ours else said.far_port or ""
            if self._other_unit(end, here):
                continue
            device = said.far if ours else said.device
            there = said.far_port if ours else said.interface
            if device != far.device:
                yield Claim.of(said, certain=device is not None, elsewhere=True)
            elif not there or not far.interface or self._same(far, there):
                yield Claim.of(said, agrees=True)
            else:
                # OSPF names the interface with the address, which may well be one
                # that runs over the declared port.
                routed = said.protocol not in LINK_LAYER
                hidden = routed and not self._numbered(far)
                yield Claim.of(said, certain=not hidden)

    def _other_unit(self, end: End, here: str) -> bool:
        """Return whether `here` is another unit of the port than the one declared."""
        unit = self._port(end)[1] != end.interface
        return unit and here not in (end.interface, self._port(end)[1])

    def _numbered(self, end: End) -> bool:
        told = self._told.get(end.device)
        return told is not None and end.interface in told.numbered

    def _nowhere(self, link: Link) -> Iterator[Mismatch]:
        """Find out what it means that nothing is seen at either declared port."""
        a, b = self._told.get(link.a.device), self._told.get(link.b.device)
        if a is None or b is None or not self._would_be_seen(link, a, b):
            return
        spare = [seen for seen in self._between[_pair(link)] if seen not in self._taken]
        if not spare:
            detail = f"neither {link.a} nor {link.b} sees a neighbour, and both are up"
            yield Mismatch(link.id, Why.NOT_SEEN, detail, by_absence=True)
            return
        numbered = self._numbered(link.a) or self._numbered(link.b)
        exact = [each for each in spare if each.a.interface and each.b.interface]
        if len(exact) < len(spare) or numbered:
            # One that was not placed may be it, or its cables are those of a bundle.
            return
        self._taken.add(exact[0])
        detail = f"declared {link.a} - {link.b}, seen {exact[0]}"
        yield Mismatch(link.id, Why.OTHER_PORT, detail, by_absence=True)

    def _would_be_seen(self, link: Link, a: Told, b: Told) -> bool:
        """Return whether both ends would see each other if the link were there."""
        if not (a.up(link.a.interface) and b.up(link.b.interface)):
            return False
        both = a.speaks & b.speaks
        routed = self._numbered(link.a) and self._numbered(link.b)
        if not (both & LINK_LAYER or (Protocol.OSPF in both and routed)):
            return False
        return not any(
            said.far in (None, far)
            for device, far in ((a.device, b.device), (b.device, a.device))
            for said in self._wiring.said.get((device, ""), ())
        )

    def _unnamed(self, link: Link) -> Provenance:
        """Return how a link without interfaces is known: by all that is left there."""
        devices = _pair(link)
        left = [seen for seen in self._between[devices] if seen not in self._taken]
        self._covered.add(devices)
        if not left or len(left) < self._unnamed_between[devices]:
            return Provenance.DECLARED
        return min((seen.provenance for seen in left), key=list(Provenance).index)

    def _figures(self, link: Link, seen: SeenLink | None) -> Iterator[Mismatch]:
        """Compare capacity and metrics, of links that are where they are declared."""
        if seen is None or seen.bundled:
            return
        same = seen.a.device == link.a.device
        speeds = seen.speeds if same else seen.speeds[::-1]
        metrics = seen.metrics if same else seen.metrics[::-1]
        yield from capacity(link, speeds, seen)
        for device in sorted(self._wiring.stubs.intersection(seen.devices)):
            if link.metric_declared:
                detail = (
                    f"{device} asks OSPF not to pass through it (max-metric); declared "
                    f"are {link.metric_ab} and {link.metric_ba}"
                )
                yield Mismatch(link.id, Why.MAX_METRIC, detail)
                return
        declared = link.metric_ab, link.metric_ba
        for end, metric, wanted in zip(
            (link.a, link.b), metrics, declared, strict=True
        ):
            if link.metric_declared and metric not in (None, wanted):
                detail = f"OSPF costs {metric} at {end}, declared are {wanted}"
                yield Mismatch(link.id, Why.METRIC, detail)
                return

    def _undeclared(self) -> Iterator[Mismatch]:
        """Find links that nobody declared, between devices of the inventory.

        One of a wrong port or far end is told of with the link that is declared there.
        """
        declared = {
            self._port(end)
            for link in self._declared
            for end in (link.a, link.b)
            if end.interface
        }
        for seen in self._wiring.links:
            ends = [end for end in (seen.a, seen.b) if end.interface]
            if (
                seen in self._taken
                or seen.devices in self._covered
                or any(self._port(end) in declared for end in ends)
                or self._may_be_a_member(seen)
            ):
                continue
            if len(ends) < 2 and seen.devices in self._pairs:
                # A port is missing: it may well be a link that is declared.
                continue
            by = ", ".join(sorted(seen.by_a | seen.by_b))
            yield Mismatch(str(seen), Why.UNDECLARED, f"seen by {by}")

    def _may_be_a_member(self, seen: SeenLink) -> bool:
        """Return whether a declared bundle between the same devices may run over it."""
        return seen.devices in self._bundles and not (
            self._numbered(seen.a) or self._numbered(seen.b)
        )


def _pair(link: Link) -> tuple[str, str]:
    one, other = sorted((link.a.device, link.b.device))
    return one, other
