"""Version 3: who the agent is, what time it is there, and whose signature this is.

RFC 3414 has the agent (the authoritative engine) keep the time: a request carries
what we believe its clock says, and an answer sets our belief. Only signed messages
may; what an unsigned report says is used to address the next request, no more.
"""

from functools import partial

from bellrock.model.observation import Outcome
from collectors.snmp import ber, reports
from collectors.snmp.ber import Malformed
from collectors.snmp.exchange import Answer, Encode
from collectors.snmp.failure import Failure
from collectors.snmp.message import Pdu, PduType, check_answer
from collectors.snmp.question import Question
from collectors.snmp.quirks import NONE, Quirks
from collectors.snmp.session import Session
from collectors.snmp.target import Target
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3envelope import Opener, Sealer
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

_ENVELOPE = 90
"""Octets, without the user, the engine's id (twice) and the signature."""
_LEAST = 484
"""Octets that every engine can take (RFC 3412, section 6.3)."""
_ATTEMPTS = 4
"""Times to ask: for the engine, again, for its time, again."""


class V3Session(Session):
    """One device polled as a user of its SNMPv3 engine."""

    def __init__(self, target: Target, user: User, own: Quirks = NONE) -> None:
        super().__init__(target, own)
        self._way = self.largest
        self._user = user
        self._agent: Agent | None = None
        self._proven = False
        self._opener = Opener()
        self._level = 0
        if user.auth_key is not None:
            self._level |= AUTH
        if user.privacy_key is not None:
            self._level |= PRIVACY
        self._sealer = Sealer(user.name, self._level | REPORTABLE)

    @property
    def agent(self) -> Agent | None:
        """The engine that was found there, which keeps its time; None before that."""
        return self._agent

    @property
    def envelope(self) -> int:
        """What is around the variables, with signature and salt."""
        octets = _ENVELOPE + len(self._user.name)
        if self._agent is not None:
            octets += 2 * len(self._agent.engine_id)
        return octets + (
            0 if self._user.protocol is None else self._user.protocol.length
        )

    def wrap(self, pdu: bytes) -> bytes:
        """Return the scoped PDU; only once the engine is known is anything asked."""
        return wrap_scoped(b"" if self._agent is None else self._agent.engine_id, pdu)

    async def prepare(self) -> None:
        """Find the engine, unless it is known."""
        await self._engine()

    def encoder(self, question: Question) -> Encode:
        """Return what encrypts and signs the question, as of the time it is sent."""
        return partial(self._seal, question)

    def _seal(self, question: Question, number: int) -> bytes:
        assert self._agent is not None
        return self._sealer.seal(self._agent, number, question.numbered(number))

    def open(self, datagram: bytes) -> bytes | None:
        """Return the scoped PDU of an answer that is secured as we asked."""
        assert self._agent is not None
        message = self._opener.read(datagram)
        scoped = self._scoped(self._agent, message, datagram)
        return scoped if self._genuine(self._agent, message) else None

    def parse(self, octets: bytes) -> Pdu:
        """Return the PDU in a scoped one."""
        return read_scoped(octets)[1]

    async def exchange(
        self, question: Question, *, once: bool = False
    ) -> tuple[Pdu, int]:
        """Ask, finding the engine and its time first where need be."""
        failure = reports.failure(reports.UNKNOWN_ENGINE_IDS)
        for _ in range(_ATTEMPTS):
            agent = await self._engine()
            number, datagram = await self._ask(agent, question, once=once)
            message = self._opener.read(datagram)
            pdu = question.read(self._scoped(agent, message, datagram), self.parse)
            if pdu.type is not PduType.REPORT:
                if not self._genuine(agent, message):
                    raise Failure(
                        Outcome.AUTH, "answered with less security than we asked with"
                    )
                self.largest = min(self._way, max(message.most, _LEAST))
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

    async def _engine(self) -> Agent:
        agent = self._agent
        if agent is None:
            agent = self._agent = await self._discover()
            self._opener = Opener()
            self.rewrap()
        return agent

    async def _ask(self, agent: Agent, question: Question, *, once: bool) -> Answer:
        target = self.target
        try:
            return await self.ask(question, once=once)
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

        _, datagram = await self.target.ask(encode, once=once)
        found = decode_v3(datagram)
        if not 5 <= len(found.engine_id) <= 32:
            raise Malformed(f"engine id of {len(found.engine_id)} octets")
        return Agent(found, self._user)

    def _scoped(self, agent: Agent, message: SecuredMessage, datagram: bytes) -> bytes:
        """Return the scoped PDU, after the checks of RFC 3414, section 3.2."""
        if message.flags & AUTH:
            self._authenticate(agent, message, datagram)
        if not message.flags & PRIVACY:
            return message.payload
        return self._decrypt(agent, message)

    def _genuine(self, agent: Agent, message: SecuredMessage) -> bool:
        """Return whether an answer is as secure as we asked; reports may not be."""
        if message.flags & (AUTH | PRIVACY) != self._level:
            return False
        if message.engine_id != agent.engine_id:
            raise Malformed("the answer is another engine's")
        return True

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

    def _decrypt(self, agent: Agent, message: SecuredMessage) -> bytes:
        if agent.encrypter is None or len(message.salt) != 8:
            raise Malformed("encrypted as we cannot have asked for")
        try:
            scoped = agent.encrypter.decrypt(
                message.payload, message.boots, message.time, message.salt
            )
            if scoped[0] != ber.SEQUENCE:
                raise Malformed("no scoped PDU")
        except Malformed:
            raise Failure(
                Outcome.AUTH,
                "the answer cannot be decrypted: wrong privacy password or protocol",
            ) from None
        self._proven = True
        return scoped
