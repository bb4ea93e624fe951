"""Whom a reflector knows: regulars, whom no stranger displaces, and newcomers.

Sources can be forged, as many as there are packets, and nothing in a packet without a
key proves that its sender hears our answers. But whoever forges many has to go on
sending for each of them: a session that has asked for a while is a regular, and where
there are too many those go that are silent for long beside how long they were heard.
Until then it is one of the newcomers, who displace each other, and those of few other
networks.
"""

import socket
from collections import Counter
from collections.abc import Hashable
from typing import Generic, TypeVar
from weakref import WeakValueDictionary

from probes.clock import SECOND
from probes.stamp.limits import Bucket, Recent

Key = TypeVar("Key", bound=Hashable)

REGULAR_AFTER = SECOND
"""Nanoseconds from a session's first answer after which it is a regular one."""

_IDLE = 600 * SECOND
_LOOK_AGAIN = SECOND
_SILENT = 8
"""A session is heard so many times as long as it is silent, or it may have to go."""
_CROWD = 4
"""Of the regulars, one in so many may be of one network."""
_COMPARTMENTS = 16


class Session:
    """One sender's packets; `before` is the number and the time of the last answer.

    Parameters
    ----------
    bucket : Bucket
        What its address may ask, shared with that address's other sessions.
    network : bytes
        Where its address is from.
    now : int
        Nanoseconds of a clock that is never set.
    """

    __slots__ = ("before", "bucket", "count", "network", "regular", "since", "used")

    def __init__(self, bucket: Bucket, network: bytes, now: int) -> None:
        self.bucket = bucket
        self.network = network
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
        How many of each to remember at most.
    rate : float
        Packets a second that one address may ask.

    Notes
    -----
    Where there are as many regulars as there may be, or a quarter of that of one
    network, those are forgotten that were not heard for ten minutes, or for an eighth
    of the time that they had been heard. If there are none, others stay newcomers.
    """

    def __init__(self, regulars: int, newcomers: int, rate: float) -> None:
        self._most = regulars
        self._rate = rate
        self._regulars: dict[Key, Session] = {}
        # By a hash that nobody outside can foretell.
        self._newcomers: tuple[Recent[Key, Session], ...] = tuple(
            Recent(newcomers // _COMPARTMENTS) for _ in range(_COMPARTMENTS)
        )
        # As long as any session of an address is known its bucket is, and no longer.
        self._buckets: WeakValueDictionary[str, Bucket] = WeakValueDictionary()
        self._look_at = 0
        self._crowds: Counter[bytes] = Counter()

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._regulars) + sum(map(len, self._newcomers))

    def get(self, key: Key, host: str) -> Session | None:
        """Return an address's session under `key`, if it is known."""
        found = self._regulars.get(key)
        return self._near(_network(host)).get(key) if found is None else found

    def begin(self, host: str, now: int) -> Session:
        """Return a new session of an address; :meth:`keep` remembers it."""
        bucket = self._buckets.get(host)
        if bucket is None:
            bucket = self._buckets[host] = Bucket(self._rate)
        return Session(bucket, _network(host), now)

    def keep(self, key: Key, session: Session, now: int) -> None:
        """Remember a session that is answered now."""
        known, session.used = session.used, now
        if session.regular:
            return
        if not known:
            self._near(session.network).put(key, session)
        elif now - session.since >= REGULAR_AFTER and self._has_room(
            session.network, now
        ):
            session.regular = True
            self._near(session.network).drop(key)
            self._regulars[key] = session
            self._crowds[session.network] += 1

    def _near(self, network: bytes) -> Recent[Key, Session]:
        """Return the newcomers of a network, and of one in so many others."""
        return self._newcomers[hash(network) % _COMPARTMENTS]

    def _has_room(self, network: bytes, now: int) -> bool:
        if self._is_full(network) and now >= self._look_at:
            # That takes milliseconds: not for each that would come in.
            self._look_at = now + _LOOK_AGAIN
            self._forget(None if len(self._regulars) >= self._most else network, now)
        return not self._is_full(network)

    def _is_full(self, network: bytes) -> bool:
        crowded = self._crowds[network] >= max(1, self._most // _CROWD)
        return crowded or len(self._regulars) >= self._most

    def _forget(self, network: bytes | None, now: int) -> None:
        """Forget who is silent for long, of one network or of all of them."""
        self._regulars = {
            key: each
            for key, each in self._regulars.items()
            if network not in (None, each.network) or _stays(each, now)
        }
        self._crowds = Counter(each.network for each in self._regulars.values())


def _stays(session: Session, now: int) -> bool:
    heard = session.used - session.since
    return now - session.used < min(_IDLE, heard // _SILENT)


def _network(host: str) -> bytes:
    """Return the first 24 bits of an IPv4 address, or the first 48 of an IPv6 one."""
    if ":" in host:
        return socket.inet_pton(socket.AF_INET6, host.partition("%")[0])[:6]
    return socket.inet_aton(host)[:3]
