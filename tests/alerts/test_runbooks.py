"""Each alert has its page, each page its alert, and what a page names exists."""

import re
from pathlib import Path

import pytest

from alerts.render import alerts, groups
from bellrock.cli.main import COMMANDS
from bellrock.model import catalogue

FOLDER = Path(__file__).parents[2] / "docs/runbooks"
ALERTS = {alert.name: alert for alert in alerts()}

_METRIC = re.compile(r"\b(?:[a-z]+:)?bellrock_[a-z_]+(?::[a-z]+)?")


def test_each_alert_has_a_page_and_each_page_an_alert() -> None:
    pages = {page.stem for page in FOLDER.glob("*.md")} - {"README"}
    assert pages == set(ALERTS)


def test_the_index_lists_each_alert_with_its_severity_once() -> None:
    rows = re.findall(
        r"^\| \[(\w+)\]\((\w+)\.md\) \| (\w+) \|",
        (FOLDER / "README.md").read_text(),
        re.MULTILINE,
    )
    told = {(name, name, alert.severity) for name, alert in ALERTS.items()}
    assert set(rows) == told
    assert len(rows) == len(told)


@pytest.mark.parametrize("name", sorted(ALERTS))
def test_a_page_answers_the_five_questions_in_their_order(name: str) -> None:
    text = (FOLDER / f"{name}.md").read_text()
    assert text.startswith(f"# {name}\n")
    assert re.findall("^## (.+)$", text, re.MULTILINE) == [
        "Whom it hurts",
        "Do this first",
        "It is over when",
        "When it is false",
    ]


@pytest.mark.parametrize("page", sorted(FOLDER.glob("*.md")), ids=lambda p: p.stem)
def test_a_page_names_only_metrics_and_commands_there_are(page: Path) -> None:
    text = page.read_text()
    known = {metric.name for metric in catalogue.ALL}
    known |= {f"{catalogue.PROBE_DELAY.name}_count"}
    known |= {rule.name for group in groups() for rule in group.records}
    assert set(_METRIC.findall(text)) <= known
    assert set(re.findall(r"bellrock ([a-z]+)\b", text)) <= {*COMMANDS}
