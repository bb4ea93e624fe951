"""The page of metrics is the catalogue's."""

from pathlib import Path

from bellrock.export.reference import metrics_page
from bellrock.model import catalogue
from bellrock.model.catalogue import ALL, Metric

PAGE = Path(__file__).parents[2] / "docs" / "metrics.md"


def test_the_page_is_up_to_date() -> None:
    assert PAGE.read_text() == metrics_page(), (
        "python -m bellrock.export.reference > docs/metrics.md"
    )


def test_no_area_hides_a_metric_of_another() -> None:
    readable = [it for it in vars(catalogue).values() if isinstance(it, Metric)]
    assert set(readable) == set(ALL)


def test_every_metric_is_named_and_labelled_as_prometheus_asks() -> None:
    assert len({metric.name for metric in ALL}) == len(ALL) > 30
    for metric in ALL:
        assert metric.name.startswith("bellrock_")
        assert (metric.kind == "counter") == metric.name.endswith("_total")
        assert (metric.kind == "histogram") == bool(metric.buckets)
        assert metric.unit in metric.name
        assert metric.help.endswith(".")
