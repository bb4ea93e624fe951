"""``bellrock bench``: lines on standard output, progress and trouble on the other."""

import json
import subprocess
import sys

import pytest
import typer

from bellrock.bench import inventory
from bellrock.bench.measurement import Case, Measurement, NotMeasuredError
from bellrock.bench.table import BENCHES
from bellrock.cli.bench import bench


def bellrock(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "bellrock", "bench", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def small() -> Measurement:
    return inventory.cached(sites=40)


def nowhere() -> Measurement:
    raise NotMeasuredError("no such machine")


def test_an_unknown_name_is_the_users_mistake_and_the_known_ones_are_told() -> None:
    done = bellrock("tea")
    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        "bench tea: unknown\n"
        "  known: all, inventory, topology, snmp, icmp, path, train, stamp\n"
    )


def test_no_name_is_told_what_there_is() -> None:
    done = bellrock()
    assert done.returncode == 2
    assert "known: all, inventory" in done.stderr


def test_the_list_has_a_line_for_every_case() -> None:
    done = bellrock("--list")
    listed = [tuple(line.split()[:2]) for line in done.stdout.splitlines()]
    assert done.returncode == 0
    assert listed == [(name, case.name) for name in BENCHES for case in BENCHES[name]]


def test_each_case_is_announced_and_its_line_is_json(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    case = Case("cached-40", "s", "forty sites", small)
    monkeypatch.setattr("bellrock.cli.bench.BENCHES", {"inventory": (case,)})
    with pytest.raises(typer.Exit) as ended:
        bench("inventory")
    out, err = capsys.readouterr()
    line = json.loads(out)
    assert ended.value.exit_code == 0
    assert err == "inventory cached-40: forty sites …\n"
    assert list(line) == [
        *("bench", "case", "value", "unit", "peer", "peer_value", "ratio")
    ]
    assert line["value"] > 0


def test_a_case_that_cannot_be_measured_is_told_and_the_others_go_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    never = Case("never", "s", "nothing", nowhere)
    known = {"first": (never,), "second": (Case("small", "s", "forty sites", small),)}
    monkeypatch.setattr("bellrock.cli.bench.BENCHES", known)
    with pytest.raises(typer.Exit) as ended:
        bench("all")
    out, err = capsys.readouterr()
    assert ended.value.exit_code == 1
    assert "first never: not measured: no such machine\n" in err
    assert [json.loads(line)["bench"] for line in out.splitlines()] == ["second"]
