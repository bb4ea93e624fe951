"""A mistake in a rule is found before Prometheus ever reads it."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.capacity import link_saturated
from alerts.layout import laid_out
from alerts.pace import Pace
from alerts.rule import RecordingRule
from bellrock.model import catalogue
from bellrock.promql.select import series

ROOT = Path(__file__).parents[2]

SNIPPET = """\
from bellrock.model import catalogue
from bellrock.promql.select import (series)

GOOD = series(catalogue.SITE_REACHABLE)
RENAMED = series(catalogue.SITE_REACHED)
TEXT = series("bellrock_site_reachable")
"""


def test_a_renamed_metric_or_one_written_as_text_is_a_type_error(
    tmp_path: Path,
) -> None:
    file = tmp_path / "snippet.py"
    file.write_text(SNIPPET)
    # Without the project's own list of packages, but as strict.
    command = (sys.executable, "-m", "mypy", "--strict", "--config-file=", str(file))
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    lines = [line.partition("snippet.py:")[2] for line in done.stdout.splitlines()]
    assert [line[0] for line in lines if line] == ["5", "6"], done.stdout + done.stderr
    assert '"SITE_REACHED"' in lines[0]
    assert 'expected "Metric"' in lines[1]


def test_a_label_the_metric_does_not_have_is_refused() -> None:
    with pytest.raises(ValueError, match="no label sight\n  known labels: site"):
        series(catalogue.SITE_REACHABLE, sight="lerwick-gp")


def test_a_summary_that_names_a_label_the_alert_lacks_is_refused() -> None:
    with pytest.raises(ValueError, match="LinkSaturated: no label organisation"):
        replace(link_saturated(), summary="{{ $labels.organisation }}")


def test_names_are_written_as_prometheus_writes_them() -> None:
    with pytest.raises(ValueError, match="CamelCase"):
        replace(link_saturated(), name="link_saturated")
    with pytest.raises(ValueError, match="lower case"):
        RecordingRule(
            "Site", catalogue.SITE_REACHABLE, "max", series(catalogue.BUILD_INFO), ""
        )


@pytest.mark.parametrize(("interval", "speed"), [(0, 1), (1, 0), (-1, 1), (1, -1)])
def test_a_pace_at_which_nothing_happens_is_refused(
    interval: float, speed: float
) -> None:
    with pytest.raises(ValueError, match="no such pace"):
        Pace(interval, speed)


def test_laying_out_changes_nothing_but_space() -> None:
    query = '((a{b="x) or on (y"} == 0) or on (b) (c unless on () d))'
    assert " ".join(laid_out(query).split()) == query
