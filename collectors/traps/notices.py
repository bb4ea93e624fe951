"""From a notice's variables to what it says: numbers only, no MIB is ever looked up."""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address

from bellrock.model.observation import Notice, NoticeKind
from bellrock.model.status import Status
from collectors.snmp.ber import Oid
from collectors.snmp.text import plain
from collectors.snmp.values import OctetString

Content = int | bytes | Oid | None
Variables = Iterable[tuple[Oid, Content]]

_TRAP_OID = (1, 3, 6, 1, 6, 3, 1, 1, 4, 1, 0)
_STANDARD = (1, 3, 6, 1, 6, 3, 1, 1, 5)
_OSPF, _BGP = (1, 3, 6, 1, 2, 1, 14, 16, 2), (1, 3, 6, 1, 2, 1, 15)
_KINDS: Mapping[Oid, NoticeKind] = {
    (*_STANDARD, 1): NoticeKind.COLD_START,
    (*_STANDARD, 2): NoticeKind.WARM_START,
    (*_STANDARD, 3): NoticeKind.LINK_DOWN,
    (*_STANDARD, 4): NoticeKind.LINK_UP,
    (*_STANDARD, 5): NoticeKind.AUTHENTICATION_FAILURE,
    (*_OSPF, 2): NoticeKind.OSPF_NEIGHBOUR,
    # RFC 4273, which writes a zero before the last number, and RFC 1657 before it.
    (*_BGP, 1): NoticeKind.BGP_ESTABLISHED,
    (*_BGP, 2): NoticeKind.BGP_BACKWARD,
    (*_BGP, 7, 1): NoticeKind.BGP_ESTABLISHED,
    (*_BGP, 7, 2): NoticeKind.BGP_BACKWARD,
}

_IF_INDEX, _IF_DESCR, _IF_OPER_STATUS = (
    (1, 3, 6, 1, 2, 1, 2, 2, 1, column) for column in (1, 2, 8)
)
_IF_NAME = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 1)
_OSPF_ROUTER_ID, _OSPF_STATE = (
    (1, 3, 6, 1, 2, 1, 14, 10, 1, column) for column in (3, 6)
)
_BGP_STATE = (1, 3, 6, 1, 2, 1, 15, 3, 1, 2)
_BGP_PEER = (1, 3, 6, 1, 2, 1, 15, 3, 1)

_OPER_STATUS = {
    **{1: Status.UP, 2: Status.DOWN, 6: Status.DOWN, 7: Status.DOWN},
}
_OSPF_STATES = (
    *("down", "attempt", "init", "two_way", "exchange_start", "exchange"),
    *("loading", "full"),
)
_BGP_STATES = (
    *("idle", "connect", "active", "opensent", "openconfirm", "established"),
)
_LONGEST = 20
"""Numbers of an unknown notice's OID that are told."""


def understand(device: str, at: float, variables: Variables) -> Notice:
    """Return what a notice says.

    Parameters
    ----------
    at : float
        When it came; seconds, monotonic.
    variables
        As version 2c has them; those of a version 1 trap translated (RFC 3584, 3.1).
    """
    told = dict(variables)
    oid = told.get(_TRAP_OID)
    if not isinstance(oid, tuple):
        oid = ()
    kind = _KINDS.get(_without_zero(oid), NoticeKind.OTHER)
    if kind in (NoticeKind.LINK_DOWN, NoticeKind.LINK_UP):
        return _of_link(device, at, kind, told)
    if kind is NoticeKind.OSPF_NEIGHBOUR:
        return _of_ospf(device, at, told)
    if kind in (NoticeKind.BGP_ESTABLISHED, NoticeKind.BGP_BACKWARD):
        return _of_bgp(device, at, kind, told)
    detail = ""
    if kind is NoticeKind.OTHER:
        detail = ".".join(map(str, oid[:_LONGEST]))
    return Notice(device, at, kind, detail=detail)


def _without_zero(oid: Oid) -> Oid:
    """Return the OID without the zero that translating from version 1 puts in."""
    return (*oid[:-2], oid[-1]) if oid[-2:-1] == (0,) else oid


def _of_link(
    device: str, at: float, kind: NoticeKind, told: Mapping[Oid, Content]
) -> Notice:
    index = _first(told, _IF_INDEX)
    name = _text(_first(told, _IF_NAME)) or _text(_first(told, _IF_DESCR))
    status = Status.DOWN
    if kind is NoticeKind.LINK_UP:
        # It left the state down for some other, which need not be up (RFC 2863,
        # section 3.1.15); a linkDown says there what it was before.
        said = _first(told, _IF_OPER_STATUS)
        status = Status.UP
        if isinstance(said, int):
            status = _OPER_STATUS.get(said, Status.UNKNOWN)
    return Notice(
        *(device, at, kind),
        index=index if isinstance(index, int) else None,
        interface=name,
        status=status,
    )


def _of_ospf(device: str, at: float, told: Mapping[Oid, Content]) -> Notice:
    number = _first(told, _OSPF_STATE)
    state = _named(_OSPF_STATES, number)
    status = Status.UP if state == "full" else Status.DOWN if state else Status.UNKNOWN
    if state == "two_way":
        # As good as it gets between two routers neither of which is designated.
        status = Status.UNKNOWN
    return Notice(
        *(device, at, NoticeKind.OSPF_NEIGHBOUR),
        neighbour=_address(_first(told, _OSPF_ROUTER_ID)),
        status=status,
        detail=state,
    )


def _of_bgp(
    device: str, at: float, kind: NoticeKind, told: Mapping[Oid, Content]
) -> Notice:
    rows = (oid for oid in told if oid[: len(_BGP_PEER)] == _BGP_PEER)
    index = next((oid[len(_BGP_PEER) + 1 :] for oid in rows), ())
    up = kind is NoticeKind.BGP_ESTABLISHED
    return Notice(
        *(device, at, kind),
        neighbour=_dotted(index),
        status=Status.UP if up else Status.DOWN,
        detail=_named(_BGP_STATES, _first(told, _BGP_STATE)),
    )


def _first(told: Mapping[Oid, Content], column: Oid) -> Content:
    """Return the variable of a column, whichever row it is of."""
    size = len(column)
    return next((value for oid, value in told.items() if oid[:size] == column), None)


def _text(value: Content) -> str:
    return plain(OctetString(value)) if isinstance(value, bytes) else ""


def _named(names: tuple[str, ...], number: Content) -> str:
    known = isinstance(number, int) and 1 <= number <= len(names)
    return names[number - 1] if known and isinstance(number, int) else ""


def _address(value: Content) -> str:
    return (
        str(IPv4Address(value)) if isinstance(value, bytes) and len(value) == 4 else ""
    )


def _dotted(index: Oid) -> str:
    octets = len(index) == 4 and max(index) <= 255
    return ".".join(map(str, index)) if octets else ""
