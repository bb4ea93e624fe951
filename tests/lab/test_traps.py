"""Routers tell what happens to them, and the monitor polls once a minute only."""

import asyncio
import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import yaml

from bellrock.model import catalogue
from tests.exported import PATIENCE, Exported
from tests.lab import configs, impair
from tests.lab.description import NOC
from tests.lab.desk import Desk, configure, desk
from tests.lab.namespaces import until
from tests.lab.network import Lab

CORE = "core1-core2"
ENDS = "core1", "core2"
POLL = 60.0

pytestmark = pytest.mark.usefixtures("in_noc")


def listen(lab: Lab, folder: Path) -> None:
    """Have the monitor receive where snmptrapd does otherwise."""
    configure(lab, folder, poll=POLL)
    (folder / "community").write_text(configs.COMMUNITY)
    file = folder / "bellrock.yaml"
    settings = yaml.safe_load(file.read_text())
    settings["snmp"]["traps"] = {"version": "2c", "community_file": "community"}
    noc = lab.described.addresses[NOC]
    settings["collectors"]["traps"] = {
        "listen": [f"{noc}:{port}" for port in (configs.TRAPS, configs.INFORMS)],
        "credentials": ["traps"],
        # Net-SNMP's agent keeps to the engine it found first, until it is restarted.
        "engine_id": configs.ENGINE,
    }
    file.write_text(yaml.safe_dump(settings))


@asynccontextmanager
async def informed(lab: Lab, folder: Path) -> AsyncIterator[Desk]:
    """Run the monitor until it has polled every router once."""
    listen(lab, folder)
    # So that it is snmptrapd's engine, and its time, which both ends know.
    with impair.cut(lab, [lab.described.wire(CORE)]):
        until("told of a cut", lambda: _informed(lab))
    lab.converge()
    with impair.killed(lab, NOC, "snmptrapd"):
        async with desk(folder, alerting=False) as here:
            polled, routers = catalogue.DEVICE_UPTIME, len(lab.described.routers)
            # A poll that meets a busy router waits for its next turn.
            async with asyncio.timeout(5 * POLL):
                while len(await here.exported.values(polled)) < routers:  # noqa: ASYNC110
                    await asyncio.sleep(0.5)
            yield here


def _informed(lab: Lab) -> bool:
    """Return whether both ends' informs of the cut have reached snmptrapd."""
    log = lab.routers[NOC].log("snmptrapd")
    return all(
        re.search(rf"\]:{configs.INFORMS}\]:\n.*6\.3\.1\.1\.5\.3\t.*to-{end}", log)
        for end in ENDS
    )


async def seconds_until(
    exported: Exported, expected: float, since: float, link: str = CORE
) -> float:
    """Return how long after `since` the link was believed to be so."""
    async with asyncio.timeout(POLL):
        while await exported.value(catalogue.LINK_UP, link=link) != expected:  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    return time.monotonic() - since


async def told(exported: Exported, notice: str) -> dict[str, float]:
    """Return how many such notices each end told."""
    return {
        device: await exported.value(catalogue.NOTICES, device=device, notice=notice)
        or 0
        for device in ENDS
    }


async def test_a_cut_link_is_believed_down_long_before_its_turn(
    lab: Lab, tmp_path: Path
) -> None:
    async with informed(lab, tmp_path) as here:
        await here.exported.until(1, catalogue.LINK_UP, link=CORE)
        with impair.cut(lab, [lab.described.wire(CORE)]):
            cut = time.monotonic()
            took = await seconds_until(here.exported, 0, cut)
            print(f"believed down {took:.2f} s after the cut")
            assert took < 10
            # By trap and by inform, from either end, each once.
            async with asyncio.timeout(PATIENCE):
                while min((await told(here.exported, "link_down")).values()) < 2:  # noqa: ASYNC110
                    await asyncio.sleep(0.1)
            print(f"told twice {time.monotonic() - cut:.2f} s after the cut")
            # Informs were acknowledged: nobody goes on telling.
            await asyncio.sleep(3)
            before = await told(here.exported, "link_down")
            await asyncio.sleep(3)
            assert await told(here.exported, "link_down") == before
            # The neighbour, too: its table is read with the poll that was asked for.
            await here.exported.until(
                *(0, catalogue.NEIGHBOUR_UP),
                device="core1",
                protocol="ospf",
                neighbour=lab.described.addresses["core2"],
            )
            print(f"neighbour lost {time.monotonic() - cut:.2f} s after the cut")
        mended = time.monotonic()
        took = await seconds_until(here.exported, 1, mended)
        print(f"believed up {took:.2f} s after it was mended")
        assert took < 20
        for device in ENDS:
            of_ospf = {"device": device, "notice": "ospf_neighbour"}
            await here.exported.counts(1, catalogue.NOTICES, **of_ospf)
        refused = catalogue.NOTICES_REFUSED
        for reason in ("wrong_digest", "wrong_community", "malformed", "crowded"):
            assert not await here.exported.value(refused, reason=reason)
        assert await here.exported.value(catalogue.FAULTS) is None
