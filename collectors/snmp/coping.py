"""Find out what an agent that answers, but not this, is to be asked instead."""

from collections.abc import Coroutine, Sequence
from typing import Any, Protocol

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.errors import ErrorAnswer, raise_for_status
from collectors.snmp.failure import Failure
from collectors.snmp.message import ErrorStatus, Pdu
from collectors.snmp.part import Part
from collectors.snmp.question import Question

_NOT_KNOWN = frozenset({ErrorStatus.GEN_ERR, ErrorStatus.NO_SUCH_NAME})


class Session(Protocol):
    """What coping needs of whoever asks; see :class:`collectors.snmp.asking.Asking`."""

    part: Part
    heard: bool

    @property
    def in_bulk(self) -> bool:
        """Whether tables are asked for with GETBULK."""

    @property
    def whole(self) -> int:
        """Octets of an answer that arrives."""

    @property
    def envelope(self) -> int:
        """Octets of an answer's datagram around its variables."""

    def remark(self, text: str) -> None:
        """Have whoever looks on hear what was found out."""

    async def exchange(self, question: Question) -> tuple[Pdu, int]:
        """Ask, and return the answer and its octets."""

    async def get_next(self, oids: Sequence[Oid], *, once: bool) -> object:
        """Ask for the successor of each of `oids`."""


async def lives(session: Session, oids: Sequence[Oid], failure: Failure) -> bool:
    """Return whether the agent answers smaller requests than it was silent to."""
    return (
        failure.outcome is Outcome.TIMEOUT
        and session.heard
        and session.in_bulk
        and await _answered(_next(session, oids))
    )


async def cope(
    session: Session, oids: Sequence[Oid], rows: int, failure: Failure
) -> bool:
    """Learn from a GETBULK of so many rows that failed; return whether to ask again.

    An agent that answers GETNEXT alone knows no GETBULK. If it answers GETBULK for one
    row, and many are met with silence, its large answers are lost on the way: those in
    several pieces, where a filter lets only the first one through.
    """
    if isinstance(failure, ErrorAnswer):
        if failure.status not in _NOT_KNOWN:
            return False
        if not await _answered(_next(session, oids)):
            return False
        what = failure.detail
    else:
        if not await lives(session, oids, failure):
            return False
        octets = await _octets_of_a_row(session, oids) if rows > 1 else 0
        if octets:
            session.part.sizing.lost(octets * rows + session.envelope, session.whole)
            session.remark(
                f"GETBULK of {rows} rows meets silence, of 1 row it does not: "
                f"answers of {session.whole} octets at most from now on"
            )
            return True
        what = "silent"
    session.part.sizing.no_getbulk()
    session.remark(f"GETBULK is {what}, GETNEXT answered: GETNEXT from now on")
    return True


async def _answered(asked: Coroutine[Any, Any, object]) -> bool:
    try:
        await asked
    except (Failure, Malformed):
        return False
    return True


async def _next(session: Session, oids: Sequence[Oid]) -> None:
    questions = session.part.questions
    try:
        await session.get_next(oids, once=True)
    finally:
        questions.release(questions.get_next(oids))


async def _octets_of_a_row(session: Session, oids: Sequence[Oid]) -> int:
    """Return the octets of variables that a GETBULK of one row brings; 0 for none."""
    question = session.part.questions.get_bulk(oids, 1)
    try:
        answer, octets = await session.exchange(question)
        raise_for_status(answer)
    except (Failure, Malformed):
        return 0
    finally:
        session.part.questions.release(question)
    return octets - session.envelope
