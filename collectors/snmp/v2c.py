"""Version 2c: a community in clear text, believed by whoever reads it."""

from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.session import Session, Target, check_answer
from collectors.snmp.values import VarBind


class V2cSession(Session):
    """One device polled with a community."""

    def __init__(self, target: Target, community: bytes) -> None:
        super().__init__(target)
        self._community = community

    async def exchange(
        self, kind: PduType, varbinds: list[VarBind], repetitions: int = 0
    ) -> tuple[Pdu, int]:
        """Ask; a wrong community shows as silence only."""

        def encode(number: int) -> bytes:
            pdu = Pdu(kind, number, varbinds, error_index=repetitions)
            return encode_v2c(self._community, pdu)

        target = self.target
        number, datagram = await target.engine.ask(
            target.family, target.address, encode
        )
        return check_answer(decode_v2c(datagram).pdu, number), len(datagram)
