"""SNMP messages of versions 1 and 2c (RFC 1901); the PDUs of all of them (RFC 3416)."""

from dataclasses import dataclass, field
from enum import IntEnum

from collectors.snmp import ber
from collectors.snmp.ber import Malformed
from collectors.snmp.values import VarBind, read_varbinds, write_varbinds

V1 = 0
V2C = 1
"""The versions' numbers on the wire; version 3 is 3."""

_NAMES = {V1: "1", V2C: "2c"}


class PduType(IntEnum):
    """What is asked or answered; the numbers are the tags."""

    GET = 0xA0
    GET_NEXT = 0xA1
    RESPONSE = 0xA2
    SET = 0xA3
    GET_BULK = 0xA5
    INFORM = 0xA6
    TRAP = 0xA7
    REPORT = 0xA8


class ErrorStatus(IntEnum):
    """Why a request was not served, as far as we tell them apart."""

    NO_ERROR = 0
    TOO_BIG = 1
    NO_SUCH_NAME = 2
    GEN_ERR = 5
    NO_ACCESS = 6
    AUTHORIZATION_ERROR = 16

    @property
    def label(self) -> str:
        """The name as RFC 3416 writes it: ``noSuchName``."""
        first, *rest = self.name.lower().split("_")
        return first + "".join(word.capitalize() for word in rest)


@dataclass(frozen=True, slots=True)
class Pdu:
    """One protocol data unit.

    Attributes
    ----------
    request_id : int
        -2**31 to 2**31-1, echoed by the answer.
    error_status, error_index : int
        Of an answer. On the wire GETBULK has its two numbers in their place, so
        there they are `non_repeaters` and `max_repetitions`.
    """

    type: PduType
    request_id: int
    varbinds: list[VarBind] = field(default_factory=list)
    error_status: int = 0
    error_index: int = 0

    @property
    def non_repeaters(self) -> int:
        """How many variables GETBULK asks for once; negative counts as 0."""
        return max(0, self.error_status)

    @property
    def max_repetitions(self) -> int:
        """How many successors of the others GETBULK asks for; negative counts as 0."""
        return max(0, self.error_index)


@dataclass(frozen=True, slots=True)
class Message:
    """A message of version 1 or 2c.

    The community is a password in all but name: it is left out of the repr.
    """

    version: int
    community: bytes = field(repr=False)
    pdu: Pdu


def decode_v2c(datagram: bytes, version: int = V2C) -> Message:
    """Return the message of version 2c, or 1, that is exactly `datagram`.

    Raises
    ------
    Malformed
        If it is anything else: another version, cut short, or with octets to spare.
    """
    at, end = read_envelope(datagram)
    found, at = ber.read_integer(datagram, at, end)
    if found != version:
        due = f"{version} ({_NAMES[version]})"
        raise Malformed(f"version {found} on the wire where {due} is due")
    community, at = ber.read_octets(datagram, at, end)
    return Message(found, community, read_pdu(datagram, at, end))


def encode_v2c(community: bytes, pdu: Pdu, version: int = V2C) -> bytes:
    """Return the datagram that asks or answers `pdu`."""
    return write_v2c(community, write_pdu(pdu), version)


def write_v2c(community: bytes, pdu: bytes, version: int = V2C) -> bytes:
    """Return the message around a PDU that is written already."""
    return ber.write(
        ber.SEQUENCE, ber.write_integer(version) + ber.write_octets(community) + pdu
    )


def read_envelope(datagram: bytes) -> tuple[int, int]:
    """Return where the fields of the message lie; nothing may follow it."""
    end = len(datagram)
    at, stop = ber.read_expected(datagram, 0, end, ber.SEQUENCE)
    if stop != end:
        raise Malformed(f"octet {stop}: {end - stop} octets after the message")
    return at, end


def read_pdu(data: bytes, at: int, end: int) -> Pdu:
    """Return the PDU that is exactly `data[at:end]`."""
    tag, start, stop = ber.read_header(data, at, end)
    try:
        kind = PduType(tag)
    except ValueError:
        raise Malformed(f"octet {at}: tag 0x{tag:02x} where a PDU is due") from None
    if stop != end:
        raise Malformed(f"octet {stop}: {end - stop} octets after the PDU")
    request_id, at = ber.read_integer(data, start, end)
    error_status, at = ber.read_integer(data, at, end)
    error_index, at = ber.read_integer(data, at, end)
    varbinds = read_varbinds(data, at, end)
    return Pdu(kind, request_id, varbinds, error_status, error_index)


def write_pdu(pdu: Pdu) -> bytes:
    """Return the PDU as it stands in a message of any version."""
    return ber.write(
        pdu.type,
        ber.write_integer(pdu.request_id)
        + ber.write_integer(pdu.error_status)
        + ber.write_integer(pdu.error_index)
        + write_varbinds(pdu.varbinds),
    )


def check_answer(pdu: Pdu, number: int) -> Pdu:
    """Return `pdu`, which must be the response to request `number`."""
    if pdu.type is not PduType.RESPONSE:
        raise Malformed(f"a {pdu.type.name} PDU in answer to a request")
    if pdu.request_id != number:
        raise Malformed("the answer is to another request")
    return pdu


def peek_id(datagram: bytes) -> int:
    """Return the number that tells whose answer this is, and read no further.

    It is the request-id in versions 1 and 2c and the msgID in version 3 (RFC 3412).

    Raises
    ------
    Malformed
        If the message does not get that far.
    """
    at = 2 + (datagram[1] & 0x7F if datagram[1:2] > b"\x7f" else 0)
    if datagram[at : at + 4] == b"\x02\x01\x01\x04" and len(datagram) > at + 4:
        # As nearly every answer begins: version 2c, and a short community.
        at += 5 + datagram[at + 4]
        at += 2 + (
            datagram[at + 1] & 0x7F if datagram[at + 1 : at + 2] > b"\x7f" else 0
        )
        if datagram[at : at + 2] == b"\x02\x04" and len(datagram) >= at + 6:
            return int.from_bytes(datagram[at + 2 : at + 6], signed=True)
    if datagram[at : at + 4] == b"\x02\x01\x03\x30" and datagram[at + 5 : at + 7] == (
        b"\x02\x04"
    ):
        # Or version 3.
        at += 7
        if len(datagram) >= at + 4 and datagram[at - 3] < 0x80:
            return int.from_bytes(datagram[at : at + 4], signed=True)
    end = len(datagram)
    at, _ = ber.read_expected(datagram, 0, end, ber.SEQUENCE)
    version, at = ber.read_integer(datagram, at, end)
    if version == 3:
        at, _ = ber.read_expected(datagram, at, end, ber.SEQUENCE)
    else:
        _, at = ber.read_octets(datagram, at, end)
        tag, at, _ = ber.read_header(datagram, at, end)
        if tag & 0xE0 != 0xA0:
            raise Malformed(f"tag 0x{tag:02x} where a PDU is due")
    return ber.read_integer(datagram, at, end)[0]
