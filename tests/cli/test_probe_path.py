"""``bellrock probe path`` in a network of four branches, one of them narrow."""

import csv
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bellrock.bench.diamond import BRANCHES, TARGET, Diamond, inside
from tests.probes.harness import PATIENCE
from tests.probes.path.network import built, firewall
from tests.programs import need

_QUICK = ("--rate", 4000, "--deadline", "200ms", "--confidence", 0.9999)


@pytest.fixture(scope="module")
def made() -> Iterator[Diamond]:
    diamond = built()
    yield diamond
    diamond.end()


@pytest.fixture
def diamond(made: Diamond) -> Iterator[Diamond]:
    with inside(made.network("a")):
        yield made


def says(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bellrock", "probe", "path", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
        cwd=folder,
        env={**os.environ, "COLUMNS": "80"},
    )


@pytest.mark.usefixtures("diamond")
def test_a_table_fits_a_terminal_and_shows_each_branch(tmp_path: Path) -> None:
    done = says(tmp_path, TARGET, *_QUICK)
    assert (done.returncode, done.stderr) == (0, "")
    assert all(len(line) <= 80 for line in done.stdout.splitlines())
    assert all(branch in done.stdout for branch in BRANCHES)
    assert "4 ways" in done.stdout
    assert f"MTU 1400 was named by {BRANCHES[2]}" in done.stdout


@pytest.mark.usefixtures("diamond")
def test_json_has_every_flow_and_csv_every_hop(tmp_path: Path) -> None:
    done = says(tmp_path, TARGET, *_QUICK, "--format", "json", "--explain")
    answer = json.loads(done.stdout)
    (route,) = answer["routes"]
    assert (route["outcome"], route["branches"], route["mtu"]) == ("success", 4, 1400)
    assert {flow["hops"][1]["address"] for flow in route["flows"]} == set(BRANCHES)
    sent = [event for event in answer["explain"] if event["arrow"] == "->"]
    assert len(sent) == route["sent"]
    done = says(tmp_path, TARGET, *_QUICK, "--format", "csv", "--no-mtu")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["address"] for row in rows} > set(BRANCHES)
    assert {row["mtu"] for row in rows} == {""}


def test_a_black_hole_is_a_finding_and_says_what_to_do(
    diamond: Diamond, tmp_path: Path
) -> None:
    need("nft")
    with firewall(diamond, "m3", "output", "icmp code frag-needed drop"):
        done = says(tmp_path, TARGET, *_QUICK)
    assert done.returncode == 1
    assert "packets over 1400 bytes vanish" in done.stdout
    assert "black hole" in done.stdout


@pytest.mark.usefixtures("diamond")
def test_a_target_without_a_way_is_a_finding(tmp_path: Path) -> None:
    done = says(tmp_path, "10.231.0.1", *_QUICK)
    assert done.returncode == 1
    assert "the target did not answer" in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such-host.invalid",), "does not resolve"),
        (("127.0.0.1", "-6"), "127.0.0.1 is not IPv6"),
        (("127.0.0.1", "--deadline", "1h"), "--deadline 1h: out of range"),
        (("127.0.0.1", "--flows", "0"), "flows"),
    ],
)
def test_wrong_input_is_said_where_it_is(
    words: tuple[str, ...], said: str, tmp_path: Path
) -> None:
    done = says(tmp_path, *words)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("diamond")
def test_by_tcp_it_finds_the_same_ways_and_says_what_answered(tmp_path: Path) -> None:
    done = says(tmp_path, TARGET, *_QUICK, "--method", "tcp", "--explain")
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 ways" in done.stdout
    assert "the target's RST (the port is closed)" in done.stdout
