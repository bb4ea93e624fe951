"""``bellrock availability`` as its users meet it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_commands import CALEDONIA, CUT, SMALL, bellrock_says

TOLD = SMALL.replace(
    "  - {id: school-cpe, site: school}",
    "  - {id: school-cpe, site: school, mtbf: 99h, mttr: 1h}",
)
"""Of the minutes of a year, 5259.6 are one in a hundred."""


def write(folder: Path, text: str) -> Path:
    path = folder / "net.yaml"
    path.write_text(text)
    return path


def test_json_says_how_long_why_and_on_what_ground(tmp_path: Path) -> None:
    path = write(tmp_path, TOLD + "availability_target: {kind: {school: 99.9%}}\n")
    done = bellrock_says(
        "availability", path, "--format", "json", "--exact", "--simulate", 20_000
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert (report["missed"], report["cut_off"]) == (["school"], [])
    school, surgery = report["sites"]
    assert (school["id"], school["missed"], surgery["missed"]) == ("school", True, None)
    assert school["cut_sets"][0] == {
        "elements": ["school-cpe"],
        "minutes": pytest.approx(5259.6),
        "own": True,
    }
    assert school["minutes"] - school["network_minutes"] == pytest.approx(
        5259.6, rel=0.01
    )
    assert school["exact"]["exact"]
    assert school["exact"]["low"] == pytest.approx(school["minutes"])
    drawn = school["simulated"]
    assert drawn["low"] < school["minutes"] < drawn["high"]
    rates = {rate["id"]: rate for rate in report["rates"]}
    assert rates["school-cpe"]["source"] == "declared"
    assert rates["school-cpe"]["mtbf_hours"] == pytest.approx(99)
    assert "assumed" in rates["gp-cpe"]["source"]


def test_a_missed_target_is_a_finding_only_when_asked_to_check(tmp_path: Path) -> None:
    path = write(tmp_path, TOLD + "availability_target: 99.9%\n")
    plain = bellrock_says("availability", path)
    assert plain.returncode == 0
    assert "1 of 2 sites misses its target" in plain.stdout
    assert bellrock_says("availability", path, "--check").returncode == 1


def test_a_site_cut_off_as_declared_is_a_finding(tmp_path: Path) -> None:
    done = bellrock_says("availability", write(tmp_path, CUT), "--format", "csv")
    assert done.returncode == 1
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(done.stdout))}
    assert rows["gp"]["reached"] == "false"
    assert float(rows["gp"]["availability"]) == 0
    assert rows["school"]["reached"] == "true"


def test_a_site_that_is_not_there_is_told_with_what_was_meant(tmp_path: Path) -> None:
    path = write(tmp_path, SMALL)
    done = bellrock_says("availability", path, "--site", "schol")
    assert done.returncode == 2
    assert done.stderr == (
        '--site schol: no site has this id\n  did you mean "school"?\n'
    )
    done = bellrock_says("availability", path, "--site", "ex")
    assert (done.returncode, done.stderr.count("\n")) == (2, 2)


def test_what_is_down_to_begin_with_is_said_and_counts(tmp_path: Path) -> None:
    second = '  - {id: gp-4g, a: "p1:1", b: "gp-cpe:1", backup: true}\ngateways'
    path = write(tmp_path, TOLD.replace("gateways", second))
    up = bellrock_says("availability", path)
    assert "everything declared is up to begin with" in up.stdout
    done = bellrock_says("availability", path, "--down", "gp-tail", "--down", "ex")
    assert "down to begin with, and taken to stay so: Exchange and gp-tail" in (
        done.stdout
    )
    words = ("--exact", "--simulate", 20_000, "--format", "json")
    told = bellrock_says("availability", path, "--down", "ex", *words)
    assert (told.returncode, told.stderr) == (1, "")
    report = json.loads(told.stdout)
    assert (report["down"], report["cut_off"]) == (["ex"], ["school"])
    school, surgery = report["sites"]
    assert school["minutes"] == pytest.approx(525_960)
    # What is left of the surgery's two ways: the box at each end, and the radio.
    assert surgery["single"] == 4
    assert surgery["exact"]["low"] == pytest.approx(surgery["minutes"])
    drawn = surgery["simulated"]
    assert drawn["low"] < surgery["minutes"] < drawn["high"]


def test_what_cannot_be_down_or_asked_is_an_error(tmp_path: Path) -> None:
    path = write(tmp_path, TOLD)
    typo = bellrock_says("availability", path, "--down", "gp-tial")
    assert typo.returncode == 2
    assert typo.stderr.startswith('--down gp-tial: nothing called "gp-tial" is declar')
    both = bellrock_says("availability", path, "--down", "gp", "--site", "gp")
    assert both.returncode == 2
    assert both.stderr.startswith("--site gp: down itself, so that nobody is there")


def test_the_worst_are_shown_as_many_as_are_asked_for(tmp_path: Path) -> None:
    target = "availability_target: {kind: {gp: 99.999999999%}}\n"
    path = write(tmp_path, TOLD + target)
    words = ("availability", path, "--site", "gp")
    whole = bellrock_says(*words).stdout
    some = bellrock_says(*words, "--top", 1).stdout
    assert "99.999999999% !" in whole
    assert "shown are the worst" not in whole
    assert "cut it off; shown are the worst" in some
    assert some.count("   network   ") < whole.count("   network   ")


def test_services_that_are_not_shown_are_counted() -> None:
    done = bellrock_says(
        "availability", CALEDONIA, "--site", "lerwick-hosp", "--top", 3
    )
    assert "and 1 more; --top shows more of them" in done.stdout.splitlines()
    assert "Radiology" in done.stdout
    assert "Telephony" not in done.stdout


@pytest.mark.parametrize("width", [24, 40, 60, 80])
def test_no_id_is_cut_on_a_narrow_terminal(width: int) -> None:
    done = bellrock_says(
        *("availability", CALEDONIA, "--top", 20), env={"COLUMNS": str(width)}
    )
    assert "\N{HORIZONTAL ELLIPSIS}" not in done.stdout
    assert "craighouse-school" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= width
