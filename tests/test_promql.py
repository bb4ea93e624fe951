"""Queries are PromQL, and refuse what their metrics are not."""

from collections.abc import Callable

import promql_parser
import pytest

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.promql.query import Query, duration
from bellrock.promql.select import (
    AnyOf,
    Not,
    constant,
    firing,
    grown,
    increase,
    peak,
    quantile,
    rate,
    series,
    values_of,
)

SITE = series(catalogue.SITE_REACHABLE)
INFO = series(catalogue.SITE_INFO)


@pytest.mark.parametrize(
    ("query", "written"),
    [
        (
            series(catalogue.SITE_REACHABLE, site="a", kind=Not("gp")),
            'bellrock_site_reachable{site="a", kind!="gp"}',
        ),
        (
            series(catalogue.PROBE_SENT, class_=AnyOf("a|b")),
            'bellrock_probe_sent_total{class=~"a|b"}',
        ),
        (SITE.sum(), "sum(bellrock_site_reachable)"),
        (SITE.max("site", "kind"), "max by (site, kind) (bellrock_site_reachable)"),
        (SITE.top(3), "topk(3, bellrock_site_reachable)"),
        (SITE.top(1, "site"), "topk by (site) (1, bellrock_site_reachable)"),
        (SITE.equal(0), "(bellrock_site_reachable == 0)"),
        (SITE.above(0.5), "(bellrock_site_reachable > 0.5)"),
        (SITE.absent(), "absent(bellrock_site_reachable)"),
        (
            SITE.over("min_over_time", 180),
            "min_over_time(bellrock_site_reachable[3m])",
        ),
        (SITE.ago(90), "(bellrock_site_reachable offset 90s)"),
        (
            SITE.where(INFO, "site"),
            "(bellrock_site_reachable and on (site) bellrock_site_info)",
        ),
        (
            SITE.without(INFO),
            "(bellrock_site_reachable unless on () bellrock_site_info)",
        ),
        (SITE.otherwise(INFO), "(bellrock_site_reachable or bellrock_site_info)"),
        (
            SITE.otherwise(INFO, "site"),
            "(bellrock_site_reachable or on (site) bellrock_site_info)",
        ),
        (
            SITE.told_by(INFO, "site", add=("name",)),
            "(bellrock_site_reachable * on (site) group_left (name) "
            "bellrock_site_info)",
        ),
        (
            grown(catalogue.PROBE_SENT, 300, probe="icmp"),
            'increase(bellrock_probe_sent_total{probe="icmp"}[5m])',
        ),
        (
            grown(catalogue.PROBE_DELAY, 300),
            "increase(bellrock_probe_delay_seconds_count[5m])",
        ),
        (constant(0), "vector(0)"),
        (firing(alertname="A"), 'ALERTS{alertstate="firing", alertname="A"}'),
    ],
    ids=str,
)
def test_a_query_is_what_it_says_and_parses(query: Query, written: str) -> None:
    assert str(query) == written
    promql_parser.parse(str(query))


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        *[(3600, "1h"), (5400, "90m"), (61, "61s"), (0.25, "250ms"), (1.0004, "1s")],
        (0.0001, "1ms"),
    ],
)
def test_a_duration_is_written_as_prometheus_reads_it(
    seconds: float, written: str
) -> None:
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("made", "metric", "message"),
    [
        (rate, catalogue.SITE_REACHABLE, "a gauge has no rate"),
        (increase, catalogue.PROBE_DELAY, "a histogram has no increase"),
        (peak, catalogue.PROBE_SENT, "a counter has no peak"),
    ],
)
def test_a_function_of_another_kind_of_metric_is_refused(
    made: Callable[[Metric], Query], metric: Metric, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        made(metric)


def test_a_gauge_does_not_grow_and_a_counter_has_no_quantiles() -> None:
    with pytest.raises(ValueError, match="a gauge has no increase"):
        grown(catalogue.SITE_REACHABLE, 60)
    with pytest.raises(ValueError, match="a counter has no quantiles"):
        quantile(0.9, catalogue.PROBE_SENT)


@pytest.mark.parametrize("made", [series, peak])
def test_a_label_the_metric_lacks_is_refused_with_those_it_has(
    made: Callable[..., Query],
) -> None:
    with pytest.raises(ValueError, match="no label sight\n  known labels: site, organ"):
        made(catalogue.SITE_REACHABLE, sight="a")


def test_a_variable_asks_for_a_label_there_is() -> None:
    assert values_of("site", catalogue.SITE_INFO) == (
        "label_values(bellrock_site_info, site)"
    )
    with pytest.raises(ValueError, match="no label sight"):
        values_of("sight", catalogue.SITE_INFO)


@pytest.mark.parametrize("query", [SITE.max("site"), SITE.equal(1), SITE.ago(60)])
def test_only_a_selection_has_a_past(query: Query) -> None:
    with pytest.raises(ValueError, match="only a selection has a past"):
        query.over("changes", 60)
    with pytest.raises(ValueError, match="only a selection has a past"):
        query.ago(60)
