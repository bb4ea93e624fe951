"""Requests written once and asked with every poll, and how they were answered last."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from collectors.snmp import ber
from collectors.snmp.ber import Oid
from collectors.snmp.layout import Layout, learn
from collectors.snmp.message import Pdu, PduType, write_pdu

_ANY_NUMBER = 1 << 30
"""Four octets long, as every number we ask with."""


@dataclass(slots=True)
class Question:
    """A request, all but its number.

    Attributes
    ----------
    layout : Layout or None
        How the last answer to it lay.
    """

    before: bytes
    after: bytes
    layout: Layout | None = None

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
        self._before: dict[object, Question] = {}
        self._now: dict[object, Question] = {}

    def turn(self) -> None:
        """Begin a poll: what the last one did not ask is forgotten."""
        self._before, self._now = self._now, {}

    def forget(self) -> None:
        """Forget all of them: what is put around a PDU has changed."""
        self._before, self._now = {}, {}

    def find(
        self, kind: PduType, oids: Sequence[Oid], repetitions: int = 0
    ) -> Question:
        """Return the question for the values or successors of `oids`."""
        key = kind, tuple(oids), repetitions
        question = self._now.get(key) or self._before.get(key)
        if question is None:
            question = self._write(kind, oids, repetitions)
        self._now[key] = question
        return question

    def _write(self, kind: PduType, oids: Sequence[Oid], repetitions: int) -> Question:
        asked = Pdu(
            kind, _ANY_NUMBER, [(oid, None) for oid in oids], error_index=repetitions
        )
        pdu = write_pdu(asked)
        octets = self._wrap(pdu)
        start = ber.read_header(pdu, 0, len(pdu))[1]
        number, stop = ber.read_expected(pdu, start, len(pdu), ber.INTEGER)
        ahead = len(octets) - len(pdu)
        return Question(octets[: ahead + number], octets[ahead + stop :])
