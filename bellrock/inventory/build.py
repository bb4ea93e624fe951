"""Validated entries into the model, with everything resolved."""

from collections.abc import Iterable, Mapping, Sequence

from bellrock.inventory.schema import (
    CircuitEntry,
    DeviceEntry,
    FileEntry,
    NetworkEntry,
    RepairEntry,
    RiskGroupEntry,
    ServiceEntry,
    SiteEntry,
    UsersEntry,
)
from bellrock.model.inventory import (
    Demand,
    Device,
    Inventory,
    Link,
    Organisation,
    RiskGroup,
    Service,
    Site,
    Supplier,
)
from bellrock.model.reliability import Reliability, Repair, Targets


def build(network: NetworkEntry, files: Sequence[FileEntry]) -> Inventory:
    """Merge `files`, whose references have been checked, in their order."""
    sites = {each.id: _site(each) for file in files for each in file.sites}
    devices = {each.id: _device(each) for file in files for each in file.devices}
    gateways = _gateway_devices((g for f in files for g in f.gateways), devices)
    bare = Inventory(
        id=network.id,
        name=network.name or network.id,
        sites=sites,
        devices=devices,
        links={each.id: link(each.id, each) for file in files for each in file.links},
        risk_groups={
            each.id: risk_group(each) for file in files for each in file.risk_groups
        },
        gateways=gateways,
    )
    users = [sites[name] for name in sorted(bare.user_sites())]
    moved = [sites[name] for name in sorted(bare.moved_sites())]
    return Inventory(
        id=bare.id,
        name=bare.name,
        sites=bare.sites,
        devices=bare.devices,
        links=bare.links,
        risk_groups=bare.risk_groups,
        gateways=gateways,
        organisations={
            each.id: Organisation(each.id, each.name or each.id)
            for file in files
            for each in file.organisations
        },
        suppliers={
            each.id: Supplier(each.id, each.name or each.id, each.phone)
            for file in files
            for each in file.suppliers
        },
        services={
            each.id: _service(each, users, moved)
            for file in files
            for each in file.services
        },
        demands=tuple(
            Demand(each.source, each.target, each.rate)
            for file in files
            for each in file.demands
        ),
        reliability=_reliability(files),
        targets=_targets(files),
    )


def _gateway_devices(
    names: Iterable[str], devices: Mapping[str, Device]
) -> frozenset[str]:
    chosen = frozenset(names)
    return frozenset(
        device.id
        for device in devices.values()
        if device.id in chosen or device.site in chosen
    )


def _reliability(files: Sequence[FileEntry]) -> Reliability:
    for file in files:
        if file.reliability is not None:
            told = file.reliability
            return Reliability(
                devices=_repairs(told.devices),
                links=_repairs(told.links),
                risk_groups=_repairs(told.risk_groups),
                sites=_repairs(told.sites),
            )
    return Reliability()


def _repairs(entries: Mapping[str, RepairEntry]) -> dict[str, Repair]:
    return {kind: Repair(entry.mtbf, entry.mttr) for kind, entry in entries.items()}


def _targets(files: Sequence[FileEntry]) -> Targets:
    for file in files:
        if file.availability_target is not None:
            told = file.availability_target
            return Targets(told.default, told.kind, told.priority)
    return Targets()


def _site(entry: SiteEntry) -> Site:
    return Site(
        entry.id,
        entry.name or entry.id,
        entry.kind,
        entry.organisation,
        entry.lat,
        entry.lon,
        entry.priority,
        entry.people,
        entry.mtbf,
        entry.mttr,
    )


def _device(entry: DeviceEntry) -> Device:
    return Device(
        entry.id,
        entry.site,
        entry.role,
        entry.address,
        entry.snmp,
        entry.probes,
        entry.ports,
        entry.risk_groups,
        entry.ssh,
        entry.platform,
        entry.mtbf,
        entry.mttr,
    )


def risk_group(entry: RiskGroupEntry) -> RiskGroup:
    """Return the risk group `entry` describes."""
    return RiskGroup(
        entry.id, entry.kind, entry.name or entry.id, entry.mtbf, entry.mttr
    )


def link(name: str, entry: CircuitEntry) -> Link:
    """Return the link `entry` describes, with the id `name`."""
    capacity = entry.capacity
    return Link(
        name,
        entry.a,
        entry.b,
        capacity.ab if capacity else None,
        capacity.ba if capacity else None,
        entry.metric.ab,
        entry.metric.ba,
        entry.supplier,
        entry.circuit,
        entry.risk_groups,
        entry.backup,
        metric_declared="metric" in entry.model_fields_set,
        mtbf=entry.mtbf,
        mttr=entry.mttr,
    )


def _service(
    entry: ServiceEntry, users: Iterable[Site], moved: Iterable[Site]
) -> Service:
    return Service(
        entry.id,
        entry.name or entry.id,
        hosts=entry.hosted_at.any or entry.hosted_at.all or (),
        needs_all=entry.hosted_at.all is not None,
        used_by=_chosen(entry.used_from, users),
        priority=entry.priority,
        used_if_moved=_chosen(entry.used_from, moved),
    )


def _chosen(wanted: UsersEntry, sites: Iterable[Site]) -> frozenset[str]:
    return frozenset(
        site.id
        for site in sites
        if _holds(wanted.kind, site.kind)
        and _holds(wanted.organisation, site.organisation)
        and _holds(wanted.site, site.id)
        and _holds(wanted.priority, site.priority)
    )


def _holds(wanted: tuple[object, ...] | None, value: object) -> bool:
    """Tell whether a list, if it was given and not left empty, names `value`."""
    return not wanted or value in wanted
