"""How much a reflector does for whom, in bounded memory."""

from typing import Generic, TypeVar

from probes.clock import SECOND

Key = TypeVar("Key")
Value = TypeVar("Value")

_BURST = SECOND // 2


class Recent(Generic[Key, Value]):
    """Remembers what was used lately, and forgets the rest by halves.

    Sources can be forged, so there is a most; what is used stays however many come.

    Parameters
    ----------
    most : int
        How many to remember at most.
    """

    def __init__(self, most: int) -> None:
        self._half = max(1, most // 2)
        self._young: dict[Key, Value] = {}
        self._old: dict[Key, Value] = {}

    def __len__(self) -> int:
        """Return how many are remembered."""
        return len(self._young) + len(self._old)

    def get(self, key: Key) -> Value | None:
        """Return what is remembered under `key`."""
        found = self._young.get(key)
        if found is None:
            found = self._old.pop(key, None)
            if found is not None:
                self.put(key, found)
        return found

    def drop(self, key: Key) -> None:
        """Forget what is under `key`."""
        self._young.pop(key, None)
        self._old.pop(key, None)

    def put(self, key: Key, value: Value) -> None:
        """Remember `value`."""
        if len(self._young) >= self._half:
            self._old, self._young = self._young, {}
        self._young[key] = value


class Bucket:
    """A token bucket of half a second: so much a second, and not much at once.

    It is kept as the time at which it will be full again (the virtual scheduling of
    ITU-T I.371), which takes one number and one comparison.

    Parameters
    ----------
    rate : float
        Packets a second.
    """

    __slots__ = ("__weakref__", "_each", "_full")

    def __init__(self, rate: float) -> None:
        self._each = max(1, round(SECOND / rate))
        self._full = 0

    def takes(self, now: int, *, spare: bool = False) -> bool:
        """Tell whether one more is allowed, and count it.

        Parameters
        ----------
        now : int
            Nanoseconds of a clock that is never set.
        spare : bool
            Whether it is to leave half of the bucket to others.
        """
        full = self._full
        if full <= now:
            self._full = now + self._each
            return True
        if full - now > (_BURST // 2 if spare else _BURST):
            return False
        self._full = full + self._each
        return True
