"""What keeps an SNMP request from its answer, beside what ends any poll."""

from bellrock.model.observation import Outcome
from collectors.failure import Failure

__all__ = ["Failure", "TooBig"]


class TooBig(Failure):
    """The answer would not fit the agent's largest message; ask for less."""

    def __init__(self) -> None:
        super().__init__(
            Outcome.TOO_BIG,
            "answered tooBig even to the smallest request; "
            "raise the agent's largest message",
        )
