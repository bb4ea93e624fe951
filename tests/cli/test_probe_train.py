"""``bellrock probe train``: what is shown of a measurement, and with which status."""

import asyncio
import csv
import io
import json
from ipaddress import ip_address
from pathlib import Path

from probes.stamp.reflector import Reflector, ReflectorSettings
from tests.cli.test_probe import says, settings
from tests.probes.stamp.reference import reference, silent


async def test_both_directions_of_a_device_are_rows_with_what_they_cost(
    tmp_path: Path,
) -> None:
    # Stamped by the kernel: a program that reads the clock itself, on a busy machine,
    # has a pace of its own that looks like a path's.
    peer = Reflector(ReflectorSettings(address=ip_address("127.0.0.1"), port=0))
    answering = asyncio.create_task(peer.run())
    try:
        folder = settings(tmp_path, peer.port)
        done = await asyncio.to_thread(
            says,
            *("train", "lerwick-pe1", "--size", 120_000, "--dscp", 10, "--explain"),
            *("--format", "json"),
            folder=folder,
        )
    finally:
        answering.cancel()
        await asyncio.wait((answering,))
    assert done.stderr == ""
    said = json.loads(done.stdout)
    assert (said["probe"], said["packet"]) == ("train", 1400)
    assert said["cost_at_most"] == 2 * 85 * 1400
    rows = said["targets"]
    assert [(row["target"], row["direction"], row["layer"]) for row in rows] == [
        ("lerwick-pe1", "forward", "ip"),
        ("lerwick-pe1", "reverse", "ip"),
    ]
    # Loopback cannot be filled, and nothing may be made up of that.
    for row in rows:
        assert row["at_least"] or row["outcome"] == "uncertain"
        assert row["detail"]
    assert rows[0]["bytes_sent"] == peer.counts.answered * 1400 <= 120_000
    assert done.returncode == (all(row["rate"] is None for row in rows))
    trains = said["explain"]
    assert "24 packets of 1400 octets" in trains[0]["head"]
    assert [line.split()[0] for line in trains[0]["lines"]] == ["forward", "reverse"]
    assert "shown" not in rows[0]


async def test_a_target_without_a_reflector_is_a_finding(tmp_path: Path) -> None:
    async with reference(silent) as peer:
        words = ("train", "127.0.0.1", "--port", peer.port, "--deadline", "500ms")
        table = await asyncio.to_thread(says, *words, folder=tmp_path)
        rows = await asyncio.to_thread(says, *words, "--format", "csv", folder=tmp_path)
    assert table.returncode == rows.returncode == 1
    assert "timeout" in table.stdout
    assert "no STAMP reflector there" in table.stdout
    assert "rates are of IP packets" in table.stdout
    found = list(csv.DictReader(io.StringIO(rows.stdout)))
    assert [(row["direction"], row["rate"], row["outcome"]) for row in found] == [
        ("forward", "", "timeout"),
        ("reverse", "", "timeout"),
    ]
    assert "no STAMP reflector there" in rows.stderr


def test_a_size_without_room_for_a_train_is_said(tmp_path: Path) -> None:
    done = says("train", "127.0.0.1", "--size", 50_000, folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith(
        "probe train: size: no train fits into 50000 bytes; at least 56000 with "
        "packets of 1400\n"
    )


def test_a_target_that_nobody_knows_is_said(tmp_path: Path) -> None:
    done = says("train", "no-such.invalid", folder=tmp_path)
    assert done.returncode == 2
    assert "no-such.invalid" in done.stderr
