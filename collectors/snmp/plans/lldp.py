"""LLDP-MIB (IEEE 802.1AB): who is at the other end of each cable.

Two MIBs say the same: that of 2005, whose ports have numbers of their own, and that of
2009, whose ports are interfaces. Devices have either, or both.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bellrock.model.neighbourhood import Facts, Neighbour, Protocol
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import (
    chassis_id,
    indexed_ip,
    port_id,
    port_kind,
)
from collectors.snmp.plans.lldp_ports import local_ports
from collectors.snmp.plans.plan import Asked, rows, scalar, unsupported
from collectors.snmp.table import Cell, Table
from collectors.snmp.text import plain

_MIB = "mib"
_MOST_ADDRESSES = 16
"""Of one neighbour that are kept; a table may be full of them."""


@dataclass(frozen=True, slots=True)
class Mib:
    """One of the two.

    Attributes
    ----------
    chassis_subtype, chassis : Oid
        The device's own.
    remote : tuple of Oid
        Columns of the remote table: chassis id subtype, chassis id, port id subtype,
        port id, port description, system name.
    management : Oid
        A column of the management addresses' table.
    place : int
        Numbers of an index that tell a neighbour from the others; the second of them
        is the port, and the first a time that may differ from table to table.
    ports : Oid
        The row of the local ports' table.
    indexed : bool
        Whether a port's number is its ifIndex.
    """

    chassis_subtype: Oid
    chassis: Oid
    remote: tuple[Oid, ...]
    management: Oid
    place: int
    ports: Oid
    indexed: bool


def _mib(base: Oid, first_remote: int, place: int, *, indexed: bool) -> Mib:
    remote = (*base, 4, 1, 1)
    return Mib(
        *((*base, 3, 1), (*base, 3, 2)),
        tuple((*remote, first_remote + column) for column in range(6)),
        (*base, 4, 2, 1, 3),
        place,
        (*base, 3, 7, 1),
        indexed,
    )


_MIBS: Mapping[str, Mib] = {
    "LLDP-MIB": _mib((1, 0, 8802, 1, 1, 2, 1), 4, 3, indexed=False),
    "LLDP-V2-MIB": _mib((1, 3, 111, 2, 802, 1, 1, 13, 1), 5, 4, indexed=True),
}


async def read(asked: Asked) -> Facts:
    """Read the own chassis id, and all neighbours, from the MIB that there is."""
    noted = asked.notes.get(_MIB)
    for name, mib in _MIBS.items():
        if noted in (None, name):
            found = await _read(asked, mib)
            if found is not None:
                asked.notes[_MIB] = name
                return found
    asked.notes.clear()
    raise unsupported("LLDP (LLDP-MIB, LLDP-V2-MIB)")


async def _read(asked: Asked, mib: Mib) -> Facts | None:
    """Return what a MIB says; None if it is not there."""
    table = await asked.walk(
        *(mib.chassis_subtype, mib.chassis, *mib.remote, mib.management)
    )
    chassis = chassis_id(scalar(table, mib.chassis_subtype), scalar(table, mib.chassis))
    remote = {
        index[1:]: cells
        for index, cells in rows(table, *mib.remote)
        if len(index) == mib.place
    }
    if not chassis and not remote:
        return None
    ports = await local_ports(
        asked, mib.ports, {index[0] for index in remote}, indexed=mib.indexed
    )
    managed = _management(table, mib)
    return Facts(
        chassis=chassis,
        neighbours=tuple(
            neighbour
            for index, cells in remote.items()
            if (
                neighbour := _neighbour(
                    cells, ports[index[0]].interface, managed.get(index, ())
                )
            ).name
        ),
        ports=tuple(p for p in ports.values() if p.interface and p.port),
    )


def _management(table: Table, mib: Mib) -> dict[Oid, tuple[str, ...]]:
    """Return the management addresses of each neighbour, of many the first ones."""
    found: dict[Oid, tuple[str, ...]] = {}
    for index, _ in rows(table, mib.management):
        whose = index[1 : mib.place]
        before = found.get(whose, ())
        if len(before) < _MOST_ADDRESSES:
            address = indexed_ip(index[mib.place :])
            if address:
                found[whose] = (*before, address)
    return found


def _neighbour(
    cells: tuple[Cell, ...], interface: str, addresses: tuple[str, ...]
) -> Neighbour:
    chassis = chassis_id(cells[0], cells[1])
    kind = port_kind(cells[2])
    return Neighbour(
        Protocol.LLDP,
        name=plain(cells[5]) or chassis,
        interface=interface,
        port=port_id(kind, cells[3]),
        port_kind=kind,
        port_description=plain(cells[4]),
        chassis=chassis,
        addresses=tuple(dict.fromkeys(addresses)),
    )
