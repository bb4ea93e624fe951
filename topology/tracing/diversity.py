"""Do the circuits of a site really take disjoint ways? Only what was traced counts.

The question is that of every other analysis, asked of traced ways in place of declared
ones: is there anything off the site's premises whose failure all of them would feel?
What is shared is on every traced way over every circuit. A hop that is not known might
be anything, so it never makes circuits diverse, and never makes them share anything.

The monitor is taken to look from the gateways: what lies before the last gateway on a
way, and that gateway, belong to where we stand and not to the site.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bellrock.model.inventory import ElementKind
from topology.graph import NOTHING, Layout
from topology.tracing.way import Hop, Way

ADDRESS = "address"
"""The kind of a hop that answers from an address which is nobody's we know."""

Thing = tuple[str, str]
"""What ways can share: its kind, an element's or `ADDRESS`, and its id."""


class Doubt(StrEnum):
    """Why it is not known whether circuits are diverse, as the ``why`` label."""

    UNTRACED = "circuit_not_traced"
    NO_GATEWAY = "no_gateway_on_the_way"
    SILENT = "hop_silent"
    STRANGER = "hop_unknown"
    NO_LINK = "link_unknown"


@dataclass(frozen=True, slots=True)
class Passed:
    """What one way passes off the premises of its site.

    Attributes
    ----------
    circuit : str or None
        The link by which it enters the site; None if that cannot be told.
    certain : frozenset of Thing
        What it passes for certain.
    doubts : frozenset of Doubt
        Why it may pass anything else; empty if `certain` is all.
    """

    circuit: str | None
    certain: frozenset[Thing]
    doubts: frozenset[Doubt] = frozenset()


@dataclass(frozen=True, slots=True)
class Diversity:
    """Whether the circuits of one site are diverse.

    Attributes
    ----------
    diverse : bool or None
        None if it is not known.
    shared : tuple of Thing
        What all circuits pass, of kinds and ids in alphabetical order; what follows
        from a shared device or link is not told again.
    doubts : tuple of Doubt
        Why it is not known; empty if it is.
    """

    site: str
    diverse: bool | None
    shared: tuple[Thing, ...] = ()
    doubts: tuple[Doubt, ...] = ()


def circuits(layout: Layout) -> dict[str, tuple[str, ...]]:
    """Return the links that leave the premises of each user site with two or more.

    Backup links count only where there are no two others: most cannot be traced.
    """
    leaving: dict[str, list[str]] = {site: [] for site in sorted(layout.user_sites)}
    links = layout.inventory.links
    for link in links.values():
        ends = {layout.premises[link.a.device], layout.premises[link.b.device]}
        if len(ends) == 2:
            for site in ends & layout.user_sites:
                leaving[site].append(link.id)
    found: dict[str, tuple[str, ...]] = {}
    for site, several in leaving.items():
        main = [link for link in several if not links[link].backup]
        chosen = main if len(main) > 1 else several
        if len(chosen) > 1:
            found[site] = tuple(chosen)
    return found


def passed(layout: Layout, site: str, way: Way) -> Passed:
    """Return what a way to a device of `site` passes between gateway and site.

    A hop that is not known may be the last gateway: then what is before it need not
    matter to the site, and only what follows it is certain.
    """
    gateways = layout.inventory.gateways
    at_gateway = [at for at, hop in enumerate(way.hops) if hop.device in gateways]
    circuit = _circuit(layout, site, way)
    if not at_gateway:
        return Passed(circuit, frozenset(), frozenset({Doubt.NO_GATEWAY}))
    inner = Way(way.hops[at_gateway[-1] :])
    doubts = {_doubt(hop) for hop in inner.hops if hop.device is None}
    doubts |= {
        Doubt.NO_LINK
        for hop, after in inner.steps()
        if hop.device and after.device and len(after.links) != 1
    }
    last = max((at for at, hop in enumerate(inner.hops) if hop.anyone), default=0)
    certain: set[Thing] = set()
    for hop in inner.hops[last + 1 :]:
        # Of several links that it may have taken, what they all have is certain.
        either = [_with_link(layout, link) for link in hop.links]
        certain |= frozenset.intersection(*either) if either else frozenset()
        if hop.device is not None:
            certain |= _with_device(layout, hop.device)
        elif hop.address is not None:
            certain.add((ADDRESS, hop.address))
    own = {thing for thing in certain if layout.premises.get(thing[1]) == site}
    own.add((ElementKind.SITE.value, site))
    return Passed(circuit, frozenset(certain - own), frozenset(doubts))


def _doubt(hop: Hop) -> Doubt:
    return Doubt.SILENT if hop.address is None else Doubt.STRANGER


