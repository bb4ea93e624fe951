"""What a check of a service found, over each address family by itself."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bellrock.model.observation import Outcome


class Family(StrEnum):
    """Over which Internet Protocol, as the ``family`` label.

    ``NONE`` is of a name that led nowhere, so that nothing could be asked over either.
    """

    IPV4 = "ipv4"
    IPV6 = "ipv6"
    NONE = "none"


class Phase(StrEnum):
    """What the time was spent on, as the ``phase`` label.

    Each begins where the one before ended. ``FIRST_BYTE`` ends with the first of an
    answer: a banner, the head of an HTTP response, a datagram.
    """

    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    FIRST_BYTE = "first_byte"


@dataclass(frozen=True, slots=True)
class ClockReading:
    """What a time server's answer says of its clock and ours (RFC 5905).

    Attributes
    ----------
    offset : float
        Seconds its clock is ahead of ours.
    error : float
        Bound in seconds on `offset`, if the server is right about itself: half the
        round trip, and its own distance from the true time.
    stratum : int
        Servers between it and a reference clock, itself included.
    """

    offset: float
    error: float
    stratum: int


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that was sent, seen or missed.

    Attributes
    ----------
    at : float
        Seconds since the check began.
    arrow : str
        ``->`` sent, ``<-`` received, ``!!`` the network's word, ``**`` a remark.
    """

    at: float
    arrow: str
    head: str
    lines: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Attempt:
    """One check over one address family.

    Attributes
    ----------
    address : str
        What was asked; empty where the name has none.
    detail : str
        Words for a person, mostly when the outcome is not success; never a secret.
    phases : tuple of (Phase, float)
        Seconds of each phase that ended, in order. There is more than one of a kind
        where there was more than one connection, as with redirects.
    timing_error : float or None
        Bound in seconds on our own error in any of them; None where none ended.
    expires : float or None
        When the certificate does, seconds since 1970; whether or not it is good.
    clock : ClockReading or None
        Of time servers.
    hold : float
        Seconds in which it must not be asked again, because it said so.
    events : tuple of Event
        What happened, where somebody asked to know.
    """

    family: Family
    address: str
    outcome: Outcome
    detail: str = ""
    phases: tuple[tuple[Phase, float], ...] = ()
    timing_error: float | None = None
    expires: float | None = None
    clock: ClockReading | None = None
    hold: float = 0.0
    events: tuple[Event, ...] = ()


@dataclass(frozen=True, slots=True)
class CheckReading:
    """One run of one check.

    Attributes
    ----------
    check : str
        Its name.
    kind : str
        What was spoken: ``tcp``, ``tls``, ``http``, ``dns`` or ``ntp``.
    at : float
        When it ended; seconds, monotonic.
    attempts : tuple of Attempt
        At least one.
    missing : tuple of Family
        Families that the name has no address of, which nobody asked for.
    held : tuple of Family
        Families that were not asked, because the far end wanted it so. What was found
        over them before still holds.
    """

    check: str
    kind: str
    at: float
    attempts: tuple[Attempt, ...]
    missing: tuple[Family, ...] = ()
    held: tuple[Family, ...] = ()

    @property
    def succeeded(self) -> bool:
        """Whether every family answered as it should; one that is held has not."""
        well = all(each.outcome is Outcome.SUCCESS for each in self.attempts)
        return well and not self.held
