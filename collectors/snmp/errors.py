"""Answers that are an error, as what they mean for whoever asked."""

from contextlib import suppress

from bellrock.model.observation import Outcome
from collectors.snmp.failure import Failure, TooBig
from collectors.snmp.message import ErrorStatus, Pdu
from collectors.snmp.question import Question


class ErrorAnswer(Failure):
    """The agent answered, and with an error.

    Attributes
    ----------
    status : int
        As RFC 3416 numbers them.
    index : int
        Of the variable it is about, from 1; whatever the agent says.
    """

    def __init__(self, status: int, index: int) -> None:
        self.status, self.index = status, index
        name = f"error {status}"
        with suppress(ValueError):
            name = ErrorStatus(status).label
        if status in (ErrorStatus.NO_ACCESS, ErrorStatus.AUTHORIZATION_ERROR):
            super().__init__(
                Outcome.AUTH,
                f"answered {name}: our credentials do not allow reading this",
            )
        else:
            super().__init__(Outcome.UNSUPPORTED, f"answered {name}")


class NoSuccessor(Failure):
    """Nothing comes after a variable, as version 1 says it: with an error.

    Attributes
    ----------
    question : Question
        The one so answered.
    position : int
        Of the variable in it, from 0.
    """

    def __init__(self, question: Question, position: int) -> None:
        self.question, self.position = question, position
        super().__init__(Outcome.UNSUPPORTED, "answered noSuchName")


def raise_for_status(answer: Pdu) -> None:
    """Raise TooBig or ErrorAnswer if an answer is an error."""
    if answer.error_status == ErrorStatus.TOO_BIG:
        raise TooBig
    if answer.error_status != ErrorStatus.NO_ERROR:
        raise ErrorAnswer(answer.error_status, answer.error_index)
