"""Traced paths are the wiring; what two circuits share, and what changes, is named."""

from pathlib import Path

import pytest
import yaml

from bellrock.model import catalogue
from tests.lab import impair
from tests.lab.desk import Desk, configure, desk
from tests.lab.network import Lab

pytestmark = pytest.mark.usefixtures("in_noc")

TRACED = ("site1", "site3a", "site3b")


def trace(lab: Lab, folder: Path) -> None:
    """Write the monitor's files, with the ways to some devices traced."""
    inventory = yaml.safe_load(lab.described.text)
    for device in inventory["devices"]:
        if device["id"] in TRACED:
            device["probes"] = [*device["probes"], "path"]
    configure(lab, folder, inventory=yaml.safe_dump(inventory))
    settings = folder / "bellrock.yaml"
    document = yaml.safe_load(settings.read_text())
    document["probes"]["path"] = {"interval": "3s", "deadline": "300ms", "rate": 1000}
    settings.write_text(yaml.safe_dump(document))


async def has(here: Desk, target: str, link: str, *ways: str) -> None:
    """Wait until these are the branches of the way to a target, or circuit's end."""
    labels = {"target": target, "link": link}
    for way in ways:
        await here.exported.until(1, catalogue.PATH_INFO, path=way, **labels)
    await here.exported.until(len(ways), catalogue.PATH_BRANCHES, **labels)


async def test_ways_are_the_wiring_and_what_circuits_share_is_named(
    lab: Lab, tmp_path: Path
) -> None:
    trace(lab, tmp_path)
    diverse, shared = catalogue.SITE_PATHS_DIVERSE, catalogue.SITE_PATHS_SHARED
    changes, tail = catalogue.PATH_CHANGES, {"target": "site3b", "link": "reg3-site3b"}
    wires = [lab.described.wire(name) for name in ("core2-reg3", "core2-reg4")]
    async with desk(tmp_path, alerting=False) as here:
        await has(here, "site1", "reg1-site1", "core1 > reg1 > site1")
        await has(here, "site1", "reg2-site1", "core1 > reg2 > site1")
        await has(here, "site1", "", "core1 > reg1 > site1", "core1 > reg2 > site1")
        await has(here, "site3a", "", "core1 > reg2 > site3a")
        await has(here, "site3b", "", "core2 > reg3 > site3b")
        # Two tails in one duct; and two that have nothing in common.
        await here.exported.until(0, diverse, site="hospital")
        await here.exported.until(1, shared, site="hospital", element="duct")
        await here.exported.until(1, diverse, site="council")
        assert set(await here.exported.values(changes, target="site3b")) == {0}
        assert await here.exported.values(catalogue.TOPOLOGY_MISMATCH) == []
        with impair.cut(lab, wires):
            await here.exported.counts(1, changes, **tail)
            await has(here, "site3b", "reg3-site3b", "core1 > reg2 > reg3 > site3b")
            await here.exported.until(0, diverse, site="council")
            await here.exported.until(1, shared, site="council", element="reg2")
            assert set(await here.exported.values(changes, target="site3a")) == {0}
            away = await here.exported.value(changes, **tail)
            assert away is not None
        await here.exported.counts(away + 1, changes, **tail)
        await here.exported.until(1, diverse, site="council")


async def test_what_fits_is_known_and_so_is_a_hole_that_nobody_speaks_of(
    lab: Lab, tmp_path: Path
) -> None:
    trace(lab, tmp_path)
    fits, hole = catalogue.PATH_MTU, catalogue.PATH_BLACK_HOLE
    tail = {"target": "site1", "link": "reg2-site1"}
    wire = lab.described.wire("reg2-site1")
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1500, fits, **tail)
        with impair.narrow(lab, [wire], 1300):
            await here.exported.until(1300, fits, **tail)
            assert await here.exported.value(hole, **tail) == 0
            with impair.mute(lab, ["reg2"]):
                await here.exported.until(1, hole, **tail)
                assert await here.exported.value(fits, **tail) == 1300
            other = {"target": "site1", "link": "reg1-site1"}
            assert await here.exported.value(fits, **other) == 1500
            assert await here.exported.value(hole, **other) == 0
        await here.exported.until(1500, fits, **tail)
        await here.exported.until(0, hole, **tail)
