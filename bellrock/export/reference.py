"""``docs/metrics.md`` from the catalogue: ``python -m bellrock.export.reference``."""

from bellrock.model.catalogue import ALL, Metric

_HEAD = """\
# Metrics

Every metric Bellrock exports, from `bellrock/model/catalogue/`. This page is
generated; `python -m bellrock.export.reference > docs/metrics.md` writes it anew.

Ids of the inventory are labels as they are. What is not known has no sample: a site
whose reachability cannot be told is counted in `bellrock_sites_unknown` and has no
`bellrock_site_reachable`. Beside these, `/metrics` carries the usual `process_*` and
`python_gc_*` metrics of the monitor itself.

| metric | kind | labels | meaning |
|---|---|---|---|
"""


def metrics_page() -> str:
    """Return the page, in Markdown."""
    return _HEAD + "".join(map(_row, ALL))


def _row(metric: Metric) -> str:
    labels = ", ".join(f"`{label}`" for label in metric.labels)
    return f"| `{metric.name}` | {metric.kind} | {labels} | {metric.help} |\n"


if __name__ == "__main__":
    print(metrics_page(), end="")
