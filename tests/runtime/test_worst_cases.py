"""What the next failure would do to the circuits, kept up to date."""

import asyncio
import multiprocessing
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

import pytest

from bellrock.model import catalogue
from bellrock.model.inventory import Demand, ElementKind, Inventory
from bellrock.runtime.series import Series
from bellrock.runtime.worst_cases import CapacityAnalyst, WorstCase
from tests.topology.networks import network
from topology.analysis import Design, analyse
from topology.state import NetworkState


def ring() -> Inventory:
    """Return a school with a thick and a thin way to the data centre."""
    net = network(
        {"gw": "dc", "pe": "ex", "cpe": "school"},
        {
            "thick": ("cpe", "gw"),
            "thin": ("cpe", "pe"),
            "core": ("pe", "gw"),
            "satellite": ("cpe", "gw"),
        },
        ["gw"],
    )
    capacity = {"thick": 100e6, "thin": 10e6, "core": None, "satellite": 1e6}
    links = {
        name: replace(
            *(link,),
            capacity_ab=capacity[name],
            capacity_ba=capacity[name],
            backup=name == "satellite",
        )
        for name, link in net.links.items()
    }
    demands = (Demand("school", "dc", 20e6),)
    return replace(net, links=links, demands=demands)


async def test_worst_cases_follow_what_is_down_and_end_with_what_is_known() -> None:
    said: asyncio.Queue[tuple[WorstCase, ...]] = asyncio.Queue()
    analyst = CapacityAnalyst(ring(), said.put_nowait, settled=0.01)
    running = asyncio.create_task(analyst.run())
    try:
        analyst.set_down(None)
        assert await said.get() == ()
        analyst.set_down(frozenset())
        thick = (ElementKind.LINK, "thick")
        assert set(await said.get()) == {
            WorstCase("thick", "ab", 0.2, None),
            WorstCase("thick", "ba", 0.0, None),
            WorstCase("thin", "ab", 2.0, thick),
            WorstCase("thin", "ba", 0.0, None),
        }, "without capacity there is no utilisation, and a backup is to be thin"
        analyst.set_down(frozenset({"thick"}))
        already = WorstCase("thin", "ab", 2.0, None)
        assert already in await said.get()
        analyst.set_down(None)
        assert await said.get() == ()
    finally:
        running.cancel()
        await asyncio.wait((running,))


async def test_worst_cases_are_told_no_more_when_they_cannot_be_worked_out() -> None:
    said: asyncio.Queue[tuple[WorstCase, ...]] = asyncio.Queue()
    analyst = CapacityAnalyst(ring(), said.put_nowait, settled=0.01)
    analyst.set_down(frozenset())
    running = asyncio.create_task(analyst.run())
    assert await said.get()
    (process,) = multiprocessing.active_children()
    process.kill()
    process.join()
    analyst.set_down(frozenset({"thick"}))
    assert await said.get() == ()
    with pytest.raises(BrokenProcessPool):
        await running


def samples(series: Series, metric: catalogue.Metric) -> dict[tuple[str, ...], float]:
    family = series[metric]
    found = {labels: family.get(labels) for labels in family.labels()}
    return {labels: value for labels, value in found.items() if value is not None}


def test_the_failure_is_told_where_it_nearly_fills_a_link() -> None:
    series = Series(ring())
    link = (ElementKind.LINK, "thick")
    series.set_worst_cases(
        (
            WorstCase("thin", "ab", 0.81, link),
            WorstCase("thin", "ba", 0.79, link),
            WorstCase("core", "ab", 1.5, None),
        )
    )
    assert samples(series, catalogue.LINK_WORST_UTILISATION) == {
        ("thin", "ab"): 0.81,
        ("thin", "ba"): 0.79,
        ("core", "ab"): 1.5,
    }
    assert samples(series, catalogue.LINK_WORST_FAILURE) == {
        ("thin", "ab", "thick", "link"): 1.0
    }
    series.set_worst_cases(())
    assert samples(series, catalogue.LINK_WORST_UTILISATION) == {}


def test_after_a_reload_what_was_said_of_links_that_stay_stands() -> None:
    net = ring()
    series = Series(net)
    series.set_worst_cases(
        tuple(WorstCase(link, "ab", 0.5, None) for link in ("thin", "core"))
    )
    links = {name: link for name, link in net.links.items() if name != "core"}
    series.adopt(replace(net, links=links), {})
    assert samples(series, catalogue.LINK_WORST_UTILISATION) == {("thin", "ab"): 0.5}


@pytest.mark.parametrize(("backup", "said"), [(True, {0.0, 1.0}), (False, set())])
def test_on_backup_is_told_only_where_there_are_backups(
    backup: bool, said: set[float]
) -> None:
    net = ring()
    links = {**net.links, "satellite": replace(net.links["satellite"], backup=backup)}
    net = replace(net, links=links)
    series = Series(net)
    found: set[float] = set()
    for down in (frozenset[str](), frozenset({"thick", "thin"})):
        series.set_analysis(analyse(Design(net), NetworkState(down=down)))
        found |= set(samples(series, catalogue.SITE_ON_BACKUP).values())
    assert found == said
