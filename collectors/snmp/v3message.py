"""SNMPv3 messages on the wire (RFC 3412, section 6; RFC 3414, section 2.4)."""

from typing import NamedTuple

from collectors.snmp import ber
from collectors.snmp.ber import Malformed
from collectors.snmp.message import Pdu, read_envelope, read_pdu, write_pdu

V3 = 3
AUTH = 0x01
PRIVACY = 0x02
REPORTABLE = 0x04

_USM = 3
_LARGEST = 65507
"""Octets we can take in one datagram, told to the agent."""


class SecuredMessage(NamedTuple):
    """A message, its payload still as it came.

    Attributes
    ----------
    flags : int
        Of ``AUTH``, ``PRIVACY`` and ``REPORTABLE``.
    boots, time : int
        The agent's: how often it started, seconds since it last did.
    signature, salt : bytes
        Empty where the message is not signed or not encrypted.
    signature_at : int
        Offset of the signature in the datagram.
    payload : bytes
        The scoped PDU, or its encryption.
    most : int
        Octets of the largest message that whoever wrote it can take.
    """

    number: int
    flags: int
    engine_id: bytes
    boots: int
    time: int
    user: bytes
    payload: bytes
    signature: bytes = b""
    salt: bytes = b""
    signature_at: int = 0
    most: int = _LARGEST

    def __repr__(self) -> str:
        """Leave the payload out, which may be in clear."""
        return f"SecuredMessage(number={self.number}, user={self.user!r})"


def decode_v3(datagram: bytes) -> SecuredMessage:
    """Return the message that is exactly `datagram`.

    Raises
    ------
    Malformed
        If it is anything else, or secured by another model than USM.
    """
    at, end = read_envelope(datagram)
    version, at = ber.read_integer(datagram, at, end)
    if version != V3:
        raise Malformed(f"version {version} on the wire where {V3} is due")
    number, most, flags, at = _read_header(datagram, at, end)
    start, at = ber.read_expected(datagram, at, end, ber.OCTET_STRING)
    engine_id, boots, time, user, signature, salt, signature_at = _read_security(
        datagram, start, at
    )
    if flags & PRIVACY:
        payload, at = ber.read_octets(datagram, at, end)
    else:
        payload, at = datagram[at:end], end
    if at != end:
        raise Malformed(f"octet {at}: {end - at} octets after the payload")
    return SecuredMessage(
        number, flags, engine_id, boots, time, user, payload, signature, salt,
        signature_at, most,
    )  # fmt: skip


def _read_header(data: bytes, at: int, end: int) -> tuple[int, int, int, int]:
    at, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    number, at = ber.read_integer(data, at, stop)
    most, at = ber.read_integer(data, at, stop)
    flags, at = ber.read_octets(data, at, stop)
    model, at = ber.read_integer(data, at, stop)
    if at != stop:
        raise Malformed(f"octet {at}: octets after the header")
    if len(flags) != 1:
        raise Malformed(f"{len(flags)} octets of message flags")
    if flags[0] & PRIVACY and not flags[0] & AUTH:
        raise Malformed("encrypted without a signature")
    if model != _USM:
        raise Malformed(f"security model {model} where {_USM} (USM) is due")
    return number, most, flags[0], stop


def _read_security(
    data: bytes, at: int, end: int
) -> tuple[bytes, int, int, bytes, bytes, bytes, int]:
    at, stop = ber.read_expected(data, at, end, ber.SEQUENCE)
    if stop != end:
        raise Malformed(f"octet {stop}: octets after the security parameters")
    engine_id, at = ber.read_octets(data, at, end)
    boots, at = ber.read_integer(data, at, end)
    time, at = ber.read_integer(data, at, end)
    if boots < 0 or time < 0:
        raise Malformed("an engine that started, or has run, a negative time")
    user, at = ber.read_octets(data, at, end)
    signature_at, at = ber.read_expected(data, at, end, ber.OCTET_STRING)
    signature = data[signature_at:at]
    salt, at = ber.read_octets(data, at, end)
    if at != end:
        raise Malformed(f"octet {at}: octets within the security parameters")
    return engine_id, boots, time, user, signature, salt, signature_at


def encode_v3(message: SecuredMessage) -> tuple[bytes, int]:
    """Return the datagram, and the offset of the signature in it.

    `message.signature` is written as it stands: zeros, for the signer to replace.
    """
    header = (
        ber.write_integer(message.number)
        + ber.write_integer(message.most)
        + ber.write_octets(bytes((message.flags,)))
        + ber.write_integer(_USM)
    )
    salt = ber.write_octets(message.salt)
    security = (
        ber.write_octets(message.engine_id)
        + ber.write_integer(message.boots)
        + ber.write_integer(message.time)
        + ber.write_octets(message.user)
        + ber.write_octets(message.signature)
        + salt
    )
    payload = message.payload
    if message.flags & PRIVACY:
        payload = ber.write_octets(payload)
    datagram = ber.write(
        ber.SEQUENCE,
        ber.write_integer(V3)
        + ber.write(ber.SEQUENCE, header)
        + ber.write_octets(ber.write(ber.SEQUENCE, security))
        + payload,
    )
    behind = len(salt) + len(payload)
    return datagram, len(datagram) - behind - len(message.signature)


def read_scoped(octets: bytes) -> tuple[bytes, Pdu]:
    """Return the context engine id and the PDU that `octets` hold."""
    at, end = read_envelope(octets)
    engine_id, at = ber.read_octets(octets, at, end)
    _, at = ber.read_octets(octets, at, end)
    return engine_id, read_pdu(octets, at, end)


def write_scoped(engine_id: bytes, pdu: Pdu) -> bytes:
    """Return the scoped PDU in the default context."""
    return wrap_scoped(engine_id, write_pdu(pdu))


def wrap_scoped(engine_id: bytes, pdu: bytes) -> bytes:
    """Return the scoped PDU around a PDU that is written already."""
    return ber.write(
        ber.SEQUENCE, ber.write_octets(engine_id) + ber.write_octets(b"") + pdu
    )
