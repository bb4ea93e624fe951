"""Grafana 13's own types, from its npm package, over the dashboards as rendered."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from dashboards.render import rendered
from tests.programs import need

HERE = Path(__file__).with_name("schema")
CACHE = Path(__file__).parents[2] / ".cache" / "grafana-schema"
LOCK = "package-lock.json"

MODULE = 'import type {{ Checked }} from "./shape";\nexport const it: Checked = {};'


@pytest.fixture(scope="session")
def installed() -> Path:
    """Return a folder with the npm packages, fetched once for each lock file."""
    npm = need("npm")
    lock = (HERE / LOCK).read_text()
    stamp = CACHE / "installed"
    if stamp.exists() and stamp.read_text() == lock:
        return CACHE
    shutil.rmtree(CACHE, ignore_errors=True)
    CACHE.mkdir(parents=True)
    for name in (LOCK, "package.json"):
        shutil.copy(HERE / name, CACHE)
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--prefer-offline")
    done = subprocess.run(
        (npm, "ci", *quiet),
        cwd=CACHE,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode:
        missing = f"npm could not install {LOCK}: {done.stderr.strip()}"
        if os.environ.get("CI") == "true":
            pytest.fail(missing)
        pytest.skip(missing)
    stamp.write_text(lock)
    return CACHE


def problems(installed: Path, folder: Path, files: dict[str, str]) -> list[str]:
    """Return what the compiler says about JSON texts, by name, a line each."""
    (folder / "node_modules").symlink_to(installed / "node_modules")
    for name in ("shape.ts", "tsconfig.json"):
        shutil.copy(HERE / name, folder)
    for name, content in files.items():
        (folder / f"{name}.ts").write_text(MODULE.format(content))
    done = subprocess.run(
        (need("node"), folder / "node_modules" / "typescript" / "bin" / "tsc"),
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if not line.startswith(" ")]


def dashboards() -> dict[str, str]:
    files = rendered()
    return {Path(name).stem: files[name] for name in files if name.endswith(".json")}


def test_every_dashboard_is_valid_in_grafana_13(
    installed: Path, tmp_path: Path
) -> None:
    found = dashboards()
    assert len(found) >= 2
    assert problems(installed, tmp_path, found) == []


Panel = dict[str, object]


def an_angular_panel(panel: Panel) -> None:
    panel["type"] = "graph"


def a_null(panel: Panel) -> None:
    panel["interval"] = None


def a_key_that_grafanalib_adds(panel: Panel) -> None:
    panel["span"] = 6


def a_threshold_that_grafanalib_writes(panel: Panel) -> None:
    at(panel, "fieldConfig", "defaults", "thresholds", "steps", 0)["value"] = "null"


def a_colour_mode_that_there_is_not(panel: Panel) -> None:
    at(panel, "fieldConfig", "defaults", "color")["mode"] = "rainbow"


def an_option_missing(panel: Panel) -> None:
    del at(panel, "options")["reduceOptions"]


def an_option_of_another_panel(panel: Panel) -> None:
    at(panel, "options")["rowHeight"] = 0.9


def a_fixed_datasource(panel: Panel) -> None:
    at(panel, "targets", 0, "datasource")["uid"] = "my-prometheus"


def at(panel: object, *path: str | int) -> Panel:
    for step in path:
        panel = panel[step]  # type: ignore[index]
    assert isinstance(panel, dict)
    return panel


FLAWS: tuple[Callable[[Panel], None], ...] = (
    an_angular_panel,
    a_null,
    a_key_that_grafanalib_adds,
    a_threshold_that_grafanalib_writes,
    a_colour_mode_that_there_is_not,
    an_option_missing,
    an_option_of_another_panel,
    a_fixed_datasource,
)


def test_the_check_finds_every_flaw_it_is_for(installed: Path, tmp_path: Path) -> None:
    flawed = {}
    for flaw in FLAWS:
        dashboard = json.loads(dashboards()["bellrock-overview"])
        panel = next(one for one in dashboard["panels"] if one["type"] == "stat")
        flaw(panel)
        flawed[flaw.__name__] = json.dumps(dashboard)
    found = problems(installed, tmp_path, flawed)
    assert {line.partition(".ts")[0] for line in found} == set(flawed)


def test_the_lock_file_names_no_host() -> None:
    lock = (HERE / LOCK).read_text()
    assert "resolved" not in lock
    assert "://" not in lock
    packages = json.loads(lock)["packages"]
    assert all("integrity" in packages[name] for name in packages if name)
