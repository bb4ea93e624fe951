"""An inventory as YAML, one entry a line, for people to complete."""

from collections.abc import Iterable, Iterator, Sequence

from bellrock.inventory.yamltext import entry, quoted, rate, remark, scalar, span, title
from bellrock.model.inventory import Device, Inventory, Link, RiskGroup, Service, Site


def write(inventory: Inventory, head: Sequence[str] = ()) -> str:
    """Return YAML that reads back as `inventory`.

    Parameters
    ----------
    inventory : Inventory
        One without gateways is written too, though nobody will load it.
    head : sequence of str
        Remarks for the top, a line each.

    Notes
    -----
    Rates and times keep twelve decimals. What is declared by kind, ``reliability`` and
    ``availability_target``, is not written: no source that we import has it. Gateways
    come out as devices, and the users of a service as a list of sites, which is what an
    inventory resolves them to; a service that nobody uses is left out, since an empty
    list there means everybody.
    """
    return "".join(f"{line}\n" for line in _lines(inventory, head))


def _lines(inventory: Inventory, head: Sequence[str]) -> Iterator[str]:
    yield from map(remark, head)
    if head:
        yield ""
    name = title(inventory.name)
    yield f"network: {{id: {scalar(inventory.id)}, name: {name}}}"
    yield from _section(
        "organisations",
        (
            {"id": scalar(each.id), "name": title(each.name)}
            for each in inventory.organisations.values()
        ),
    )
    yield from _section(
        "suppliers",
        (
            {"id": scalar(each.id), "name": title(each.name)}
            | ({"phone": title(each.phone)} if each.phone else {})
            for each in inventory.suppliers.values()
        ),
    )
    yield from _section("sites", map(_site, inventory.sites.values()))
    yield from _section("devices", map(_device, inventory.devices.values()))
    yield from _section("links", map(link_entry, inventory.links.values()))
    yield from _section(
        "risk_groups", map(risk_group_entry, inventory.risk_groups.values())
    )
    yield ""
    if inventory.gateways:
        yield f"gateways: {_list(sorted(inventory.gateways))}"
    else:
        yield "# To complete: where sites must reach; ids of sites or devices."
        yield "gateways: []"
    used = (each for each in inventory.services.values() if _users(each))
    yield from _section("services", map(_service, used))
    yield from _section(
        "demands",
        (
            {"from": scalar(each.source), "to": scalar(each.target)}
            | {"rate": rate(each.rate)}
            for each in inventory.demands
        ),
    )


def _section(key: str, entries: Iterable[dict[str, str]]) -> Iterator[str]:
    lines = [entry(each) for each in entries]
    if lines:
        yield ""
        yield f"{key}:"
        yield from lines


def _site(site: Site) -> dict[str, str]:
    parts = {
        "id": scalar(site.id),
        "name": title(site.name),
        "kind": title(site.kind),
    }
    if site.organisation is not None:
        parts["organisation"] = scalar(site.organisation)
    if site.lat is not None and site.lon is not None:
        parts["lat"], parts["lon"] = repr(site.lat), repr(site.lon)
    if site.priority != Site.__dataclass_fields__["priority"].default:
        parts["priority"] = str(site.priority)
    if site.people:
        parts["people"] = str(site.people)
    return parts | _repair(site)


def _device(device: Device) -> dict[str, str]:
    parts = {"id": scalar(device.id), "site": scalar(device.site)}
    words = {
        "role": device.role,
        "address": device.address,
        "snmp": device.snmp,
        "ssh": device.ssh,
        "platform": device.platform,
    }
    parts |= {key: title(word) for key, word in words.items() if word}
    if device.probes:
        parts["probes"] = _list(device.probes)
    if device.ports:
        inside = ", ".join(f"{key}: {port}" for key, port in device.ports.items())
        parts["ports"] = f"{{{inside}}}"
    if device.risk_groups:
        parts["risk_groups"] = _list(device.risk_groups)
    return parts | _repair(device)


def link_entry(link: Link) -> dict[str, str]:
    """Return the keys of a link and what stands behind them, as YAML."""
    parts = {
        "id": scalar(link.id),
        "a": quoted(str(link.a)),
        "b": quoted(str(link.b)),
    }
    if link.capacity_ab is not None and link.capacity_ba is not None:
        parts["capacity"] = _both(rate(link.capacity_ab), rate(link.capacity_ba))
    if link.metric_declared:
        parts["metric"] = _both(str(link.metric_ab), str(link.metric_ba))
    if link.supplier is not None:
        parts["supplier"] = scalar(link.supplier)
    if link.circuit:
        parts["circuit"] = title(link.circuit)
    if link.risk_groups:
        parts["risk_groups"] = _list(link.risk_groups)
    if link.backup:
        parts["backup"] = "true"
    return parts | _repair(link)


def risk_group_entry(group: RiskGroup) -> dict[str, str]:
    """Return the keys of a risk group and what stands behind them, as YAML."""
    return {
        "id": scalar(group.id),
        "kind": title(group.kind),
        "name": title(group.name),
        **_repair(group),
    }


def _repair(thing: Site | Device | Link | RiskGroup) -> dict[str, str]:
    times = {"mtbf": thing.mtbf, "mttr": thing.mttr}
    return {key: span(time) for key, time in times.items() if time is not None}


def _service(service: Service) -> dict[str, str]:
    need = "all" if service.needs_all else "any"
    return {
        "id": scalar(service.id),
        "name": title(service.name),
        "priority": str(service.priority),
        "hosted_at": f"{{{need}: {_list(service.hosts)}}}",
        "used_from": f"{{site: {_list(_users(service))}}}",
    }


def _users(service: Service) -> list[str]:
    return sorted(service.used_by | service.used_if_moved)


def _both(ab: str, ba: str) -> str:
    return ab if ab == ba else f"{{ab: {ab}, ba: {ba}}}"


def _list(ids: Iterable[str]) -> str:
    return f"[{', '.join(map(scalar, ids))}]"
