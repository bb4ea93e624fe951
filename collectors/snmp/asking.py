"""What a device is asked in every version of SNMP, whatever its agent makes of it."""

from abc import ABC, abstractmethod
from collections.abc import Sequence

from collectors.snmp import coping
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.errors import ErrorAnswer, NoSuccessor, raise_for_status
from collectors.snmp.failure import Failure, TooBig
from collectors.snmp.message import ErrorStatus, Pdu
from collectors.snmp.part import Part
from collectors.snmp.question import Question
from collectors.snmp.quirks import NONE
from collectors.snmp.sizing import MOST_REPETITIONS, WHOLE
from collectors.snmp.values import Absent, Value, VarBind

_GET_AT_ONCE = 24


class Asking(ABC):
    """GET, GETBULK, and GETNEXT where there is no better.

    Attributes
    ----------
    part : Part
        What is being read.
    quirks : Quirks
        How the agent is asked, by our settings and by what it says of itself.
    heard : bool
        Whether it has answered anything in this poll.
    largest : int
        Octets of an answer that may arrive.
    """

    has_getbulk = True
    """Whether its version has that."""

    def __init__(self, usual: Part) -> None:
        self.part = self._usual = usual
        self.quirks = NONE
        self.heard = False
        self.largest = WHOLE

    @property
    @abstractmethod
    def envelope(self) -> int:
        """Octets of an answer's datagram around its variables, at least."""

    @abstractmethod
    def remark(self, text: str) -> None:
        """Have whoever looks on hear what was found out."""

    @abstractmethod
    async def exchange(
        self, question: Question, *, once: bool = False
    ) -> tuple[Pdu, int]:
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
        most = min(_GET_AT_ONCE, self.quirks.most_variables)
        for start in range(0, len(oids), most):
            values += await self._get(oids[start : start + most])
        return values

    async def _get(self, oids: Sequence[Oid]) -> list[Value]:
        question = self.part.questions.get(oids)
        answer, _ = await self.exchange(question)
        try:
            raise_for_status(answer)
        except TooBig:
            self.part.questions.release(question)
            if len(oids) == 1:
                raise
            return await self._get_in_two(oids)
        except ErrorAnswer as error:
            if error.status != ErrorStatus.NO_SUCH_NAME:
                raise
            return await self._get_others(oids, error.index - 1)
        if [oid for oid, _ in answer.varbinds] != list(oids):
            raise Malformed("the answer names other variables than were asked for")
        return [value for _, value in answer.varbinds]

    async def _get_in_two(self, oids: Sequence[Oid]) -> list[Value]:
        half = len(oids) // 2
        return [*await self._get(oids[:half]), *await self._get(oids[half:])]

    async def _get_others(self, oids: Sequence[Oid], absent: int) -> list[Value]:
        """Return the values where version 1's error says that one is not there."""
        if len(oids) == 1:
            return [Absent.NO_SUCH_INSTANCE]
        if not 0 <= absent < len(oids):
            return await self._get_in_two(oids)
        values = await self._get([*oids[:absent], *oids[absent + 1 :]])
        values.insert(absent, Absent.NO_SUCH_INSTANCE)
        return values

    @property
    def in_bulk(self) -> bool:
        """Whether tables are asked for with GETBULK, as far as is known."""
        learned = (self.part.sizing.getbulk, self._usual.sizing.getbulk)
        return self.has_getbulk and not (
            self.quirks.no_getbulk or any(each and not each.at for each in learned)
        )

    @property
    def whole(self) -> int:
        """Octets of an answer that arrives, as far as is known."""
        learned = (self.part.sizing.whole, self._usual.sizing.whole)
        return min([self.largest, *(each.at for each in learned if each)])

    def rows_at_once(self, columns: int) -> int:
        """Return how many rows are asked for with one request, as far as known."""
        if not self.in_bulk:
            return 1
        rows = self.part.sizing.repetitions(self.whole - self.envelope, columns)
        return min(rows, self.quirks.most_repetitions)

    async def get_bulk(
        self, oids: Sequence[Oid], most: int = MOST_REPETITIONS
    ) -> tuple[Question, list[VarBind]]:
        """Return successors of each of `oids`: a row of them, the next row, and so on.

        As many rows as fit one datagram, at least one and no more than `most`; the
        last may be incomplete. With them comes the question, to be repeated. Of an
        agent that does not know GETBULK it is one row.

        Raises
        ------
        NoSuccessor
            If the agent says with an error that one of them has none.
        """
        while self.in_bulk:
            rows = min(self.rows_at_once(len(oids)), most)
            question = self.part.questions.get_bulk(oids, rows)
            try:
                answer, octets = await self.exchange(question)
                raise_for_status(answer)
            except TooBig:
                self.part.questions.release(question)
                if rows == 1:
                    raise
                self.part.sizing.too_big(rows)
                continue
            except Failure as failure:
                if not await coping.cope(self, oids, rows, failure):
                    raise
                self.part.questions.release(question)
                continue
            if not answer.varbinds:
                raise Malformed("GETBULK was answered without a single variable")
            if len(answer.varbinds) > rows * len(oids):
                raise Malformed("GETBULK was answered with more than was asked for")
            self.part.sizing.learn(octets - self.envelope, len(answer.varbinds))
            return question, answer.varbinds
        return await self.get_next(oids)

    async def get_next(
        self, oids: Sequence[Oid], *, once: bool = False
    ) -> tuple[Question, list[VarBind]]:
        """Return the successor of each of `oids`, and the question.

        Raises
        ------
        NoSuccessor
            If the agent says with an error that one of them has none.
        """
        question = self.part.questions.get_next(oids)
        answer, _ = await self.exchange(question, once=once)
        try:
            raise_for_status(answer)
        except TooBig:
            self.part.questions.release(question)
            raise
        except ErrorAnswer as error:
            if error.status != ErrorStatus.NO_SUCH_NAME:
                raise
            if len(oids) == 1:
                raise NoSuccessor(question, 0) from None
            if not 1 <= error.index <= len(oids):
                # Which one it is, smaller requests will tell.
                self.part.questions.release(question)
                raise TooBig from None
            raise NoSuccessor(question, error.index - 1) from None
        if len(answer.varbinds) != len(oids):
            raise Malformed("GETNEXT was answered with more or less than was asked for")
        return question, answer.varbinds