def _circuit(layout: Layout, site: str, way: Way) -> str | None:
    """Return the one link by which a way enters the premises; None if not certain."""
    for hop, after in reversed(list(way.steps())):
        if hop.device is None or layout.premises.get(hop.device) != site:
            return after.links[0] if len(after.links) == 1 else None
    return None


def _with_device(layout: Layout, device: str) -> set[Thing]:
    declared = layout.inventory.devices[device]
    return {
        (ElementKind.DEVICE.value, device),
        (ElementKind.SITE.value, declared.site),
        *((ElementKind.RISK_GROUP.value, group) for group in declared.risk_groups),
    }


def _with_link(layout: Layout, link: str) -> frozenset[Thing]:
    groups = layout.inventory.links[link].risk_groups
    shared = ((ElementKind.RISK_GROUP.value, group) for group in groups)
    return frozenset({(ElementKind.LINK.value, link), *shared})


def diversity(
    layout: Layout, site: str, wanted: Iterable[str], ways: Sequence[Way]
) -> Diversity:
    """Say whether the circuits of a site are diverse on the ways that were traced.

    Parameters
    ----------
    layout : Layout
        The declared network.
    site : str
        A user site.
    wanted : iterable of str
        The links by which it is reached (see :func:`circuits`).
    ways : sequence of Way
        Traced to devices of the site, at least one over each circuit; of several flows
        to one address each its own.

    Returns
    -------
    Diversity
        Not diverse if something off the premises is on every way; diverse if nothing
        can be, whatever the hops are that are not known; else unknown, with every
        reason that keeps it so.

    Notes
    -----
    A way with unknown hops may pass anything. So two ways that are known throughout
    and have nothing in common settle the matter, and nothing less does.

    Examples
    --------
    >>> from bellrock.model.inventory import Device, End, Inventory, Link, Site
    >>> from topology.tracing.way import Hop
    >>> sites = {s: Site(s, s, k) for s, k in
    ...          [("dc", "datacentre"), ("ex", "exchange"), ("gp", "gp")]}
    >>> where = {"p1": "dc", "pe1": "ex", "pe2": "ex", "cpe": "gp"}
    >>> ends = {"x": ("p1", "pe1"), "y": ("p1", "pe2"), "t1": ("pe1", "cpe"),
    ...         "t2": ("pe2", "cpe")}
    >>> layout = Layout.of(Inventory(
    ...     id="n", name="n", sites=sites, risk_groups={}, gateways=frozenset({"p1"}),
    ...     devices={d: Device(d, s) for d, s in where.items()},
    ...     links={k: Link(k, End(a), End(b)) for k, (a, b) in ends.items()},
    ... ))
    >>> one = Way((Hop("", "p1"), Hop("", "pe1", links=("x",)),
    ...            Hop("", "cpe", links=("t1",))))
    >>> other = Way((Hop("", "p1"), Hop("", "pe2", links=("y",)),
    ...              Hop("", "cpe", links=("t2",))))
    >>> diversity(layout, "gp", ["t1", "t2"], [one, other]).shared
    (('site', 'ex'),)
    """
    found = [passed(layout, site, way) for way in ways]
    doubts = {doubt for each in found for doubt in each.doubts}
    if not {each.circuit for each in found}.issuperset(wanted):
        return Diversity(site, None, doubts=_sorted({Doubt.UNTRACED, *doubts}))
    shared = frozenset.intersection(*(each.certain for each in found))
    if shared:
        return Diversity(site, diverse=False, shared=_told(layout, shared))
    known = [each.certain for each in found if not each.doubts]
    if known and not frozenset.intersection(*known):
        return Diversity(site, diverse=True)
    return Diversity(site, None, doubts=_sorted(doubts))


def _sorted(doubts: Iterable[Doubt]) -> tuple[Doubt, ...]:
    return tuple(sorted(doubts))


def _told(layout: Layout, shared: Iterable[Thing]) -> tuple[Thing, ...]:
    """Leave out the sites and risk groups of which a shared device or link is part."""
    ids = {name for _, name in shared}
    members = layout.members
    return tuple(
        (kind, name)
        for kind, name in sorted(shared)
        if kind == ADDRESS or ids.isdisjoint(members.get(name, NOTHING) - {name})
    )


def all_diversity(
    layout: Layout, ways: Mapping[str, Sequence[Way]]
) -> dict[str, Diversity]:
    """Answer for every user site with two circuits or more.

    Parameters
    ----------
    ways : mapping of str to sequence of Way
        By device that was traced.
    """
    return {
        site: diversity(layout, site, wanted, list(_to(layout, site, ways)))
        for site, wanted in circuits(layout).items()
    }


def _to(layout: Layout, site: str, ways: Mapping[str, Sequence[Way]]) -> Iterator[Way]:
    for device in layout.devices[site]:
        yield from ways.get(device, ())
