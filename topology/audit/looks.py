"""What there is to look at in an inventory, and what it lacks.

Each check looks at everything of one kind and tells how much of it lacks something. A
check that has nothing to look at, or that nobody gave it anything to compare with, says
nothing and counts for nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from functools import cached_property

from bellrock.model.inventory import ElementKind, Link
from topology.analysis import Design
from topology.audit.circuits import Circuits, Verdict

NETWORK = "network"
SUPPLIER = "supplier"
"""Kinds of what can lack something besides the elements."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One thing that is not declared as it should be.

    Attributes
    ----------
    id, kind : str
        What lacks it: an element and its kind, a supplier, or the network itself.
    what, instead : str
        What is missing, and what to do about it.
    sites : frozenset of str
        User sites whose answers rest on it.
    """

    id: str
    kind: str
    what: str
    instead: str
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Looked:
    """How many things a check looked at, and which of them lack something."""

    checked: int
    gaps: tuple[Gap, ...]


class Audited:
    """An inventory with what several checks want to know of it.

    Parameters
    ----------
    design : Design
        The declared network.
    circuits : iterable of Circuits
        Of the sites with two or more.
    unseen : set of str, or None
        Links that discovery never saw though it looked; None if it was not asked.
    looked_for : set of str
        Links that discovery looked for.
    """

    def __init__(
        self,
        design: Design,
        circuits: Iterable[Circuits],
        unseen: Set[str] | None = None,
        looked_for: Set[str] = frozenset(),
    ) -> None:
        self.inventory = design.inventory
        self.layout = design.layout
        self.design = design
        self.circuits = tuple(circuits)
        self.unseen = unseen
        self.looked_for = looked_for

    @cached_property
    def between_sites(self) -> tuple[Link, ...]:
        """Links that lie outside any one site's premises."""
        premises = self.layout.premises
        return tuple(k for k in self.inventory.links.values() if k.id not in premises)

    def behind(self, element: str) -> frozenset[str]:
        """Return the user sites that hang on an element, or that it belongs to."""
        return self._cut.get(element, frozenset()) | self._own(element)

    def people(self, sites: Iterable[str]) -> int:
        """Return how many people `sites` serve."""
        return sum(self.inventory.sites[site].people for site in sites)

    @cached_property
    def _cut(self) -> Mapping[str, frozenset[str]]:
        elements = self.design.reading.elements
        return {element.id: frozenset(element.sites_cut) for element in elements}

    def _own(self, element: str) -> frozenset[str]:
        premises, link = self.layout.premises, self.inventory.links.get(element)
        ends = [element] if link is None else [link.a.device, link.b.device]
        return self.layout.user_sites.intersection(
            premises[end] for end in ends if end in premises
        )


def links(
    chosen: Callable[[Audited], Iterable[Link]],
    fine: Callable[[Link], object],
    what: str,
    instead: str,
) -> Callable[[Audited], Looked]:
    """Return a check of links, of which those that are not `fine` lack something."""

    def look(audited: Audited) -> Looked:
        looked_at = list(chosen(audited))
        return Looked(
            len(looked_at),
            tuple(
                Gap(
                    *(link.id, ElementKind.LINK.value, what, instead),
                    audited.behind(link.id),
                )
                for link in looked_at
                if not fine(link)
            ),
        )

    return look


def all_links(audited: Audited) -> Iterable[Link]:
    """Return every link."""
    return audited.inventory.links.values()


def between_sites(audited: Audited) -> Iterable[Link]:
    """Return the links outside any one site's premises."""
    return audited.between_sites


def carrying(audited: Audited) -> Iterable[Link]:
    """Return the links that carry traffic while all is up."""
    return (link for link in all_links(audited) if not link.backup)


def looked_for(audited: Audited) -> Iterable[Link]:
    """Return the links that discovery looked for."""
    wanted = audited.looked_for if audited.unseen is not None else frozenset()
    return (link for link in all_links(audited) if link.id in wanted)


def unseen(audited: Audited) -> Looked:
    """Find links that discovery looked for and never saw."""
    never = audited.unseen or frozenset()
    what = "no device ever saw it"
    instead = "look whether it is there; bellrock discover says what is"
    return links(looked_for, lambda k: k.id not in never, what, instead)(audited)


