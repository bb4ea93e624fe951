"""What share of the time each element is down, and where that figure comes from.

Every element fails on its own, independently of all others: a device, a link, a site
as a whole (its power, its building) and a risk group (the duct, the cable). What fails
together does so because one element takes several others down.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bellrock.model.inventory import (
    INFRASTRUCTURE_KINDS,
    Device,
    Inventory,
    Link,
    RiskGroup,
    Site,
)

_DECLARED = "declared"
_BY_KIND = "reliability.{section}.{kind}"


@dataclass(frozen=True, slots=True)
class Rate:
    """How often something fails and how long it stays so.

    Attributes
    ----------
    mtbf, mttr : float
        Seconds, more than 0.
    source : str
        ``declared``, the inventory's key, or what the default rests on; two of them
        where MTBF and MTTR differ in that.

    Examples
    --------
    >>> round(Rate(mtbf=99.0, mttr=1.0, source="declared").down, 6)
    0.01
    """

    mtbf: float
    mttr: float
    source: str

    @property
    def down(self) -> float:
        """Share of the time that it is down."""
        return self.mttr / (self.mtbf + self.mttr)


def rates(inventory: Inventory) -> dict[str, Rate]:
    """Return how reliable each declared element is, by id.

    What stands at the element comes first, then what the inventory's ``reliability``
    says of its kind, then `bellrock.model.reliability.DEFAULTS`; MTBF and MTTR are
    looked up apart.
    """
    return dict(_rates(inventory))


def _rates(inventory: Inventory) -> Iterator[tuple[str, Rate]]:
    for device in inventory.devices.values():
        yield device.id, _rate(inventory, device, "devices", device.role)
    for link in inventory.links.values():
        yield link.id, _rate(inventory, link, "links", link_kind(inventory, link))
    for site in inventory.sites.values():
        yield site.id, _rate(inventory, site, "sites", site.kind)
    for group in inventory.risk_groups.values():
        yield group.id, _rate(inventory, group, "risk_groups", group.kind)


def link_kind(inventory: Inventory, link: Link) -> str:
    """Return what kind of link it is where reliability is concerned.

    ``backup`` for one declared so; ``on-site`` if both ends stand at one site;
    ``core`` if both stand at exchanges, points of presence, data centres or gateways;
    else ``access``.
    """
    if link.backup:
        return "backup"
    a, b = (inventory.devices[end.device] for end in (link.a, link.b))
    if a.site == b.site:
        return "on-site"
    carries = all(
        end.id in inventory.gateways
        or inventory.sites[end.site].kind in INFRASTRUCTURE_KINDS
        for end in (a, b)
    )
    return "core" if carries else "access"


def _rate(
    inventory: Inventory,
    told: Device | Link | Site | RiskGroup,
    section: str,
    kind: str,
) -> Rate:
    by_kind, default = inventory.reliability.of(section, kind)
    key = _BY_KIND.format(section=section, kind=kind)
    mtbf, why = _first(told.mtbf, by_kind.mtbf, default.mtbf, key, default.source)
    mttr, whence = _first(told.mttr, by_kind.mttr, default.mttr, key, default.source)
    source = why if why == whence else f"mtbf {why}; mttr {whence}"
    return Rate(mtbf, mttr, source)


def _first(
    own: float | None, by_kind: float | None, default: float, key: str, source: str
) -> tuple[float, str]:
    if own is not None:
        return own, _DECLARED
    if by_kind is not None:
        return by_kind, key
    return default, source
