"""Why a test measured nothing."""

from bellrock.model.observation import Outcome


class NotMeasuredError(Exception):
    """A test ended without a figure, by the far side's doing or the network's.

    Attributes
    ----------
    outcome : Outcome
        In one word.
    detail : str
        For a person; never a secret.
    """

    def __init__(self, outcome: Outcome, detail: str) -> None:
        super().__init__(f"{outcome.value}: {detail}")
        self.outcome = outcome
        self.detail = detail


def plain(text: str, longest: int = 200) -> str:
    """Return what a stranger said as one printable line."""
    line = " ".join(text.split())
    safe = "".join(each if each.isprintable() else "?" for each in line)
    return safe if len(safe) <= longest else f"{safe[: longest - 1]}…"
