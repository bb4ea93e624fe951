"""What real daemons say of each other is the wiring; what is declared wrong shows."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.inventory import Inventory
from bellrock.model.neighbourhood import Provenance
from tests.exported import PATIENCE
from tests.lab import impair
from tests.lab.desk import Desk, configure, desk
from tests.lab.namespaces import FOLDER
from tests.lab.network import Lab

pytestmark = pytest.mark.usefixtures("in_noc")


PATIENT = "10s"
"""Who answers a crawl too late is not in the draft, and half of an interval between
polls is all that the reading of neighbours gets: so that is long, too."""


def wiring(inventory: Inventory) -> set[frozenset[str]]:
    return {frozenset((str(e.a), str(e.b))) for e in inventory.links.values()}


def discover(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run the command where the monitor stands, from the first core router on."""
    return subprocess.run(
        [
            *(sys.executable, "-P", "-m", "bellrock", "discover"),
            *("--seed", "10.255.0.1", "--credentials", "lab", "--rate", "1000"),
            *("-c", str(folder / "bellrock.yaml"), *words),
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


def test_the_draft_of_a_crawl_is_the_lab(lab: Lab, tmp_path: Path) -> None:
    configure(lab, tmp_path, poll=60, timeout=PATIENT)
    path = tmp_path / "draft.yaml"
    done = discover(tmp_path, "-o", str(path), "--format", "json")
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["mismatches"]) == (0, []), done.stderr
    silent = {each["address"] for each in answer["silent"]}
    routers = {str(each.address) for each in lab.described.inventory.devices.values()}
    assert silent.isdisjoint(routers), answer["silent"]
    found, truth = load(path, cache=None).inventory, lab.described.inventory
    assert wiring(found) == wiring(truth)
    assert set(found.devices) == set(truth.devices)
    seen = {each["provenance"] for each in answer["links"] if not each["doubt"]}
    assert seen == {Provenance.BOTH_ENDS.value}
    by = {protocol for each in answer["links"] for protocol in each["seen_by_a"]}
    assert by == {"lldp", "ospf"}
    for link in found.links.values():
        [declared] = [
            each
            for each in truth.links.values()
            if {each.a, each.b} == {link.a, link.b}
        ]
        assert link.capacity_ab == declared.capacity_ab
        # FRR's agent has no metrics that could be believed: each is 1.
        assert not link.metric_declared
    checked = subprocess.run(
        [sys.executable, "-P", "-m", "bellrock", "check", "--inventory", str(path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


def test_the_seeds_database_has_the_metrics_of_all_links_of_a_draft(
    lab: Lab, tmp_path: Path
) -> None:
    """The host keys of the others are not known: over SSH they are not read."""
    configure(lab, tmp_path, poll=60, timeout=PATIENT)
    settings = tmp_path / "bellrock.yaml"
    key = lab.space.path(FOLDER / "id")
    settings.write_text(
        settings.read_text() + f"ssh: {{lab: {{user: root, key_file: {key}}}}}\n"
    )
    public = lab.space.path(FOLDER / "hostkey.pub").read_text()
    (tmp_path / "known_hosts").write_text(f"10.255.0.1 {public}")
    path = tmp_path / "draft.yaml"
    words = ("-o", str(path), "--ssh", "lab", "--platform", "frr")
    done = discover(tmp_path, *words, "--format", "json")
    assert done.returncode == 0, done.stderr
    silent = [each["outcome"] for each in json.loads(done.stdout)["silent"]]
    assert silent.count("ssh host_key") == len(lab.described.routers) - 1
    found, truth = load(path, cache=None).inventory, lab.described.inventory
    assert wiring(found) == wiring(truth)
    metrics = {(each.metric_ab, each.metric_ba) for each in found.links.values()}
    assert metrics == {(10, 10)}
    assert all(link.metric_declared for link in found.links.values())


def test_over_ssh_the_draft_has_metrics_too(lab: Lab, tmp_path: Path) -> None:
    configure(lab, tmp_path, poll=60, timeout=PATIENT)
    settings = tmp_path / "bellrock.yaml"
    key = lab.space.path(FOLDER / "id")
    settings.write_text(
        settings.read_text() + f"ssh: {{lab: {{user: root, key_file: {key}}}}}\n"
    )
    path = tmp_path / "draft.yaml"
    words = ("-o", str(path), "--ssh", "lab", "--platform", "frr")
    done = discover(tmp_path, *words, "--format", "json")
    silent = [each["outcome"] for each in json.loads(done.stdout)["silent"]]
    assert silent.count("ssh host_key") == len(lab.described.routers)
    assert load(path, cache=None).inventory.devices["core1"].ssh is None
    done = discover(tmp_path, *words, "--force", "--accept-new")
    assert done.returncode == 0, done.stdout + done.stderr
    found, truth = load(path, cache=None).inventory, lab.described.inventory
    assert wiring(found) == wiring(truth)
    assert {link.metric_ab for link in found.links.values()} == {10}
    assert all(link.metric_declared for link in found.links.values())
    assert {d.platform for d in found.devices.values()} == {"frr"}


async def test_mismatches_come_with_a_wrong_inventory_and_go_with_a_right_one(
    lab: Lab, tmp_path: Path
) -> None:
    right = yaml.safe_load(lab.described.text)
    wrong = yaml.safe_load(lab.described.text)
    links = {link["id"]: link for link in wrong["links"]}
    one, other = links["core1-reg1"], links["core1-reg2"]
    one["b"], other["b"] = other["b"], one["b"]
    links["reg4-site4"]["capacity"] = "40G"
    wrong["links"].remove(links["reg3-reg4"])
    configure(lab, tmp_path, poll=3, inventory=yaml.safe_dump(wrong))
    async with desk(tmp_path, alerting=False) as here:
        for link, why in (
            ("core1-reg1", "other_far_end"),
            ("core1-reg2", "other_far_end"),
            ("reg4-site4", "capacity"),
            ("reg3:to-reg4 - reg4:to-reg3", "undeclared"),
        ):
            await here.exported.until(
                1, catalogue.TOPOLOGY_MISMATCH, link=link, why=why
            )
        await here.exported.number(4, catalogue.TOPOLOGY_MISMATCH)
        await _everything_agrees(here, right)


async def test_one_database_tells_what_all_links_cost(lab: Lab, tmp_path: Path) -> None:
    """FRR's agent has no metrics to be believed; core1 is asked over SSH as well."""
    inventory = yaml.safe_load(lab.described.text)
    core1 = next(each for each in inventory["devices"] if each["id"] == "core1")
    core1 |= {"ssh": "lab", "platform": "frr"}
    for link in inventory["links"]:
        link["metric"] = {"ab": 10, "ba": 10}
    links = {link["id"]: link for link in inventory["links"]}
    links["reg4-site4"]["metric"] = {"ab": 10, "ba": 25}
    configure(lab, tmp_path, inventory=yaml.safe_dump(inventory))
    public = lab.space.path(FOLDER / "hostkey.pub").read_text()
    (tmp_path / "known_hosts").write_text(f"10.255.0.1 {public}")
    settings, key = tmp_path / "bellrock.yaml", lab.space.path(FOLDER / "id")
    # A reading that takes longer than from one to the next is given up.
    asked = "{snmp: {interval: 10s}, ssh: {interval: 10s, "
    asked += "ospf_database: [core1], ospf_database_interval: 10s}}"
    document = yaml.safe_load(settings.read_text())
    document["ssh"] = {"lab": {"user": "root", "key_file": str(key)}}
    document["collectors"] = yaml.safe_load(asked)
    settings.write_text(yaml.safe_dump(document))
    folder, away = str(FOLDER / "site5"), "max-metric router-lsa administrative"
    vtysh = ("vtysh", "--vty_socket", folder)
    site5 = (*vtysh, "-c", "configure terminal", "-c", "router ospf", "-c")
    mismatch = catalogue.TOPOLOGY_MISMATCH
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1, mismatch, link="reg4-site4", why="metric")
        await here.exported.number(1, mismatch)
        lab.space.run("site5", *site5, away)
        try:
            await here.exported.until(1, mismatch, link="site4-site5", why="max_metric")
            await here.exported.number(2, mismatch)
        finally:
            lab.space.run("site5", *site5, f"no {away}")
        await here.exported.until(None, mismatch, link="site4-site5", why="max_metric")
        await here.exported.number(1, mismatch)


async def test_a_cut_and_its_repair_are_no_mismatch(lab: Lab, tmp_path: Path) -> None:
    configure(lab, tmp_path, poll=2)
    settings = tmp_path / "bellrock.yaml"
    often = "retries: 1, plans: {lldp: poll, ospf: poll}"
    settings.write_text(settings.read_text().replace("retries: 1", often))
    both = {"link": "reg3-reg4", "provenance": Provenance.BOTH_ENDS.value}
    neither = {"link": "reg3-reg4", "provenance": Provenance.DECLARED.value}
    async with desk(tmp_path, alerting=False) as here:
        await here.exported.until(1, catalogue.LINK_PROVENANCE, **both)
        with impair.cut(lab, [lab.described.wire("reg3-reg4")]):
            await here.exported.until(1, catalogue.LINK_PROVENANCE, **neither)
            assert await here.exported.values(catalogue.TOPOLOGY_MISMATCH) == []
        found: list[float] = []
        async with asyncio.timeout(PATIENCE):
            while not await here.exported.values(catalogue.LINK_PROVENANCE, **both):
                found += await here.exported.values(catalogue.TOPOLOGY_MISMATCH)
                await asyncio.sleep(0.1)
        assert found == []


async def _everything_agrees(here: Desk, inventory: dict[str, object]) -> None:
    (here.folder / "network.yaml").write_text(yaml.safe_dump(inventory))
    assert here.monitor is not None
    os.kill(here.monitor.pid, signal.SIGHUP)
    await here.exported.until(None, catalogue.TOPOLOGY_MISMATCH)
    labels = {"provenance": Provenance.BOTH_ENDS.value}
    await here.exported.until(1, catalogue.LINK_PROVENANCE, link="reg3-reg4", **labels)
    await here.exported.number(16, catalogue.LINK_PROVENANCE, **labels)
    # And stays so, while the devices are read again and again.
    await asyncio.sleep(9)
    assert await here.exported.values(catalogue.TOPOLOGY_MISMATCH) == []
