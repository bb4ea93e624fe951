"""Values as a person reads them, and nothing in them that is a secret of ours."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from collectors.snmp.ber import Oid
from collectors.snmp.names import name
from collectors.snmp.text import plain
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    IpAddress,
    OctetString,
    Opaque,
    TimeTicks,
    Value,
)

_HEAD = 32
"""Octets shown of what cannot be read."""
_LONGEST = 64
"""Octets shown of a value that is no text."""
_HIDDEN = b"*"

_TYPES: Mapping[type, str] = {
    Counter32: "Counter32 ",
    Gauge32: "Gauge32 ",
    Counter64: "Counter64 ",
}
_ABSENT: Mapping[Absent, str] = {
    Absent.NO_SUCH_OBJECT: "noSuchObject: the agent does not have it, or hides it",
    Absent.NO_SUCH_INSTANCE: "noSuchInstance: there is no such row",
    Absent.END_OF_MIB_VIEW: "endOfMibView: nothing comes after it",
}
_INTERFACE = "up down testing unknown dormant notPresent lowerLayerDown"
_STATES: Mapping[str, tuple[str, ...]] = {
    states.split()[0]: tuple(states.split()[1:])
    for states in (
        "IF-MIB::ifAdminStatus up down testing",
        f"IF-MIB::ifOperStatus {_INTERFACE}",
        "OSPF-MIB::ospfNbrState down attempt init twoWay exchangeStart exchange "
        "loading full",
        "BGP4-MIB::bgpPeerState idle connect active openSent openConfirm established",
        "BGP4-MIB::bgpPeerAdminStatus stop start",
        "UPS-MIB::upsBatteryStatus unknown batteryNormal batteryLow batteryDepleted",
        "ENTITY-SENSOR-MIB::entPhySensorOperStatus ok unavailable nonoperational",
    )
}
"""What numbers from 1 mean, by the name of the column."""


_ERRORS = (
    "noError tooBig noSuchName badValue readOnly genErr noAccess wrongType "
    "wrongLength wrongEncoding wrongValue noCreation inconsistentValue "
    "resourceUnavailable commitFailed undoFailed authorizationError notWritable "
    "inconsistentName"
)
"""Error statuses from 0 (RFC 3416, section 3)."""


@dataclass(frozen=True, slots=True)
class Mask:
    """Blots out a secret wherever it turns up; an agent may send ours back.

    The secret is left out of the repr.
    """

    _secret: bytes = b""

    def __repr__(self) -> str:
        """Say nothing."""
        return "Mask()"

    def __call__(self, octets: bytes) -> bytes:
        """Return `octets` without the secret."""
        if not self._secret:
            return octets
        return octets.replace(self._secret, _HIDDEN * len(self._secret))

    def head(self, datagram: bytes) -> str:
        """Return the first octets of a datagram in hexadecimal.

        Where a community stands, or what is left of one, nothing is shown.
        """
        start, stop = _community(datagram)
        stop = min(stop, len(datagram))
        hidden = datagram[:start] + _HIDDEN * (stop - start) + datagram[stop:]
        # Masked before it is cut, or a part of the secret would be left at the end.
        shown = self(hidden)[:_HEAD].hex(" ")
        return f"{shown} …" if len(datagram) > _HEAD else shown


def _community(datagram: bytes) -> tuple[int, int]:
    """Return where a message of version 1 or 2c, perhaps cut short, has it."""
    at = 2 + (datagram[1] & 0x7F if datagram[1:2] > b"\x7f" else 0)
    if datagram[at : at + 2] != b"\x02\x01" or datagram[at + 3 : at + 4] != b"\x04":
        return 0, 0
    return at + 5, at + 5 + sum(datagram[at + 4 : at + 5])


def value(oid: Oid, content: Value, mask: Mask) -> str:
    """Return a value with its type, where that says more than the value does."""
    match content:
        case None:
            return "null"
        case Absent():
            return _ABSENT[content]
        case tuple():
            return f"OID {name(content)}"
        case IpAddress():
            return "IpAddress " + ".".join(map(str, content))
        case OctetString() | Opaque():
            return _octets(mask(content))
        case TimeTicks():
            return f"TimeTicks {content} ({duration(content / 100)})"
    number = int(content)
    states = _STATES.get(name(oid).partition(".")[0], ())
    if 1 <= number <= len(states):
        return f"{states[number - 1]}({number})"
    return f"{_TYPES.get(type(content), '')}{number}"


def _octets(octets: bytes) -> str:
    with suppress(UnicodeDecodeError):
        text = octets.decode()
        if all(c.isprintable() or c in "\t\r\n" for c in text):
            return f'"{plain(OctetString(octets))}"'
    shown = octets[:_LONGEST].hex(":")
    return f"hex {shown}" + (" …" if len(octets) > _LONGEST else "")


def error_status(number: int) -> str:
    """Return what RFC 3416 calls the status of an answer."""
    known = _ERRORS.split()
    return known[number] if 0 <= number < len(known) else f"error {number}"


def duration(seconds: float) -> str:
    """Return a time span as ``3 days, 0:12:07``.

    Examples
    --------
    >>> duration(93784)
    '1 day, 2:03:04'
    """
    return str(timedelta(seconds=int(seconds)))
