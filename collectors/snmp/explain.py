"""Every PDU of a poll in words: what was asked, what came back, what became of it.

Everything is read anew from the datagrams, by the strict parser, and with our keys
where it is encrypted. No community, password or key is ever among the words.
"""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from collectors.snmp import reports
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.message import V1, V2C, Pdu, PduType, decode_v2c, peek_id
from collectors.snmp.names import name
from collectors.snmp.transcript import Event, Kind, Transcript
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    SecuredMessage,
    decode_v3,
    read_scoped,
)
from collectors.snmp.witness import Drop
from collectors.snmp.words import Mask, error_status, value

_LEVELS = {0: "noAuthNoPriv", AUTH: "authNoPriv", AUTH | PRIVACY: "authPriv"}
_REQUESTS = frozenset({PduType.GET, PduType.GET_NEXT, PduType.GET_BULK})


@dataclass(frozen=True, slots=True)
class Told:
    """One event in words.

    Attributes
    ----------
    event : Event
        What happened.
    head : str
        The message or the event in one line.
    lines : tuple of str
        What is in it: security, variables, why it was dropped.
    """

    event: Event
    head: str
    lines: tuple[str, ...] = ()


class Explainer:
    """Reads the messages between one device and us.

    Parameters
    ----------
    community : bytes
        Ours in versions 1 and 2c, never to be shown.
    user : User or None
        Ours in version 3, whose keys decrypt.
    """

    def __init__(self, community: bytes = b"", user: User | None = None) -> None:
        self._mask = Mask(community)
        self._user = user
        self._agents: dict[bytes, Agent] = {}

    def tell(self, transcript: Transcript) -> Iterator[Told]:
        """Yield every event in words, in order."""
        asked: dict[int, float] = {}
        silence = False
        for event in transcript.events:
            match event.kind:
                case Kind.SENT:
                    yield self._message(event, ", asked again" if silence else "")
                    asked[peek_id(event.datagram)] = event.at
                case Kind.RECEIVED:
                    yield self._received(event, asked)
                case Kind.SILENCE:
                    waited = event.at - asked.get(event.number, event.at)
                    yield Told(
                        event,
                        f"no answer to request {event.number} in {waited:.3g} s",
                    )
                case Kind.NETWORK:
                    yield Told(event, f"the network says: {os.strerror(event.number)}")
                case Kind.REMARK:
                    yield Told(event, event.text)
            silence = event.kind is Kind.SILENCE

    def _received(self, event: Event, asked: dict[int, float]) -> Told:
        told = self._message(event)
        if event.dropped is None:
            return told
        why = event.dropped
        if why is Drop.UNASKED and _number(event.datagram) in asked:
            why = Drop.ANSWERED
        return Told(event, told.head, (f"dropped: {why}", *told.lines))

    def _message(self, event: Event, note: str = "") -> Told:
        try:
            head, lines = self._read(event.datagram)
        except Malformed as error:
            head = f"no SNMP message that we read: {error}"
            lines = (f"begins {self._mask.head(event.datagram) or 'with nothing'}",)
        return Told(event, f"{head}{note}, {len(event.datagram)} octets", tuple(lines))

    def _read(self, datagram: bytes) -> tuple[str, Sequence[str]]:
        if not _is_version_3(datagram):
            version, name = (V1, "v1") if _is_version_1(datagram) else (V2C, "v2c")
            pdu = decode_v2c(datagram, version).pdu
            return f"{name} {_pdu(pdu)}", self._variables(pdu)
        secured = decode_v3(datagram)
        security = [_security(secured)]
        agent = self._agent(secured)
        if secured.flags & AUTH and agent is not None and agent.signer is not None:
            right = agent.signer.verify(
                datagram, secured.signature_at, secured.signature
            )
            if not right:
                security.append("its signature is wrong for our auth password")
        try:
            pdu = read_scoped(self._scoped(secured, agent))[1]
        except Malformed as error:
            what = f"msgID {secured.number}"
            return f"v3 {what}", [*security, f"what it says cannot be read: {error}"]
        if pdu.type is PduType.REPORT:
            # Whatever its own number is, it has that of the message it is about.
            pdu = replace(pdu, request_id=secured.number)
        return f"v3 {_pdu(pdu)}", [*security, *self._variables(pdu)]

    def _scoped(self, message: SecuredMessage, agent: Agent | None) -> bytes:
        if not message.flags & PRIVACY:
            return message.payload
        if agent is None or agent.encrypter is None or len(message.salt) != 8:
            raise Malformed("it is encrypted as we cannot have asked for")
        return agent.encrypter.decrypt(
            message.payload, message.boots, message.time, message.salt
        )

    def _agent(self, message: SecuredMessage) -> Agent | None:
        """Return the engine of a message with our keys there; None if there is none."""
        if self._user is None or not message.engine_id:
            return None
        agent = self._agents.get(message.engine_id)
        if agent is None:
            if len(self._agents) >= _MOST_ENGINES:
                return None
            agent = Agent(message, self._user)
            self._agents[message.engine_id] = agent
        return agent

    def _variables(self, pdu: Pdu) -> list[str]:
        lines = []
        for oid, content in pdu.varbinds:
            line = name(oid)
            if content is not None or pdu.type not in _REQUESTS:
                line += f" = {value(oid, content, self._mask)}"
            if pdu.type is PduType.REPORT:
                line += f": {_report(oid)}"
            lines.append(line)
        return lines


_MOST_ENGINES = 16
"""Engines to make keys for, should somebody send messages of ever new ones."""


def _number(datagram: bytes) -> int | None:
    try:
        return peek_id(datagram)
    except Malformed:
        return None


def _is_version_3(datagram: bytes) -> bool:
    return _version(datagram) == b"\x02\x01\x03"


def _is_version_1(datagram: bytes) -> bool:
    return _version(datagram) == b"\x02\x01\x00"


def _version(datagram: bytes) -> bytes:
    at = 2 + (datagram[1] & 0x7F if datagram[1:2] > b"\x7f" else 0)
    return datagram[at : at + 3]


def _pdu(pdu: Pdu) -> str:
    """Write the head of a PDU."""
    kind = pdu.type.name.replace("_", "")
    if pdu.type is PduType.GET_BULK:
        return (
            f"{kind} request {pdu.request_id}, non-repeaters {pdu.non_repeaters}, "
            f"max-repetitions {pdu.max_repetitions}"
        )
    if pdu.type is PduType.REPORT:
        return f"{kind} to request {pdu.request_id}"
    if pdu.type is PduType.RESPONSE:
        status = error_status(pdu.error_status)
        where = f" at variable {pdu.error_index}" if pdu.error_status else ""
        return f"{kind} to request {pdu.request_id}, {status}{where}"
    return f"{kind} request {pdu.request_id}"


def _report(oid: Oid) -> str:
    if oid == reports.UNKNOWN_ENGINE_IDS:
        return "the engine asked is not the agent's own, which is the one above"
    return reports.failure(oid).detail


def _security(message: SecuredMessage) -> str:
    if not message.engine_id:
        return "to an engine not known yet: who are you?"
    level = _LEVELS[message.flags & (AUTH | PRIVACY)]
    user = message.user.decode("utf-8", "replace")
    named = "".join(c if c.isprintable() else "\ufffd" for c in user)
    return (
        f"{level} as user {named!r}, engine {message.engine_id.hex()}, "
        f"boot {message.boots}, second {message.time}"
    )
