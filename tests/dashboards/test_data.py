"""Every query of every page, asked of the Prometheus that watched the demo."""

import pytest

from tests.dashboards.queries import Target, annotations, targets
from tests.demo.performance import Shown


@pytest.mark.parametrize(
    "target", [*targets(), *annotations()], ids=lambda t: f"{t.panel} {t.ref}"
)
def test_a_query_has_an_answer(shown: Shown, target: Target) -> None:
    # A query that Prometheus refuses fails here, with or without an answer.
    answered = shown.prometheus.any_time(target.expr)
    assert answered or target.may_be_empty, target.expr
