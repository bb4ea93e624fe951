"""BGP4-MIB (RFC 4273), and Cisco's of the same shape, which knows IPv6: BGP peers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from bellrock.model.neighbourhood import Facts, Neighbour, Protocol
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import indexed_ip, ip
from collectors.snmp.plans.onlink import Networks
from collectors.snmp.plans.plan import Asked, number, rows, scalar, unsupported
from collectors.snmp.table import Cell, Table
from collectors.snmp.values import IpAddress

_BGP: Oid = (1, 3, 6, 1, 2, 1, 15)
_LOCAL_AS: Oid = (*_BGP, 2)
_IDENTIFIER: Oid = (*_BGP, 4)
_PEER: Oid = (*_BGP, 3, 1)
_CISCO_PEER: Oid = (1, 3, 6, 1, 4, 1, 9, 9, 187, 1, 2, 5, 1)
_MIB = "mib"


@dataclass(frozen=True, slots=True)
class _Mib:
    """Where a MIB has its peers.

    Attributes
    ----------
    columns : tuple of Oid
        State, what it is told to be, and remote AS.
    typed : bool
        Whether addresses in indexes have type and length before them.
    """

    columns: tuple[Oid, ...]
    typed: bool


_MIBS: Mapping[str, _Mib] = {
    "CISCO-BGP4-MIB": _Mib(
        ((*_CISCO_PEER, 3), (*_CISCO_PEER, 4), (*_CISCO_PEER, 11)), typed=True
    ),
    "BGP4-MIB": _Mib(((*_PEER, 2), (*_PEER, 3), (*_PEER, 9)), typed=False),
}
_STATES = {
    **{1: "idle", 2: "connect", 3: "active", 4: "opensent"},
    **{5: "openconfirm", 6: "established"},
}
_ESTABLISHED = 6
_STOPPED = 1
_MANY = 23456
"""AS_TRANS: stands for every AS with more than 16 bits, where there is no room."""


async def read(asked: Asked) -> Facts:
    """Read router id and peers; which MIB has peers is found out once."""
    noted = asked.notes.get(_MIB)
    runs: Cell = None
    router: Cell = None
    for name, mib in _MIBS.items():
        if noted in (None, name):
            table = await asked.walk(_LOCAL_AS, _IDENTIFIER, *mib.columns)
            runs, router = scalar(table, _LOCAL_AS), scalar(table, _IDENTIFIER)
            peers = tuple(_peers(asked, table, mib))
            if peers:
                asked.notes[_MIB] = name
                return Facts(router_id=_router(router), neighbours=peers)
    asked.notes.clear()
    if not runs and not _router(router):
        raise unsupported("BGP (BGP4-MIB)")
    return Facts(router_id=_router(router))


def _router(value: Cell) -> str:
    known = isinstance(value, IpAddress) and any(value)
    return ip(value) if known and isinstance(value, IpAddress) else ""


def _peers(asked: Asked, table: Table, mib: _Mib) -> Iterator[Neighbour]:
    networks = Networks(asked.addresses)
    for index, (state, admin, remote_as) in rows(table, *mib.columns):
        theirs = _address(index, typed=mib.typed)
        known = number(state)
        if not theirs or known is None:
            continue
        stopped = number(admin) == _STOPPED
        own = networks.holding(theirs)
        yield Neighbour(
            Protocol.BGP,
            name=theirs,
            interface="" if own is None else own.interface,
            status=Status.UNKNOWN if stopped else _status(known),
            state="stopped" if stopped else _STATES.get(known, ""),
            addresses=(theirs,),
            remote_as=_as_number(number(remote_as)),
        )


def _address(index: Oid, *, typed: bool) -> str:
    if typed:
        return indexed_ip(index)
    return ip(bytes(index)) if len(index) == 4 and max(index) <= 255 else ""


def _status(state: int) -> Status:
    if state not in _STATES:
        return Status.UNKNOWN
    return Status.UP if state == _ESTABLISHED else Status.DOWN


def _as_number(told: int | None) -> int | None:
    return None if told is None or told <= 0 or told == _MANY else told
