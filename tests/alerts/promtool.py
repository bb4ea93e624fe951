"""What promtool is asked: series over time in, the alerts that should fire out.

https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/
"""

import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import yaml

from alerts.render import RULES, alerts, rules
from bellrock.model.catalogue import Metric

STEP = 15
PER_MINUTE = 60 // STEP

Proof = Literal["fire", "no-fire", "resolve"]
Times = tuple[float | None, float]


@dataclass(frozen=True)
class Firing:
    """One alert that should fire, labels and texts to the letter."""

    labels: Mapping[str, str]
    summary: str
    description: str


@dataclass(frozen=True)
class Scenario:
    """What happens, and what should fire at which minutes."""

    alert: str
    proves: Proof
    tells: str
    series: Mapping[str, str]
    expected: Mapping[float, Sequence[Firing]]

    def __str__(self) -> str:
        return f"{self.alert} {self.proves}: {self.tells}"


def series(
    metric: Metric, *times: Times, suffix: str = "", **labels: str
) -> dict[str, str]:
    """Write a series: values, each for some minutes; None is no sample."""
    unknown = set(labels) - {*metric.labels, "instance", "class_"}
    assert not unknown, f"{metric.name} has no label {unknown}"
    chosen = ", ".join(f'{k.rstrip("_")}="{v}"' for k, v in labels.items())
    values = " ".join(_values(value, minutes) for value, minutes in times)
    return {f"{metric.name}{suffix}{{{chosen}}}": values}


def _values(value: float | None, minutes: float) -> str:
    count = round(minutes * PER_MINUTE)
    if value is None:
        # As a scrape without the series leaves it, and not merely late.
        return " ".join(["stale", *["_"] * (count - 1)])
    return f"{value}+0x{count - 1}"


def counter(
    metric: Metric, *times: Times, suffix: str = "", **labels: str
) -> dict[str, str]:
    """Write a counter that grows by the values, each for some minutes."""
    (name,) = series(metric, suffix=suffix, **labels)
    total, values = 0.0, []
    for growth, minutes in times:
        for _ in range(round(minutes * PER_MINUTE)):
            total += growth or 0
            values.append(f"{total:g}")
    return {name: " ".join(values)}


def prove(program: str, folder: Path, scenarios: Sequence[Scenario]) -> None:
    """Let promtool play the scenarios against the rules as they are shipped."""
    (folder / "rules.yml").write_text(rules()[RULES])
    (folder / "tests.yml").write_text(
        yaml.safe_dump(
            {
                "rule_files": ["rules.yml"],
                "evaluation_interval": f"{STEP}s",
                "tests": [_written(scenario) for scenario in scenarios],
            }
        )
    )
    command = (program, "test", "rules", "tests.yml")
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def _written(scenario: Scenario) -> dict[str, object]:
    return {
        "name": str(scenario),
        "interval": f"{STEP}s",
        "input_series": [
            {"series": name, "values": values}
            for name, values in scenario.series.items()
        ],
        "alert_rule_test": [
            {
                "eval_time": f"{round(minute * 60)}s",
                "alertname": scenario.alert,
                "exp_alerts": [_alert(scenario.alert, each) for each in firing],
            }
            for minute, firing in scenario.expected.items()
        ],
    }


def _alert(name: str, firing: Firing) -> dict[str, object]:
    (rule,) = [rule for rule in alerts() if rule.name == name]
    return {
        "exp_labels": {**firing.labels, **rule.labels},
        "exp_annotations": {
            "summary": firing.summary,
            "description": firing.description,
            "runbook_url": f"docs/runbooks/{name}.md",
        },
    }
