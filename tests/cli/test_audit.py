"""``bellrock audit`` as its users meet it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_commands import CALEDONIA, CUT, SMALL, bellrock_says


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    return path


def test_json_has_score_checks_worklist_and_diversity() -> None:
    done = bellrock_says("audit", CALEDONIA, "--format", "json")
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert 0 < report["score"] < 100
    assert report["discovery"] is False
    assert {"risk_groups", "diversity"} <= {w["check"] for w in report["worklist"]}
    shared = {d["site"]: d["shared"] for d in report["diversity"]}
    assert shared["balivanich-hosp"] == ["ullapool-ex"]


def test_the_table_says_what_is_not_known_and_fits_the_terminal(small: Path) -> None:
    done = bellrock_says("audit", small, env={"COLUMNS": "80"})
    assert done.returncode == 0
    assert done.stdout.startswith("No site has two circuits.")
    assert "user sites: without organisation" in done.stdout
    assert "not compared with what discovery saw" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_csv_is_the_worklist_or_the_circuits() -> None:
    work = bellrock_says("audit", CALEDONIA, "--format", "csv").stdout
    rows = list(csv.DictReader(io.StringIO(work)))
    assert set(rows[0]) == {
        *("check", "id", "kind", "what", "instead", "sites", "people")
    }
    shown = bellrock_says("audit", CALEDONIA, "--diversity", "--format", "csv").stdout
    circuits = {row["site"]: row for row in csv.DictReader(io.StringIO(shown))}
    assert circuits["balivanich-hosp"]["verdict"] == "shared"
    assert circuits["balivanich-hosp"]["shared"] == "ullapool-ex"


@pytest.mark.parametrize(("least", "status"), [("1", 0), ("100", 1)])
def test_a_score_lower_than_wished_is_a_finding(
    small: Path, least: str, status: int
) -> None:
    assert bellrock_says("audit", small, "--at-least", least).returncode == status


def test_a_site_cut_off_as_declared_is_a_finding(tmp_path: Path) -> None:
    path = tmp_path / "cut.yaml"
    path.write_text(CUT)
    assert bellrock_says("audit", path).returncode == 1


def test_a_prometheus_that_is_not_there_is_the_users_mistake(small: Path) -> None:
    done = bellrock_says("audit", small, "--prometheus", "http://127.0.0.1:1")
    assert done.returncode == 2
    assert "http://127.0.0.1:1: no answer" in done.stderr
