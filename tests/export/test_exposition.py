"""Exposition, read back by the parsers Prometheus's own client ships."""

import math
import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as read_openmetrics,
)
from prometheus_client.parser import text_string_to_metric_families as read_text

from bellrock.export.exposition import (
    Family,
    Histograms,
    Numbers,
    RowLabels,
    Rows,
    render,
)
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from tests.programs import need

LABELS = ("stamp", "lerwick-pe1", "lerwick-ex", "round_trip", "default", "", "")


def read(families: list[Family], *, openmetrics: bool) -> dict[str, float]:
    """Return every sample of the rendered text, by name and labels."""
    text = render(families, openmetrics=openmetrics)
    parse = read_openmetrics if openmetrics else read_text
    return {
        f"{sample.name}{sorted(sample.labels.items())}": sample.value
        for family in parse(text + ("# EOF\n" if openmetrics else ""))
        for sample in family.samples
    }


@pytest.mark.parametrize("openmetrics", [False, True])
@given(
    label=st.text(st.characters(codec="utf-8", exclude_characters="\r")),
    value=st.floats(allow_nan=False),
)
def test_any_label_and_number_reads_back(
    openmetrics: bool, label: str, value: float
) -> None:
    sent = Numbers(catalogue.DEVICE_UPTIME)
    sent.set((label, "site"), value)
    labels = [("device", label)] if label else []
    name = f"bellrock_device_uptime_seconds{[*labels, ('site', 'site')]}"
    assert read([sent], openmetrics=openmetrics) == {name: value}


@pytest.mark.parametrize("openmetrics", [False, True])
def test_counters_keep_every_digit(openmetrics: bool) -> None:
    octets = Numbers(catalogue.INTERFACE_RECEIVE_BYTES)
    octets.set(("pe1", "ge-0/0/1", ""), 2**53 - 1)
    assert str(2**53 - 1) in render([octets], openmetrics=openmetrics)


@pytest.mark.parametrize("openmetrics", [False, True])
def test_histogram_buckets_are_cumulative(openmetrics: bool) -> None:
    delay = Histograms(catalogue.PROBE_DELAY)
    for seconds in (0.0002, 0.00025, 0.004, 5.0):
        delay.observe(LABELS, seconds)
    samples = read([delay], openmetrics=openmetrics)
    buckets = {
        name.split("('le', '")[1].split("'")[0]: count
        for name, count in samples.items()
        if "_bucket" in name
    }
    assert buckets["0.00025"] == 2  # an upper bound belongs to its bucket
    assert buckets["0.0025"] == 2
    assert buckets["0.005"] == 3
    assert buckets.get("2", buckets.get("2.0")) == 3
    assert buckets["+Inf"] == 4
    total = next(value for name, value in samples.items() if "_sum" in name)
    assert math.isclose(total, 5.00445)


def test_what_is_not_known_has_no_sample() -> None:
    up = Numbers(catalogue.DEVICE_UP)
    up.set(("a", "s"), 1)
    up.set(("b", "s"), 0)
    up.replace([(("b", "s"), 1)])
    assert list(read([up], openmetrics=False).values()) == [1]
    up.drop(("b", "s"))
    assert render([up], openmetrics=False) == ""


NAMES = st.text(st.characters(codec="utf-8", exclude_characters="\r"))
CELLS = st.one_of(
    st.none(), st.booleans(), st.integers(0, 2**53), st.floats(0, allow_nan=False)
)


@pytest.mark.parametrize("openmetrics", [False, True])
@given(cells=st.lists(st.tuples(NAMES, CELLS), unique_by=lambda cell: cell[0]))
def test_columns_of_any_names_and_numbers_read_back(
    openmetrics: bool, cells: list[tuple[str, float | None]]
) -> None:
    octets = Rows(catalogue.INTERFACE_RECEIVE_BYTES)
    rows = [("100% \\d", name, "%s") for name, _ in cells]
    labels = RowLabels(catalogue.INTERFACE_RECEIVE_BYTES.labels, rows)
    octets.set("d", labels, tuple(value for _, value in cells))
    names = catalogue.INTERFACE_RECEIVE_BYTES.labels
    assert read([octets], openmetrics=openmetrics) == {
        f"{octets.metric.name}{sorted(zip(names, row, strict=True))}": float(value)
        for row, (_, value) in zip(rows, cells, strict=True)
        if value is not None
    }


def test_a_label_too_few_is_refused() -> None:
    with pytest.raises(ValueError, match="argument"):
        Numbers(catalogue.DEVICE_UP).set(("a",), 1)


def filled(metric: Metric) -> Family:
    labels = tuple(metric.labels)
    if metric.kind == "histogram":
        histograms = Histograms(metric)
        histograms.observe(labels, 0.01)
        return histograms
    numbers = Numbers(metric)
    numbers.set(labels, 1)
    return numbers


BITS = sorted(
    f'{metric.name} use base unit "bytes" instead of "bits"'
    for metric in catalogue.ALL
    if metric.unit == "bits_per_second"
)
"""Lines are sold, and ifHighSpeed is counted, in bits per second."""


def test_promtool_minds_only_that_speeds_are_in_bits() -> None:
    promtool = need("promtool")
    text = render(map(filled, catalogue.ALL), openmetrics=False)
    checked = subprocess.run(
        [promtool, "check", "metrics"],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (checked.stdout, checked.stderr.splitlines()) == ("", BITS)


def test_the_catalogue_reads_as_openmetrics() -> None:
    samples = read(list(map(filled, catalogue.ALL)), openmetrics=True)
    assert len(samples) > len(catalogue.ALL)


def test_a_label_without_a_value_is_left_out() -> None:
    sent = Numbers(catalogue.PROBE_SENT)
    sent.add(("icmp", "cpe", "gp", "round_trip", "default", ""))
    sent.add(("http", "portal", "", "round_trip", "default", "ipv6"))
    path = 'direction="round_trip",class="default"'
    assert [line.partition("{")[2] for line in sent.lines()] == [
        f'probe="icmp",target="cpe",site="gp",{path}}} 1\n',
        f'probe="http",target="portal",{path},family="ipv6"}} 1\n',
    ]


def test_labels_of_histograms_may_have_anything_in_them() -> None:
    delays = Histograms(catalogue.PROBE_DELAY)
    names = catalogue.PROBE_DELAY.labels
    row = ("icmp", '100% "%d" %s', "\\", "round_trip", "default", "", "")
    delays.observe(row, 0.03)
    found = read([delays], openmetrics=True)
    there = [pair for pair in zip(names, row, strict=True) if pair[1]]
    assert found[f"{delays.metric.name}_count{sorted(there)}"] == 1


def test_tables_of_which_nothing_is_known_hide_no_others() -> None:
    octets = Rows(catalogue.INTERFACE_RECEIVE_BYTES)
    labels = RowLabels(octets.metric.labels, [("d", "eth0", "")])
    for number in range(300):
        octets.set(f"unknown-{number}", labels, (None,))
    assert render([octets], openmetrics=True) == ""
    octets.set("d", labels, (7,))
    assert render([octets], openmetrics=True).endswith(" 7\n")
