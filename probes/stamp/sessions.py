"""Whom a reflector knows: regulars, whom no stranger displaces, and newcomers.

Sources can be forged, as many as there are packets. A session that has asked for a
while is a regular; until then it is one of the newcomers, who displace each other.
"""

from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from probes.clock import SECOND
from probes.stamp.limits import Bucket, Recent

Key = TypeVar("Key")

REGULAR_AFTER = SECOND
"""Nanoseconds from a session's first answer after which it is a regular one."""

_IDLE = 600 * SECOND
_LOOK_AGAIN = 10 * SECOND


class Session:
    """One sender's packets; `before` is the number and the time of the last answer.

    Parameters
    ----------
    bucket : Bucket
        What its address may ask, shared with that address's other sessions.
    now : int
        Nanoseconds of a clock that is never set.
    """

    __slots__ = ("before", "bucket", "count", "regular", "since", "used")

    def __init__(self, bucket: Bucket, now: int) -> None:
        self.bucket = bucket
        self.count = 0
        self.before: tuple[int, int] | None = None
        self.regular = False
        self.since = now
        self.used = 0


class Sessions(Generic[Key]):
    """Sessions by whatever tells them apart, in bounded memory.

    Parameters
    ----------
    regulars, newcomers : int
        How many of each to remember at most. Where there are as many regulars as there
        may be, and none of them was idle for ten minutes, others stay newcomers.
    rate : float
        Packets a second that one address may ask.
    """

    def __init__(self, regulars: int, newcomers: int, rate: float) -> None:
        self._most = regulars
        self._rate = rate
        self._regulars: dict[Key, Session] = {}
        self._newcomers: Recent[Key, Session] = Recent(newcomers)
        # As long as any session of an address is known its bucket is, and no longer.
        self._buckets: WeakValueDictionary[str, Bucket] = WeakValueDictionary()
        self._full_until = 0

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._regulars) + len(self._newcomers)

    def get(self, key: Key) -> Session | None:
        """Return the session under `key`, if it is known."""
        found = self._regulars.get(key)
        return self._newcomers.get(key) if found is None else found

    def begin(self, host: str, now: int) -> Session:
        """Return a new session of an address; :meth:`keep` remembers it."""
        bucket = self._buckets.get(host)
        if bucket is None:
            bucket = self._buckets[host] = Bucket(self._rate)
        return Session(bucket, now)

    def keep(self, key: Key, session: Session, now: int) -> None:
        """Remember a session that is answered now."""
        known, session.used = session.used, now
        if session.regular:
            return
        if not known:
            self._newcomers.put(key, session)
        elif now - session.since >= REGULAR_AFTER and self._has_room(now):
            session.regular = True
            self._newcomers.drop(key)
            self._regulars[key] = session

    def _has_room(self, now: int) -> bool:
        if len(self._regulars) < self._most:
            return True
        if now < self._full_until:
            return False
        # A look at all of them takes a millisecond: not for each that would come in.
        self._full_until = now + _LOOK_AGAIN
        since = now - _IDLE
        self._regulars = {
            key: each for key, each in self._regulars.items() if each.used > since
        }
        return len(self._regulars) < self._most
