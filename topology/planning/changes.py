"""What one inventory declares that another does not, or declares otherwise.

Only what an analysis may depend on is compared, and the circuit and supplier one would
ring: not names, places, addresses, credentials and how things are measured.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bellrock.model.inventory import (
    Demand,
    Device,
    Inventory,
    Link,
    RiskGroup,
    Service,
    Site,
)

Plain = str | int | float | bool | list[str] | None
"""What a field holds, as JSON has it."""
Fields = Mapping[str, Plain]


@dataclass(frozen=True, slots=True)
class Change:
    """A field that differs; None stands for what is not declared."""

    field: str
    old: Plain
    new: Plain


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that was added, removed or changed.

    Attributes
    ----------
    kind : str
        ``site``, ``device``, ``link``, ``risk_group``, ``gateway``, ``service`` or
        ``demand``.
    id : str
        Of a demand, its two sites with ``->`` between them.
    changes : tuple of Change
        Empty where it was added or removed.
    """

    kind: str
    id: str
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs, kind by kind, in the order of the inventories."""

    added: tuple[Entry, ...]
    removed: tuple[Entry, ...]
    changed: tuple[Entry, ...]

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return bool(self.added or self.removed or self.changed)


def changes(old: Inventory, new: Inventory) -> Changes:
    """Compare what two inventories declare, by id, in O(their size)."""
    added: list[Entry] = []
    removed: list[Entry] = []
    changed: list[Entry] = []
    before, after = _declared(old), _declared(new)
    for kind, entries in after.items():
        others = before[kind]
        added += (Entry(kind, name) for name in entries if name not in others)
        removed += (Entry(kind, name) for name in others if name not in entries)
        for name, fields in entries.items():
            differing = _differing(others.get(name, fields), fields)
            if differing:
                changed.append(Entry(kind, name, differing))
    return Changes(tuple(added), tuple(removed), tuple(changed))


def _differing(old: Fields, new: Fields) -> tuple[Change, ...]:
    if old == new:
        return ()
    return tuple(
        Change(field, old[field], value)
        for field, value in new.items()
        if old[field] != value
    )


def _declared(inventory: Inventory) -> Mapping[str, Mapping[str, Fields]]:
    return {
        "site": {site.id: _site(site) for site in inventory.sites.values()},
        "device": {each.id: _device(each) for each in inventory.devices.values()},
        "link": {link.id: _link(link) for link in inventory.links.values()},
        "risk_group": {g.id: _group(g) for g in inventory.risk_groups.values()},
        "gateway": {name: {} for name in sorted(inventory.gateways)},
        "service": {each.id: _service(each) for each in inventory.services.values()},
        "demand": _demands(inventory.demands),
    }


def _site(site: Site) -> Fields:
    return {
        "kind": site.kind,
        "organisation": site.organisation,
        "priority": site.priority,
        "people": site.people,
    }


def _device(device: Device) -> Fields:
    return {
        "site": device.site,
        "role": device.role,
        "risk_groups": _sorted(device.risk_groups),
    }


def _link(link: Link) -> Fields:
    return {
        "a": str(link.a),
        "b": str(link.b),
        "capacity_ab": link.capacity_ab,
        "capacity_ba": link.capacity_ba,
        "metric_ab": link.metric_ab,
        "metric_ba": link.metric_ba,
        "backup": link.backup,
        "risk_groups": _sorted(link.risk_groups),
        "supplier": link.supplier,
        "circuit": link.circuit,
    }


def _group(group: RiskGroup) -> Fields:
    return {"kind": group.kind}


def _service(service: Service) -> Fields:
    return {
        "hosts": _sorted(service.hosts),
        "needs": "all" if service.needs_all else "any",
        "used_by": _sorted(service.used_by),
        "priority": service.priority,
    }


def _demands(demands: Sequence[Demand]) -> Mapping[str, Fields]:
    """Return the rate from site to site; what is declared in parts is one demand."""
    rates: dict[str, float] = {}
    for each in demands:
        name = f"{each.source}->{each.target}"
        rates[name] = rates.get(name, 0.0) + each.rate
    return {name: {"rate": rate} for name, rate in rates.items()}


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(names)
