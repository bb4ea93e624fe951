"""Which neighbours a device has, and which of those it had are lost."""

from collections import Counter
from collections.abc import Collection, Mapping

from bellrock.model.neighbourhood import Neighbour, Protocol
from bellrock.model.status import Status

MISSED_FOR = 86_400.0
"""Seconds for which a neighbour that was lost is told of as lost."""
MOST_MISSED = 256
"""Lost neighbours of one device that are told of; a switch loses phones all day."""
MOST = 1000
"""Neighbours of one device that are told of."""

_Key = tuple[Protocol, str, str, str]
"""Protocol, name, our interface, and their address where one router may have two."""

_VALUES = {Status.UP: 1, Status.DOWN: 0, Status.UNKNOWN: None}


class Neighbourhood:
    """The neighbours of one device, those of the last day included."""

    def __init__(self) -> None:
        self._seen: dict[_Key, float] = {}
        self._missed = False

    def update(
        self,
        neighbours: Collection[Neighbour],
        protocols: Collection[Protocol],
        now: float,
    ) -> dict[tuple[str, str], int | None]:
        """Return 1 or 0 by protocol and name; None of one that nothing is known of.

        Names that mean several neighbours, as where two links lead to the same router,
        have the interface with them, for as long as one of these is remembered.

        Parameters
        ----------
        neighbours : collection of Neighbour
            As they were read last.
        protocols : collection of Protocol
            Those whose neighbours were read; of others nobody is lost.
        now : float
            Seconds, monotonic.
        """
        has = dict[_Key, int | None]()
        for neighbour in neighbours:
            key, value = _key(neighbour), _VALUES[neighbour.status]
            # Where a name is used twice after all, the worse of both.
            has[key] = value if has.get(key, 1) == 1 else has[key]
            if len(has) == MOST:
                break
        self._remember(has, now)
        names = _names(self._seen)
        told = dict[tuple[str, str], int | None]()
        for key in self._seen:
            value = has.get(key, 0 if key[0] in protocols else None)
            told[key[0].value, names[key]] = value
        return told

    @property
    def complete(self) -> bool:
        """Whether no neighbour is missed: nothing changes by time alone."""
        return not self._missed

    def _remember(self, has: Mapping[_Key, object], now: float) -> None:
        for key in has:
            # Last in the order of being seen.
            self._seen.pop(key, None)
            self._seen[key] = now
        missed = [key for key in self._seen if key not in has]
        old = [key for key in missed if now - self._seen[key] > MISSED_FOR]
        for key in {*old, *missed[: max(0, len(missed) - MOST_MISSED)]}:
            del self._seen[key]
        self._missed = len(self._seen) > len(has)


def _key(neighbour: Neighbour) -> _Key:
    address = ""
    if neighbour.protocol is Protocol.OSPF:
        # OSPFv2 and OSPFv3 with the same router, or two routers on one interface.
        address = "".join(neighbour.addresses[:1])
    return neighbour.protocol, neighbour.name, neighbour.interface, address


def _names(keys: Collection[_Key]) -> dict[_Key, str]:
    """Return what each is called: the shortest that tells it from the others."""
    plain = Counter(key[:2] for key in keys)
    placed = Counter(key[:3] for key in keys)
    return {
        key: " ".join(
            part
            for part, wanted in (
                (key[1], True),
                (key[2], plain[key[:2]] > 1),
                (key[3], placed[key[:3]] > 1),
            )
            if part and wanted
        )
        for key in keys
    }
