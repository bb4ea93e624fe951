"""From traces to metrics: devices, circuits' ends, changes, and a reload."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

import pytest

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.errors import UserError
from bellrock.model.inventory import Device, End, Inventory, Link, Site
from bellrock.model.neighbourhood import Address
from bellrock.model.observation import Outcome
from bellrock.model.route import Ending, Flow, Hop, MtuSource, Route
from bellrock.runtime import paths
from bellrock.runtime.parts import Parts
from bellrock.runtime.path_analysis import Traced
from bellrock.runtime.path_series import PathSeries
from bellrock.runtime.paths import Paths, Tracing
from bellrock.runtime.supervise import Supervisor
from probes.path.settings import PathProbe
from probes.target import Target
from tests.probes.harness import PATIENCE, need_raw_sockets, unprivileged
from topology.discovery.mismatch import Mismatch, Why
from topology.discovery.told import Told

PROBE = PathProbe(interval=1)
SITES = {"dc": "datacentre", "ex": "exchange", "gp": "gp"}
DEVICES = {
    **{"p": ("dc", "10.255.0.1"), "pe1": ("ex", "10.255.0.2")},
    **{"pe2": ("ex", "10.255.0.3"), "cpe": ("gp", "10.255.0.4")},
}
LINKS = {
    **{"x": ("p:1", "pe1:0"), "y": ("p:2", "pe2:0")},
    **{"tail1": ("pe1:4", "cpe:1"), "tail2": ("pe2:4", "cpe:2")},
}


def inventory(*probed: str) -> Inventory:
    return Inventory(
        *("net", "Net"),
        sites={site: Site(site, site, kind) for site, kind in SITES.items()},
        devices={
            name: Device(name, site, address=at, probes=("path",) * (name in probed))
            for name, (site, at) in DEVICES.items()
        },
        links={
            name: Link(name, End(*a.split(":")), End(*b.split(":")))
            for name, (a, b) in LINKS.items()
        },
        risk_groups={},
        gateways=frozenset({"p"}),
    )


def told() -> dict[str, Told]:
    """Return what the routers say; the last number of an address is its port."""
    return {
        "p": Told("p", addresses=(Address("10.255.0.1"),)),
        "pe1": Told("pe1", addresses=(Address("10.1.4.1", 30, "4"),)),
        "pe2": Told("pe2", addresses=(Address("10.2.4.1", 30, "4"),)),
        "cpe": Told(
            "cpe",
            addresses=(Address("10.1.4.2", 30, "1"), Address("10.2.4.2", 30, "2")),
        ),
    }


def route(*ways: str, mtu: int | None = None) -> Route:
    flows = []
    for number, way in enumerate(ways):
        hops = tuple(
            Hop(ttl, None if a == "*" else a) for ttl, a in enumerate(way.split(), 1)
        )
        source = None if mtu is None else MtuSource.SEARCHED
        flow = Flow(33_000 + number, 33_434, hops, Ending.REACHED)
        flows.append(replace(flow, mtu=mtu, mtu_source=source))
    outcome = Outcome.SUCCESS if flows else Outcome.TIMEOUT
    return Route("", "", 0.0, outcome, tuple(flows))


@dataclass
class Network:
    """What a trace to each address finds; one that is not here nothing answers."""

    ways: dict[str, Route] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)

    @asynccontextmanager
    async def open(self, _: PathProbe) -> AsyncIterator["Network"]:
        yield self

    async def trace(self, target: Target) -> Route:
        self.asked.append(target.address)
        return self.ways.get(target.address, route())


@dataclass
class Running:
    """Tracing as it goes, and what it tells."""

    network: Network
    paths: Paths
    series: PathSeries
    strays: list[tuple[Mismatch, ...]]

    def value(self, metric: Metric, *labels: str) -> float | None:
        return self.series.families[metric].get(labels)

    async def until(self, true: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 (what it waits for is no event)
                await asyncio.sleep(0.02)

    def says(self, metric: Metric) -> set[str]:
        return {line.split("{")[1] for line in self.series.families[metric].lines()}


@asynccontextmanager
async def running(
    here: Inventory, network: Network, words: dict[str, Told]
) -> AsyncIterator[Running]:
    faults: list[str] = []
    strays: list[tuple[Mismatch, ...]] = []
    series = PathSeries(here)
    async with asyncio.TaskGroup() as group:
        supervisor = Supervisor(faults.append)
        parts = Parts(group, supervisor)
        paths = Paths(
            *(parts, supervisor, series),
            open_tracer=network.open,
            told=lambda: words,
            on_strays=strays.append,
            on_skip=faults.append,
            settled=0,
        )
        await paths.assign(tracing(here), here)
        yield Running(network, paths, series, strays)
        await paths.assign(None, here)
    assert faults == []


def tracing(here: Inventory) -> Tracing | None:
    targets = tuple(
        Target(d.id, d.address or "") for d in here.devices.values() if d.probes
    )
    return Tracing(PROBE, targets) if targets else None


@contextmanager
def whole() -> Iterator[Network]:
    """A network in which each circuit has routers of its own."""
    yield Network(
        {
            "10.255.0.4": route("10.255.0.1 10.1.4.1 10.255.0.4", mtu=1400),
            "10.1.4.2": route("10.255.0.1 10.1.4.1 10.1.4.2"),
            "10.2.4.2": route("10.255.0.1 10.2.4.1 10.2.4.2"),
        }
    )


SITE = ("gp", "", "gp", "3")


async def test_a_site_with_two_circuits_has_both_traced_and_compared() -> None:
    diverse = catalogue.SITE_PATHS_DIVERSE
    with whole() as network:
        async with running(inventory("cpe"), network, told()) as here:
            await here.until(lambda: here.value(diverse, *SITE) is not None)
            # Two exchanges would be better: both routers are in one building.
            assert here.value(diverse, *SITE) == 0
            shared = here.series.families[catalogue.SITE_PATHS_SHARED]
            assert shared.get(("gp", "ex", "site")) == 1
            for link in ("", "tail1", "tail2"):
                hops = partial(here.value, catalogue.PATH_HOPS, "cpe", "gp", link)
                await here.until(lambda hops=hops: hops() == 3)  # type: ignore[misc]
                assert here.value(catalogue.PATH_REACHED, "cpe", "gp", link) == 1
            info = catalogue.PATH_INFO
            way = "tail2", "1", "p > pe2 > cpe"
            await here.until(lambda: here.value(info, "cpe", "gp", *way) == 1)
            assert here.value(catalogue.PATH_MTU, "cpe", "gp", "") == 1400
            assert here.value(catalogue.PATH_BLACK_HOLE, "cpe", "gp", "") == 1
            assert here.value(catalogue.PATH_MTU, "cpe", "gp", "tail1") is None


async def test_a_change_is_counted_once_it_is_confirmed_and_moves_the_verdict() -> None:
    changes, shared = catalogue.PATH_CHANGES, catalogue.SITE_PATHS_SHARED
    with whole() as network:
        async with running(inventory("cpe"), network, told()) as here:
            await here.until(lambda: here.value(shared, "gp", "ex", "site") == 1)
            assert here.value(changes, "cpe", "gp", "tail2") == 0
            network.ways["10.2.4.2"] = route("10.255.0.1 10.1.4.1 10.2.4.1 10.2.4.2")
            await here.until(lambda: here.value(changes, "cpe", "gp", "tail2") == 1)
            await here.until(lambda: here.value(shared, "gp", "pe1", "device") == 1)
            [changed] = here.paths.changes
            assert changed.traced == Traced("cpe", "tail2")
            assert changed.changes[0].gone == {"10.2.4.1"}
            assert here.value(changes, "cpe", "gp", "tail1") == 0


async def test_a_circuit_that_is_not_reached_leaves_diversity_unknown() -> None:
    unknown = catalogue.SITE_PATHS_UNKNOWN
    with whole() as network:
        del network.ways["10.2.4.2"]
        async with running(inventory("cpe"), network, told()) as here:
            reached = catalogue.PATH_REACHED
            await here.until(lambda: here.value(reached, "cpe", "gp", "tail2") == 0)
            assert here.value(catalogue.PATH_HOPS, "cpe", "gp", "tail2") is None
            await here.until(
                lambda: here.value(unknown, "gp", "circuit_not_traced") == 1
            )
            assert here.says(catalogue.SITE_PATHS_DIVERSE) == set()


async def test_where_a_way_leaves_the_declared_links_is_told() -> None:
    with whole() as network:
        network.ways["10.255.0.4"] = route("10.255.0.1 10.255.0.4")
        async with running(inventory("cpe"), network, told()) as here:
            await here.until(lambda: any(here.strays))
            [stray] = here.strays[-1]
            assert (stray.link, stray.why) == ("cpe - p", Why.PATH)


async def test_ends_are_traced_once_a_device_tells_its_addresses() -> None:
    words: dict[str, Told] = {}
    with whole() as network:
        async with running(inventory("cpe"), network, words) as here:
            await here.until(lambda: len(here.network.asked) > 1)
            assert set(network.asked) == {"10.255.0.4"}
            words |= told()
            for device in words:
                here.paths.hear(device)
            await here.until(lambda: "10.2.4.2" in network.asked)


async def test_a_reload_keeps_what_is_still_traced_and_drops_the_rest() -> None:
    reached = catalogue.PATH_REACHED
    with whole() as network:
        network.ways["10.255.0.2"] = route("10.255.0.1 10.255.0.2")
        async with running(inventory("cpe", "pe1"), network, told()) as here:
            await here.until(lambda: here.value(reached, "pe1", "ex", "") == 1)
            await here.until(lambda: here.value(reached, "cpe", "gp", "tail1") == 1)
            less = inventory("cpe")
            await here.paths.assign(tracing(less), less)
            assert here.value(reached, "pe1", "ex", "") is None
            assert here.value(reached, "cpe", "gp", "") == 1
            none = inventory()
            await here.paths.assign(tracing(none), none)
            assert all(not here.says(metric) for metric in here.series.families)


def test_tracing_by_tcp_without_the_privilege_is_refused_before_it_begins() -> None:
    need_raw_sockets()
    targets = (Target("p", "10.255.0.1"),)
    by_tcp = PathProbe(interval=1, method="tcp")
    paths.check(Tracing(by_tcp, targets))
    with unprivileged():
        paths.check(None)
        paths.check(Tracing(PROBE, targets))
        with pytest.raises(UserError, match="method tcp cannot open a raw socket"):
            paths.check(Tracing(by_tcp, targets))
