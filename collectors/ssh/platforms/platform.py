"""What a platform is: for each plan, what is asked and how the answers are read."""

from collections.abc import Callable
from dataclasses import dataclass

from bellrock.model.neighbourhood import Facts


@dataclass(frozen=True, slots=True)
class Plan:
    """One thing to learn of a device.

    Attributes
    ----------
    commands : tuple of str
        All that is ever sent; each of them only shows something.
    read : callable
        Takes what each command wrote, and raises Malformed or returns the facts.
    """

    name: str
    commands: tuple[str, ...]
    read: Callable[..., Facts]


@dataclass(frozen=True, slots=True)
class Platform:
    """A kind of command line.

    Attributes
    ----------
    database : Plan or None
        OSPF's: long, and the same on every router of an area.
    shell : bool
        Whether to ask in an open command line from the first, since a connection
        serves no more than one command otherwise.
    preparation : tuple of str
        What keeps such a command line from stopping at every page.
    """

    name: str
    plans: tuple[Plan, ...]
    database: Plan | None = None
    shell: bool = False
    preparation: tuple[str, ...] = ()
