"""IP-MIB (RFC 4293): a device's own addresses, their networks and interfaces."""

from collections.abc import Iterator
from ipaddress import ip_address

from bellrock.model.neighbourhood import Address, Facts
from collectors.snmp.ber import Oid
from collectors.snmp.plans.identifiers import indexed_ip, ip
from collectors.snmp.plans.plan import Asked, number, rows, unsupported
from collectors.snmp.table import Cell, Table
from collectors.snmp.values import IpAddress

_IP: Oid = (1, 3, 6, 1, 2, 1, 4)
_ADDRESS_ENTRY: Oid = (*_IP, 34, 1)
_IF_INDEX: Oid = (*_ADDRESS_ENTRY, 3)
_TYPE: Oid = (*_ADDRESS_ENTRY, 4)
_PREFIX: Oid = (*_ADDRESS_ENTRY, 5)
_STATUS: Oid = (*_ADDRESS_ENTRY, 7)
_PREFIX_ORIGIN: Oid = (*_IP, 32, 1, 5)
_OLD_ENTRY: Oid = (*_IP, 20, 1)
_OLD_IF_INDEX: Oid = (*_OLD_ENTRY, 2)
_NET_MASK: Oid = (*_OLD_ENTRY, 3)

_NEW = (_IF_INDEX, _TYPE, _PREFIX, _STATUS)
_OLD = (_OLD_IF_INDEX, _NET_MASK)
_UNICAST = 1
_NOT_IN_USE = frozenset((3, 6, 7))  # invalid, tentative, duplicate
_BOTH = "both tables"


async def read(asked: Asked) -> Facts:
    """Read ``ipAddressTable``; where it says too little of IPv4, ``ipAddrTable`` too.

    Left out are addresses that are the same on every device, such as 127.0.0.1 and
    those of one link.
    """
    both = _BOTH in asked.notes
    table = await asked.walk(*_NEW, *(_OLD if both else ()))
    found = list(_new(table))
    if not both and not any(":" not in a and p is not None for a, p, _ in found):
        table = await asked.walk(*_OLD)
        if table.rows:
            asked.notes[_BOTH] = ""
    found += _old(table)
    if not found:
        raise unsupported("addresses (IP-MIB)")
    names = asked.names()
    told: dict[str, Address] = {}
    for address, prefix, index in found:
        before = told.get(address)
        if before is None or before.prefix is None:
            told[address] = Address(address, prefix, names.get(index or 0, ""))
    return Facts(addresses=tuple(a for a in told.values() if _shared_by_none(a)))


_Row = tuple[str, int | None, int | None]
"""Address, prefix length, ifIndex."""


def _new(table: Table) -> Iterator[_Row]:
    for index, (interface, kind, prefix, status) in rows(table, *_NEW):
        address = indexed_ip(index)
        if address and kind in (None, _UNICAST) and status not in _NOT_IN_USE:
            yield address, _pointed(prefix, ":" in address), number(interface)


def _pointed(pointer: Cell, six: bool) -> int | None:
    """Return the length of a network, with which the pointer to its row ends."""
    if not isinstance(pointer, tuple) or pointer[: len(_PREFIX_ORIGIN)] != (
        _PREFIX_ORIGIN
    ):
        return None
    return pointer[-1] if pointer[-1] <= (128 if six else 32) else None


def _old(table: Table) -> Iterator[_Row]:
    for index, (interface, mask) in rows(table, *_OLD):
        if len(index) == 4 and max(index) <= 255:
            yield ip(bytes(index)), _masked(mask), number(interface)


def _masked(mask: Cell) -> int | None:
    """Return how many ones a mask begins with; None if it has ones behind a zero."""
    if not isinstance(mask, IpAddress):
        return None
    bits = f"{int.from_bytes(mask):032b}"
    ones = bits.rstrip("0")
    return None if "0" in ones else len(ones)


def _shared_by_none(address: Address) -> bool:
    known = ip_address(address.address)
    return not (
        known.is_loopback
        or known.is_unspecified
        or known.is_multicast
        or known.is_link_local
    )
