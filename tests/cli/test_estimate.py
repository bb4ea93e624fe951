"""``bellrock estimate`` as its users meet it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_commands import SMALL, bellrock_says

LOADS = """\
id,direction,load
core,ab,30M
core,ba,3M
gp-tail,ab,10M
gp-tail,ba,1M
school-tail,ab,20M
school-tail,ba,2M
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    folder = tmp_path / "net"
    folder.mkdir()
    (folder / "10.yaml").write_text(SMALL)
    (tmp_path / "loads.csv").write_text(LOADS)
    return folder


def test_demands_are_worked_out_written_and_are_part_of_the_inventory(
    small: Path,
) -> None:
    loads = small.with_name("loads.csv")
    done = bellrock_says(
        *("estimate", small, "--loads", loads, "-o", small, "--format", "json"),
        *("--trials", "1"),
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert {(d["from"], d["to"]): round(d["rate"]) for d in report["demands"]} == {
        ("gp", "dc"): 1_000_000,
        ("school", "dc"): 2_000_000,
        ("dc", "gp"): 10_000_000,
        ("dc", "school"): 20_000_000,
    }
    assert report["exact"] == ["dc", "gp", "school"]
    assert report["unexplained"] < 1e-6
    assert report["n1_error"] < 0.05
    text = (small / "90-demands.yaml").read_text()
    assert "Estimated by `bellrock estimate`" in text
    again = bellrock_says("check", "--inventory", small)
    assert again.returncode == 0, again.stderr


def test_the_table_says_how_wrong_it_is(small: Path) -> None:
    loads = small.with_name("loads.csv")
    said = bellrock_says("estimate", small, "--loads", loads, env={"COLUMNS": "80"})
    assert "Loads after a failure are wrong by" in said.stdout
    assert max(map(len, said.stdout.splitlines())) <= 80


def test_csv_has_a_row_a_demand(small: Path) -> None:
    loads = small.with_name("loads.csv")
    said = bellrock_says(
        "estimate", small, "--loads", loads, "--format", "csv", "--trials", "0"
    )
    rows = list(csv.DictReader(io.StringIO(said.stdout)))
    assert {"from": "dc", "to": "school", "rate": "20000000"} in rows


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--loads FILE or by --prometheus URL"),
        (("--prometheus", "http://127.0.0.1:1"), "127.0.0.1:1: no answer"),
        (("--loads", "nowhere.csv"), "nowhere.csv"),
    ],
)
def test_without_measurements_there_is_nothing_to_work_out(
    small: Path, words: tuple[str, ...], said: str
) -> None:
    done = bellrock_says("estimate", small, *words)
    assert done.returncode == 2
    assert said in done.stderr
