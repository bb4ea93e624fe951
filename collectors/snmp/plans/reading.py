"""Read the plans of a device that are due, one after the other, whatever comes of one.

Except where there is no answer: a device that is silent in one plan is not waited for
in all of them.
"""

import asyncio
from collections.abc import Callable

from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import NO_FACTS, Interfaces, Outcome
from collectors.snmp.ber import Malformed
from collectors.snmp.failure import Failure
from collectors.snmp.plans.agenda import Agenda
from collectors.snmp.plans.plan import Asked, Plan
from collectors.snmp.session import Session

_SILENT = frozenset(
    {
        *(Outcome.TIMEOUT, Outcome.REFUSED, Outcome.UNREACHABLE, Outcome.RESET),
        # What comes next would have to find the engine first.
        Outcome.TIME_WINDOW,
    }
)


async def read_plans(
    agenda: Agenda,
    session: Session,
    interfaces: Interfaces,
    *,
    max_rows: int,
    seconds: float,
    clock: Callable[[], float],
) -> tuple[str, ...]:
    """Read what is due into `agenda`; return the names of plans that failed.

    A plan that the device does not have has not failed.

    Parameters
    ----------
    seconds : float
        To be done with it. The plan that is being read then is read first with the
        next poll, and those behind it after it; if it had all the time to itself it
        failed with a timeout.
    """
    due = agenda.due(clock())
    failed: list[str] = []
    if not due or seconds <= 0:
        return ()

    def settle(plan: Plan, outcome: Outcome, facts: Facts = NO_FACTS) -> None:
        agenda.settle(plan, clock(), outcome, facts)
        if outcome is Outcome.UNSUPPORTED:
            session.forget(plan.name)
        elif outcome is not Outcome.SUCCESS:
            failed.append(plan.name)

    plan = due[0]
    try:
        async with asyncio.timeout(seconds):
            await session.begin(*(each.name for each in due))
            for plan in due:
                await session.prepare()
                session.enter(plan.name)
                asked = Asked(
                    *(session, interfaces, agenda.facts.addresses),
                    *(agenda.notes(plan), max_rows),
                )
                outcome, facts = await _read(plan, asked)
                settle(plan, outcome, facts)
                if outcome in _SILENT:
                    break
    except TimeoutError:
        if plan is due[0]:
            settle(plan, Outcome.TIMEOUT)
    except (Failure, Malformed) as error:
        settle(plan, _outcome(error))
    return tuple(failed)


async def _read(plan: Plan, asked: Asked) -> tuple[Outcome, Facts]:
    try:
        return Outcome.SUCCESS, await plan.read(asked)
    except (Failure, Malformed) as error:
        return _outcome(error), NO_FACTS


def _outcome(error: Failure | Malformed) -> Outcome:
    return error.outcome if isinstance(error, Failure) else Outcome.MALFORMED
