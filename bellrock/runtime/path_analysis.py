"""What traced paths mean for the network, worked out in a process of its own.

As with discovery, only what is new is told to it: devices that said something else,
targets whose way is another one.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple, TypeVar

from bellrock.model.inventory import Inventory
from bellrock.model.route import Route
from bellrock.runtime.worker import worker
from topology.discovery.mismatch import Mismatch
from topology.discovery.told import Told
from topology.graph import Layout
from topology.tracing.book import Book
from topology.tracing.diversity import Diversity, all_diversity, circuits
from topology.tracing.routed import Routed, strays
from topology.tracing.way import Joiner, Way

SETTLED = 2.0
"""Seconds from the first news until it is looked at."""

_IDLE = 10
"""How much longer the worker rests than it last worked."""

_AT_ONCE = 50

_K = TypeVar("_K")
_T = TypeVar("_T")

Hops = tuple[str | None, ...]
"""Who answered at each TTL, on one way that reached its target."""


class Traced(NamedTuple):
    """What is traced: a device by its own address, or by that of a circuit's end."""

    device: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Findings:
    """What all traces mean together.

    Attributes
    ----------
    ends : mapping of Traced to str
        Addresses of circuits' ends at sites with several, to be traced besides.
    ways : mapping of Traced to tuple of str
        The ways to each target in words, each once.
    diversity : mapping of str to Diversity
        By site.
    strays : tuple of Mismatch
        Where ways leave the declared links.
    as_routed : mapping of str to bool
        By device, where it can be told.
    """

    ends: Mapping[Traced, str] = field(default_factory=dict)
    ways: Mapping[Traced, tuple[str, ...]] = field(default_factory=dict)
    diversity: Mapping[str, Diversity] = field(default_factory=dict)
    strays: tuple[Mismatch, ...] = ()
    as_routed: Mapping[str, bool] = field(default_factory=dict)


def hops(route: Route | None) -> tuple[Hops, ...]:
    """Return the ways of flows that reached the target, each once.

    Where packets of one flow were spread it is not known who was passed.
    """
    if route is None:
        return ()
    found = {
        tuple(None if hop.others else hop.address for hop in flow.hops)
        for flow in route.flows
        if flow.reached
    }
    return tuple(sorted(found, key=str))


class PathAnalyst:
    """Keeps the findings up to date.

    Parameters
    ----------
    inventory : Inventory
        What was declared; the worker process keeps it.
    told : callable
        Returns what devices told, by id, as of now.
    publish : callable
        Called on the event loop with each new findings.
    settled : float
        Seconds to wait after a first change.
    """

    def __init__(
        self,
        inventory: Inventory,
        told: Callable[[], Mapping[str, Told]],
        publish: Callable[[Findings], None],
        *,
        settled: float = SETTLED,
    ) -> None:
        self._inventory = inventory
        self._told = told
        self._publish = publish
        self._settled = settled
        self._routes: dict[Traced, tuple[Hops, ...]] = {}
        self._devices: set[str] = set()
        self._moved: set[Traced] = set()
        self._down: frozenset[str] = frozenset()
        self._changed = asyncio.Event()

    def hear(self, device: str) -> None:
        """Take note that a device told something else."""
        self._devices.add(device)
        self._changed.set()

    def set_route(self, traced: Traced, route: Route | None) -> None:
        """Take over the way to a target; None if none is known."""
        found = hops(route)
        if self._routes.get(traced) != found:
            self._routes[traced] = found
            self._moved.add(traced)
            self._changed.set()

    def forget(self, wanted: set[Traced]) -> None:
        """Forget the ways to all other targets."""
        for traced in self._routes.keys() - wanted:
            self.set_route(traced, None)

    def set_down(self, down: frozenset[str]) -> None:
        """Take over what is believed to be down."""
        if down != self._down:
            self._down = down
            self._changed.set()

    async def run(self) -> None:
        """Look again whenever something is new, until cancelled."""
        loop = asyncio.get_running_loop()
        process = worker(_prepare, self._inventory)
        # A worker that is new knows nothing yet.
        self._devices, self._moved = set(self._told()), set(self._routes)
        took = 0.0
        try:
            while True:
                self._changed.clear()
                told = self._told()
                news = {name: told[name] for name in self._devices if name in told}
                routes = {each: self._routes[each] for each in self._moved}
                self._devices, self._moved = set(), set()
                for devices in _parts(news):
                    await loop.run_in_executor(process, _hear, devices)
                for ways in _parts(routes):
                    await loop.run_in_executor(process, _trace, ways)
                found, took = await loop.run_in_executor(process, _conclude, self._down)
                self._publish(found)
                await self._changed.wait()
                await asyncio.sleep(max(self._settled, _IDLE * took))
        finally:
            self._changed.set()
            # Never waited for on the event loop: it may be at work for seconds.
            process.shutdown(wait=False, cancel_futures=True)


