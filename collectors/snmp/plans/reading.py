"""Read the plans of a device that are due, one after the other, whatever comes of one.

Except where there is no answer: a device that is silent in one plan is not waited for
in all of them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bellrock.model.neighbourhood import Facts
from bellrock.model.observation import NO_FACTS, Interfaces, Outcome
from collectors.snmp.ber import Malformed
from collectors.snmp.failure import Failure
from collectors.snmp.patience import Patience
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
        That the device has for it. The plan that is being read then is read first
        with the next poll, and those behind it after it; if it had all the time to
        itself it failed with a timeout.
    """
    due = agenda.due(clock())
    if not due or seconds <= 0:
        return ()
    turn = _Turn(agenda, session, interfaces, max_rows, clock)
    try:
        async with Patience(seconds):
            await turn.read(due)
    except TimeoutError:
        if turn.plan is due[0]:
            turn.settle(due[0], Outcome.TIMEOUT)
        else:
            agenda.postpone(turn.plan)
    except (Failure, Malformed) as error:
        turn.settle(turn.plan or due[0], _outcome(error))
    return tuple(turn.failed)


@dataclass(slots=True)
class _Turn:
    """The plans of one device in one poll.

    Attributes
    ----------
    plan : Plan or None
        The one that is being read; None while they all are asked at once.
    failed : list of str
        Those that failed.
    """

    agenda: Agenda
    session: Session
    interfaces: Interfaces
    max_rows: int
    clock: Callable[[], float]
    plan: Plan | None = None
    failed: list[str] = field(default_factory=list)

    async def read(self, due: Sequence[Plan]) -> None:
        """Read these, unless there is no answer to one of them."""
        agenda, session = self.agenda, self.session
        if not agenda.apart:
            await session.begin(*(plan.name for plan in due))
        for plan in due:
            self.plan = plan
            if agenda.apart:
                await session.begin(plan.name)
            await session.prepare()
            session.enter(plan.name)
            asked = Asked(
                *(session, self.interfaces, agenda.addresses),
                *(agenda.notes(plan), self.max_rows),
            )
            outcome, facts = await _read(plan, asked)
            self.settle(plan, outcome, facts)
            if outcome in _SILENT:
                return
        agenda.done()

    def settle(self, plan: Plan, outcome: Outcome, facts: Facts = NO_FACTS) -> None:
        """Take in how the reading of a plan ended."""
        self.agenda.settle(plan, self.clock(), outcome, facts)
        if outcome is Outcome.UNSUPPORTED:
            self.session.forget(plan.name)
        elif outcome is not Outcome.SUCCESS:
            self.failed.append(plan.name)
        elif self.agenda.seldom(plan):
            self.session.thin(plan.name)


async def _read(plan: Plan, asked: Asked) -> tuple[Outcome, Facts]:
    try:
        return Outcome.SUCCESS, await plan.read(asked)
    except (Failure, Malformed) as error:
        return _outcome(error), NO_FACTS


def _outcome(error: Failure | Malformed) -> Outcome:
    return error.outcome if isinstance(error, Failure) else Outcome.MALFORMED
