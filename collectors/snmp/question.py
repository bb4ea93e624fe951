"""Requests written once and asked with every poll, and how they were answered last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.snmp import ber
from collectors.snmp.ber import Oid
from collectors.snmp.layout import Layout, learn
from collectors.snmp.message import Pdu, PduType, write_pdu
from collectors.snmp.values import VarBind

_ANY_NUMBER = 1 << 30
"""Four octets long, as every number we ask with."""


@dataclass(slots=True)
class Question:
    """A request, all but its number.

    Attributes
    ----------
    key : object
        What is asked; no two questions to a device have the same.
    pdu : bytes
        The PDU, with any number.
    before, after : bytes
        The message that it is asked in, without the number.
    layout : Layout or None
        How the last answer to it lay.
    poll : int
        The last poll that asked it.
    edition : int
        Of what it is put in.
    """

    key: object
    pdu: bytes
    before: bytes = b""
    after: bytes = b""
    layout: Layout | None = None
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
        pdu = None if self.layout is None else self.layout.read(octets)
        if pdu is None:
            pdu = parse(octets)
            self.layout = learn(octets, pdu)
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
        self._poll = self._edition = 0

    def turn(self) -> None:
        """Begin a poll: what the last one did not ask is forgotten."""
        poll = self._poll
        if any(question.poll != poll for question in self._known.values()):
            self._known = {
                key: question
                for key, question in self._known.items()
                if question.poll == poll
            }
        self._poll += 1

    def rewrap(self) -> None:
        """From now on wrap all of them anew: what is put around a PDU has changed."""
        self._edition += 1

    @property
    def known(self) -> bool:
        """Whether the last poll asked anything."""
        return bool(self._known)

    def ready(self) -> Sequence[Question]:
        """Return all that the last poll asked, to be asked again."""
        questions = list(self._known.values())
        for question in questions:
            self._dress(question)
        return questions

    def keep(self, question: Question) -> None:
        """Get a question ready that is asked in this poll, perhaps an earlier one's."""
        question.poll = self._poll
        # A poll that failed before it came to it has let it go.
        self._known.setdefault(question.key, question)
        self._dress(question)

    def release(self, question: Question) -> None:
        """Do not ask it again with the next poll, unless this one still does."""
        question.poll = 0

    def _dress(self, question: Question) -> None:
        if question.edition != self._edition:
            question.edition = self._edition
            question.put_in(self._wrap(question.pdu))

    def find(
        self, kind: PduType, oids: Sequence[Oid], repetitions: int = 0
    ) -> Question:
        """Return the question for the values or successors of `oids`."""
        key = kind, tuple(oids), repetitions
        question = self._known.get(key)
        if question is None:
            varbinds = list[VarBind]((oid, None) for oid in oids)
            asked = Pdu(kind, _ANY_NUMBER, varbinds, error_index=repetitions)
            question = Question(key, write_pdu(asked))
        self.keep(question)
        return question
