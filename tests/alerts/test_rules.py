"""The rules, as promtool reads and plays them."""

import subprocess
from pathlib import Path

import pytest

from alerts.pace import EARNEST, Pace
from alerts.render import RULES, alerts, groups, rules
from tests.alerts.promtool import prove
from tests.alerts.scenarios import SCENARIOS
from tests.programs import need

HURRIED = Pace(interval=1, speed=60)


@pytest.mark.parametrize("pace", [EARNEST, HURRIED], ids=str)
def test_promtool_finds_nothing_to_say_of_the_rules(pace: Pace, tmp_path: Path) -> None:
    file = tmp_path / "rules.yml"
    file.write_text(rules(pace=pace)[RULES])
    command = (need("promtool"), "check", "rules", "--lint=all", "--lint-fatal", file)
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    count = sum(len(group.alerts) + len(group.records) for group in groups())
    assert f"SUCCESS: {count} rules found" in done.stdout


@pytest.mark.parametrize("alert", [alert.name for alert in alerts()])
def test_every_alert_fires_does_not_fire_and_ends(alert: str, tmp_path: Path) -> None:
    about = [scenario for scenario in SCENARIOS if scenario.alert == alert]
    assert {scenario.proves for scenario in about} == {"fire", "no-fire", "resolve"}
    for scenario in about:
        some = [bool(firing) for firing in scenario.expected.values()]
        assert any(some) == (scenario.proves != "no-fire"), scenario
        assert (not some[-1]) or scenario.proves == "fire", scenario
    prove(need("promtool"), tmp_path, about)
