"""pysnmp's codec and arithmetic, typed: written by others from the same RFCs."""

from pyasn1.codec.ber import decoder, encoder  # type: ignore[import-untyped]
from pysnmp.entity import config  # type: ignore[import-untyped]
from pysnmp.proto import rfc1901, rfc1902  # type: ignore[import-untyped]
from pysnmp.proto.secmod.rfc3414.service import (  # type: ignore[import-untyped]
    SnmpUSMSecurityModel,
)

from collectors.snmp.ber import Oid

_AUTH = {
    "md5": config.USM_AUTH_HMAC96_MD5,
    "sha": config.USM_AUTH_HMAC96_SHA,
    "sha224": config.USM_AUTH_HMAC128_SHA224,
    "sha256": config.USM_AUTH_HMAC192_SHA256,
    "sha384": config.USM_AUTH_HMAC256_SHA384,
    "sha512": config.USM_AUTH_HMAC384_SHA512,
}
_PRIVACY = {
    "des": config.USM_PRIV_CBC56_DES,
    "aes128": config.USM_PRIV_CFB128_AES,
    "aes192": config.USM_PRIV_CFB192_AES_BLUMENTHAL,
    "aes256": config.USM_PRIV_CFB256_AES_BLUMENTHAL,
    "aes192-cisco": config.USM_PRIV_CFB192_AES,
    "aes256-cisco": config.USM_PRIV_CFB256_AES,
}
_SIGNERS = SnmpUSMSecurityModel.AUTH_SERVICES
_CIPHERS = SnmpUSMSecurityModel.PRIV_SERVICES


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
    algorithm = _SIGNERS[_AUTH[protocol]]
    key = algorithm.hash_passphrase(password)
    return bytes(algorithm.localize_key(key, rfc1902.OctetString(engine_id)))


def localised_privacy_key(
    auth: str, privacy: str, password: bytes, engine_id: bytes
) -> bytes:
    """Return the localised key of the cipher, from the password."""
    service, cipher = _AUTH[auth], _CIPHERS[_PRIVACY[privacy]]
    key = cipher.hash_passphrase(service, rfc1902.OctetString(password))
    return bytes(cipher.localize_key(service, key, rfc1902.OctetString(engine_id)))


def signed(protocol: str, key: bytes, message: bytes) -> bytes:
    """Return `message` with its field of zeros signed."""
    algorithm = _SIGNERS[_AUTH[protocol]]
    return bytes(
        algorithm.authenticate_outgoing_message(rfc1902.OctetString(key), message)
    )


def decrypted(
    privacy: str, key: bytes, boots: int, time: int, salt: bytes, encrypted: bytes
) -> bytes:
    """Return the clear text."""
    octets = rfc1902.OctetString
    parameters = (boots, time, octets(salt))
    cipher = _CIPHERS[_PRIVACY[privacy]]
    return bytes(cipher.decrypt_data(octets(key), parameters, octets(encrypted)))
