"""``bellrock collect`` of a device with a command line."""

import asyncio
import json
from pathlib import Path

from bellrock.model.observation import Outcome
from collectors.ssh.platforms.frr import DATABASE_COMMANDS
from tests.cli.test_commands import bellrock_says
from tests.collectors.ssh.device import (
    FRR_ANSWERS,
    PASSWORD,
    Met,
    answering,
    device,
)

_SETTINGS = """\
inventory: network.yaml
collectors: {ssh: {timeout: 5s, known_hosts: known_hosts}}
ssh:
  ours: {user: monitor, password_env: OURS}
  wrong: {user: monitor, password_env: WRONG}
"""
_SECRETS = {"OURS": PASSWORD, "WRONG": "not-the-password"}


def written(folder: Path, met: Met, credentials: str, *, known: bool = True) -> Path:
    """Write settings, and an inventory of the one device."""
    (folder / "network.yaml").write_text(
        "network: {id: one, name: One}\n"
        "sites: [{id: dc, name: Data centre, kind: datacentre}]\n"
        "devices:\n"
        f"  - {{id: r1, site: dc, address: 127.0.0.1, platform: frr, "
        f"ssh: {credentials}, ports: {{ssh: {met.port}}}}}\n"
        "gateways: [dc]\n"
    )
    (folder / "known_hosts").write_text(met.known() if known else "")
    settings = folder / "bellrock.yaml"
    settings.write_text(_SETTINGS)
    return settings


async def asked(
    settings: Path, *words: str, status: int
) -> tuple[dict[str, object], str]:
    """Return what the command says in JSON, and to people; never a password."""
    said = []
    for form in ("json", "table"):
        done = await asyncio.to_thread(
            bellrock_says,
            *("collect", "r1", "-c", settings, "--format", form, *words),
            env=_SECRETS,
        )
        assert done.returncode == status, done.stderr
        for secret in _SECRETS.values():
            assert secret not in done.stdout + done.stderr
        said.append(done.stdout)
    answer: dict[str, object] = json.loads(said[0])
    return answer, said[1]


async def test_a_device_is_asked_over_ssh_and_its_words_are_shown(
    tmp_path: Path,
) -> None:
    async with device(answering(FRR_ANSWERS)) as met:
        settings = written(tmp_path, met, "ours")
        answer, table = await asked(settings, "--explain", status=0)
    assert (answer["collector"], answer["outcome"]) == ("ssh", Outcome.SUCCESS)
    for command in FRR_ANSWERS:
        assert f"<- 127.0.0.1  {command}" in table
    assert '"neighbors"' in table
    assert "plans: " in table
    assert max(map(len, table.partition("r1: read")[2].splitlines())) <= 100


async def test_a_wrong_password_and_an_unknown_key_have_their_word(
    tmp_path: Path,
) -> None:
    async with device(answering(FRR_ANSWERS)) as met:
        settings = written(tmp_path, met, "wrong")
        answer, table = await asked(settings, "--explain", status=1)
        assert answer["outcome"] == Outcome.AUTH
        assert "!! 127.0.0.1  " in table
        assert "Compare user, key" in " ".join(table.split())
        settings = written(tmp_path, met, "ours", known=False)
        answer, _ = await asked(settings, status=1)
        assert answer["outcome"] == Outcome.HOST_KEY
        done = await asyncio.to_thread(
            bellrock_says,
            *("collect", "r1", "-c", settings, "--via", "snmp"),
            env=_SECRETS,
        )
    assert done.returncode == 2
    assert "no SNMP credentials" in done.stderr


async def test_the_database_is_read_where_it_is_asked_for(tmp_path: Path) -> None:
    [command] = DATABASE_COMMANDS
    answers = FRR_ANSWERS | {command: "frr_ospf_database.json"}
    async with device(answering(answers)) as met:
        settings = written(tmp_path, met, "ours")
        text = settings.read_text()
        wanted = "timeout: 5s, ospf_database: [{}]"
        settings.write_text(text.replace("timeout: 5s", wanted.format("r1")))
        answer, table = await asked(settings, status=0)
        facts = answer["facts"]
        assert isinstance(facts, dict)
        assert {
            "router": "10.255.0.11",
            "kind": "transit",
            "far": "10.100.15.2",
            "own": "10.100.15.1",
            "metric": 25,
        } in facts["ospf_links"]
        assert "OSPF database: 83 links of 13 routers" in table
        settings.write_text(text.replace("timeout: 5s", wanted.format("r2")))
        done = await asyncio.to_thread(
            bellrock_says, *("collect", "r1", "-c", settings), env=_SECRETS
        )
    assert done.returncode == 2
    assert "ospf_database: no device r2 is asked over SSH" in done.stderr
    assert "r1" in done.stderr
