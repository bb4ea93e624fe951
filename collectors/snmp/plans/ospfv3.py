"""OSPFV3-MIB (RFC 5643): who the device is in OSPF for IPv6, and its neighbours.

Interfaces are known by ifIndex and routers by number, so nothing has to be looked up.
"""

from collections.abc import Iterator

from bellrock.model.neighbourhood import Facts, Neighbour, Protocol
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.plans import ospf
from collectors.snmp.plans.identifiers import ip
from collectors.snmp.plans.plan import Asked, number, rows, scalar, unsupported
from collectors.snmp.table import Cell, Table

_OSPFV3: Oid = (1, 3, 6, 1, 2, 1, 191, 1)
_ROUTER_ID: Oid = (*_OSPFV3, 1, 1)
_IF_ENTRY: Oid = (*_OSPFV3, 7, 1)
_NEIGHBOUR_ENTRY: Oid = (*_OSPFV3, 9, 1)

# Type, state, designated router, its backup, metric.
_INTERFACE = tuple((*_IF_ENTRY, n) for n in (4, 12, 13, 14, 18))
_ADDRESS: Oid = (*_NEIGHBOUR_ENTRY, 5)
_STATE: Oid = (*_NEIGHBOUR_ENTRY, 8)


async def read(asked: Asked) -> Facts:
    """Read router id, interfaces and neighbours with one walk."""
    table = await asked.walk(_ROUTER_ID, *_INTERFACE, _ADDRESS, _STATE)
    router = number(scalar(table, _ROUTER_ID))
    neighbours = tuple(_neighbours(asked, table))
    if router is None and not neighbours:
        raise unsupported("OSPF for IPv6 (OSPFV3-MIB)")
    return Facts(router_id=_dotted(router or 0), neighbours=neighbours)


def _dotted(router: int) -> str:
    return ip(router.to_bytes(4)) if 0 < router < 2**32 else ""


def _neighbours(asked: Asked, table: Table) -> Iterator[Neighbour]:
    names = asked.names()
    interfaces = dict(rows(table, *_INTERFACE))
    for index, (address, told) in rows(table, _ADDRESS, _STATE):
        if len(index) != 3 or not _dotted(index[2]):
            continue
        interface = interfaces.get(index[:2])
        state = number(told)
        theirs = ip(address) if isinstance(address, bytes) else ""
        yield Neighbour(
            Protocol.OSPF,
            name=_dotted(index[2]),
            interface=names.get(index[0], ""),
            status=_status(state, index[2], interface),
            state=ospf.STATES.get(state or 0, ""),
            addresses=(theirs,) if theirs else (),
            metric=None if interface is None else ospf.cost(interface[4]),
        )


def _status(
    state: int | None, router: int, interface: tuple[Cell, ...] | None
) -> Status:
    two_way_will_do = None
    if interface is not None:
        two_way_will_do = (
            interface[0] in (ospf.BROADCAST, ospf.NBMA)
            and interface[1] == ospf.OTHER_ROUTER
            and router not in interface[2:4]
        )
    return ospf.status(state, two_way_will_do=two_way_will_do)
