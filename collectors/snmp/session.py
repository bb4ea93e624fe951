"""What every version of SNMP lets us do with one device: GET and GETBULK.

The versions differ in :meth:`Session.exchange` alone: how a PDU is wrapped, and how
its answer is known to be genuine.
"""

import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.channel import Sockaddr
from collectors.snmp.engine import Engine
from collectors.snmp.exchange import Answer, Encode
from collectors.snmp.failure import Failure, TooBig
from collectors.snmp.message import ErrorStatus, Pdu, PduType
from collectors.snmp.naming import Naming
from collectors.snmp.question import Question, Questions
from collectors.snmp.recall import Recall
from collectors.snmp.values import Value, VarBind

_WHOLE = 1472
"""Octets of a datagram that crosses an Ethernet in one piece (IPv4)."""
_MOST_REPETITIONS = 60
_GET_AT_ONCE = 24
_GUESS = 32
"""Octets for each variable, before anything is known."""


@dataclass(slots=True)
class Sizing:
    """What we learned of how much one agent can answer at once.

    Attributes
    ----------
    octets : int
        Of a datagram, for each variable in it; 0 while not known.
    most : int
        Repetitions it has not yet called too many.
    """

    octets: int = 0
    most: int = _MOST_REPETITIONS

    def learn(self, octets: int, variables: int) -> None:
        """Take in the size of an answer.

        The largest stays, so that every poll asks alike.
        """
        self.octets = max(self.octets, octets // variables + 1)

    def repetitions(self, columns: int) -> int:
        """How many rows of `columns` to ask for, so that the answer stays whole."""
        return max(1, min(_WHOLE // ((self.octets or _GUESS) * columns), self.most))


@dataclass(slots=True)
class Target:
    """Where a device is asked, and through what."""

    engine: Engine
    family: socket.AddressFamily
    address: Sockaddr

    async def ask(self, request: Encode, *, once: bool = False) -> Answer:
        """Return the answer to one request.

        Raises
        ------
        Failure
            If there is none.
        """
        answers, failure = await self.ask_all([request], once=once)
        if failure is not None:
            raise failure
        return answers[0]

    async def ask_all(
        self, requests: Sequence[Encode], *, once: bool = False
    ) -> tuple[list[Answer], Failure | None]:
        """Return the answers as far as there are any, and what ended them."""
        return await self.engine.ask(self.family, self.address, requests, once=once)

    def __str__(self) -> str:
        """Name the device as a message to people does."""
        return f"{self.address[0]} port {self.address[1]}"


@dataclass(slots=True)
class Part:
    """What is read of a device together, and kept until it is read again.

    Attributes
    ----------
    questions : Questions
        What the device is asked for it.
    recalls : dict of tuple of Oid to Recall
        By its columns: how a table was read last time.
    """

    questions: Questions
    recalls: dict[tuple[Oid, ...], Recall] = field(default_factory=dict)
    sizing: Sizing = field(default_factory=Sizing)


class Session(ABC):
    """Everything between us and one device, kept from poll to poll.

    Attributes
    ----------
    part : Part
        What is being read.
    naming : Naming
        What its interfaces are called.
    """

    def __init__(self, target: Target) -> None:
        self.target = target
        self.part = Part(Questions(self.wrap))
        self.naming = Naming()
        self._parts = {"": self.part}
        self._early: dict[int, Answer] = {}
        self._ended: Failure | None = None

    async def begin(self, *names: str) -> None:
        """Begin to read these parts: ask at once all that was asked for them last time.

        What is not wanted this time is asked in vain, and not again. Without a name
        it is the part that every poll reads, which is entered too.
        """
        if not names:
            self.enter("")
        parts = [self._parts[name] for name in names or ("",) if name in self._parts]
        for part in parts:
            part.questions.turn()
        self._early, self._ended = {}, None
        if any(part.questions.known for part in parts):
            await self.prepare()
            known = [each for part in parts for each in part.questions.ready()]
            answers, self._ended = await self.target.ask_all(
                [partial(self.encode, question) for question in known]
            )
            self._early = dict(zip(map(id, known), answers, strict=False))

    def enter(self, name: str) -> None:
        """Read this part from now on; it is begun, or new."""
        part = self._parts.get(name)
        if part is None:
            part = self._parts[name] = Part(Questions(self.wrap))
            part.questions.turn()
        self.part = part

    def forget(self, name: str) -> None:
        """Keep nothing of a part that will not be read for long."""
        self._parts.pop(name, None)

    def rewrap(self) -> None:
        """Wrap all questions anew: what is put around a PDU has changed."""
        for part in self._parts.values():
            part.questions.rewrap()

    async def ask(self, question: Question) -> Answer:
        """Return the answer to a question, which may have come already.

        Raises
        ------
        Failure
            If there is none.
        """
        self.part.questions.keep(question)
        early = self._early.pop(id(question), None)
        if early is not None:
            return early
        if self._ended is not None:
            raise self._ended
        return await self.target.ask(partial(self.encode, question))

    @abstractmethod
    def wrap(self, pdu: bytes) -> bytes:
        """Return a PDU with what belongs before it, as it is asked with every poll."""

    async def prepare(self) -> None:  # noqa: B027 - version 2c has nothing to do
        """Find out what has to be known before anything can be asked."""

    @abstractmethod
    def encode(self, question: Question, number: int) -> bytes:
        """Return the datagram that asks `question`."""

    @abstractmethod
    def open(self, datagram: bytes) -> bytes | None:
        """Return what of a genuine answer `parse` reads; None if it is a report.

        Raises
        ------
        Failure, Malformed
            If it is not to be believed.
        """

    @abstractmethod
    def parse(self, octets: bytes) -> Pdu:
        """Return the PDU of an answer.

        Raises
        ------
        Malformed
            If it is none of SNMP's.
        """

    @abstractmethod
    async def exchange(self, question: Question) -> tuple[Pdu, int]:
        """Ask, and return the genuine answer and the size of its datagram in octets.

        Raises
        ------
        Failure
            If there is none.
        Malformed
            If the answer is none of SNMP's.
        """

    async def get(self, oids: Sequence[Oid]) -> list[Value]:
        """Return the values of `oids`, in their order; absent ones as such."""
        values: list[Value] = []
        for start in range(0, len(oids), _GET_AT_ONCE):
            values += await self._get(oids[start : start + _GET_AT_ONCE])
        return values

    async def _get(self, oids: Sequence[Oid]) -> list[Value]:
        question = self.part.questions.find(PduType.GET, oids)
        answer, _ = await self.exchange(question)
        try:
            _raise_for_status(answer)
        except TooBig:
            self.part.questions.release(question)
            if len(oids) == 1:
                raise
            half = len(oids) // 2
            return [*await self._get(oids[:half]), *await self._get(oids[half:])]
        if [oid for oid, _ in answer.varbinds] != list(oids):
            raise Malformed("the answer names other variables than were asked for")
        return [value for _, value in answer.varbinds]

    def rows_at_once(self, columns: int) -> int:
        """Return how many rows are asked for with one request, as far as known."""
        return self.part.sizing.repetitions(columns)

    async def get_bulk(self, oids: Sequence[Oid]) -> tuple[Question, list[VarBind]]:
        """Return successors of each of `oids`: a row of them, the next row, and so on.

        As many rows as fit one datagram, at least one; the last may be incomplete.
        With them comes the question, to be repeated.
        """
        while True:
            rows = self.rows_at_once(len(oids))
            question = self.part.questions.find(PduType.GET_BULK, oids, rows)
            answer, octets = await self.exchange(question)
            try:
                _raise_for_status(answer)
            except TooBig:
                self.part.questions.release(question)
                if rows == 1:
                    raise
                self.part.sizing.most = rows // 2
                continue
            if not answer.varbinds:
                raise Malformed("GETBULK was answered without a single variable")
            if len(answer.varbinds) > rows * len(oids):
                raise Malformed("GETBULK was answered with more than was asked for")
            self.part.sizing.learn(octets, len(answer.varbinds))
            return question, answer.varbinds


def _raise_for_status(answer: Pdu) -> None:
    status = answer.error_status
    if status == ErrorStatus.NO_ERROR:
        return
    if status == ErrorStatus.TOO_BIG:
        raise TooBig
    name = f"error {status}"
    with suppress(ValueError):
        name = ErrorStatus(status).label
    if status in (ErrorStatus.NO_ACCESS, ErrorStatus.AUTHORIZATION_ERROR):
        raise Failure(
            Outcome.AUTH, f"answered {name}: our credentials do not allow reading this"
        )
    raise Failure(Outcome.UNSUPPORTED, f"answered {name}")
