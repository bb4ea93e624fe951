"""Who is let in: known senders, with what shows without a key as it should be.

A datagram costs microseconds here; most of what a flood brings goes no further.
"""

import hmac
import time
from collections.abc import Callable
from dataclasses import dataclass

from collectors.snmp.ber import Malformed
from collectors.snmp.v3agent import User
from collectors.snmp.v3message import AUTH, PRIVACY, REPORTABLE, SecuredMessage
from collectors.traps.look import LARGEST, Seen, Unsupported, look
from collectors.traps.refusal import Refusal
from collectors.traps.senders import Known, Senders
from collectors.traps.waiting import Pace

_STRANGERS = 100
"""Datagrams from unknown addresses, a second, whose engine is looked at."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """A datagram that may be a notice.

    Attributes
    ----------
    at : float
        When it came; seconds, monotonic.
    users : tuple of User
        Who may have signed and encrypted it, in version 3.
    misled : bool
        It asks for an answer and is meant for another engine than ours.
    answerable : bool
        It came from an address that is known to be the device's.
    """

    datagram: bytes
    at: float
    known: Known
    seen: Seen
    users: tuple[User, ...]
    misled: bool
    answerable: bool


class Door:
    """Admits datagrams.

    Parameters
    ----------
    senders : Senders
        Whom to know.
    """

    def __init__(
        self, senders: Senders, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._senders = senders
        self._clock = clock
        self._strangers = Pace(_STRANGERS, _STRANGERS)

    def admit(self, datagram: bytes, host: str, ours: bytes) -> Admitted | Refusal:
        """Return a datagram that came from `host`, or why it is not let in.

        Parameters
        ----------
        ours : bytes
            Our engine id.
        """
        known = self._senders.at(host)
        answerable = known is not None
        if known is None:
            known = self._of_engine(datagram)
            if known is None:
                return Refusal.UNKNOWN_SENDER
        if len(datagram) > LARGEST:
            return Refusal.TOO_BIG
        try:
            seen = look(datagram)
        except Malformed:
            return Refusal.MALFORMED
        except Unsupported:
            return Refusal.UNSUPPORTED
        users: tuple[User, ...] | Refusal = ()
        misled = False
        if seen.secured is None:
            if not _is_any(known.communities, seen.community):
                return Refusal.COMMUNITY
        elif not (seen.discovers and answerable):
            mine = seen.secured.engine_id == ours
            users = _users(known, seen.secured, mine=mine)
            misled = bool(seen.secured.flags & REPORTABLE) and not mine
        if isinstance(users, Refusal):
            return users
        return Admitted(
            *(datagram, self._clock(), known, seen, users, misled, answerable)
        )

    def _of_engine(self, datagram: bytes) -> Known | None:
        """Return the device whose SNMPv3 engine it names, from wherever it sends.

        Its signature is going to prove it; there must be one, therefore.
        """
        now = self._clock()
        if self._strangers.free_at() > now or len(datagram) > LARGEST:
            return None
        self._strangers.take(now)
        try:
            secured = look(datagram).secured
        except (Malformed, Unsupported):
            return None
        if secured is None or not secured.flags & AUTH:
            return None
        return self._senders.of_engine(secured.engine_id)


def _is_any(communities: tuple[bytes, ...], community: bytes) -> bool:
    found = False
    for each in communities:
        found |= hmac.compare_digest(each, community)
    return found


def _users(
    known: Known, secured: SecuredMessage, *, mine: bool
) -> tuple[User, ...] | Refusal:
    """Return who may have signed and encrypted a message."""
    named = known.users.get(secured.user)
    if not named:
        return Refusal.USER
    level = secured.flags & (AUTH | PRIVACY)
    # To ask what time it is here, one need not encrypt (RFC 3414, section 4); such a
    # message is of a time that never is, and so never taken for more.
    asks_time = mine and level == AUTH and not secured.boots and not secured.time
    fit = [user for user, due in named if due == level or (asks_time and due & AUTH)]
    return tuple(fit) or Refusal.LEVEL
