"""Why a request or a poll came to nothing: one word, and words for a person."""

from bellrock.model.observation import Outcome


class Failure(Exception):  # noqa: N818 - an outcome, not an error of ours
    """What the device or the network did; ends as the reading's outcome.

    Parameters
    ----------
    outcome : Outcome
        Never ``success``.
    detail : str
        Words for a person; never a secret.
    """

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(f"{outcome}: {detail}")
        self.outcome = outcome
        self.detail = detail
