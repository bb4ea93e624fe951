"""Sizes, parts of the day, and the section they stand in."""

from typing import Any

import pytest
from pydantic import ValidationError

from probes.throughput.settings import Test, ThroughputSettings, Way
from probes.throughput.written import size, window, within


@pytest.mark.parametrize(
    "wrong",
    ["20M", "20", "MB", "-1MB", "1e3B", "", 0, -5, 1.5, True, None, "9999999TB"],
)
def test_what_may_be_bits_or_nothing_is_no_size(wrong: object) -> None:
    with pytest.raises(ValueError, match="20MB"):
        size(wrong)


@pytest.mark.parametrize(
    "wrong", ["20:00", "20:00-20:00", "25:00-26:00", "10:60-11:00", 1200, None, "a-b"]
)
def test_what_is_no_part_of_a_day_is_refused(wrong: object) -> None:
    with pytest.raises(ValueError, match="20:00-06:00"):
        window(wrong)


def test_a_night_goes_over_midnight_and_a_day_ends_at_24() -> None:
    night, evening = window("22:00-02:00"), window("20:00-24:00")
    inside = [minute for minute in range(0, 1440, 60) if within((night,), minute)]
    assert inside == [0, 60, 22 * 60, 23 * 60]
    assert within((evening,), 1439)
    assert not within((evening,), 0)


def test_the_section_reads_as_it_is_written_in_the_docs() -> None:
    section = ThroughputSettings.model_validate(
        {
            "budget": "500MB",
            "rate": "1G",
            "tests": {
                "lerwick": {
                    "link": "l1",
                    "via": ["l2", "l1"],
                    "rate": "100M",
                    "size": "20MB",
                    "directions": ["reverse"],
                    "interval": "6h",
                    "windows": ["20:00-06:00"],
                    "from": "host1",
                }
            },
        }
    )
    test = section.tests["lerwick"]
    assert (test.rate, test.size, test.interval) == (100e6, 20_000_000, 21_600)
    assert test.links == ("l1", "l2")
    assert test.directions == (Way.REVERSE,)
    assert test.source == "host1"
    assert test.may_run_at(0)
    assert not test.may_run_at(12 * 60)


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ({}, "link"),
        ({"link": "a", "rate": 0}, "capacity of nothing"),
        ({"link": "a", "size": "20M"}, "not a size"),
        ({"link": "a", "address": "-oProxy"}, "address"),
        ({"link": "a", "directions": ["forward", "forward"]}, "twice"),
        ({"link": "a", "directions": []}, "directions"),
        ({"link": "a", "method": "train", "from": "host"}, "this machine"),
        ({"link": "a", "method": "train", "protocol": "udp"}, "iperf3"),
        ({"link": "a", "method": "train", "address": "far.example"}, "is a name"),
        ({"link": "a", "method": "train", "size": "55kB"}, "write 56kB or more"),
        ({"link": "a", "unknown": 1}, "unknown"),
    ],
)
def test_what_cannot_be_meant_is_refused(entry: dict[str, Any], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        Test.model_validate(entry)


@pytest.mark.parametrize(
    ("method", "address"),
    [
        ("train", "10.0.8.20"),
        ("train", "fe80::1%eth0"),
        ("train", None),
        ("iperf3", "far.example"),
    ],
)
def test_trains_go_to_addresses_and_iperf3_finds_names(
    method: str, address: str | None
) -> None:
    entry = {"link": "a", "method": method, "address": address}
    assert Test.model_validate(entry).address == address
