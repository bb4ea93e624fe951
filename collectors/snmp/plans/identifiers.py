"""Addresses and identifiers as devices write them, and as we do."""

import re
from collections.abc import Sequence
from ipaddress import ip_address
from typing import cast

from bellrock.model.neighbourhood import PortKind
from collectors.snmp.table import Cell
from collectors.snmp.text import plain
from collectors.snmp.values import OctetString

_MAC_TEXT = re.compile(
    rb"[0-9A-Fa-f]{12}|[0-9A-Fa-f]{2}([:-][0-9A-Fa-f]{2}){5}"
    rb"|[0-9A-Fa-f]{4}([.-][0-9A-Fa-f]{4}){2}"
)
_LENGTHS = {1: 4, 2: 16, 3: 8, 4: 20}
"""InetAddressType (RFC 4001) ipv4, ipv6, and these with a zone behind them; the first
two are address families by IANA's numbers too."""
_LONGEST_SHOWN = 64
_CHASSIS_MAC, _CHASSIS_ADDRESS = 4, 5
_PORT_KINDS = [kind for kind in PortKind if kind is not PortKind.UNKNOWN]
"""In the order of LldpPortIdSubtype, from 1."""


def mac(octets: bytes) -> str:
    r"""Return a MAC address, from six octets or from its text; "" if it is none.

    Examples
    --------
    >>> mac(b"\x02\x00\x5e\x00\x00\x01"), mac(b"0200.5E00.0001")
    ('02:00:5e:00:00:01', '02:00:5e:00:00:01')
    """
    if len(octets) != 6:
        if not _MAC_TEXT.fullmatch(octets):
            return ""
        digits = octets.translate(None, b":-.").decode()
        octets = bytes.fromhex(digits)
    return octets.hex(":")


def ip(octets: bytes) -> str:
    """Return an IP address from four or sixteen octets; "" if there are not so many."""
    return str(ip_address(bytes(octets))) if len(octets) in (4, 16) else ""


def indexed_ip(index: Sequence[int]) -> str:
    """Return the address at the end of an index, behind its type and length.

    Some agents leave the length out.
    """
    if not index:
        return ""
    length, rest = _LENGTHS.get(index[0], 0), index[1:]
    if len(rest) == length + 1 and rest[0] == length:
        rest = rest[1:]
    if not length or len(rest) != length or max(rest) > 255:
        return ""
    return ip(bytes(rest[: length // 16 * 16 or 4]))


def chassis_id(subtype: Cell, value: Cell) -> str:
    """Return a chassis id of LLDP as text, whatever its LldpChassisIdSubtype."""
    return _identifier(
        value, hardware=subtype == _CHASSIS_MAC, network=subtype == _CHASSIS_ADDRESS
    )


def port_kind(subtype: Cell) -> PortKind:
    """Return what an LldpPortIdSubtype means."""
    known = isinstance(subtype, int) and 1 <= subtype <= len(_PORT_KINDS)
    return _PORT_KINDS[cast("int", subtype) - 1] if known else PortKind.UNKNOWN


def port_id(kind: PortKind, value: Cell) -> str:
    """Return a port's id as text, whatever kind it is of."""
    return _identifier(
        value, hardware=kind is PortKind.MAC, network=kind is PortKind.ADDRESS
    )


def _identifier(value: Cell, *, hardware: bool, network: bool) -> str:
    told = ""
    if isinstance(value, bytes):
        if hardware:
            told = mac(value)
        elif network:
            told = network_address(value)
    return told or text_or_octets(value)


def network_address(octets: bytes) -> str:
    """Return an address behind the octet of its family (IEEE 802.1AB); "" if none."""
    if len(octets) in (5, 17) and octets[0] in (1, 2):
        return ip(octets[1:])
    return ip(octets)


def text_or_octets(value: Cell) -> str:
    """Return text; what is none as octets, so that no two of them look alike."""
    if not isinstance(value, OctetString):
        return ""
    octets = value.rstrip(b"\0")
    try:
        printable = octets.decode().isprintable()
    except UnicodeDecodeError:
        printable = False
    if printable:
        return plain(value)
    return mac(value) or value[:_LONGEST_SHOWN].hex(":")
