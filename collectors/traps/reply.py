"""What we say to an inform that was meant for another engine."""

from collectors.snmp.message import Pdu, PduType
from collectors.snmp.reports import UNKNOWN_ENGINE_IDS
from collectors.snmp.v3message import SecuredMessage, encode_v3, write_scoped
from collectors.snmp.values import Counter32
from collectors.traps.identity import Identity


def unknown_engine(identity: Identity, asked: SecuredMessage, times: int) -> bytes:
    """Return the report that says which engine is here (RFC 3414, section 3.2, 3b).

    pysnmp sends it to those alone who ask for no engine at all; a device that told
    its informs to another receiver at our address asks for that one.

    Parameters
    ----------
    times : int
        How often we have said so.
    """
    counted = Counter32(times % 2**32)
    pdu = Pdu(PduType.REPORT, 0, [(UNKNOWN_ENGINE_IDS, counted)])
    return encode_v3(
        SecuredMessage(
            *(asked.number, 0, identity.engine_id, identity.boots, identity.now()),
            user=b"",
            payload=write_scoped(identity.engine_id, pdu),
        )
    )[0]
