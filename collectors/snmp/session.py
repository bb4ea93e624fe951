"""What every version of SNMP lets us do with one device: GET and GETBULK.

The versions differ in :meth:`Session.exchange` alone: how a PDU is wrapped, and how
its answer is known to be genuine.
"""

import asyncio
import socket
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain

from bellrock.model.observation import Outcome
from collectors.snmp.address import Sockaddr
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.engine import Engine
from collectors.snmp.exchange import Answer, Encode
from collectors.snmp.failure import Failure, TooBig
from collectors.snmp.message import ErrorStatus, Pdu
from collectors.snmp.naming import Naming
from collectors.snmp.question import Question, Questions
from collectors.snmp.recall import Recall
from collectors.snmp.sizing import MOST_REPETITIONS, WHOLE, Sizing
from collectors.snmp.values import Value, VarBind

_GET_AT_ONCE = 24


@dataclass(slots=True)
class Target:
    """Where a device is asked, and through what."""

    engine: Engine
    family: socket.AddressFamily
    address: Sockaddr
    lane: asyncio.Lock = field(init=False)

    def __post_init__(self) -> None:
        """Find the lane of everybody who asks there."""
        self.lane = self.engine.lane(self.address)

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
    ) -> tuple[Sequence[Answer], Failure | None]:
        """Return the answers as far as there are any, and what ended them."""
        return await self.engine.ask(self, requests, once=once)

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
    rows : dict of tuple of Oid to int
        By its columns: how many rows a table had when it was walked last.
    """

    questions: Questions
    recalls: dict[tuple[Oid, ...], Recall] = field(default_factory=dict)
    rows: dict[tuple[Oid, ...], int] = field(default_factory=dict)
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
        self.part = self._usual = Part(Questions(self.wrap))
        self.naming = Naming()
        self._parts = dict[str, Part]()
        self._unanswered: Sequence[Question] = ()
        self._ended: Failure | None = None

    async def begin(self, *names: str) -> None:
        """Begin to read these parts: ask at once all that was asked for them last time.

        What is not wanted this time is asked in vain, and not again. Without a name
        it is the part that every poll reads, which is entered too.
        """
        if names:
            parts = [self._parts[name] for name in names if name in self._parts]
        else:
            parts = [self._usual]
            self.part = self._usual
        for part in parts:
            part.questions.turn()
        self._ended = None
        if any(part.questions.known for part in parts):
            await self.prepare()
            known = list(chain.from_iterable(p.questions.ready() for p in parts))
            answers, self._ended = await self.target.ask_all(
                [self.encoder(question) for question in known]
            )
            for question, answer in zip(known, answers, strict=False):
                question.answer = answer
            self._unanswered = known[len(answers) :]

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

    def thin(self, name: str) -> None:
        """Keep little of a part that is read seldom."""
        if name in self._parts:
            self._parts[name].questions.thin()

    def rewrap(self) -> None:
        """Wrap all questions anew: what is put around a PDU has changed."""
        for part in (self._usual, *self._parts.values()):
            part.questions.rewrap()

    async def ask(self, question: Question) -> Answer:
        """Return the answer to a question, which may have come already.

        Raises
        ------
        Failure
            If there is none.
        """
        self.part.questions.keep(question)
        early = self.part.questions.taken(question)
        if early is not None:
            return early
        if self._ended is not None and question in self._unanswered:
            # Not so one that was not asked: it may be another's that is too much.
            raise self._ended
        return await self.target.ask(self.encoder(question))

    @property
    @abstractmethod
    def envelope(self) -> int:
        """Octets of an answer's datagram around its variables, at least."""

    @abstractmethod
    def wrap(self, pdu: bytes) -> bytes:
        """Return a PDU with what belongs before it, as it is asked with every poll."""

    async def prepare(self) -> None:  # noqa: B027 - version 2c has nothing to do
        """Find out what has to be known before anything can be asked."""

    @abstractmethod
    def encoder(self, question: Question) -> Encode:
        """Return what makes the datagrams that ask `question`."""

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
        question = self.part.questions.get(oids)
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
        sizing = self.part.sizing
        return sizing.repetitions(WHOLE - self.envelope, columns)

    async def get_bulk(
        self, oids: Sequence[Oid], most: int = MOST_REPETITIONS
    ) -> tuple[Question, list[VarBind]]:
        """Return successors of each of `oids`: a row of them, the next row, and so on.

        As many rows as fit one datagram, at least one and no more than `most`; the
        last may be incomplete. With them comes the question, to be repeated.
        """
        while True:
            rows = min(self.rows_at_once(len(oids)), most)
            question = self.part.questions.get_bulk(oids, rows)
            answer, octets = await self.exchange(question)
            try:
                _raise_for_status(answer)
            except TooBig:
                self.part.questions.release(question)
                if rows == 1:
                    raise
                self.part.sizing.too_big(rows)
                continue
            if not answer.varbinds:
                raise Malformed("GETBULK was answered without a single variable")
            if len(answer.varbinds) > rows * len(oids):
                raise Malformed("GETBULK was answered with more than was asked for")
            self.part.sizing.learn(octets - self.envelope, len(answer.varbinds))
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
