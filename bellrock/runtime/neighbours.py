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

_Key = tuple[Protocol, str, str]
"""Protocol, name, and what tells two of the same name apart: with OSPF the address,
since the interface is looked up and may not be found; else our interface."""

_VALUES = {Status.UP: 1, Status.DOWN: 0, Status.UNKNOWN: None}


class Neighbourhood:
    """The neighbours of one device, those of the last day included."""

    def __init__(self) -> None:
        self._seen: dict[_Key, float] = {}
        self._interfaces: dict[_Key, str] = {}
        self._by: dict[_Key, tuple[str, ...]] = {}
        self._missed = False

    def update(
        self,
        neighbours: Mapping[str, Collection[Neighbour]],
        protocols: Mapping[str, Collection[Protocol]],
        now: float,
    ) -> dict[tuple[str, str], int | None]:
        """Return 1 or 0 by protocol and name; None of one that nothing is known of.

        Names that mean several neighbours, as where two links lead to the same router,
        have the interface with them, for as long as one of these is remembered.

        Parameters
        ----------
        neighbours : mapping of str to collection of Neighbour
            By collector, as they were read last.
        protocols : mapping of str to collection of Protocol
            By collector: those whose neighbours it read. Nobody is lost but whom one
            that saw them does not see any more.
        now : float
            Seconds, monotonic.
        """
        has = dict[_Key, int | None]()
        by = dict[_Key, tuple[str, ...]]()
        seen = [
            (_key(neighbour), neighbour, collector)
            for collector, several in neighbours.items()
            for neighbour in several
        ]
        # Those that are told of stay, in whatever order they come.
        room = MOST - len(self._seen.keys() & {key for key, *_ in seen})
        for key, neighbour, collector in seen:
            if key not in self._seen and key not in has:
                room -= 1
                if room < 0:
                    continue
            others = by.get(key, ())
            if collector not in others:
                by[key] = (*others, collector)
            value = _VALUES[neighbour.status]
            # Where a name is used twice after all, the worse of both.
            has[key] = value if has.get(key, 1) == 1 else has[key]
            if neighbour.interface or key not in self._interfaces:
                self._interfaces[key] = neighbour.interface
        self._by |= by
        self._remember(has, now)
        names = _names(self._interfaces)
        told = dict[tuple[str, str], int | None]()
        for key in self._seen:
            looked = key not in has and any(
                key[0] in protocols.get(who, ()) for who in self._by[key]
            )
            told[key[0].value, names[key]] = 0 if looked else has.get(key)
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
            del self._seen[key], self._interfaces[key], self._by[key]
        self._missed = len(self._seen) > len(has)


def _key(neighbour: Neighbour) -> _Key:
    place = neighbour.interface
    if neighbour.protocol is Protocol.OSPF:
        place = "".join(neighbour.addresses[:1])
    elif neighbour.protocol is Protocol.BGP:
        place = ""
    return neighbour.protocol, neighbour.name, place


def _names(interfaces: Mapping[_Key, str]) -> dict[_Key, str]:
    """Return what each is called: the shortest that tells it from the others."""
    plain = Counter(key[:2] for key in interfaces)
    placed = Counter((*key[:2], interface) for key, interface in interfaces.items())
    names = {}
    for key, interface in interfaces.items():
        parts = [key[1]]
        if plain[key[:2]] > 1:
            parts.append(interface)
        if placed[*key[:2], interface] > 1:
            parts.append(key[2])
        names[key] = " ".join(filter(None, parts))
    return names
