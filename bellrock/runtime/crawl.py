"""Go from device to device by what each says of its neighbours, and only read.

Breadth first and bounded in every direction: how many devices, how far from the seed,
which networks, how many addresses of one device. Whoever runs it keeps what was found
so far, also when it is stopped.
"""

import asyncio
import ipaddress
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

from bellrock.model.neighbourhood import Protocol
from bellrock.model.observation import DeviceReading, Outcome
from bellrock.model.status import Status
from bellrock.runtime.scope import Scope
from topology.discovery.identity import called, plain_address

Ask = Callable[[str], Awaitable[DeviceReading]]
"""Reads the device at an address."""

_AT_ONCE = 16
_MOST_TIPS = 1_000
"""Addresses taken from what one device says."""
_ASKED_PER_FOUND = 4
_MOST_REFUSED = 10_000

_PROTOCOLS = (Protocol.LLDP, Protocol.CDP, Protocol.OSPF)


@dataclass(frozen=True, slots=True)
class Found:
    """A device that answered.

    Attributes
    ----------
    address : str
        Where it was asked.
    told_by : str
        Address of the device that told of it; empty for the seed.
    """

    address: str
    told_by: str
    reading: DeviceReading

    @property
    def addresses(self) -> frozenset[str]:
        """All addresses it is known to have."""
        own = (plain_address(each.address) for each in self.reading.facts.addresses)
        return frozenset((self.address, *filter(None, own)))

    def is_same(self, other: "Found") -> bool:
        """Return whether it is the same device, asked at another address."""
        mine, theirs = self.reading, other.reading
        if called(mine.name) != called(theirs.name):
            return False
        if mine.facts.chassis and theirs.facts.chassis:
            return mine.facts.chassis == theirs.facts.chassis
        return self.address in other.addresses or other.address in self.addresses


@dataclass(frozen=True, slots=True)
class Silent:
    """An address that somebody told of, and that was asked in vain or not at all."""

    address: str
    told_by: str
    outcome: str
    detail: str


@dataclass(slots=True)
class Progress:
    """What has been found so far.

    Attributes
    ----------
    found : list of Found
        Each device once, the seed first.
    silent : list of Silent
        Asked in vain.
    refused : dict of str to Silent
        Not asked at all, and why, by address.
    waiting : int
        Addresses still to be asked, as far as known.
    complete : bool
        Whether everything that was to be asked has been.
    """

    found: list[Found] = field(default_factory=list)
    silent: list[Silent] = field(default_factory=list)
    refused: dict[str, Silent] = field(default_factory=dict)
    waiting: int = 0
    complete: bool = False


