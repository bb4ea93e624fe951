"""Version 3: who the agent is, what time it is there, and whose signature this is.

RFC 3414 has the agent (the authoritative engine) keep the time: a request carries
what we believe its clock says, and an answer sets our belief. Only signed messages
may; what an unsigned report says is used to address the next request, no more.
"""

import itertools
import secrets

from bellrock.model.observation import Outcome
from collectors.snmp import reports
from collectors.snmp.ber import Malformed
from collectors.snmp.failure import Failure
from collectors.snmp.message import Pdu, PduType
from collectors.snmp.question import Question
from collectors.snmp.session import Session, Target, check_answer
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    REPORTABLE,
    SecuredMessage,
    decode_v3,
    encode_v3,
    read_scoped,
    wrap_scoped,
    write_scoped,
)

_ATTEMPTS = 4
"""Times to ask: for the engine, again, for its time, again."""

_salts = itertools.count(secrets.randbits(64))


class V3Session(Session):
    """One device polled as a user of its SNMPv3 engine."""

    def __init__(self, target: Target, user: User) -> None:
        super().__init__(target)
        self._user = user
        self._agent: Agent | None = None
        self._proven = False
        self._level = 0
        if user.auth_key is not None:
            self._level |= AUTH
        if user.privacy_key is not None:
            self._level |= PRIVACY

    def wrap(self, pdu: bytes) -> bytes:
        """Return the scoped PDU; only once the engine is known is anything asked."""
        return wrap_scoped(b"" if self._agent is None else self._agent.engine_id, pdu)

    async def exchange(self, question: Question) -> tuple[Pdu, int]:
        """Ask, finding the engine and its time first where need be."""
        failure = reports.failure(reports.UNKNOWN_ENGINE_IDS)
        for _ in range(_ATTEMPTS):
            agent = self._agent
            if agent is None:
                agent = self._agent = await self._discover()
                self.questions.rewrap()
            self.questions.keep(question)
            number, datagram = await self._ask(agent, question)
            pdu = self._open(agent, question, datagram)
            if pdu.type is not PduType.REPORT:
                return check_answer(pdu, number), len(datagram)
            if not pdu.varbinds:
                raise Malformed("a report that does not say of what")
            report = pdu.varbinds[0][0]
            failure = reports.failure(report)
            if report == reports.UNKNOWN_ENGINE_IDS:
                self._agent = None
            elif report != reports.NOT_IN_TIME_WINDOWS:
                raise failure
        self._agent = None
        raise failure

    async def _ask(self, agent: Agent, question: Question) -> tuple[int, bytes]:
        def encode(number: int) -> bytes:
            return self._seal(agent, number, question.numbered(number))

        target = self.target
        try:
            return await target.engine.ask(target.family, target.address, encode)
        except Failure as silence:
            if silence.outcome is not Outcome.TIMEOUT or agent.encrypter is None:
                raise
            proven, self._proven = self._proven, False
            if proven or not await self._answers_in_clear():
                raise
        # Some agents drop what they cannot decrypt without a word.
        raise Failure(
            Outcome.AUTH,
            f"{target} answers, but not to encrypted requests: "
            "wrong privacy password or protocol",
        )

    async def _answers_in_clear(self) -> bool:
        try:
            await self._discover(once=True)
        except Failure:
            return False
        return True

    async def _discover(self, *, once: bool = False) -> Agent:
        """Ask an engine who it is (RFC 3414, section 4); it answers with a report."""

        def encode(number: int) -> bytes:
            scoped = write_scoped(b"", Pdu(PduType.GET, number))
            return encode_v3(
                SecuredMessage(number, REPORTABLE, b"", 0, 0, b"", scoped)
            )[0]

        target = self.target
        _, datagram = await target.engine.ask(
            target.family, target.address, encode, once=once
        )
        found = decode_v3(datagram)
        if not 5 <= len(found.engine_id) <= 32:
            raise Malformed(f"engine id of {len(found.engine_id)} octets")
        return Agent(found, self._user)

    def _seal(self, agent: Agent, number: int, payload: bytes) -> bytes:
        boots, now = agent.boots, agent.now()
        salt = b""
        if agent.encrypter is not None:
            salt = (next(_salts) % 2**64).to_bytes(8)
            payload = agent.encrypter.encrypt(payload, boots, now, salt)
        signature = b"" if agent.signer is None else bytes(agent.signer.length)
        message = SecuredMessage(
            number,
            self._level | REPORTABLE,
            agent.engine_id,
            boots,
            now,
            self._user.name,
            payload,
            signature,
            salt,
        )
        datagram, at = encode_v3(message)
        if agent.signer is None:
            return datagram
        return agent.signer.signed(datagram, at, agent.signer.sign(datagram))

    def _open(self, agent: Agent, question: Question, datagram: bytes) -> Pdu:
        """Return the PDU, after every check of RFC 3414, section 3.2."""
        message = decode_v3(datagram)
        if message.flags & AUTH:
            self._authenticate(agent, message, datagram)
        if message.flags & PRIVACY:
            pdu = self._decrypt(agent, question, message)
        else:
            pdu = question.read(message.payload, _parse)
        level = message.flags & (AUTH | PRIVACY)
        if pdu.type is not PduType.REPORT and level != self._level:
            raise Failure(
                Outcome.AUTH, "answered with less security than we asked with"
            )
        if pdu.type is not PduType.REPORT and message.engine_id != agent.engine_id:
            raise Malformed("the answer is another engine's")
        return pdu

    def _authenticate(
        self, agent: Agent, message: SecuredMessage, datagram: bytes
    ) -> None:
        if (
            agent.signer is None
            or message.engine_id != agent.engine_id
            or message.user != self._user.name
        ):
            raise Malformed("signed as somebody whom we did not ask")
        at, signature = message.signature_at, message.signature
        if not agent.signer.verify(datagram, at, signature):
            raise Failure(
                Outcome.AUTH,
                "the answer's signature is wrong: wrong auth password or protocol, "
                "or somebody pretends to be the device",
            )
        if not agent.in_window(message):
            # Its boot counter or clock went back, as it does where neither survives
            # a restart; or these are old messages. Start over with the next poll.
            self._agent = None
            raise Failure(
                Outcome.TIME_WINDOW,
                f"the answer is old: boot {message.boots}, second {message.time}, "
                f"where boot {agent.boots}, second {agent.now()} is due",
            )

    def _decrypt(
        self, agent: Agent, question: Question, message: SecuredMessage
    ) -> Pdu:
        if agent.encrypter is None or len(message.salt) != 8:
            raise Malformed("encrypted as we cannot have asked for")
        try:
            scoped = agent.encrypter.decrypt(
                message.payload, message.boots, message.time, message.salt
            )
            pdu = question.read(scoped, _parse)
        except Malformed:
            raise Failure(
                Outcome.AUTH,
                "the answer cannot be decrypted: wrong privacy password or protocol",
            ) from None
        self._proven = True
        return pdu


def _parse(scoped: bytes) -> Pdu:
    return read_scoped(scoped)[1]
