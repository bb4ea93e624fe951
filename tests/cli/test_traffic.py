"""``bellrock load``, ``n1`` and ``n2`` as their users meet them."""

import csv
import io
import json
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bellrock.cli.main import app
from bellrock.inventory.load import load as read
from bellrock.model.errors import UserError
from bellrock.runtime.studies import n2_on
from tests.cli.test_commands import CALEDONIA, SMALL, bellrock_says
from topology.arrays import Arrays
from topology.traffic.demands import Demands
from topology.traffic.n2 import Field, n2
from topology.traffic.study import Study

RING = """\
network: {id: ring, name: Ring}
sites:
  - {id: dc, name: Data centre, kind: datacentre}
  - {id: ex, name: Exchange, kind: exchange}
  - {id: gp, name: Surgery, kind: gp, people: 40}
devices:
  - {id: p1, site: dc, risk_groups: [feed]}
  - {id: pe1, site: ex, risk_groups: [feed]}
  - {id: gp-cpe, site: gp}
links:
  - {id: core, a: "p1:0", b: "pe1:0", capacity: {ab: 40M, ba: 100M}}
  - {id: tail, a: "pe1:1", b: "gp-cpe:0", capacity: 100M, risk_groups: [duct]}
  - {id: direct, a: "p1:1", b: "gp-cpe:1", metric: 50, risk_groups: [duct]}
risk_groups:
  - {id: duct, kind: duct, name: High street}
  - {id: feed, kind: power, name: Feed A}
gateways: [dc]
demands:
  - {from: dc, to: gp, rate: 30M}
  - {from: gp, to: dc, rate: 5M}
"""


def says(*words: object) -> Result:
    """Run a command in this process."""
    told = [str(word) for word in words]
    return CliRunner(env={"COLUMNS": "100"}).invoke(app(told), told)


@pytest.fixture
def ring(tmp_path: Path) -> Path:
    path = tmp_path / "ring.yaml"
    path.write_text(RING)
    return path