def unproven(audited: Audited) -> Looked:
    """Find sites whose circuits share nothing only for want of risk groups."""
    two = [each for each in audited.circuits if each.verdict is not Verdict.SHARED]
    return Looked(
        len(two),
        tuple(
            Gap(
                each.site,
                ElementKind.SITE.value,
                f"its circuits share nothing only as {_listed(each.missing)} "
                f"{'is' if len(each.missing) == 1 else 'are'} in no risk group",
                "ask the supplier which ducts and exchanges they take",
                frozenset({each.site}),
            )
            for each in two
            if each.verdict is Verdict.UNPROVEN
        ),
    )


def _listed(names: Iterable[str], most: int = 3) -> str:
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def sites(
    fine: Callable[[Audited, str], object], what: str, instead: str, *, users: bool
) -> Callable[[Audited], Looked]:
    """Return a check of the sites that have devices, or of the user sites alone."""

    def look(audited: Audited) -> Looked:
        user_sites = audited.layout.user_sites
        wanted = user_sites if users else audited.layout.devices.keys()
        looked_at = [site for site in audited.inventory.sites if site in wanted]
        return Looked(
            len(looked_at),
            tuple(
                Gap(
                    *(site, ElementKind.SITE.value, what, instead),
                    audited.behind(site) | (user_sites & {site}),
                )
                for site in looked_at
                if not fine(audited, site)
            ),
        )

    return look


def no_demand(audited: Audited) -> Looked:
    """Find user sites without traffic; one gap if nothing at all is declared."""
    told = {end for d in audited.inventory.demands for end in (d.source, d.target)}
    if not told:
        what = "no traffic is declared, so no load can be worked out"
        instead = "declare demands, or estimate them from counters"
        gap = Gap(audited.inventory.id, NETWORK, what, instead)
        return Looked(1, (gap,)) if audited.layout.user_sites else Looked(0, ())
    what, instead = "no traffic from or to it is declared", "add its demands"
    return sites(lambda _, site: site in told, what, instead, users=True)(audited)


def devices(audited: Audited) -> Looked:
    """Find devices that nothing measures."""
    declared = audited.inventory.devices.values()
    gaps = []
    for device in declared:
        if device.address is None:
            lacking = "no address, so nothing measures it"
        elif device.snmp is None and device.ssh is None and not device.probes:
            lacking = "an address, but neither snmp, ssh nor probes"
        else:
            continue
        instead = "without one its state is only guessed from its neighbours; add it"
        gaps.append(
            Gap(
                *(device.id, ElementKind.DEVICE.value, lacking, instead),
                audited.behind(device.id),
            )
        )
    return Looked(len(declared), tuple(gaps))


def groups(audited: Audited) -> Looked:
    """Find risk groups with less than two members."""
    declared = audited.inventory.risk_groups
    return Looked(
        len(declared),
        tuple(
            Gap(
                *(group, ElementKind.RISK_GROUP.value),
                f"{_count(audited, group)} in it, so it says nothing of what is shared",
                "name it in the risk_groups of all that it holds",
                audited.behind(group),
            )
            for group in declared
            if len(audited.layout.members.get(group, ())) < 2
        ),
    )


def _count(audited: Audited, group: str) -> str:
    return "one thing is" if audited.layout.members.get(group) else "nothing is"


def suppliers(audited: Audited) -> Looked:
    """Find suppliers that nobody can ring."""
    behind: defaultdict[str, set[str]] = defaultdict(set)
    for link in audited.inventory.links.values():
        if link.supplier is not None:
            behind[link.supplier] |= audited.behind(link.id)
    declared = audited.inventory.suppliers.values()
    return Looked(
        len(declared),
        tuple(
            Gap(
                *(supplier.id, SUPPLIER, "no telephone number", "add its phone"),
                frozenset(behind[supplier.id]),
            )
            for supplier in declared
            if not supplier.phone
        ),
    )


def gateways(audited: Audited) -> Looked:
    """Find out whether everything hangs on one gateway device."""
    if not audited.layout.user_sites:
        return Looked(0, ())
    if len(audited.inventory.gateways) > 1:
        return Looked(1, ())
    what = "only one gateway device, on which every site hangs"
    instead = "if there really are more, name them"
    gap = Gap(
        *(audited.inventory.id, NETWORK, what, instead), audited.layout.user_sites
    )
    return Looked(1, (gap,))


def placed(audited: Audited, site: str) -> bool:
    """Whether the site has coordinates."""
    return audited.inventory.sites[site].lat is not None


def owned(audited: Audited, site: str) -> bool:
    """Whether it has an organisation."""
    return audited.inventory.sites[site].organisation is not None


def peopled(audited: Audited, site: str) -> bool:
    """Whether it serves anybody."""
    return audited.inventory.sites[site].people > 0
