"""lldpd's own JSON, ``lldpcli -f json0``, in which every value is a list.

https://lldpd.github.io/usage.html
"""

from collections.abc import Iterator

from bellrock.model.neighbourhood import Facts, Neighbour, Port, PortKind, Protocol
from collectors.ssh.platforms.platform import Plan
from collectors.ssh.reader import Document, address, document, mac, several, word

_KINDS = {
    "ifalias": PortKind.ALIAS,
    "ifname": PortKind.NAME,
    "mac": PortKind.MAC,
    "ip": PortKind.ADDRESS,
    "local": PortKind.LOCAL,
}


def read(neighbours: str, interfaces: str) -> Facts:
    """Read ``show neighbors details`` and ``show interfaces details``."""
    own = list(_interfaces(interfaces))
    return Facts(
        chassis=next((mac(_value(each, "chassis", "id")) for each in own), ""),
        neighbours=tuple(_neighbours(neighbours)),
        ports=tuple(_port(each) for each in own),
    )


def _interfaces(text: str) -> Iterator[Document]:
    for top in several(document(text), "lldp"):
        yield from several(top, "interface")


def _neighbours(text: str) -> Iterator[Neighbour]:
    for each in _interfaces(text):
        # It hears other protocols too, where it was told to.
        via = word(each, "via")
        if not via.startswith(("LLDP", "CDP")):
            continue
        port = _port(each)
        chassis = mac(_value(each, "chassis", "id"))
        managed = [
            address(found.get("value"))
            for chassis_entry in several(each, "chassis")
            for found in several(chassis_entry, "mgmt-ip")
        ]
        yield Neighbour(
            Protocol.LLDP if via.startswith("LLDP") else Protocol.CDP,
            _value(each, "chassis", "name") or chassis,
            port.interface,
            port=port.port,
            port_kind=port.kind,
            port_description=port.description,
            chassis=chassis,
            addresses=tuple(filter(None, managed)),
        )


def _port(interface: Document) -> Port:
    """Return the port that is described, under the name of the interface it is at."""
    for port in several(interface, "port"):
        for found in several(port, "id"):
            kind = _KINDS.get(word(found, "type"), PortKind.UNKNOWN)
            name = word(found, "value")
            return Port(
                word(interface, "name"),
                mac(name) if kind is PortKind.MAC else name,
                kind,
                _value(interface, "port", "descr"),
            )
    return Port(word(interface, "name"), "")


def _value(parent: Document, outer: str, inner: str) -> str:
    for each in several(parent, outer):
        for found in several(each, inner):
            return word(found, "value")
    return ""


LLDP = Plan(
    "lldp",
    (
        "lldpcli -f json0 show neighbors details",
        "lldpcli -f json0 show interfaces details",
    ),
    read,
)
