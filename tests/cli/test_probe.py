"""``bellrock probe``: what is sent, what is said of it, and with which status."""

import asyncio
import csv
import io
import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from probes.stamp.reflector import Reflector, ReflectorSettings
from tests.probes.harness import PATIENCE, need_raw_sockets
from tests.probes.stamp.reference import answers, answers_twice, reference, silent
from tests.programs import need

_QUICK = ("--interval", "10ms")
_HASTY = (*_QUICK, "--deadline", "200ms")
"""For who is not to answer; who is has the time that it takes."""


def says(
    *words: object, folder: Path, before: tuple[str, ...] = ()
) -> subprocess.CompletedProcess[str]:
    """Run the command in a folder, where it finds bellrock.yaml or does not."""
    return subprocess.run(
        [*before, sys.executable, "-m", "bellrock", "probe", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
    )


def settings(folder: Path, port: int) -> Path:
    """Write an inventory of one device, and settings with two classes of service."""
    (folder / "network.yaml").write_text(
        "network: {id: one, name: One}\n"
        "sites: [{id: dc, name: Data centre, kind: datacentre}]\n"
        "devices:\n"
        "  - {id: lerwick-pe1, site: dc, address: 127.0.0.1, probes: [stamp], "
        f"ports: {{stamp: {port}}}}}\n"
        "  - {id: lerwick-pe2, site: dc}\n"
        "gateways: [dc]\n"
    )
    (folder / "bellrock.yaml").write_text(
        "inventory: network.yaml\n"
        "classes: {voice: {dscp: 46}, bulk: {dscp: 8}}\n"
        "probes: {stamp: {deadline: 2s, classes: [voice, bulk]}}\n"
    )
    return folder


def test_all_targets_that_have_no_address_are_named_in_one_run(tmp_path: Path) -> None:
    names = [f"127.0.0.1:{port}" for port in (80, 443)]
    done = says("stamp", names[0], "127.0.0.1", names[1], folder=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    lines = done.stderr.splitlines()
    assert [line.split(": ")[0] for line in lines[::2]] == [
        f"probe stamp {name}" for name in names
    ]
    assert set(lines[1::2]) == {"  give the port apart, with --port"}


async def test_each_class_of_a_device_in_the_inventory_is_a_row(tmp_path: Path) -> None:
    async with reference(answers) as peer:
        folder = settings(tmp_path, peer.port)
        done = await asyncio.to_thread(
            says,
            *("stamp", "lerwick-pe1", "-n", 3, "--interval", "10ms"),
            *("--format", "json"),
            folder=folder,
        )
    assert (done.returncode, done.stderr) == (0, "")
    rows = json.loads(done.stdout)["targets"]
    assert [(row["target"], row["class"], row["dscp"]) for row in rows] == [
        ("lerwick-pe1", "voice", 46),
        ("lerwick-pe1", "bulk", 8),
    ]
    for row in rows:
        assert (row["sent"], row["lost"], row["outcomes"]) == (3, 0, {"success": 3})
        assert row["min"] <= row["mean"] <= row["max"]
        assert row["min"] <= row["p50"] <= row["p95"] <= row["p99"] <= row["max"]
        assert row["variation"] == row["p99"] - row["min"]
    assert len(peer.heard) == 6


async def test_a_packet_is_marked_with_its_class(tmp_path: Path) -> None:
    ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    ear.setsockopt(socket.IPPROTO_IP, socket.IP_RECVTOS, 1)
    ear.bind(("127.0.0.1", 0))
    ear.settimeout(1)
    folder = settings(tmp_path, ear.getsockname()[1])
    with ear:
        done = await asyncio.to_thread(
            says,
            *("stamp", "lerwick-pe1", "-n", 1, "--class", "voice"),
            folder=folder,
        )
        _, ancillary, _, _ = ear.recvmsg(100, 100)
    assert done.returncode == 1, done.stderr
    marks = [data[0] for level, kind, data in ancillary if kind == socket.IP_TOS]
    assert marks == [46 << 2]


async def test_a_silent_target_is_told_from_one_that_answers(tmp_path: Path) -> None:
    async with reference(silent) as deaf:
        done = await asyncio.to_thread(
            says,
            *("stamp", "127.0.0.1", "--port", deaf.port, "-n", 2, *_HASTY),
            folder=tmp_path,
        )
    assert done.returncode == 1
    assert "100%" in done.stdout
    assert "127.0.0.1 (default): 2 timeout" in done.stdout


async def test_second_answers_are_told(tmp_path: Path) -> None:
    async with reference(answers_twice) as peer:
        done = await asyncio.to_thread(
            says,
            *("stamp", "127.0.0.1", "--port", peer.port, "-n", 5, *_QUICK),
            *("--format", "csv"),
            folder=tmp_path,
        )
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert row["outcomes.success"] == "5"
    assert int(row["duplicates"]) >= 4  # of the last one nobody waits for it


async def test_what_a_stamp_packet_asks_and_is_told_is_explained(
    tmp_path: Path,
) -> None:
    key = tmp_path / "key"
    key.write_text("sixteen letters or more")
    settings = ReflectorSettings.model_validate(
        {"address": "127.0.0.1", "port": 0, "key_file": key}
    )
    reflector = Reflector(settings)
    task = asyncio.create_task(reflector.run())
    asked = ("--cos", "--counts", "--location", "--session", 7, "--key-file", key)
    done = await asyncio.to_thread(
        says,
        *("stamp", "127.0.0.1", "--port", reflector.port, "-n", 1, *_QUICK),
        *(*asked, "--dscp", 46, "--explain"),
        folder=tmp_path,
    )
    task.cancel()
    await asyncio.wait({task})
    assert (done.returncode, done.stderr) == (0, "")
    for line in (
        "signed with an HMAC",
        "session 7",
        "arrived there with code point 46",
        "packets received there 1, answers sent 1",
        f"for 127.0.0.1 port {reflector.port}",
    ):
        assert line in done.stdout
    assert "letters" not in done.stdout


def test_a_key_that_cannot_be_read_is_said_in_a_line(tmp_path: Path) -> None:
    done = says("stamp", "127.0.0.1", "--key-file", "/nope", folder=tmp_path)
    assert done.returncode == 2
    assert done.stderr.startswith("probe stamp: key_file: cannot read /nope: No such")


async def test_every_packet_is_explained(tmp_path: Path) -> None:
    async with reference(answers) as peer:
        done = await asyncio.to_thread(
            says,
            *("stamp", "127.0.0.1", "--port", peer.port, "-n", 2, *_QUICK),
            "--explain",
            folder=tmp_path,
        )
    said = done.stdout
    for number in (1, 2):
        assert said.count(f"test packet {number}, 44 octets") == 1
        assert said.count(f"answer to {number}, 44 octets") == 1
    assert said.count("answered after") == 2


def test_both_families_are_probed_at_once_and_a_table_fits_a_terminal(
    tmp_path: Path,
) -> None:
    need_raw_sockets()
    done = says("icmp", "127.0.0.1", "::1", "-n", 3, *_QUICK, folder=tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    rows = [line.split() for line in done.stdout.splitlines()[2:4]]
    assert [row[:3] for row in rows] == [["127.0.0.1", "3", "0%"], ["::1", "3", "0%"]]


def test_what_may_not_be_sent_here_is_said_with_what_to_grant(tmp_path: Path) -> None:
    need_raw_sockets()
    need("setpriv")
    # A network of its own, where no group may open ping sockets.
    before = ("unshare", "--net", "setpriv", "--bounding-set", "-net_raw")
    done = says("icmp", "127.0.0.1", folder=tmp_path, before=before)
    assert done.returncode == 2
    assert "probe icmp: cannot open a raw socket (EPERM)" in done.stderr
    assert "CAP_NET_RAW" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_machine_without_a_way_there_says_so(tmp_path: Path) -> None:
    need_raw_sockets()
    done = says(
        *("icmp", "192.0.2.1", "-n", 1, *_QUICK),
        folder=tmp_path,
        before=("unshare", "--net"),
    )
    assert done.returncode == 1
    assert "192.0.2.1 (default): 1 unreachable" in done.stdout


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("icmp", "no-such-host.invalid"), "no-such-host.invalid: does not resolve"),
        (("icmp", "lerwick-pe2"), "lerwick-pe2: the device has no address"),
        (("icmp", "lerwick-pe3"), 'did you mean "lerwick-pe'),
        (("icmp", "::1", "-4"), "::1 is not IPv4"),
        (("icmp", "::1", "-4", "-6"), "-4 and -6 leave nothing"),
        (("icmp", "::1", "--interval", "1ms"), "--interval 1ms: out of range"),
        (("icmp", "::1", "--deadline", "soon"), "--deadline soon: not a duration"),
        (("icmp", "::1", "--class", "vioce"), 'did you mean "voice"?'),
        (("stamp", "::1", "--class", "voice", "--dscp", "1"), "--dscp and --class"),
        (("stamp", "::1", "--padding", "2"), "--padding"),
        (("stamp", "127.0.0.1:862"), "give the port apart, with --port"),
        (("icmp", "::1", "-c", "none.yaml"), "none.yaml"),
    ],
)
def test_bad_input_is_told_in_plain_words(
    words: tuple[str, ...], problem: str, tmp_path: Path
) -> None:
    done = says(*words, folder=settings(tmp_path, 1))
    assert done.returncode == 2
    assert problem in done.stderr
    assert "Traceback" not in done.stderr


def test_only_a_table_says_that_its_times_are_milliseconds(tmp_path: Path) -> None:
    words = ("icmp", "127.0.0.1", "-n", 1, *_QUICK)
    assert "milliseconds" in says(*words, folder=tmp_path).stdout
    done = says(*words, "--format", "csv", folder=tmp_path)
    assert "milliseconds" not in done.stdout + done.stderr
