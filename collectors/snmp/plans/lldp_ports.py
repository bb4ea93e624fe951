"""Which interface each port of LLDP-MIB is.

Its port numbers are the agent's own: the ifIndex on many devices, the number on the
front on others, or neither. What the device tells its neighbours of the port says more.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from bellrock.model.neighbourhood import Port, PortKind
from collectors.snmp.ber import Oid
from collectors.snmp.interfaces import DESCR
from collectors.snmp.plans.identifiers import mac, port_id, port_kind
from collectors.snmp.plans.plan import Asked, rows
from collectors.snmp.table import Cell, cell
from collectors.snmp.text import plain
from collectors.snmp.values import Absent

_TOLD = 2, 3, 4  # port id subtype, port id, description
_PHYSICAL: Oid = (1, 3, 6, 1, 2, 1, 2, 2, 1, 6)
_ALIAS: Oid = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 18)

_INDEX = re.compile(r"[1-9][0-9]{0,9}")


async def local_ports(
    asked: Asked, row: Oid, ports: Iterable[int], *, indexed: bool
) -> dict[int, Port]:
    """Return what each of these ports is, by its number; without ifName if unknown.

    Parameters
    ----------
    row : Oid
        Of the table in which the device says what it tells its neighbours.
    indexed : bool
        Whether the number is the ifIndex for certain.
    """
    wanted = sorted(ports)
    names = asked.names()
    known = set(names.values())
    told = await asked.get(*((*row, column, n) for n in wanted for column in _TOLD))
    found: dict[int, Port] = {}
    for at, n in enumerate(wanted):
        values = told[3 * at : 3 * at + 3]
        if all(isinstance(value, Absent) for value in values):
            # It has no names for its ports: then the number is all there is.
            found[n] = Port(names.get(n, ""), "")
            continue
        port = _port(*map(cell, values))
        name = names.get(n, "") if indexed else _by_name(port, names, known)
        found[n] = replace(port, interface=name)
    if not all(port.interface for port in found.values()):
        others = await _Known.read(asked, names)
        for n, port in found.items():
            if not port.interface and port.port:
                # At last what it calls an interface's name, though it shows none of it.
                own = port.port if port.kind is PortKind.NAME else ""
                found[n] = replace(port, interface=others.name(port) or own)
    return found


def _port(subtype: Cell, told: Cell, description: Cell) -> Port:
    kind = port_kind(subtype)
    return Port("", port_id(kind, told), kind, plain(description))


def _by_name(port: Port, names: dict[int, str], known: set[str]) -> str:
    candidates = [port.description, port.port]
    if port.kind is PortKind.NAME:
        candidates.reverse()
    for name in candidates:
        if name in known:
            return name
    if port.kind is PortKind.LOCAL and _INDEX.fullmatch(port.port):
        # As Junos does: the ifIndex as text.
        return names.get(int(port.port), "")
    return ""


@dataclass(frozen=True, slots=True)
class _Known:
    """Interfaces by what else tells them apart; what two have alike is left out."""

    descriptions: dict[str, str]
    aliases: dict[str, str]
    macs: dict[str, str]

    @classmethod
    async def read(cls, asked: Asked, names: dict[int, str]) -> "_Known":
        table = await asked.walk(DESCR, _ALIAS, _PHYSICAL)
        cells = {
            name: row
            for index, row in rows(table, DESCR, _ALIAS, _PHYSICAL)
            if (name := names.get(index[0] if len(index) == 1 else -1))
        }
        return cls(
            _unique((plain(row[0]), name) for name, row in cells.items()),
            _unique((plain(row[1]), name) for name, row in cells.items()),
            _unique(
                (mac(row[2]) if isinstance(row[2], bytes) else "", name)
                for name, row in cells.items()
            ),
        )

    def name(self, port: Port) -> str:
        """Return the one interface that a port can be; "" if it is none, or several."""
        if port.kind is PortKind.MAC:
            found = self.macs.get(port.port, "")
        elif port.kind is PortKind.ALIAS:
            found = self.aliases.get(port.port, "")
        else:
            found = ""
        for text in (port.port, port.description):
            found = found or self.descriptions.get(text, "")
        return found


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, str] = {}
    several: set[str] = set()
    for key, name in pairs:
        if key in found or not key:
            several.add(key)
        found[key] = name
    return {key: name for key, name in found.items() if key not in several}