def test_load_in_json_has_the_shape_that_others_read(ring: Path) -> None:
    done = says("load", ring, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    about = {"network": "ring", "down": [], "sites_cut": [], "overloaded": 0}
    assert report.items() >= about.items()
    assert report["unrouted"] == 0.0
    keys = ("id", "direction", "capacity", "load", "utilisation")
    assert [tuple(link[key] for key in keys) for link in report["links"]] == [
        ("core", "ab", 40e6, 30e6, 0.75),
        ("core", "ba", 100e6, 5e6, 0.05),
        ("tail", "ab", 100e6, 30e6, 0.3),
        ("tail", "ba", 100e6, 5e6, 0.05),
        ("direct", "ab", None, 0.0, None),
        ("direct", "ba", None, 0.0, None),
    ]


def test_load_goes_another_way_round_what_is_down(ring: Path) -> None:
    done = says("load", ring, "--down", "tail", "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert done.exit_code == 0
    assert {row["id"]: row["load"] for row in rows if row["direction"] == "ab"} == {
        **{"core": "0.0", "tail": "0.0", "direct": "30000000.0"}
    }
    assert {row["utilisation"] for row in rows if row["id"] == "direct"} == {""}


@pytest.mark.parametrize("command", ["load", "n1", "n2"])
def test_a_site_that_is_cut_off_is_a_finding(command: str, ring: Path) -> None:
    done = says(command, ring, "--down", "duct", "--format", "json")
    report = json.loads(done.stdout)
    assert done.exit_code == 1
    assert (report["sites_cut"], report["unrouted"]) == (["gp"], 35e6)
    shown = says(command, ring, "--down", "duct")
    assert shown.exit_code == 1
    assert shown.stdout.startswith("1 cut off: gp\n35Mbit/s has no way\n")


@pytest.mark.parametrize("command", ["load", "n1", "n2"])
def test_a_link_that_is_over_full_is_a_finding(command: str, tmp_path: Path) -> None:
    path = tmp_path / "full.yaml"
    path.write_text(RING.replace("rate: 30M", "rate: 40.1M"))
    assert says(command, path, "--format", "csv").exit_code == 1


def test_n1_in_json_has_the_shape_that_others_read(ring: Path) -> None:
    done = says("n1", ring, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    assert (report["failures"], report["overloaded"]) == (11, 0)
    assert report["worst_unrouted"] == {"kind": "device", "id": "p1", "rate": 35e6}
    direct = report["links"][4]
    assert direct == {
        **{"id": "direct", "direction": "ab", "capacity": None, "load": 0.0},
        **{"utilisation": None, "worst_load": 30e6, "worst_utilisation": None},
        "worst_failure": {"kind": "link", "id": "core"},
    }
    assert report["links"][0]["worst_failure"] is None
    assert report["links"][0]["worst_utilisation"] == 0.75


@pytest.mark.parametrize(
    ("command", "heading"), [("n1", "when this fails"), ("n2", "when these fail")]
)
def test_where_nothing_is_carried_no_link_is_named(
    command: str, heading: str, ring: Path
) -> None:
    assert heading in says(command, ring).stdout
    nothing = says(command, ring, "--down", "p1").stdout
    assert heading not in nothing
    assert "tail" not in nothing


def test_n1_in_csv_has_a_row_a_direction(ring: Path) -> None:
    done = says("n1", ring, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["worst_failure"] for row in rows] == ["", "", "", "", "core", "core"]


def test_n2_in_json_names_both_failures(ring: Path) -> None:
    done = says("n2", ring, "--format", "json")
    assert (done.exit_code, done.stderr) == (0, "")
    report = json.loads(done.stdout)
    # Three links and two groups, each alone and each with each other.
    assert report["failures"] == 15
    assert report["links"][4]["worst_failures"] == [{"kind": "link", "id": "core"}]
    assert report["worst_unrouted"] == {
        "failures": [{"kind": "risk_group", "id": "feed"}],
        "rate": 35e6,
    }
    assert report["pairs_by_unrouted"][0]["failures"] == [
        {"kind": "link", "id": "core"},
        {"kind": "link", "id": "direct"},
    ]
    links = json.loads(says("n2", ring, "--links-only", "--format", "json").stdout)
    assert links["failures"] == 6
    assert (
        links["worst_unrouted"]["failures"]
        == report["pairs_by_unrouted"][0]["failures"]
    )


@pytest.mark.parametrize(
    "words",
    [["load"], ["n1"], ["n1", "--top", "3"], ["n2", "--links-only", "--top", "5"]],
)
def test_tables_fit_the_terminal(words: list[str]) -> None:
    done = says(words[0], CALEDONIA, *words[1:])
    assert (done.exit_code, done.stderr) == (0, "")
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "% " in done.stdout


@pytest.mark.parametrize("command", ["load", "n1", "n2"])
def test_an_unknown_element_is_the_users_mistake(command: str, ring: Path) -> None:
    done = says(command, ring, "--down", "tial")
    assert isinstance(done.exception, UserError)
    assert str(done.exception).startswith(
        '--down tial: nothing called "tial" is declared\n  did you mean "tail"?'
    )


def test_a_mistake_ends_with_its_status(ring: Path) -> None:
    done = bellrock_says("n1", ring, "--down", "tial")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("--down tial: ")


@pytest.mark.parametrize("command", ["load", "n1", "n2"])
def test_where_no_demands_are_declared_it_is_said(command: str, tmp_path: Path) -> None:
    path = tmp_path / "small.yaml"
    path.write_text(SMALL)
    done = says(command, path, "--format", "json")
    assert done.exit_code == 0
    assert done.stderr == (
        "Small: no demands are declared, so no link carries anything\n"
        "  declare who sends how much to whom under demands:, or see what bellrock "
        "estimate --help works out\n"
    )
    assert {link["load"] for link in json.loads(done.stdout)["links"]} == {0.0}


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("capacity: 100M, risk", "capacity: 0, risk"),
        ("metric: 50", "metric: 0"),
        ("metric: 50", "metric: -1"),
        ("{from: dc,", "{from: nowhere,"),
        ('b: "gp-cpe:1"', 'b: "p1:2"'),
        ("gateways: [dc]", "gateways: [ex-9]"),
    ],
)
def test_what_cannot_be_routed_is_told_with_its_line(
    good: str, bad: str, tmp_path: Path
) -> None:
    assert good in RING
    path = tmp_path / "bad.yaml"
    path.write_text(RING.replace(good, bad))
    done = says("n1", path)
    line = RING[: RING.index(good)].count("\n") + 1
    assert isinstance(done.exception, UserError)
    assert f"bad.yaml:{line}: " in str(done.exception)


@contextmanager
def running(*words: str, ready: str) -> Iterator[subprocess.Popen[str]]:
    """Run a program of Dask's until the context ends, once it has said `ready`."""
    with subprocess.Popen(
        [sys.executable, "-m", *words],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr is not None
        try:
            for line in process.stderr:
                if ready in line:
                    break
            else:
                pytest.fail(f"{words[0]} ended before it was ready")
            yield process
        finally:
            process.kill()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@contextmanager
def scheduler() -> Iterator[str]:
    port = str(free_port())
    here = ("--host", "127.0.0.1", "--port", port, "--no-dashboard")
    with running("distributed.cli.dask_scheduler", *here, ready="Scheduler at"):
        yield f"tcp://127.0.0.1:{port}"


@contextmanager
def worker(address: str, *words: str) -> Iterator[None]:
    here = ("--host", "127.0.0.1", "--no-dashboard", "--no-nanny", "--nthreads", "1")
    with running(
        *("distributed.cli.dask_worker", address, *here, *words),
        ready="Starting established connection",
    ):
        yield


def test_n2_on_the_workers_of_a_scheduler_is_what_it_is_here(ring: Path) -> None:
    with scheduler() as address, worker(address):
        there = bellrock_says("n2", ring, "--scheduler", address, "--format", "json")
    assert (there.returncode, there.stderr) == (0, "")
    assert json.loads(there.stdout) == json.loads(
        bellrock_says("n2", ring, "--format", "json").stdout
    )


def test_workers_take_in_blocks_what_does_not_fit_at_once(ring: Path) -> None:
    inventory = read(ring, cache=None).inventory
    arrays, demands = Arrays.of(inventory), Demands.of(inventory)
    whole, cut = Study.of(arrays, demands), Study.of(arrays, demands, room=1)
    assert (whole.rounds, cut.rounds) == (1, 2)
    done: list[int] = []
    with scheduler() as address, worker(address):
        there = n2_on(address, cut, Field.of(cut), progress=done.append)
    here = n2(whole, Field.of(whole))
    assert done[-1] == there.failures == here.failures
    assert there.worst_load.tolist() == here.worst_load.tolist()
    assert there.worst_failure.tolist() == here.worst_failure.tolist()
    assert there.worst_lost == here.worst_lost
    assert there.fullest.failure.tolist() == here.fullest.failure.tolist()
    assert there.cut.unrouted.tolist() == here.cut.unrouted.tolist()


def test_a_scheduler_that_is_not_there_is_told_in_time(ring: Path) -> None:
    # For ten seconds it is tried; what takes minutes is ended, and fails.
    done = bellrock_says("n2", ring, "--scheduler", f"tcp://127.0.0.1:{free_port()}")
    assert (done.returncode, done.stdout) == (2, "")
    assert "no Dask scheduler answers there" in done.stderr
    assert "Traceback" not in done.stderr


def test_an_address_that_is_none_is_told(ring: Path) -> None:
    done = bellrock_says("n2", ring, "--scheduler", "carrier-pigeon://loft")
    assert done.returncode == 2
    assert "no Dask scheduler answers there" in done.stderr


def test_a_scheduler_without_workers_is_told(ring: Path) -> None:
    with scheduler() as address:
        done = bellrock_says("n2", ring, "--scheduler", address)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"scheduler {address}: it has no workers" in done.stderr
