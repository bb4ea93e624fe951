"""Find out what an agent that answers, but not this, is to be asked instead."""

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from bellrock.model.observation import Outcome
from collectors.snmp.ber import Malformed, Oid
from collectors.snmp.errors import ErrorAnswer, raise_for_status
from collectors.snmp.failure import Failure
from collectors.snmp.message import ErrorStatus

if TYPE_CHECKING:
    from collectors.snmp.asking import Asking

_NOT_KNOWN = frozenset({ErrorStatus.GEN_ERR, ErrorStatus.NO_SUCH_NAME})


async def lives(session: "Asking", oids: Sequence[Oid], failure: Failure) -> bool:
    """Return whether the agent answers smaller requests than it was silent to."""
    return (
        failure.outcome is Outcome.TIMEOUT
        and session.heard
        and session.in_bulk
        and await _answered(_next(session, oids))
    )


async def cope(
    session: "Asking", oids: Sequence[Oid], rows: int, failure: Failure
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


async def _next(session: "Asking", oids: Sequence[Oid]) -> None:
    questions = session.part.questions
    try:
        await session.get_next(oids, once=True)
    finally:
        questions.release(questions.get_next(oids))


async def _octets_of_a_row(session: "Asking", oids: Sequence[Oid]) -> int:
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
