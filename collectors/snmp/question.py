"""Requests written once and asked with every poll, and how they were answered last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.snmp import ber
from collectors.snmp.ber import Oid
from collectors.snmp.exchange import Answer
from collectors.snmp.layout import Layout, learn, names
from collectors.snmp.message import Pdu, PduType, write_pdu
from collectors.snmp.values import VarBind

_ANY_NUMBER = 1 << 30
"""Four octets long, as every number we ask with."""


@dataclass(slots=True, eq=False)
class Question:
    """A request, all but its number.

    Attributes
    ----------
    key : object
        What is asked; no two questions to a device have the same.
    pdu : bytes
        The PDU, with any number.
    oids : sequence of Oid
        Exactly what the answer has to name; none for those that follow them.
    before, after : bytes
        The message that it is asked in, without the number.
    layout : Layout or None
        How the last answer to it lay.
    names : bytes
        A digest of what the last answer named; empty while there was none.
    answer : Answer or None
        To be had, of those that a poll asks at once.
    poll : int
        The last poll that asked it.
    edition : int
        Of what it is put in.
    """

    key: object
    pdu: bytes
    oids: Sequence[Oid] = ()
    before: bytes = b""
    after: bytes = b""
    layout: Layout | None = None
    names: bytes = b""
    answer: Answer | None = None
    poll: int = 0
    edition: int = -1

    def put_in(self, message: bytes) -> None:
        """Take the message that the PDU, which ends it, is asked in from now on."""
        start = ber.read_header(self.pdu, 0, len(self.pdu))[1]
        number, stop = ber.read_expected(self.pdu, start, len(self.pdu), ber.INTEGER)
        ahead = len(message) - len(self.pdu)
        self.before, self.after = message[: ahead + number], message[ahead + stop :]
        self.layout = None

    def numbered(self, number: int) -> bytes:
        """Return the request with a number of four octets."""
        return b"%b%b%b" % (self.before, number.to_bytes(4), self.after)

    def read(self, octets: bytes, parse: Callable[[bytes], Pdu]) -> Pdu:
        """Return the answer in `octets`, with `parse` only if it lies as never before.

        Raises
        ------
        Malformed
            Whatever of that kind `parse` raises.
        """
        if self.oids and self.layout is not None:
            pdu = self.layout.read(octets, self.oids)
            if pdu is not None:
                return pdu
        pdu = parse(octets)
        self.layout, self.names = learn(octets, pdu), names(octets)
        if self.oids and [oid for oid, _ in pdu.varbinds] != list(self.oids):
            self.layout = None
        return pdu


class Questions:
    """The requests to one device, kept while each poll asks them again.

    Parameters
    ----------
    wrap : callable
        Puts around a PDU what its version has before it.
    """

    def __init__(self, wrap: Callable[[bytes], bytes]) -> None:
        self._wrap = wrap
        self._known: dict[object, Question] = {}
        self._ready: Sequence[Question] = ()
        self._poll = self._edition = 0

    def turn(self) -> None:
        """Begin a poll: what the last one did not ask is forgotten."""
        poll = self._poll
        self._ready = [each for each in self._known.values() if each.poll == poll]
        if len(self._ready) < len(self._known):
            for question in self._known.values():
                # It may be asked again yet, and wants an answer of that poll.
                question.answer = None
            self._known = {question.key: question for question in self._ready}
        self._poll += 1

    def thin(self) -> None:
        """Forget how answers lay: to parse the next ones is less than to keep that."""
        for question in self._known.values():
            question.layout = None

    def rewrap(self) -> None:
        """From now on wrap all of them anew: what is put around a PDU has changed."""
        self._edition += 1

    @property
    def known(self) -> bool:
        """Whether the last poll asked anything."""
        return bool(self._ready)

    def ready(self) -> Sequence[Question]:
        """Return all that the last poll asked, to be asked again."""
        for question in self._ready:
            question.answer = None
            if question.edition != self._edition:
                self._dress(question)
        return self._ready

    def keep(self, question: Question) -> None:
        """Get a question ready that is asked in this poll, perhaps an earlier one's."""
        question.poll = self._poll
        # A poll that failed before it came to it has let it go.
        self._known.setdefault(question.key, question)
        if question.edition != self._edition:
            self._dress(question)

    def taken(self, question: Question) -> Answer | None:
        """Return the answer that a question has had in this poll, once."""
        answer, question.answer = question.answer, None
        question.poll = self._poll
        return answer

    def release(self, question: Question) -> None:
        """Do not ask it again with the next poll, unless this one still does."""
        question.poll = 0

    def _dress(self, question: Question) -> None:
        question.edition = self._edition
        question.put_in(self._wrap(question.pdu))

    def get(self, oids: Sequence[Oid]) -> Question:
        """Return the question for the values of `oids`."""
        key = tuple(oids)
        question = self._known.get(key)
        if question is None:
            question = Question(key, _write(PduType.GET, oids), key)
        self.keep(question)
        return question

    def get_bulk(self, oids: Sequence[Oid], repetitions: int) -> Question:
        """Return the question for so many successors of each of `oids`."""
        return self._ask(_write(PduType.GET_BULK, oids, repetitions))

    def get_next(self, oids: Sequence[Oid]) -> Question:
        """Return the question for the successor of each of `oids`."""
        return self._ask(_write(PduType.GET_NEXT, oids))

    def _ask(self, pdu: bytes) -> Question:
        question = self._known.get(pdu)
        if question is None:
            question = Question(pdu, pdu)
        self.keep(question)
        return question


def _write(kind: PduType, oids: Sequence[Oid], repetitions: int = 0) -> bytes:
    varbinds = list[VarBind]((oid, None) for oid in oids)
    return write_pdu(Pdu(kind, _ANY_NUMBER, varbinds, error_index=repetitions))
