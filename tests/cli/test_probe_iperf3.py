"""``bellrock probe iperf3``: what is shown of a transfer, and with which status."""

import asyncio
import json
import os
from pathlib import Path

from tests.cli.test_probe import says
from tests.probes.throughput.server import free_port, iperf3_server
from tests.programs import need


async def test_both_directions_are_rows_with_what_was_sent(tmp_path: Path) -> None:
    async with iperf3_server() as port:
        done = await asyncio.to_thread(
            says,
            *("iperf3", "127.0.0.1", "--port", port, "--rate", "80M"),
            *("--size", "1MB", "--format", "json", "--explain"),
            folder=tmp_path,
        )
    assert (done.returncode, done.stderr) == (0, "")
    said = json.loads(done.stdout)
    assert (said["probe"], said["rate_at_most"], said["size_at_most"]) == (
        *("iperf3", 80e6),
        1_000_000,
    )
    rows = said["targets"]
    assert [row["direction"] for row in rows] == ["forward", "reverse"]
    for row in rows:
        assert row["outcome"] == "success"
        assert 0 < row["bytes_sent"] < 1_300_000
        assert row["efficiency"] is not None
        assert row["capacity"] > 0
    heads = [event["head"] for event in said["explain"]]
    assert heads[0].startswith("iperf3 --client 127.0.0.1 --port")
    assert heads[1] == "ended with status 0"


async def test_what_the_cap_held_is_a_lower_bound_in_a_table_that_fits(
    tmp_path: Path,
) -> None:
    # Slow enough for a busy machine to keep to it: 4 Mbit/s for two seconds.
    async with iperf3_server() as port:
        done = await asyncio.to_thread(
            says,
            *("iperf3", "127.0.0.1", "--port", port, "--rate", "4M"),
            *("--size", "1000000"),
            folder=tmp_path,
        )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("≥ ") == 2
    assert "127.0.0.1 " in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_nobody_there_is_a_finding_with_its_reason(tmp_path: Path) -> None:
    need("iperf3")
    words = ("iperf3", "127.0.0.1", "--port", free_port(), "--direction", "forward")
    done = says(*words, folder=tmp_path)
    assert done.returncode == 1
    assert "refused" in done.stdout
    assert "onnection refused" in done.stdout


def test_a_missing_program_says_what_to_install(tmp_path: Path) -> None:
    words = ("iperf3", "127.0.0.1", "--direction", "forward")
    nowhere = ("env", f"PATH={tmp_path}")
    done = says(*words, folder=tmp_path, before=(os.fspath(need("env")), nowhere[1]))
    assert done.returncode == 1
    assert "apt install iperf3" in " ".join(done.stdout.split())


def test_what_is_no_rate_size_or_device_is_said(tmp_path: Path) -> None:
    for words, said in (
        (("--rate", "5Mb"), "--rate 5Mb"),
        (("--size", "5M"), "--size 5M"),
        (("--longest", "1h"), "--longest 1h"),
        (("--from", "host"), "--from host: no settings"),
    ):
        done = says("iperf3", "127.0.0.1", *words, folder=tmp_path)
        assert done.returncode == 2
        assert said in done.stderr
        assert "Traceback" not in done.stderr
