"""CISCO-CDP-MIB: neighbours that speak Cisco's protocol in place of LLDP, or beside."""

from collections.abc import Iterator

from bellrock.model.neighbourhood import Facts, Neighbour, PortKind, Protocol
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import ip, text_or_octets
from collectors.snmp.plans.plan import Asked, rows, scalar, unsupported
from collectors.snmp.table import Cell, Table
from collectors.snmp.text import plain

_CDP: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 23, 1)
_CACHE_ENTRY: Oid = (*_CDP, 2, 1, 1)
_ADDRESS: Oid = (*_CACHE_ENTRY, 4)
_DEVICE_ID: Oid = (*_CACHE_ENTRY, 6)
_PORT: Oid = (*_CACHE_ENTRY, 7)
_SYSTEM_NAME: Oid = (*_CACHE_ENTRY, 17)
_RUNS: Oid = (*_CDP, 3, 1)

_CACHE = (_ADDRESS, _DEVICE_ID, _PORT, _SYSTEM_NAME)


async def read(asked: Asked) -> Facts:
    """Read the cache; whether CDP runs at all tells none from no neighbours."""
    table = await asked.walk(_RUNS, *_CACHE)
    neighbours = tuple(_neighbours(asked, table))
    if scalar(table, _RUNS) is None and not neighbours:
        raise unsupported("CDP (CISCO-CDP-MIB)")
    return Facts(neighbours=neighbours)


def _neighbours(asked: Asked, table: Table) -> Iterator[Neighbour]:
    names = asked.names()
    for index, (address, device, port, system) in rows(table, *_CACHE):
        told = text_or_octets(device)
        name = plain(system) or told
        if len(index) == 2 and name:
            theirs = _address(address)
            yield Neighbour(
                Protocol.CDP,
                name=name,
                interface=names.get(index[0], ""),
                port=text_or_octets(port),
                port_kind=PortKind.NAME if port else PortKind.UNKNOWN,
                chassis=told,
                addresses=(theirs,) if theirs else (),
            )


def _address(value: Cell) -> str:
    return ip(value) if isinstance(value, bytes) else ""
