"""What is shipped beside the program, read by the programs it is for."""

import re
import subprocess
from pathlib import Path

import yaml

from alerts.pace import EARNEST
from bellrock.demo.run import PORT
from dashboards.provisioning import DATASOURCES
from tests.programs import need

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"


def test_prometheus_accepts_its_configuration_and_our_rules() -> None:
    file = DEPLOY / "prometheus" / "prometheus.yml"
    done = subprocess.run(
        (need("promtool"), "check", "config", file), capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "1 rule files found" in done.stdout


def test_prometheus_scrapes_where_we_listen_and_as_often_as_rules_run() -> None:
    config = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yml").read_text())
    (job,) = config["scrape_configs"]
    assert job["static_configs"] == [{"targets": [f"localhost:{PORT}"]}]
    every = config["global"]["scrape_interval"]
    assert every == f"{EARNEST.interval:g}s"
    assert f"timeInterval: {every}" in DATASOURCES


def test_the_reflector_has_a_unit_with_the_right_its_port_needs() -> None:
    unit = (DEPLOY / "systemd" / "bellrock-reflect.service").read_text()
    assert re.search(
        r"^ExecStart=\S+/bellrock reflect --allow \S+$", unit, re.MULTILINE
    )
    assert "\nAmbientCapabilities=CAP_NET_BIND_SERVICE\n" in unit


def test_no_unit_forbids_to_ask_how_good_the_clock_is() -> None:
    # ProtectClock= blocks adjtimex altogether, see systemd.exec(5).
    for unit in (DEPLOY / "systemd").glob("*.service"):
        assert "\nProtectClock=" not in unit.read_text()
        assert "CAP_SYS_TIME" not in re.sub(r"(?m)^#.*", "", unit.read_text())


def test_the_unit_runs_the_monitor_with_the_rights_ping_needs() -> None:
    unit = (DEPLOY / "systemd" / "bellrock.service").read_text()
    assert re.search(r"^ExecStart=\S+/bellrock run -c \S+$", unit, re.MULTILINE)
    assert "\nExecReload=/bin/kill -HUP $MAINPID\n" in unit
    assert "\nAmbientCapabilities=CAP_NET_RAW\n" in unit
