"""Datagrams to begin with, written by our own encoders."""

from collectors.snmp.message import Pdu, PduType, encode_v2c
from collectors.snmp.reports import NOT_IN_TIME_WINDOWS
from collectors.snmp.usm import PRIVACY_PROTOCOLS, Encrypter, make_encrypter
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    SecuredMessage,
    encode_v3,
    write_scoped,
)
from collectors.snmp.values import (
    Absent,
    Counter32,
    Counter64,
    Gauge32,
    Integer32,
    IpAddress,
    OctetString,
    Opaque,
    TimeTicks,
    VarBind,
)

_ENGINE = b"\x80\x00\x1f\x88\x04fuzz"
_COLUMN = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6)
_VALUES = (
    *(Integer32(-1), Integer32(2), Integer32(2**30), Counter32(2**32 - 1)),
    *(Gauge32(1_000), TimeTicks(12_345), Counter64(2**63), Counter64(2**20)),
    *(OctetString(b"GigabitEthernet0/1"), IpAddress(bytes(4)), Opaque(b"\x9f\x78")),
    *((1, 3, 6, 1, 4, 1, 4_294_967_295), Absent.NO_SUCH_INSTANCE, None),
    Absent.END_OF_MIB_VIEW,
)
_VARBINDS: list[VarBind] = [
    ((*_COLUMN, 10_101 + at), value) for at, value in enumerate(_VALUES)
]
ANSWER = Pdu(PduType.RESPONSE, 2**30 + 5, _VARBINDS)
CIPHERS: tuple[Encrypter, ...] = tuple(
    make_encrypter(bytes(range(privacy.octets)), privacy)
    for privacy in PRIVACY_PROTOCOLS.values()
)


def _v3(flags: int, payload: bytes) -> bytes:
    signature, salt = bytes(24 if flags else 0), bytes(8 if flags & PRIVACY else 0)
    return encode_v3(
        SecuredMessage(
            *(2**30 + 5, flags, _ENGINE, 7, 12_345, b"monitor", payload),
            *(signature, salt),
        )
    )[0]


SCOPED = write_scoped(_ENGINE, ANSWER)
_REPORT = write_scoped(_ENGINE, Pdu(PduType.REPORT, 0, [(NOT_IN_TIME_WINDOWS, None)]))
SEEDS = (
    encode_v2c(b"public", ANSWER),
    encode_v2c(b"public", Pdu(PduType.RESPONSE, 2**30 + 5, [], error_status=1)),
    encode_v2c(b"public", Pdu(PduType.RESPONSE, 2**30 + 5, _VARBINDS[:1] * 60)),
    encode_v2c(
        b"public", Pdu(PduType.RESPONSE, 2**30 + 5, [(_COLUMN, Integer32(9**5))])
    ),
    _v3(0, _REPORT),
    _v3(AUTH, SCOPED),
    *(_v3(AUTH | PRIVACY, c.encrypt(SCOPED, 7, 12_345, bytes(8))) for c in CIPHERS),
)