class Crawler:
    """Finds devices from a first one on.

    Parameters
    ----------
    ask : callable
        Reads one device; bounds its own time and the rate of packets.
    limit, depth : int
        Devices to be found at most, and steps from the seed.

    Attributes
    ----------
    progress : Progress
        What has been found so far.
    notify : callable
        Called after each answer, and each silence.
    """

    def __init__(
        self,
        ask: Ask,
        scope: Scope,
        *,
        limit: int,
        depth: int,
    ) -> None:
        self.progress = Progress()
        self._ask = ask
        self._scope = scope
        self._limit = limit
        self._depth = depth
        self.notify: Callable[[], None] = lambda: None
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._known: dict[str, Found] = {}
        self._asked: set[str] = set()

    async def run(self, seed: str) -> None:
        """Ask the seed, then its neighbours, then theirs; cancel to stop."""
        progress = self.progress
        level: dict[str, tuple[int, str]] = {seed: (0, "")}
        for depth in range(self._depth + 1):
            progress.waiting = len(level)
            for rank in sorted({rank for rank, _ in level.values()}):
                await self._ask_all(
                    {a: by for a, (of, by) in level.items() if of == rank}
                )
            if depth == 0 and progress.found:
                self._scope.learn(progress.found[0].reading.facts.addresses)
            level = self._next(level)
            if not level:
                break
        for address, (_, told_by) in level.items():
            self._refuse(address, told_by, "further from the seed than --depth")
        progress.waiting = 0
        progress.complete = True

    async def _ask_all(self, batch: dict[str, str]) -> None:
        async with asyncio.TaskGroup() as group:
            for address, told_by in batch.items():
                group.create_task(self._visit(address, told_by))

    async def _visit(self, address: str, told_by: str) -> None:
        async with self._places:
            if address not in self._known:
                await self._ask_one(address, told_by)
        self.progress.waiting -= 1
        self.notify()

    async def _ask_one(self, address: str, told_by: str) -> None:
        full = len(self.progress.found) >= self._limit
        if full or len(self._asked) >= _ASKED_PER_FOUND * self._limit:
            self._refuse(address, told_by, "more than --limit allows")
            return
        self._asked.add(address)
        try:
            reading = await self._ask(address)
        except OSError as error:
            # A fault of ours, as a firewall here is: what was found is kept.
            if not self.progress.found:
                raise
            why = f"cannot be asked from here: {error.strerror or error}"
            self._refuse(address, told_by, why)
            return
        self._take(Found(address, told_by, reading))

    def _take(self, found: Found) -> None:
        """Take in an answer, or a silence."""
        reading = found.reading
        told = len(reading.interfaces) > 0 or bool(reading.facts.neighbours)
        if reading.outcome is not Outcome.SUCCESS and not told:
            silence = found.address, found.told_by, reading.outcome, reading.detail
            self.progress.silent.append(Silent(*silence))
            return
        others = {
            id(each): each for each in map(self._known.get, found.addresses) if each
        }
        same = [each for each in others.values() if each.is_same(found)]
        if not same:
            same = [each for each in self._named(found) if each.is_same(found)]
        if same:
            self._known[found.address] = same[0]
            return
        if len(self.progress.found) >= self._limit:
            self._refuse(found.address, found.told_by, "more than --limit allows")
            return
        self.progress.found.append(found)
        for address in found.addresses:
            self._known.setdefault(address, found)

    def _named(self, found: Found) -> Iterator[Found]:
        name = called(found.reading.name)
        return (e for e in self.progress.found if called(e.reading.name) == name)

    def _next(self, level: dict[str, tuple[int, str]]) -> dict[str, tuple[int, str]]:
        """Return whom the devices of a level tell of, that nobody told of before."""
        following: dict[str, tuple[int, str]] = {}
        for found in self.progress.found:
            if found.address not in level:
                continue
            for rank, address in _tips(found.reading):
                if address in self._known or address in self._asked:
                    continue
                why = self._scope.refusal(address)
                if not why and len(following) >= _ASKED_PER_FOUND * self._limit:
                    why = "more than --limit allows"
                if why:
                    self._refuse(address, found.address, why)
                elif rank < following.get(address, (rank + 1, ""))[0]:
                    following[address] = rank, found.address
        return following

    def _refuse(self, address: str, told_by: str, why: str) -> None:
        if len(self.progress.refused) < _MOST_REFUSED:
            silence = Silent(address, told_by, "not_asked", why)
            self.progress.refused.setdefault(address, silence)


def _tips(reading: DeviceReading) -> Iterator[tuple[int, str]]:
    """Yield addresses of neighbours, and how good they are: best first.

    For management; then those OSPF runs with, which an agent may not listen on; then
    router ids, which usually are a loopback's address.
    """
    left = _MOST_TIPS
    for neighbour in reading.facts.neighbours:
        if neighbour.protocol not in _PROTOCOLS or neighbour.status is not Status.UP:
            continue
        routed = neighbour.protocol is Protocol.OSPF
        tips = [(int(routed), each) for each in neighbour.addresses[:4]]
        if routed:
            tips.append((2, neighbour.name))
        for rank, text in tips:
            address = plain_address(text) or text
            if left and _is_address(address):
                left -= 1
                yield rank, address


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
