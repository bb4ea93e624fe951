"""OSPF's database as platforms write it, and how often it is asked for."""

import json
import time
from pathlib import Path
from typing import cast

import pytest

from bellrock.model.neighbourhood import Facts, OspfLink, OspfLinkKind
from bellrock.model.observation import Outcome
from collectors.ssh.collector import SshCollector
from collectors.ssh.platforms import database, frr, junos
from collectors.ssh.platforms.table import PLATFORMS
from tests.collectors.ssh.device import (
    answering,
    credentials,
    device,
    recorded,
    settings,
)
from tests.collectors.ssh.outputs import OUTPUTS

POINT_TO_POINT, TRANSIT = OspfLinkKind.POINT_TO_POINT, OspfLinkKind.TRANSIT
STUB, VIRTUAL = OspfLinkKind.STUB, OspfLinkKind.VIRTUAL
ONE = "198.51.100.1"


def read(platform: str) -> Facts:
    plan = PLATFORMS[platform].database
    assert plan is not None
    return plan.read(*(recorded(OUTPUTS[platform, each]) for each in plan.commands))


COMMON = (
    OspfLink(ONE, POINT_TO_POINT, "198.51.100.2", "192.0.2.9", 5),
    OspfLink(ONE, STUB, ONE, "255.255.255.255", 1),
    OspfLink(ONE, TRANSIT, "192.0.2.1", "192.0.2.1", 20),
)


@pytest.mark.parametrize("platform", ["nxos", "eos", "junos"])
def test_each_platform_has_the_links_of_its_routers(platform: str) -> None:
    assert read(platform).ospf_links == COMMON


def test_ios_leaves_out_who_is_gone() -> None:
    assert set(read("ios").ospf_links) == {
        *COMMON,
        OspfLink(ONE, POINT_TO_POINT, "198.51.100.3", "0.0.0.6", 64),
        OspfLink(ONE, VIRTUAL, "198.51.100.4", "192.0.2.17", 30),
        OspfLink("198.51.100.2", POINT_TO_POINT, ONE, "192.0.2.10", 65535),
    }


def test_a_screen_with_lines_missing_mixes_nothing_up() -> None:
    text = recorded("nxos_ospf_database.txt")
    of_networks = text.replace("LS Type: Router Links", "LS Type: Network Links")
    assert database.screen(of_networks).ospf_links == ()
    for lost in ("(Link ID) Neighboring", "(Link Data) Router Interface address: .9"):
        begins, _, ends = lost.partition(": ")
        lines = [
            line
            for line in text.splitlines()
            if begins not in line or not line.endswith(ends)
        ]
        expected = (COMMON[1], COMMON[2])
        assert database.screen("\n".join(lines)).ospf_links == expected


def test_the_lab_has_each_link_from_both_ends() -> None:
    """Recorded with a broadcast network and a router in maintenance."""
    links = read("frr").ospf_links
    assert links == read("linux").ospf_links
    pairs = {(e.router, e.far) for e in links if e.kind is POINT_TO_POINT}
    assert pairs == {(far, router) for router, far in pairs}
    assert len(pairs) == 2 * 17
    assert [e for e in links if e.kind is TRANSIT] == [
        OspfLink("10.255.0.11", TRANSIT, "10.100.15.2", "10.100.15.1", 25),
        OspfLink("10.255.0.12", TRANSIT, "10.100.15.2", "10.100.15.2", 10),
    ]
    kept_away = {e.router for e in links if e.metric == 65535}
    assert kept_away == {"10.255.0.8", "10.255.0.100"}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_database_is_no_links(platform: str) -> None:
    plan = PLATFORMS[platform].database
    assert plan is not None
    json_only = plan.read in (frr.ospf_database, junos.ospf_database)
    assert plan.read("{}" if json_only else "").ospf_links == ()


@pytest.mark.parametrize(
    "words",
    [
        ("10.0.0.256", "Stub", "10.0.0.0", "255.0.0.0", 1),
        ("10.0.0.1", "Stub", "10.0.0.0", "", 1),
        ("10.0.0.1", "Stub", "10.0.0.0", "255.0.0.0", 65536),
        ("10.0.0.1", "Stub", "10.0.0.0", "255.0.0.0", None),
        ("10.0.0.1", "another", "10.0.0.0", "255.0.0.0", 1),
        (["10.0.0.1"], "Stub", "10.0.0.0", "255.0.0.0", 1),
    ],
)
def test_what_is_no_link_is_left_out(words: tuple[object, ...]) -> None:
    router, kind, *rest = words
    assert database.link(router, cast("str", kind), *rest) is None


