"""How a call says that it was failed in a way that no OSError has a word for."""

from bellrock.model.observation import Outcome


class FailedError(Exception):
    """The far end answered, and not as it should.

    Parameters
    ----------
    outcome : Outcome
        The word for it.
    detail : str
        Words for a person.
    """

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(detail)
        self.outcome = outcome
        self.detail = detail
