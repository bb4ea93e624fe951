"""Queries: each one Prometheus would take, and about nothing that does not exist."""

import json
import re
import subprocess
import sys
from pathlib import Path

import promql_parser
import pytest

import dashboards
from bellrock.model import catalogue
from dashboards.render import rendered
from tests.dashboards.queries import DEMO, MAY_BE_EMPTY, annotations, filled, targets

ROOT = Path(__file__).parents[2]
SOURCES = sorted(Path(dashboards.__file__).parent.glob("*.py"))


@pytest.mark.parametrize(
    "expr",
    sorted({one.expr for one in targets() + annotations()}),
)
def test_the_query_parses(expr: str) -> None:
    promql_parser.parse(expr)


def test_every_page_asks_something() -> None:
    assert {one.dashboard for one in targets()} == {
        Path(name).stem for name in rendered() if name.endswith(".json")
    }


def test_a_variable_that_no_page_has_is_not_overlooked() -> None:
    with pytest.raises(KeyError):
        filled("up{region='$region'}", DEMO)


def test_what_may_be_empty_is_a_panel_with_a_query_that_could_be() -> None:
    asked = {(one.dashboard, one.panel, one.ref) for one in targets()}
    assert set(MAY_BE_EMPTY) <= asked


def test_what_is_asked_for_is_in_the_catalogue() -> None:
    known = {metric.name for metric in catalogue.ALL}
    known |= {f"{m.name}_bucket" for m in catalogue.ALL if m.kind == "histogram"}
    asked = " ".join(one.expr for one in targets() + annotations())
    names = set(re.findall(r"bellrock_\w+", asked))
    assert len(names) > 20
    assert names <= known


def test_most_of_the_catalogue_is_on_some_page() -> None:
    asked = " ".join(one.expr for one in targets())
    unseen = {metric.name for metric in catalogue.ALL if metric.name not in asked}
    # Of our own machine, or said better by another figure.
    assert unseen <= {
        catalogue.PROBE_ERROR.name,
        catalogue.PROBE_UNSENT.name,
        catalogue.SITES_UNKNOWN.name,
    }


@pytest.mark.parametrize("source", SOURCES, ids=lambda path: path.name)
def test_no_metric_is_named_as_text(source: Path) -> None:
    assert not re.search(r"bellrock_[a-z]", source.read_text().replace("``", ""))


def test_a_renamed_metric_is_a_type_error_in_a_dashboard(tmp_path: Path) -> None:
    text = Path(dashboards.__file__).with_name("monitor.py").read_text()
    assert "catalogue.SCHEDULER_LAG" in text
    for name in ("SCHEDULER_LAG", "SCHEDULER_LATENESS"):
        content = text.replace("catalogue.SCHEDULER_LAG", f"catalogue.{name}")
        (tmp_path / f"{name.lower()}.py").write_text(content)
    found = mypy(tmp_path / "scheduler_lag.py", tmp_path / "scheduler_lateness.py")
    assert len(found) == text.count("catalogue.SCHEDULER_LAG")
    for line in found:
        assert "scheduler_lateness.py" in line
        assert 'no attribute "SCHEDULER_LATENESS"' in line


def mypy(*files: Path) -> list[str]:
    """Return the errors mypy finds in these files."""
    done = subprocess.run(
        (sys.executable, "-m", "mypy", "--strict", "--follow-imports=silent", *files),
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert not done.stderr
    return [line for line in done.stdout.splitlines() if ": error: " in line]


def test_every_legend_names_labels_that_its_query_keeps() -> None:
    for name, content in rendered().items():
        if not name.endswith(".json"):
            continue
        for panel in json.loads(content)["panels"]:
            for target in panel.get("targets", []):
                for label in re.findall(r"\{\{(\w+)\}\}", target["legendFormat"]):
                    kept = re.search(
                        rf"(by|group_left) \([^)]*\b{label}\b", target["expr"]
                    )
                    assert kept, (panel["title"], target["legendFormat"])
