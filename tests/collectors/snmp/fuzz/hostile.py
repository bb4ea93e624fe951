"""A device that answers as a stream of octets says, in place of the network."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.exchange import Answer, Encode
from collectors.snmp.failure import Failure
from collectors.snmp.message import Pdu, PduType, decode_v2c, encode_v2c
from collectors.snmp.reports import NOT_IN_TIME_WINDOWS, UNKNOWN_ENGINE_IDS
from collectors.snmp.usm import AUTH_PROTOCOLS, PRIVACY_PROTOCOLS
from collectors.snmp.v3agent import Agent, User
from collectors.snmp.v3envelope import Sealer
from collectors.snmp.v3message import (
    AUTH,
    PRIVACY,
    SecuredMessage,
    decode_v3,
    encode_v3,
    read_scoped,
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
    Value,
    VarBind,
)
from tests.collectors.snmp.agent import Mib, serve

_ENGINE = b"\x80\x00\x1f\x88\x04fuzz"
USER = User(
    *(b"monitor", AUTH_PROTOCOLS["sha256"], bytes(range(32))),
    *(PRIVACY_PROTOCOLS["aes128"], bytes(range(32))),
)
MOST_REQUESTS = 2_000
"""Of a poll of small tables, whatever the answers: more and it would never end."""


class Stream:
    """Octets to make decisions with; none are left at some time."""

    def __init__(self, octets: bytes) -> None:
        self._octets = octets
        self._at = 0

    @property
    def over(self) -> bool:
        """Whether all have been taken."""
        return self._at >= len(self._octets)

    def take(self, count: int) -> bytes:
        """Return the next octets, zeros behind the end."""
        found = self._octets[self._at : self._at + count]
        self._at += count
        return found.ljust(count, b"\0")

    def number(self, below: int) -> int:
        """Return a number from 0."""
        return self.take(1)[0] % below


_VALUES: tuple[Callable[[Stream], Value], ...] = (
    lambda stream: Integer32(int.from_bytes(stream.take(4), signed=True)),
    lambda stream: Integer32(stream.number(16)),
    lambda stream: Counter32(int.from_bytes(stream.take(4))),
    lambda stream: Gauge32(int.from_bytes(stream.take(4))),
    lambda stream: TimeTicks(int.from_bytes(stream.take(4))),
    lambda stream: Counter64(int.from_bytes(stream.take(8))),
    lambda stream: OctetString(stream.take(stream.number(40))),
    lambda stream: OctetString(stream.take(stream.number(8))),
    lambda stream: IpAddress(stream.take(4)),
    lambda stream: Opaque(stream.take(stream.number(8))),
    lambda stream: (1, 3, *stream.take(stream.number(12))),
    lambda stream: (*Absent,)[stream.number(3)],
    lambda _: None,
)


def value(stream: Stream) -> Value:
    """Return a value of any type."""
    return _VALUES[stream.number(len(_VALUES))](stream)


@dataclass
class Device:
    """Answers requests in place of an engine's sockets.

    Parameters
    ----------
    stream : Stream
        What it does.
    honest : mapping of Oid to Value
        What it has when it is asked and does nothing odd.
    """

    stream: Stream
    honest: Mib
    asked: int = 0
    _sealer: Sealer = field(default_factory=lambda: Sealer(USER.name, AUTH | PRIVACY))
    _agent: Agent = field(
        default_factory=lambda: Agent(
            SecuredMessage(0, 0, _ENGINE, 1, 0, b"", b""), USER
        )
    )

    def lane(self, _: object) -> asyncio.Lock:
        """Return a lane of its own for whoever asks."""
        return asyncio.Lock()

    def remark(self, text: str, to: object) -> None:
        """Have nobody to tell."""

    async def ask(
        self,
        *asked: Any,
        once: bool = False,  # noqa: ARG002
    ) -> tuple[list[Answer], Failure | None]:
        """Answer as far as the stream goes; then be silent.

        As an engine is asked: whom is of no matter, and the requests come last.
        """
        requests: Sequence[Encode] = asked[-1]
        answers: list[Answer] = []
        for encode in requests:
            self.asked += 1
            assert self.asked < MOST_REQUESTS, "it is asked without end"
            number = 2**30 + self.asked
            request = encode(number)
            if self.stream.over:
                return answers, Failure(Outcome.TIMEOUT, "no answer")
            answers.append((number, self._answer(request)))
        return answers, None

    def _answer(self, request: bytes) -> bytes:
        try:
            asked = decode_v2c(request).pdu
        except Malformed:
            return self._answer_v3(decode_v3(request))
        return self._bent(encode_v2c(b"public", self._pdu(asked)))

    def _answer_v3(self, request: SecuredMessage) -> bytes:
        if not request.engine_id or self.stream.number(16) == 0:
            of = (UNKNOWN_ENGINE_IDS, NOT_IN_TIME_WINDOWS, (1, 3, 6))
            report = Pdu(
                *(PduType.REPORT, request.number),
                [(of[self.stream.number(3)], value(self.stream))],
            )
            engine = _ENGINE if self.stream.number(8) else self.stream.take(6)
            message = SecuredMessage(
                *(request.number, 0, engine, 1, 0, b""), write_scoped(engine, report)
            )
            return self._bent(encode_v3(message)[0])
        assert self._agent.encrypter is not None
        clear = self._agent.encrypter.decrypt(
            request.payload, request.boots, request.time, request.salt
        )
        pdu = self._pdu(read_scoped(clear)[1])
        # What is changed before it is encrypted is ours to read all the same.
        scoped = self._bent(write_scoped(_ENGINE, pdu))
        return self._bent(self._sealer.seal(self._agent, request.number, scoped))

    def _bent(self, octets: bytes) -> bytes:
        """Return the octets, now and then with some of them changed."""
        if self.stream.number(8):
            return octets
        bent = bytearray(octets)
        for _ in range(1 + self.stream.number(3)):
            at = int.from_bytes(self.stream.take(2)) % (len(bent) + 1)
            bent[at : at + self.stream.number(3)] = self.stream.take(
                self.stream.number(3)
            )
        return bytes(bent)

    def _pdu(self, asked: Pdu) -> Pdu:
        match self.stream.number(6):
            case 0:
                return Pdu(
                    *(PduType.RESPONSE, asked.request_id, asked.varbinds),
                    *(self.stream.number(20), self.stream.number(4)),
                )
            case 1 | 2:
                found = list(self._odd(asked))
                return Pdu(PduType.RESPONSE, asked.request_id, found)
            case _:
                return self._honest(asked)

    def _honest(self, asked: Pdu) -> Pdu:
        (answer,) = serve(self.honest)(encode_v2c(b"public", asked))
        return decode_v2c(answer).pdu

    def _odd(self, asked: Pdu) -> Iterator[VarBind]:
        names = [oid for oid, _ in asked.varbinds] or [(1, 3)]
        row = self.stream.take(self.stream.number(8))
        for at in range(self.stream.number(3 * len(names) + 2)):
            yield self._name(names[at % len(names)], row), value(self.stream)

    def _name(self, asked: Oid, row: bytes) -> Oid:
        match self.stream.number(8):
            case 0:
                return asked
            case 1:
                return (*asked, self.stream.number(4))
            case 2:
                return (*asked[:-1], asked[-1] + self.stream.number(4))
            case 3:
                return (*asked[:-1], max(0, asked[-1] - 1))
            case 4:
                return (1, 3, 6, 1, 2, 1, *self.stream.take(self.stream.number(8)))
            case _:
                # A row of the table, if they are columns that are asked for.
                return (*asked, *row)


class Endless(Stream):
    """Never over, and nothing odd."""

    def __init__(self) -> None:
        super().__init__(b"")

    @property
    def over(self) -> bool:
        """Return that it is not."""
        return False


@dataclass
class Honest(Device):
    """Answers as it should, as much at once as it likes."""

    stream: Stream = field(default_factory=Endless)
    honest: Mib = field(default_factory=dict)
    most: int = 1_000

    def _answer(self, request: bytes) -> bytes:
        (answer,) = serve(self.honest, most=self.most)(request)
        return answer
