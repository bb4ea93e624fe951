"""What a datagram shows of itself before any key is tried.

All of it that is not encrypted is checked here to be what SNMP allows, strictly and
in microseconds: pysnmp reads it afterwards and takes a hundred times as long, and it
is nobody's to keep it busy with rubbish.
"""

from dataclasses import dataclass, field

from collectors.snmp import ber
from collectors.snmp.ber import Malformed
from collectors.snmp.message import (
    V2C,
    PduType,
    read_envelope,
    read_pdu,
)
from collectors.snmp.v3message import (
    PRIVACY,
    REPORTABLE,
    V3,
    SecuredMessage,
    decode_v3,
    read_scoped,
)
from collectors.snmp.values import read_varbinds

LARGEST = 8192
"""Octets; notices are told in one datagram that should cross any path whole."""

_V1 = 0
_TRAP_V1 = 0xA4
_IP_ADDRESS, _TIME_TICKS = 0x40, 0x43
_NOTICES = (PduType.TRAP, PduType.INFORM)


class Unsupported(Exception):  # noqa: N818 - named as the outcome is
    """It is SNMP, and neither a trap nor an inform."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A notice, as far as anybody can see.

    Attributes
    ----------
    community : bytes
        Of version 1 and 2c; a password in all but name.
    secured : SecuredMessage or None
        Of version 3.
    """

    community: bytes = field(default=b"", repr=False)
    secured: SecuredMessage | None = None

    @property
    def discovers(self) -> bool:
        """Whether it asks who we are (RFC 3414, section 4), and tells nothing yet."""
        found = self.secured
        return found is not None and not 5 <= len(found.engine_id) <= 32


def look(datagram: bytes) -> Seen:
    """Return what `datagram` shows.

    Raises
    ------
    Malformed
        If it is not what SNMP allows.
    Unsupported
        If it is, and no notice.
    """
    at, end = read_envelope(datagram)
    version, at = ber.read_integer(datagram, at, end)
    if version == V3:
        return _look_at_v3(datagram)
    community, at = ber.read_octets(datagram, at, end)
    if version == _V1:
        _check_v1(datagram, at, end)
    elif version == V2C:
        if read_pdu(datagram, at, end).type not in _NOTICES:
            raise Unsupported
    else:
        raise Unsupported
    return Seen(community)


def _look_at_v3(datagram: bytes) -> Seen:
    message = decode_v3(datagram)
    seen = Seen(secured=message)
    if not message.flags & PRIVACY:
        kind = read_scoped(message.payload)[1].type
        discovery = seen.discovers and kind is PduType.GET
        if kind not in _NOTICES and not discovery:
            raise Unsupported
    if seen.discovers and not message.flags & REPORTABLE:
        raise Unsupported
    return seen


def _check_v1(data: bytes, at: int, end: int) -> None:
    """Check a version 1 trap (RFC 1157, section 4.1.6)."""
    tag, at, stop = ber.read_header(data, at, end)
    if tag & 0xE0 == 0xA0 and tag != _TRAP_V1:
        raise Unsupported
    if tag != _TRAP_V1 or stop != end:
        raise Malformed(f"tag 0x{tag:02x} where a trap is due")
    start, at = ber.read_expected(data, at, end, ber.OBJECT_IDENTIFIER)
    ber.parse_oid(data[start:at])
    start, at = ber.read_expected(data, at, end, _IP_ADDRESS)
    if at - start != 4:
        raise Malformed(f"IpAddress of {at - start} octets")
    for _ in ("generic", "specific"):
        _, at = ber.read_integer(data, at, end)
    start, at = ber.read_expected(data, at, end, _TIME_TICKS)
    ber.parse_unsigned(data[start:at], 4)
    read_varbinds(data, at, end)
