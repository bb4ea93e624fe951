"""OSPF-MIB (RFC 4750): who the device is in OSPF, and its neighbours."""

from collections.abc import Iterator

from bellrock.model.neighbourhood import Facts, Neighbour, Protocol
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import ip
from collectors.snmp.plans.onlink import Networks
from collectors.snmp.plans.plan import Asked, number, rows, scalar, unsupported
from collectors.snmp.table import Cell, Table
from collectors.snmp.values import IpAddress

_OSPF: Oid = (1, 3, 6, 1, 2, 1, 14)
_ROUTER_ID: Oid = (*_OSPF, 1, 1)
_IF_ENTRY: Oid = (*_OSPF, 7, 1)
_IF_TYPE: Oid = (*_IF_ENTRY, 4)
_IF_STATE: Oid = (*_IF_ENTRY, 12)
_DESIGNATED: Oid = (*_IF_ENTRY, 13)
_BACKUP: Oid = (*_IF_ENTRY, 14)
_IF_METRIC: Oid = (*_OSPF, 8, 1, 4)
_NEIGHBOUR_ENTRY: Oid = (*_OSPF, 10, 1)
_NEIGHBOUR_ID: Oid = (*_NEIGHBOUR_ENTRY, 3)
_NEIGHBOUR_STATE: Oid = (*_NEIGHBOUR_ENTRY, 6)

_INTERFACE = (_IF_TYPE, _IF_STATE, _DESIGNATED, _BACKUP)
_NEIGHBOUR = (_NEIGHBOUR_ID, _NEIGHBOUR_STATE)
_COLUMNS = (_ROUTER_ID, *_INTERFACE, _IF_METRIC, *_NEIGHBOUR)

STATES = {
    **{1: "down", 2: "attempt", 3: "init", 4: "two_way", 5: "exstart"},
    **{6: "exchange", 7: "loading", 8: "full"},
}
FULL, TWO_WAY = 8, 4
BROADCAST, NBMA = 1, 2
OTHER_ROUTER = 7  # ospfIfState otherDesignatedRouter: neither it nor its backup
_NO_ROUTER = "0.0.0.0"


async def read(asked: Asked) -> Facts:
    """Read router id, interfaces and neighbours with one walk.

    A neighbour is behind the interface in whose network its address is, or behind the
    one that is named in place of an address.
    """
    table = await asked.walk(*_COLUMNS)
    router = address(scalar(table, _ROUTER_ID))
    neighbours = tuple(_neighbours(asked, table))
    if not router and not neighbours:
        raise unsupported("OSPF (OSPF-MIB)")
    return Facts(
        router_id="" if router == _NO_ROUTER else router, neighbours=neighbours
    )


def address(value: Cell) -> str:
    """Return an address or a router id as text; "" if it is none."""
    return ip(value) if isinstance(value, IpAddress) else ""


def _neighbours(asked: Asked, table: Table) -> Iterator[Neighbour]:
    names, networks = asked.names(), Networks(asked.addresses)
    interfaces = dict(rows(table, *_INTERFACE))
    metrics = {
        index[:5]: cost(metric)
        for index, (metric,) in rows(table, _IF_METRIC)
        if index[5:] == (0,)  # type of service: there is only one
    }
    for index, (router, state) in rows(table, *_NEIGHBOUR):
        if len(index) != 5 or max(index[:4]) > 255:
            continue
        theirs, unnumbered = ip(bytes(index[:4])), index[4]
        ours: Oid = (0, 0, 0, 0, unnumbered)
        name = names.get(unnumbered, "")
        if not unnumbered:
            own = networks.holding(theirs)
            if own is not None:
                name = own.interface
                ours = (*map(int, own.address.split(".")), 0)
        known = address(router)
        yield Neighbour(
            Protocol.OSPF,
            name=theirs if known in ("", _NO_ROUTER) else known,
            interface=name,
            status=status(
                number(state),
                two_way_will_do=_two_way_will_do(theirs, interfaces.get(ours)),
            ),
            state=STATES.get(number(state) or 0, ""),
            addresses=(theirs,),
            metric=metrics.get(ours),
        )


def cost(value: Cell) -> int | None:
    """Return a metric; None if it is none."""
    known = number(value)
    return known if known is not None and known >= 0 else None


def status(state: int | None, *, two_way_will_do: bool | None) -> Status:
    """Return whether the protocol has all it needs of a neighbour in this state.

    Parameters
    ----------
    two_way_will_do : bool or None
        Whether ``two_way`` is all that there will be; None if that is not known.
    """
    if state not in STATES or (state == TWO_WAY and two_way_will_do is None):
        return Status.UNKNOWN
    up = state == FULL or (state == TWO_WAY and two_way_will_do is True)
    return Status.UP if up else Status.DOWN


def _two_way_will_do(theirs: str, interface: tuple[Cell, ...] | None) -> bool | None:
    """Return whether neither they nor we are a designated router there."""
    if interface is None:
        return None
    kind, ours, designated, backup = interface
    others = address(designated), address(backup)
    return kind in (BROADCAST, NBMA) and ours == OTHER_ROUTER and theirs not in others
