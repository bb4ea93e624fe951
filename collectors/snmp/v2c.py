"""Version 2c: a community in clear text, believed by whoever reads it."""

from collectors.snmp.exchange import Encode
from collectors.snmp.message import V2C, Pdu, check_answer, decode_v2c, write_v2c
from collectors.snmp.question import Question
from collectors.snmp.quirks import NONE, Quirks
from collectors.snmp.session import Session
from collectors.snmp.target import Target

_ENVELOPE = 29
"""Octets, without the community."""


class V2cSession(Session):
    """One device polled with a community."""

    version = V2C

    def __init__(self, target: Target, community: bytes, own: Quirks = NONE) -> None:
        super().__init__(target, own)
        self._community = community

    @property
    def envelope(self) -> int:
        """What is around the variables: lengths, community, and four numbers."""
        return _ENVELOPE + len(self._community)

    def wrap(self, pdu: bytes) -> bytes:
        """Return the whole message."""
        return write_v2c(self._community, pdu, self.version)

    def encoder(self, question: Question) -> Encode:
        """Return the question, which is the whole datagram."""
        return question.numbered

    def open(self, datagram: bytes) -> bytes:
        """Return all of it."""
        return datagram

    def parse(self, octets: bytes) -> Pdu:
        """Return the PDU in a message."""
        return decode_v2c(octets, self.version).pdu

    async def exchange(
        self, question: Question, *, once: bool = False
    ) -> tuple[Pdu, int]:
        """Ask; a wrong community shows as silence only."""
        number, datagram = await self.ask(question, once=once)
        pdu = question.read(datagram, self.parse)
        return check_answer(pdu, number), len(datagram)
