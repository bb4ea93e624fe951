"""``bellrock augment`` as its users meet it."""

import csv
import io
import json
from pathlib import Path

import pytest

from tests.cli.test_commands import bellrock_says

NETWORK = """\
network: {id: two-ways, name: Two ways}
sites:
  - {id: dc, kind: datacentre, lat: 56.0, lon: -3.0}
  - {id: dc2, kind: datacentre, lat: 56.0, lon: -3.2}
  - {id: gp, kind: gp, people: 40, lat: 56.1, lon: -3.0}
  - {id: school, kind: school, people: 300, lat: 56.1, lon: -3.2}
risk_groups: [{id: duct, kind: duct}]
devices:
  - {id: p1, site: dc}
  - {id: p2, site: dc2}
  - {id: gp-cpe, site: gp}
  - {id: school-cpe, site: school}
links:
  - {id: gp-1, a: p1, b: gp-cpe}
  - {id: school-1, a: p1, b: school-cpe, risk_groups: [duct]}
gateways: [dc, dc2]
"""
CANDIDATES = """\
candidates:
  - {id: gp-2, a: p2, b: gp-cpe, cost: 1000}
  - {id: same-duct, a: p2, b: school-cpe, cost: 10, risk_groups: [duct]}
  - {id: school-2, a: p2, b: school-cpe, cost: 2000}
"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    network, candidates = tmp_path / "net.yaml", tmp_path / "c.yaml"
    network.write_text(NETWORK)
    candidates.write_text(CANDIDATES)
    return network, candidates


def test_the_best_for_its_cost_comes_first_and_a_shared_duct_never(
    files: tuple[Path, Path],
) -> None:
    network, candidates = files
    done = bellrock_says(
        *("augment", network, "--candidates", candidates, "--format", "json")
    )
    assert (done.returncode, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    first, second = report["picks"][:2]
    assert (first["id"], first["protected"], first["cost"]) == ("school-2", 300, 2000)
    assert first["sites"] == [{"id": "school", "people": 300, "before": 1, "after": 2}]
    assert first["per_cost"] == pytest.approx(0.15)
    assert (second["id"], second["protected"]) == ("gp-2", 40)
    assert report["protected"] == report["upper_bound"] == report["at_stake"] == 340
    assert len(report["picks"]) == 2


def test_two_candidates_in_a_trench_that_their_file_declares_fail_together(
    files: tuple[Path, Path],
) -> None:
    network, candidates = files
    text = NETWORK.replace(
        "  - {id: school-1, a: p1, b: school-cpe, risk_groups: [duct]}\n", ""
    )
    network.write_text(text)
    candidates.write_text(
        "risk_groups: [{id: trench, kind: duct, name: A new trench}]\n"
        "candidates:\n"
        "  - {id: one, a: p1, b: school-cpe, cost: 10, risk_groups: [trench]}\n"
        "  - {id: two, a: p2, b: school-cpe, cost: 10, risk_groups: [trench]}\n"
        "  - {id: apart, a: p2, b: school-cpe, cost: 900}\n"
    )
    asked = ("augment", network, "--candidates", candidates, "--count", 2)
    for more in ((), ("--exact",)):
        report = json.loads(bellrock_says(*asked, *more, "--format", "json").stdout)
        assert [pick["id"] for pick in report["picks"]] == ["one", "apart"]
        assert report["protected"] == report["upper_bound"] == 600
    cheap = bellrock_says(*asked, "--budget", 20, "--format", "json").stdout
    assert json.loads(cheap)["protected"] == 300


def test_the_best_set_within_a_budget(files: tuple[Path, Path]) -> None:
    network, candidates = files
    done = bellrock_says(
        *("augment", network, "--candidates", candidates, "--exact"),
        *("--budget", 1500, "--count", 2, "--format", "csv"),
    )
    assert done.returncode == 0
    (row,) = csv.DictReader(io.StringIO(done.stdout))
    assert (row["id"], row["protected"], row["sites"]) == ("gp-2", "40", "gp")


def test_neighbours_are_proposed_at_a_cost_per_kilometre(
    files: tuple[Path, Path],
) -> None:
    done = bellrock_says(
        *("augment", files[0], "--within", "15km", "--cost-per-km", 100, "--count", 1)
    )
    assert done.returncode == 0
    assert "p2 - school-cpe" in done.stdout
    assert "1,112" in done.stdout  # 11.12 km
    assert "nobody surveyed these" in done.stdout


def test_money_that_is_just_enough_is_enough(files: tuple[Path, Path]) -> None:
    network, candidates = files
    cents = CANDIDATES.replace("1000}", "0.1}").replace("2000}", "0.2}")
    candidates.write_text(cents)
    asked = ("augment", network, "--candidates", candidates, "--budget", "0.3")
    for more in ((), ("--exact",)):
        done = bellrock_says(*asked, *more)
        assert "2 circuits for 0 protect 340 people" in done.stdout
    one = bellrock_says(*asked, "--count", "1")
    assert "1 circuit for 0 protects 300 people" in one.stdout


def test_where_nothing_can_help_trying_all_is_not_proposed(
    files: tuple[Path, Path],
) -> None:
    network, _ = files
    done = bellrock_says(
        *("augment", network, "--within", "0.1km", "--cost-per-km", "1")
    )
    assert done.stdout.startswith("0 circuits could be built; 0 of them may help")
    assert "no choice of them protects anybody" in done.stdout
    assert "--exact" not in done.stdout


def test_where_nothing_can_be_paid_trying_all_is_not_proposed(
    files: tuple[Path, Path],
) -> None:
    network, candidates = files
    done = bellrock_says(
        *("augment", network, "--candidates", candidates, "--budget", "1")
    )
    said = "no choice of them that --count and --budget allow protects anybody"
    assert said in done.stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "augment: not exactly one of --candidates and --within"),
        (
            ("--within", "40"),
            "--within 40: no --cost-per-km beside it\n  add one",
        ),
        (("--within", "-4km", "--cost-per-km", "1"), "--within -4km: no distance"),
        (("--within", "4km", "--cost-per-km", "1e308"), "--cost-per-km 1e+308: out of"),
        (("--candidates", "no.yaml"), "no.yaml: cannot be read: No such file"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    files: tuple[Path, Path], words: tuple[str, ...], said: str
) -> None:
    done = bellrock_says("augment", files[0], *words)
    assert done.returncode == 2
    assert done.stderr.startswith(said)