def _parts(news: Mapping[_K, _T]) -> Iterator[dict[_K, _T]]:
    """Yield a few of them at a time: while they are packed up nothing else runs."""
    entries = iter(news.items())
    while part := dict(islice(entries, _AT_ONCE)):
        yield part


class _Worker:
    """What the worker process knows."""

    def __init__(self, inventory: Inventory) -> None:
        self.layout = Layout.of(inventory)
        self.told: dict[str, Told] = {}
        self.routes: dict[Traced, tuple[Hops, ...]] = {}
        self._joiner: Joiner | None = None
        self._ends: dict[Traced, str] = {}

    def hear(self, news: Mapping[str, Told]) -> None:
        self.told.update(news)
        self._joiner = None

    def conclude(self, down: frozenset[str]) -> Findings:
        joiner = self._joiner or self._join()
        ways = {
            traced: tuple(joiner.way(each, traced.device, traced.link) for each in all_)
            for traced, all_ in self.routes.items()
        }
        by_device: dict[str, list[Way]] = {}
        for traced, several in ways.items():
            by_device.setdefault(traced.device, []).extend(several)
        routed = Routed(self.layout.inventory, down)
        agreed = {
            traced.device: routed.agrees(several)
            for traced, several in ways.items()
            if not traced.link
        }
        return Findings(
            self._ends,
            {t: tuple(sorted({*map(str, several)})) for t, several in ways.items()},
            all_diversity(self.layout, by_device),
            tuple(strays(way for several in ways.values() for way in several)),
            {d: agrees for d, agrees in agreed.items() if agrees is not None},
        )

    def _join(self) -> Joiner:
        book = Book(self.layout.inventory, self.told)
        self._ends = dict(self._circuit_ends(book))
        self._joiner = Joiner(self.layout, book)
        return self._joiner

    def _circuit_ends(self, book: Book) -> Iterator[tuple[Traced, str]]:
        inventory = self.layout.inventory
        for site, links in circuits(self.layout).items():
            for link in links:
                found = inventory.links[link]
                for end in (found.a, found.b):
                    device = inventory.devices[end.device]
                    if device.site != site or device.address is None:
                        continue
                    version = 6 if ":" in device.address else 4
                    address = book.at(end, version) if end.interface else None
                    if address not in (None, device.address):
                        yield Traced(device.id, link), str(address)


_worker: _Worker


def _prepare(inventory: Inventory) -> None:
    """Hold the network, there before the first trace."""
    # One network a worker process.
    global _worker
    _worker = _Worker(inventory)


def _hear(news: Mapping[str, Told]) -> None:
    _worker.hear(news)


def _trace(routes: Mapping[Traced, tuple[Hops, ...]]) -> None:
    for traced, ways in routes.items():
        if ways:
            _worker.routes[traced] = ways
        else:
            _worker.routes.pop(traced, None)


def _conclude(down: frozenset[str]) -> tuple[Findings, float]:
    """Return the findings, and the seconds of processor time that they took."""
    started = time.process_time()
    found = _worker.conclude(down)
    return found, time.process_time() - started