def large(routers: int) -> tuple[str, str]:
    """Return a database of FRR's and one of IOS's: each router with three others."""
    rows, screen = [], ["OSPF Router with ID (10.0.0.1)"]
    for n in range(routers):
        router = dotted(10, n)
        links = {}
        screen += ["  LS age: 5", "  LS Type: Router Links"]
        screen.append(f"  Advertising Router: {router}")
        for k in range(3):
            far, own = dotted(10, (n + k) % routers), dotted(11 + k, n)
            links[f"link{2 * k}"] = {
                "linkType": "another Router (point-to-point)",
                "neighborRouterId": far,
                "routerInterfaceAddress": own,
                "numOfTosMetrics": 0,
                "tos0Metric": 10,
            }
            links[f"link{2 * k + 1}"] = {
                "linkType": "Stub Network",
                "networkAddress": own,
                "networkMask": "255.255.255.252",
                "numOfTosMetrics": 0,
                "tos0Metric": 10,
            }
            screen += [
                "    Link connected to: another Router (point-to-point)",
                f"     (Link ID) Neighboring Router ID: {far}",
                f"     (Link Data) Router Interface address: {own}",
                "      Number of MTID metrics: 0",
                "       TOS 0 Metrics: 10",
                "    Link connected to: a Stub Network",
                f"     (Link ID) Network/subnet number: {own}",
                "     (Link Data) Network Mask: 255.255.255.252",
                "      Number of MTID metrics: 0",
                "       TOS 0 Metrics: 10",
            ]
        rows.append(
            {
                **{"lsaAge": 7, "options": "*|-|-|-|-|-|E|-", "lsaFlags": 6},
                **{"flags": 0, "lsaType": "router-LSA", "linkStateId": router},
                **{"advertisingRouter": router, "lsaSeqNumber": "80000009"},
                **{"checksum": "2e0c", "length": 96, "numOfLinks": len(links)},
                "routerLinks": links,
            }
        )
    written = {"routerLinkStates": {"areas": {"0.0.0.0": rows}}}
    return json.dumps(written), "\n".join(screen)


def dotted(first: int, number: int) -> str:
    return f"{first}.{number >> 16}.{number >> 8 & 255}.{number & 255}"


def test_ten_thousand_routers_are_read_in_seconds_and_within_the_limit(
    tmp_path: Path,
) -> None:
    as_json, as_screen = large(10_000)
    limit = settings(tmp_path).output_limit
    for text, reads in (
        (as_json, frr.ospf_database),
        (as_screen, database.screen),
    ):
        assert len(text) < limit
        started = time.process_time()
        facts = reads(text)
        assert time.process_time() - started < 10
        assert len(facts.ospf_links) == 60_000


@pytest.mark.parametrize(
    "line",
    [
        "9" * 400,
        "OSPF Router with ID" * 20,
        "LS age" + ":" * 300,
        " " * 300 + "LS age: 5",
        "(Link ID) " * 30,
        "TOS " + " " * 300 + "0 Metrics: 1",
        "TOS 0 Metrics: 1",
    ],
)
def test_no_screen_takes_long(line: str) -> None:
    text = "OSPF Router with ID\n" + f"{line}\n" * (4_000_000 // len(line))
    started = time.process_time()
    assert database.screen(text).ospf_links == ()
    assert time.process_time() - started < 5


FRR = {c: name for (platform, c), name in OUTPUTS.items() if platform == "frr"}
[COMMAND] = frr.DATABASE_COMMANDS


async def test_only_those_named_are_asked_and_seldom(tmp_path: Path) -> None:
    async with device(answering(FRR)) as met:
        ours, login = met.device("frr"), credentials(tmp_path)
        async with SshCollector(settings(tmp_path, met)) as collector:
            reading = await collector.collect(ours, login)
        assert reading.outcome is Outcome.SUCCESS
        assert COMMAND not in met.commands
        assert database.NAME not in reading.plans
        for wanted in (ours.id, ours.address):
            met.commands.clear()
            chosen = settings(tmp_path, met, ospf_database=[wanted])
            async with SshCollector(chosen) as collector:
                first = await collector.collect(ours, login)
                again = await collector.collect(ours, login)
            assert met.commands.count(COMMAND) == 1
            assert first.facts.ospf_links == read("frr").ospf_links
            assert again.facts.ospf_links[0] is first.facts.ospf_links[0]
            assert again.plans[database.NAME] is Outcome.SUCCESS


async def test_one_that_is_refused_costs_nothing_else(tmp_path: Path) -> None:
    fewer = {command: name for command, name in FRR.items() if command != COMMAND}
    async with device(answering(fewer)) as met:
        ours, login = met.device("frr"), credentials(tmp_path)
        chosen = settings(tmp_path, met, ospf_database=[ours.id])
        async with SshCollector(chosen) as collector:
            reading = await collector.collect(ours, login)
            assert reading.failed == (database.NAME,)
            later = await collector.collect(ours, login)
            assert later.failed == ()
    for each in (reading, later):
        assert each.outcome is Outcome.SUCCESS
        assert each.plans[database.NAME] is Outcome.UNSUPPORTED
    assert met.commands.count(COMMAND) == 1


async def test_what_was_told_before_a_failure_counts_no_more(tmp_path: Path) -> None:
    answers = dict(FRR)
    async with device(answering(answers)) as met:
        ours, login = met.device("frr"), credentials(tmp_path)
        chosen = settings(
            tmp_path, met, ospf_database=[ours.id], ospf_database_interval="1ms"
        )
        async with SshCollector(chosen) as collector:
            first = await collector.collect(ours, login)
            assert first.facts.ospf_links
            del answers[COMMAND]
            reading = await collector.collect(ours, login)
            assert reading.facts.ospf_links == ()
            answers[COMMAND] = FRR[COMMAND]
            reading = await collector.collect(ours, login)
            assert reading.facts == first.facts
