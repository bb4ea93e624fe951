"""What a crawl found, as links, as a draft, and beside what was declared."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bellrock.inventory.draft import (
    Draft,
    DraftDevice,
    DraftLink,
    identifiers,
)
from bellrock.inventory.yamltext import is_capacity, rate
from bellrock.model.inventory import Inventory
from bellrock.runtime.crawl import Found, Progress
from topology.discovery.compare import Comparison, compare
from topology.discovery.identity import called
from topology.discovery.join import join
from topology.discovery.links import SeenLink, Wiring
from topology.discovery.sighting import LOOSE_WORDS, Sighting
from topology.discovery.told import Told

_MOST_RIVALS = 4


@dataclass(frozen=True, slots=True)
class Access:
    """How devices were read.

    Attributes
    ----------
    snmp : str
        Name of the credentials.
    port : int or None
        Of their agents, if not the standard one.
    ssh : str or None
        Name of the credentials for SSH.
    platforms : mapping of str to str
        By address: whose command line answered there.
    """

    snmp: str
    port: int | None = None
    ssh: str | None = None
    platforms: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Discovered:
    """Devices that were read, by id, and the links between them.

    Attributes
    ----------
    found : mapping of str to Found
        In the order in which they were found, the seed first.
    comparison : Comparison or None
        With the inventory, if there is one.
    """

    progress: Progress
    found: Mapping[str, Found]
    told: Mapping[str, Told]
    wiring: Wiring
    comparison: Comparison | None = None

    @classmethod
    def of(cls, progress: Progress, inventory: Inventory | None) -> "Discovered":
        """Join what was found; compare it with `inventory` if there is one.

        Devices that the inventory has keep their ids; the others get one from the
        names they have.
        """
        known = _declared(progress.found, inventory)
        others = [each for n, each in enumerate(progress.found) if n not in known]
        made = iter(
            identifiers(
                [each.reading.name or each.address for each in others],
                taken=() if inventory is None else inventory.devices,
            )
        )
        count = len(progress.found)
        ids = [known[n] if n in known else next(made) for n in range(count)]
        found = dict(zip(ids, progress.found, strict=True))
        told = {
            name: Told.of(replace(each.reading, device=name), each.address)
            for name, each in found.items()
        }
        wiring = join(told)
        comparison = None
        if inventory is not None:
            everybody = {
                device.id: told.get(device.id, Told(device.id, address=device.address))
                for device in inventory.devices.values()
            }
            comparison = compare(inventory.links, everybody, join(everybody))
        return cls(progress, found, told, wiring, comparison)

    @property
    def whole(self) -> list[SeenLink]:
        """Links of which both ports are known, and that are no member of another."""
        return [each for each in self.wiring.links if not doubt(each)]

    @property
    def doubtful(self) -> list[SeenLink]:
        """The others."""
        return [each for each in self.wiring.links if doubt(each)]

    def draft(self, access: Access, told_on: str) -> Draft:
        """Return the inventory that was found.

        Parameters
        ----------
        access : Access
            How the devices were read.
        told_on : str
            When, and from where on, for its first line.
        """
        head = [
            told_on,
            "Nobody has looked at it yet: what only people know is to complete.",
        ]
        if not self.progress.complete:
            head.insert(1, "Incomplete: it was stopped before everything was asked.")
        devices = tuple(
            DraftDevice(
                name,
                each.reading.name,
                each.address,
                access.snmp,
                access.port,
                access.ssh,
                access.platforms.get(each.address),
                f"told of by {each.told_by}" if each.told_by else "asked first",
            )
            for name, each in self.found.items()
        )
        links = tuple(map(_draft_link, self.whole))
        gateway = next(iter(self.found))
        return Draft(tuple(head), devices, links, gateway, tuple(self._left_out()))

    def _left_out(self) -> Iterator[str]:
        for link in self.doubtful:
            yield f"{link}, {doubt(link)} ({said_by(link)})"
        for each in self.wiring.loose:
            yield loose_words(each)
        for silent in self.progress.silent:
            yield f"{silent.address}, told of by {silent.told_by}: {silent.outcome}"


def doubt(link: SeenLink) -> str:
    """Return why a link is not certain enough to be written down; empty if it is."""
    if link.bundled:
        return "most likely a member of the aggregate between these devices"
    if not (link.a.interface and link.b.interface):
        return "the port at the far end cannot be told"
    return ""


def said_by(link: SeenLink) -> str:
    """Return in words who sees a link, and by what."""
    parts = [
        f"{end.device} by {' and '.join(sorted(by))}"
        for end, by in ((link.a, link.by_a), (link.b, link.by_b))
        if by
    ]
    return f"{link.provenance.value.replace('_', ' ')}: {', '.join(parts)}"


def loose_words(each: Sighting) -> str:
    """Return in words what is seen and is no link."""
    seen = each.neighbour
    who = [seen.name, *([seen.chassis] if seen.chassis not in ("", seen.name) else [])]
    who += seen.addresses[:2]
    why = LOOSE_WORDS[each.loose] if each.loose else ""
    rivals = f" ({', '.join(each.rivals[:_MOST_RIVALS])})" if each.rivals else ""
    where = f"{each.device}:{each.interface}"
    return f"{where} sees {' '.join(who)} by {each.protocol}: {why}{rivals}"


def capacity(link: SeenLink) -> float | None:
    """Return the speed of a link if both ends say the same, bit/s."""
    a, b = link.speeds
    return a if a is not None and a == b and is_capacity(a) else None


def _draft_link(link: SeenLink) -> DraftLink:
    remarks = [said_by(link)]
    if link.by_elimination:
        remarks.append("which ports belong together follows only from no others left")
    if capacity(link) is None:
        speeds = [f"{rate(s)}" if s else "unknown" for s in link.speeds]
        remarks.append(f"speeds {' and '.join(speeds)}: capacity to complete")
    if None in link.metrics and link.metrics != (None, None):
        metrics = [str(each or "unknown") for each in link.metrics]
        remarks.append(f"OSPF metrics {' and '.join(metrics)}")
    return DraftLink(link.a, link.b, capacity(link), link.metrics, "; ".join(remarks))


def _declared(found: Sequence[Found], inventory: Inventory | None) -> dict[int, str]:
    """Return the inventory's id of each device that it has, by place in `found`.

    Known by its address; by its name only if the inventory has no address for it.
    """
    if inventory is None:
        return {}
    devices = inventory.devices.values()
    at = {device.address: device.id for device in devices if device.address}
    bare = {device.id for device in devices if not device.address}
    ids: dict[int, str] = {}
    for number, each in enumerate(found):
        # Where it was asked goes first; an address may be on two devices.
        mine = [each.address, *sorted(each.addresses)]
        named = {called(each.reading.name), called(each.reading.name).split(".")[0]}
        known = [at[address] for address in mine if address in at]
        known += sorted(named & bare)
        if known and known[0] not in ids.values():
            ids[number] = known[0]
    return ids
