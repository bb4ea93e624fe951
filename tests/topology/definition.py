"""The rules of the analyses written out naively: remove it and look.

Shares nothing with the code under test but the inventory's own classes, and stays
slow and plain on purpose.
"""

from collections.abc import Iterable, Iterator

from bellrock.model.inventory import Inventory, Service

INFRASTRUCTURE = {"exchange", "pop", "datacentre"}


def user_sites(net: Inventory) -> set[str]:
    """Sites that have devices and are neither gateway nor infrastructure."""
    equipped = {device.site for device in net.devices.values()}
    gateway_sites = {net.devices[gateway].site for gateway in net.gateways}
    return {
        site.id
        for site in net.sites.values()
        if site.id in equipped
        and site.id not in gateway_sites
        and site.kind not in INFRASTRUCTURE
    }


def spread(net: Inventory, down: set[str], start: Iterable[str]) -> set[str]:
    """Up devices joined to the up devices of `start` by up links and up devices."""
    seen = {device for device in start if device not in down}
    grown = True
    while grown:
        grown = False
        for link in net.links.values():
            a, b = link.a.device, link.b.device
            if link.id in down or a in down or b in down:
                continue
            if (a in seen) != (b in seen):
                seen |= {a, b}
                grown = True
    return seen


def devices_at(net: Inventory, site: str) -> set[str]:
    return {device.id for device in net.devices.values() if device.site == site}


def reached(net: Inventory, down: set[str]) -> set[str]:
    """User sites some device of which has a path to an up gateway."""
    alive = spread(net, down, net.gateways)
    return {site for site in user_sites(net) if devices_at(net, site) & alive}


def has_service(net: Inventory, service: Service, site: str, down: set[str]) -> bool:
    alive = spread(net, down, devices_at(net, site))
    hosts = [bool(devices_at(net, host) & alive) for host in service.hosts]
    return all(hosts) if service.needs_all else any(hosts)


def elements(net: Inventory) -> Iterator[tuple[str, str, set[str]]]:
    """Everything that can fail: id, kind, and the devices and links that go down."""
    for device in net.devices:
        yield device, "device", {device}
    for link in net.links:
        yield link, "link", {link}
    for site in net.sites:
        yield site, "site", devices_at(net, site)
    for group in net.risk_groups:
        members = {d.id for d in net.devices.values() if group in d.risk_groups}
        members |= {k.id for k in net.links.values() if group in k.risk_groups}
        yield group, "risk_group", members


def cut_off(net: Inventory, down: set[str]) -> dict[str, set[str]]:
    """For each element that cuts user sites off, which."""
    before = reached(net, down)
    cut = {
        element: before - reached(net, down | members) - {element}
        for element, _, members in elements(net)
    }
    return {element: sites for element, sites in cut.items() if sites}


def services_cut(net: Inventory, down: set[str]) -> dict[str, set[str]]:
    """For each element that takes services from other user sites, which services."""
    cut: dict[str, set[str]] = {}
    for service in net.services.values():
        having = {
            site
            for site in service.used_by & user_sites(net)
            if has_service(net, service, site, down)
        }
        for element, _, members in elements(net):
            for site in having - {element}:
                if not has_service(net, service, site, down | members):
                    cut.setdefault(element, set()).add(service.id)
    return cut


def on_premises(net: Inventory, element: str, kind: str, site: str) -> bool:
    """Whether all of the element is the site's own."""
    if kind == "device":
        return net.devices[element].site == site
    if kind == "link":
        link = net.links[element]
        ends = {net.devices[link.a.device].site, net.devices[link.b.device].site}
        return ends == {site}
    if kind == "site":
        return element == site
    members = next(m for e, k, m in elements(net) if e == element)
    return bool(members) and all(
        on_premises(net, m, "device" if m in net.devices else "link", site)
        for m in members
    )


def redundancy(net: Inventory, down: set[str]) -> dict[str, int]:
    """0 cut off now, 1 cut off by one failure off its premises, else 2."""
    cut = cut_off(net, down)
    now = reached(net, down)
    levels = {}
    for site in user_sites(net):
        cutters = [
            element
            for element, kind, _ in elements(net)
            if site in cut.get(element, ())
            and not on_premises(net, element, kind, site)
        ]
        levels[site] = 0 if site not in now else 1 if cutters else 2
    return levels


def falsely_diverse(net: Inventory, down: set[str]) -> dict[str, set[str]]:
    """Sites no device or link off their premises cuts off, and what does."""
    cut = cut_off(net, down)
    diverse = {}
    for site in user_sites(net):
        cutters = {
            element: kind
            for element, kind, _ in elements(net)
            if site in cut.get(element, ())
            and not on_premises(net, element, kind, site)
        }
        if cutters and not {"device", "link"} & set(cutters.values()):
            diverse[site] = set(cutters)
    return diverse


def single_equipment(net: Inventory, down: set[str]) -> set[str]:
    """Sites cut off by losing one device of their own, or left with fewer than two."""
    now = reached(net, down)
    single = set()
    for site in user_sites(net):
        own = devices_at(net, site)
        if site in now:
            if any(site not in reached(net, down | {device}) for device in own):
                single.add(site)
        elif len(own - down) < 2:
            single.add(site)
    return single


def on_site(net: Inventory, element: str, kind: str, cut: set[str]) -> bool:
    """Whether it lies on the premises of a site that it cuts off."""
    return any(on_premises(net, element, kind, site) for site in cut)
