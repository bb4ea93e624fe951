"""What is exported of probes: by class and direction, and nothing old as if new."""

from pathlib import Path
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.export.exposition import LabelValues, Numbers
from bellrock.inventory.load import load
from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.model.inventory import Inventory
from bellrock.model.observation import DEFAULT_CLASS, Outcome, RoundTrips, Way
from bellrock.runtime.series import Series
from probes.classes import ServiceClass
from probes.figures import Figures, quantile, steps
from probes.icmp import IcmpProbe
from tests.runtime.test_series import NETWORK

_INVENTORY = NETWORK.replace("127.0.0.2,", "127.0.0.2, probes: [icmp],")
_PROBE = IcmpProbe(window=10)


class Clock:
    """Seconds that pass when they are told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def inventory(tmp_path: Path) -> Inventory:
    path = tmp_path / "network.yaml"
    path.write_text(_INVENTORY)
    return load(path, probes=("icmp",), cache=None).inventory


def trips(
    at: float,
    *delays: float,
    lost: int = 0,
    service_class: str = "voice",
    forward: Way | None = None,
    reverse: Way | None = None,
) -> RoundTrips:
    return RoundTrips(
        *("icmp", "cpe", at, delays),
        {Outcome.SUCCESS: len(delays), Outcome.TIMEOUT: lost},
        service_class=service_class,
        forward=forward,
        reverse=reverse,
    )


def path(
    *more: str, direction: str = "round_trip", service_class: str = "voice"
) -> LabelValues:
    return ("icmp", "cpe", "gp", direction, service_class, "", *more)


def told(series: Series, metric: Metric, *labels: str) -> float | None:
    """Return a sample as it would be scraped now."""
    series.families()
    family = series.probes.families[metric]
    assert isinstance(family, Numbers)
    return family.get(labels)


def started(inventory: Inventory, *classes: str) -> tuple[Series, Clock]:
    clock = Clock()
    series = Series(inventory, clock)
    for name in classes or ("voice",):
        series.probes.expect(_PROBE, name, "cpe", 1)
    return series, clock


def test_figures_are_of_the_last_window(inventory: Inventory) -> None:
    series, clock = started(inventory)
    for second in range(20):
        clock.now = second
        series.probes.add(trips(second, second / 1000))
    quantiles = {"0": 0.010, "0.5": 0.014, "0.95": 0.019, "0.99": 0.019, "1": 0.019}
    for share, expected in quantiles.items():
        metric = catalogue.PROBE_DELAY_QUANTILE
        assert told(series, metric, *path(share)) == expected
    assert told(series, catalogue.PROBE_DELAY_MEAN, *path()) == pytest.approx(0.0145)
    variation = told(series, catalogue.PROBE_DELAY_VARIATION, *path())
    assert variation == pytest.approx(0.009)
    for statistic in ("mean", "p99"):
        changed = told(series, catalogue.PROBE_IPDV, *path(statistic))
        assert changed == pytest.approx(0.001)


def test_what_is_lost_takes_its_place_in_the_window(inventory: Inventory) -> None:
    series, _ = started(inventory)
    series.probes.add(trips(0, 0.9))
    series.probes.add(trips(1, 0.1, lost=9))
    assert told(series, catalogue.PROBE_DELAY_QUANTILE, *path("1")) == 0.1
    series.probes.add(trips(2, lost=9))
    series.probes.add(trips(3, lost=1))
    assert told(series, catalogue.PROBE_DELAY_QUANTILE, *path("1")) is None
    series.probes.add(trips(4, 0.2))
    assert told(series, catalogue.PROBE_DELAY_QUANTILE, *path("1")) == 0.2


def test_a_quiet_target_has_no_figures_and_keeps_its_counts(
    inventory: Inventory,
) -> None:
    series, clock = started(inventory)
    series.probes.add(trips(0, 0.01, 0.02, forward=Way(2, 0, (0.005,), 0.001, 46)))
    forward = path(direction="forward")
    gone = (
        (catalogue.PROBE_DELAY_QUANTILE, path("0.5")),
        (catalogue.PROBE_DELAY_MEAN, path()),
        (catalogue.PROBE_DELAY_VARIATION, path()),
        (catalogue.PROBE_IPDV, path("mean")),
        (catalogue.PROBE_DELAY_MEAN, forward),
        (catalogue.PROBE_ONE_WAY_ERROR, forward),
        (catalogue.PROBE_RECEIVED_DSCP, forward),
    )
    assert None not in [told(series, metric, *labels) for metric, labels in gone]
    clock.now = 11
    assert {told(series, metric, *labels) for metric, labels in gone} == {None}
    assert told(series, catalogue.PROBE_SENT, *path()) == 2
    clock.now = 12
    series.probes.add(trips(12, 0.03))
    assert told(series, catalogue.PROBE_DELAY_MEAN, *path()) == 0.03


def test_one_answer_has_a_delay_and_no_steps(inventory: Inventory) -> None:
    series, _ = started(inventory)
    series.probes.add(trips(0, 0.01))
    assert told(series, catalogue.PROBE_DELAY_QUANTILE, *path("0.99")) == 0.01
    assert told(series, catalogue.PROBE_IPDV, *path("mean")) is None


def test_classes_and_directions_are_counted_apart(inventory: Inventory) -> None:
    series, _ = started(inventory, "voice", "bulk")
    series.probes.add(
        trips(
            *(0, 0.01),
            lost=2,
            forward=Way(3, 2, (0.004,), 0.0005, 0),
            reverse=Way(1, 0, (0.006,), 0.0005, 46),
        )
    )
    series.probes.add(trips(0, 0.02, service_class="bulk"))
    expected = {
        path(): (3, 2),
        path(direction="forward"): (3, 2),
        path(direction="reverse"): (1, 0),
        path(service_class="bulk"): (1, 0),
    }
    for labels, (sent, lost) in expected.items():
        assert told(series, catalogue.PROBE_SENT, *labels) == sent
        assert told(series, catalogue.PROBE_LOST, *labels) == lost
    assert series.probes.packets() == (4, 2)
    means = {
        labels: told(series, catalogue.PROBE_DELAY_MEAN, *labels) for labels in expected
    }
    assert list(means.values()) == [0.01, 0.004, 0.006, 0.02]
    forward = path(direction="forward")
    assert told(series, catalogue.PROBE_ONE_WAY_ERROR, *forward) == 0.0005
    assert told(series, catalogue.PROBE_RECEIVED_DSCP, *forward) == 0


def test_odd_answers_are_counted_from_the_start(inventory: Inventory) -> None:
    series, _ = started(inventory)
    counters = (
        *(catalogue.PROBE_DUPLICATES, catalogue.PROBE_REORDERED, catalogue.PROBE_LATE),
    )
    assert [told(series, each, *path()) for each in counters] == [0, 0, 0]
    series.probes.add(
        RoundTrips(
            *("icmp", "cpe", 0, (), {}),
            late=1,
            duplicates=2,
            reordered=3,
            service_class="voice",
        )
    )
    assert [told(series, each, *path()) for each in counters] == [2, 3, 1]


def test_a_class_that_is_no_longer_sent_in_leaves_no_series_behind(
    inventory: Inventory,
) -> None:
    series, clock = started(inventory, "voice", "bulk")
    for name in ("voice", "bulk"):
        series.probes.add(trips(0, 0.01, service_class=name))
    series.families()
    series.adopt(inventory, {"icmp": {"bulk"}})
    series.probes.expect(_PROBE, "bulk", "cpe", 1)
    clock.now = 1
    # Its last answer was on its way.
    series.probes.add(trips(1, 0.01))
    for metric, family in series.probes.families.items():
        if "class" in metric.labels:
            assert not any("voice" in line for line in family.lines())
    bulk = path(service_class="bulk")
    assert told(series, catalogue.PROBE_DELAY_MEAN, *bulk) == 0.01


def test_what_is_promised_is_told_and_what_is_not_is_not(inventory: Inventory) -> None:
    series = Series(inventory)
    voice, bulk = ServiceClass(dscp=46, delay=0.1, loss=0.001), ServiceClass(dscp=8)
    marks = {("icmp", "voice"): 46}
    series.probes.set_classes({"voice": voice, "bulk": bulk}, marks)
    assert told(series, catalogue.CLASS_DELAY_TARGET, "voice") == 0.1
    assert told(series, catalogue.CLASS_LOSS_TARGET, "voice") == 0.001
    assert told(series, catalogue.CLASS_VARIATION_TARGET, "voice") is None
    assert told(series, catalogue.CLASS_DELAY_TARGET, "bulk") is None
    assert told(series, catalogue.PROBE_SENT_DSCP, "icmp", "voice") == 46
    series.probes.set_classes({}, {("icmp", DEFAULT_CLASS): 0})
    assert told(series, catalogue.CLASS_DELAY_TARGET, "voice") is None
    assert told(series, catalogue.PROBE_SENT_DSCP, "icmp", "voice") is None


_DELAYS = st.lists(st.floats(0, 10), min_size=1, max_size=300)


@given(_DELAYS, st.sampled_from((0.001, 0.5, 0.95, 0.99, 1.0)))
def test_a_quantile_is_the_least_value_that_enough_do_not_exceed(
    delays: list[float], share: float
) -> None:
    enough = [
        d for d in delays if sum(e <= d for e in delays) >= share * len(delays) - 1e-6
    ]
    assert quantile(sorted(delays), share) == min(enough)


@given(_DELAYS)
def test_figures_are_in_order_and_their_mean_is_between(delays: list[float]) -> None:
    found = Figures.of(delays)
    assert found is not None
    ordered = (found.minimum, found.p50, found.p95, found.p99, found.maximum)
    assert list(ordered) == sorted(ordered)
    assert found.minimum <= found.mean <= found.maximum
    assert found.mean == pytest.approx(mean(delays))


def test_steps_are_between_neighbours_and_without_sign() -> None:
    assert steps([3.0, 1.0, 1.0, 2.0]) == [2.0, 0.0, 1.0]
    assert steps([3.0]) == []
    assert Figures.of(()) is None


def test_how_packets_ended_is_told_by_class(inventory: Inventory) -> None:
    series, _ = started(inventory, "voice", "bulk")
    series.probes.add(trips(1, 0.01, 0.02))
    series.probes.add(trips(1, 0.01, lost=3, service_class="bulk"))
    ended = catalogue.PROBE_OUTCOME
    assert told(series, ended, "icmp", "cpe", "voice", "success") == 2
    assert told(series, ended, "icmp", "cpe", "bulk", "success") == 1
    assert told(series, ended, "icmp", "cpe", "bulk", "timeout") == 3
    series.adopt(inventory, {"icmp": ("voice",)}, {})
    assert told(series, ended, "icmp", "cpe", "voice", "success") == 2
    assert told(series, ended, "icmp", "cpe", "bulk", "success") is None
