"""Version 2c: a community in clear text, believed by whoever reads it."""

from collectors.snmp.message import Pdu, decode_v2c, write_v2c
from collectors.snmp.question import Question
from collectors.snmp.session import Session, Target, check_answer


class V2cSession(Session):
    """One device polled with a community."""

    def __init__(self, target: Target, community: bytes) -> None:
        super().__init__(target)
        self._community = community

    def wrap(self, pdu: bytes) -> bytes:
        """Return the whole message."""
        return write_v2c(self._community, pdu)

    async def exchange(self, question: Question) -> tuple[Pdu, int]:
        """Ask; a wrong community shows as silence only."""
        target = self.target
        number, datagram = await target.engine.ask(
            target.family, target.address, question.numbered
        )
        pdu = question.read(datagram, _parse)
        return check_answer(pdu, number), len(datagram)


def _parse(datagram: bytes) -> Pdu:
    return decode_v2c(datagram).pdu
