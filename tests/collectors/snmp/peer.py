"""pysnmp's codec and arithmetic, typed: written by others from the same RFCs."""

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pysnmp.proto import rfc1901, rfc1902  # type: ignore[import-untyped]
from pysnmp.proto.secmod.rfc3414.auth.hmacsha import (  # type: ignore[import-untyped]
    HmacSha,
)
from pysnmp.proto.secmod.rfc3826.priv.aes import Aes  # type: ignore[import-untyped]
from pysnmp.proto.secmod.rfc7860.auth.hmacsha2 import (  # type: ignore[import-untyped]
    HmacSha2,
)

from collectors.snmp.ber import Oid

_AUTH = {"sha": HmacSha, "sha256": lambda: HmacSha2(HmacSha2.SHA256_SERVICE_ID)}


def read_response(datagram: bytes) -> tuple[int, list[tuple[Oid, str, int | bytes]]]:
    """Return the request id and the variables: name, type, value."""
    message, rest = decoder.decode(datagram, asn1Spec=rfc1901.Message())
    assert not rest
    pdu = message["data"].getComponent()
    variables = []
    for variable in pdu["variable-bindings"]:
        name, value = variable[0], variable[1]
        while hasattr(value, "getComponent"):
            value = value.getComponent()
        text = isinstance(value, rfc1902.univ.OctetString)
        variables.append(
            (tuple(name), type(value).__name__, bytes(value) if text else int(value))
        )
    return int(pdu["request-id"]), variables


def rewrite(datagram: bytes) -> bytes:
    """Return the message as pysnmp encodes what it decoded."""
    message, _ = decoder.decode(datagram, asn1Spec=rfc1901.Message())
    return bytes(encoder.encode(message))


def localised_key(protocol: str, password: bytes, engine_id: bytes) -> bytes:
    """Return the localised key, from the password."""
    algorithm = _AUTH[protocol]()
    key = algorithm.hash_passphrase(password)
    return bytes(algorithm.localize_key(key, rfc1902.OctetString(engine_id)))


def signed(protocol: str, key: bytes, message: bytes) -> bytes:
    """Return `message` with its field of zeros signed."""
    algorithm = _AUTH[protocol]()
    return bytes(
        algorithm.authenticate_outgoing_message(rfc1902.OctetString(key), message)
    )


def decrypted(
    key: bytes, boots: int, time: int, salt: bytes, encrypted: bytes
) -> bytes:
    """Return the clear text of CFB128-AES-128."""
    octets = rfc1902.OctetString
    parameters = (boots, time, octets(salt))
    return bytes(Aes().decrypt_data(octets(key), parameters, octets(encrypted)))
