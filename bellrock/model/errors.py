"""The one error that means: the person running Bellrock can mend this."""


class UserError(Exception):
    """Something outside the program is wrong; the command ends with status 2.

    Parameters
    ----------
    what : str
        Where and what, in one line: ``listen 127.0.0.1:9477: address in use``.
    instead : str
        What to do about it.
    """

    def __init__(self, what: str, instead: str) -> None:
        super().__init__(what)
        self.what = what
        self.instead = instead

    def __str__(self) -> str:
        """Write both lines as they are shown, or the one that there is."""
        return f"{self.what}\n  {self.instead}" if self.instead else self.what
