"""Junos, which writes JSON in which every value is a list of objects with ``data``.

https://www.juniper.net/documentation/us/en/software/junos/junos-overview/topics/topic-map/junos-xml-protocol-json.html
"""

from collections.abc import Iterator

from bellrock.model.neighbourhood import (
    Address,
    Facts,
    Neighbour,
    OspfLink,
    Port,
    PortKind,
    Protocol,
    Sensor,
)
from collectors.ssh.platforms import database
from collectors.ssh.platforms.optics import sensors
from collectors.ssh.platforms.platform import Plan, Platform
from collectors.ssh.platforms.routing import bgp_neighbour, ospf_neighbour
from collectors.ssh.reader import (
    Document,
    address,
    document,
    inside,
    mac,
    number,
    several,
)
from collectors.ssh.text import plain

_KINDS = {
    "interface name": PortKind.NAME,
    "interface alias": PortKind.ALIAS,
    "mac address": PortKind.MAC,
    "network address": PortKind.ADDRESS,
    "locally assigned": PortKind.LOCAL,
    "port component": PortKind.COMPONENT,
    "agent circuit id": PortKind.CIRCUIT,
}
_JSON = " | display json | no-more"


def _data(parent: Document, *keys: str) -> str:
    """Return the text under the first of `keys` that has any."""
    for key in keys:
        for each in several(parent, key):
            found = plain(each.get("data"))
            if found:
                return found
    return ""


def _all(text: str, outer: str, inner: str) -> list[Document]:
    """Return every `inner` in every `outer`."""
    return [
        each for top in several(document(text), outer) for each in several(top, inner)
    ]


def lldp(neighbours: str, local: str) -> Facts:
    """Read who is told of, and what our own ports are called by them."""
    found = []
    for each in _all(
        neighbours, "lldp-neighbors-information", "lldp-neighbor-information"
    ):
        chassis = mac(_data(each, "lldp-remote-chassis-id"))
        kind = _data(each, "lldp-remote-port-id-subtype").lower()
        found.append(
            Neighbour(
                Protocol.LLDP,
                _data(each, "lldp-remote-system-name") or chassis,
                # One or the other, by release.
                _data(each, "lldp-local-port-id", "lldp-local-interface"),
                port=mac(_data(each, "lldp-remote-port-id")),
                port_kind=_KINDS.get(kind, PortKind.UNKNOWN),
                port_description=_data(each, "lldp-remote-port-description"),
                chassis=chassis,
            )
        )
    chassis = ""
    for top in several(document(local), "lldp-local-info"):
        chassis = chassis or mac(_data(top, "lldp-local-chassis-id"))
    ports = [
        Port(
            _data(each, "lldp-local-interface-name"),
            _data(each, "lldp-local-interface-id"),
            PortKind.LOCAL,
            _data(each, "lldp-local-interface-descr"),
        )
        for each in _all(local, "lldp-local-info", "lldp-local-interface-info")
    ]
    return Facts(
        chassis=chassis,
        neighbours=tuple(each for each in found if each.name),
        ports=tuple(port for port in ports if port.interface),
    )


def ospf(neighbours: str, interfaces: str) -> Facts:
    """Read OSPF's neighbours, the interfaces' costs, and their addresses."""
    costs: dict[str, int | None] = {}
    addresses = []
    for each in _all(interfaces, "ospf-interface-information", "ospf-interface"):
        name = _data(each, "interface-name")
        costs[name] = number(_data(each, "interface-cost"), 65535)
        own = address(_data(each, "interface-address"))
        if own:
            mask = _data(each, "address-mask")
            addresses.append(Address(own, _prefix(mask), name))
    found = []
    for each in _all(neighbours, "ospf-neighbor-information", "ospf-neighbor"):
        name = _data(each, "interface-name")
        found.append(
            ospf_neighbour(
                _data(each, "neighbor-id"),
                _data(each, "ospf-neighbor-state"),
                interface=name,
                at=_data(each, "neighbor-address"),
                metric=costs.get(name),
            )
        )
    return Facts(addresses=tuple(addresses), neighbours=tuple(found))


def ospf_database(text: str) -> Facts:
    """Read the links of every router in each area."""
    return database.facts(_database(text))


def _database(text: str) -> Iterator[OspfLink | None]:
    for entry in _all(text, "ospf-database-information", "ospf-database"):
        if database.expired(_data(entry, "age")):
            continue
        for router in several(entry, "ospf-router-lsa"):
            for each in several(router, "ospf-link"):
                yield database.link(
                    _data(entry, "advertising-router"),
                    _data(each, "link-type-name"),
                    _data(each, "link-id"),
                    _data(each, "link-data"),
                    _data(each, "metric"),
                )


def _prefix(mask: str) -> int | None:
    """Return the length of a netmask.

    Examples
    --------
    >>> _prefix("255.255.255.252"), _prefix("")
    (30, None)
    """
    parts = [number(part, 255) for part in mask.split(".")]
    if len(parts) != 4 or None in parts:
        return None
    return sum((part or 0).bit_count() for part in parts)


def bgp(text: str) -> Facts:
    """Read BGP's peers; a port may stand behind their address."""
    found = [
        bgp_neighbour(
            _data(each, "peer-address").partition("+")[0],
            _data(each, "peer-state"),
            _data(each, "peer-as"),
        )
        for each in _all(text, "bgp-information", "bgp-peer")
    ]
    return Facts(neighbours=tuple(each for each in found if each.name))


def optics(text: str) -> Facts:
    """Read the light in and out of each port or lane, in dBm."""
    found: list[Sensor] = []
    for port in _all(text, "interface-information", "physical-interface"):
        name = _data(port, "name")
        for module in several(port, "optics-diagnostics"):
            found += _light(name, module)
            for warmth in several(module, "module-temperature")[:1]:
                celsius = inside(warmth, "attributes").get("junos:celsius")
                found += sensors(name, temperature=celsius)
            for lane in several(module, "optics-diagnostics-lane-values"):
                found += _light(f"{name} lane {_data(lane, 'lane-index')}", lane)
    return Facts(sensors=tuple({each.name: each for each in found}.values()))


def _light(name: str, module: Document) -> list[Sensor]:
    return list(
        sensors(
            name,
            # Called otherwise on coherent and on plain optics.
            receive=_data(
                module, "laser-rx-optical-power-dbm", "rx-signal-avg-optical-power-dbm"
            ),
            transmit=_data(module, "laser-output-power-dbm"),
        )
    )


JUNOS = Platform(
    "junos",
    (
        Plan(
            "lldp",
            (f"show lldp neighbors{_JSON}", f"show lldp local-information{_JSON}"),
            lldp,
        ),
        Plan(
            "ospf",
            (f"show ospf neighbor{_JSON}", f"show ospf interface detail{_JSON}"),
            ospf,
        ),
        Plan("bgp", (f"show bgp summary{_JSON}",), bgp),
        Plan("optics", (f"show interfaces diagnostics optics{_JSON}",), optics),
    ),
    database=Plan(
        database.NAME, (f"show ospf database router detail{_JSON}",), ospf_database
    ),
    preparation=("set cli screen-length 0", "set cli screen-width 511"),
)
