"""Everything between us and one device, kept from poll to poll.

The versions differ in how a PDU is wrapped, and in how its answer is known to be
genuine.
"""

import socket
from abc import abstractmethod
from itertools import chain
from typing import TYPE_CHECKING

from collectors.snmp.asking import Asking
from collectors.snmp.ber import Oid
from collectors.snmp.engine import AT_ONCE
from collectors.snmp.exchange import Answer, Encode
from collectors.snmp.message import Pdu
from collectors.snmp.naming import Naming
from collectors.snmp.part import Part
from collectors.snmp.question import Question, Questions
from collectors.snmp.quirks import NONE, Quirks, known
from collectors.snmp.sizing import WHOLE_IPV6, Sizing
from collectors.snmp.target import Target

if TYPE_CHECKING:
    from collections.abc import Sequence

    from collectors.snmp.failure import Failure


class Session(Asking):
    """Everything between us and one device, kept from poll to poll.

    Attributes
    ----------
    naming : Naming
        What its interfaces are called.
    """

    def __init__(self, target: Target, own: Quirks = NONE) -> None:
        super().__init__(Part(Questions(self.wrap)))
        self.target = target
        if target.family == socket.AF_INET6:
            self.largest = WHOLE_IPV6
        self._own = own
        self._introduced: tuple[Oid, str] = ((), "")
        self._quirk(own)
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
            self.heard = False
        for part in parts:
            part.questions.turn()
        self._ended = None
        if any(part.questions.known for part in parts):
            await self.prepare()
            asked = list(chain.from_iterable(p.questions.ready() for p in parts))
            answers, self._ended = await self.target.ask_all(
                [self.encoder(question) for question in asked]
            )
            self.heard = self.heard or bool(answers)
            for question, answer in zip(asked, answers, strict=False):
                question.answer = answer
            self._unanswered = asked[len(answers) :]

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

    def introduce(self, object_id: Oid, description: str) -> None:
        """Take in what the agent says that it is, with every poll.

        If it is another than it was, what was learned of it is forgotten.
        """
        if (object_id, description) == self._introduced:
            return
        if self._introduced != ((), ""):
            for part in (self._usual, *self._parts.values()):
                part.sizing = Sizing()
                part.recalls.clear()
        self._introduced = object_id, description
        found = known(object_id, description)
        self._quirk(self._own.also(found))
        if found != NONE:
            self.remark(f"its sysObjectID says how to ask it: {found}")

    def _quirk(self, quirks: Quirks) -> None:
        self.quirks = quirks
        self.target.at_once = 1 if quirks.one_at_a_time else AT_ONCE

    def remark(self, text: str) -> None:
        """Have whoever looks on hear what was found out."""
        self.target.engine.remark(text, self.target.address)

    async def ask(self, question: Question, *, once: bool = False) -> Answer:
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
        answer = await self.target.ask(self.encoder(question), once=once)
        self.heard = True
        return answer

    @abstractmethod
    def wrap(self, pdu: bytes) -> bytes:
        """Return a PDU with what belongs before it, as it is asked with every poll."""

    async def prepare(self) -> None:
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
