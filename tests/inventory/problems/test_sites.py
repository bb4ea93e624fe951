"""Mistakes in sites."""

from pathlib import Path

import pytest

from tests.inventory.problems.said import problems
from tests.inventory.small import small

SITES = [
    (
        "{id: hosp, kind: hospital, lat: 95, lon: 0}",
        "lat: the number 95 is out of range\n  expected -90 to 90",
    ),
    (
        "{id: hosp, kind: hospital, lat: 0, lon: -180.5}",
        "lon: the number -180.5 is out of range\n  expected -180 to 180",
    ),
    (
        "{id: hosp, kind: hospital, lat: .nan, lon: 0}",
        "lat: expected a finite number, found the number nan\n"
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, lat: 60.1}",
        "lat: lat without lon\n  give both or neither",
    ),
    (
        "{id: hosp, kind: hospital, lon: 60.1}",
        "lon: lon without lat\n  give both or neither",
    ),
    (
        '{id: hosp, kind: hospital, lat: "60.1", lon: 0}',
        'lat: expected a number, found the text "60.1"\n'
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, priority: 6}",
        "priority: the number 6 is out of range\n  expected 1 to 5",
    ),
    (
        "{id: hosp, kind: hospital, priority: high}",
        'priority: expected a whole number, found the text "high"\n'
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, people: -1}",
        "people: the number -1 is out of range\n  expected 0 to 1000000000",
    ),
    (
        "{id: hosp, kind: hospital, people: 1.5}",
        "people: expected a whole number, found the number 1.5\n"
        "  write digits, without quotes or a unit",
    ),
    (
        "{id: hosp, kind: hospital, name: 7}",
        "name: expected text, found the number 7\n  put it in quotes",
    ),
    (
        '{id: hosp, kind: hospital, name: "a\\e[2Jb"}',
        "name: not one line of printable text\n  write a word or more",
    ),
    (
        "{id: hosp, kind: hospital, organisation: nsh}",
        'organisation: no organisation has the id "nsh"\n  did you mean "nhs"?',
    ),
    (
        "{id: hosp, kind: hospital, postcode: ZE1}",
        "postcode: unknown key\n  known keys: id, kind, lat, lon, mtbf, "
        "mttr, name, organisation, people, priority",
    ),
]


@pytest.mark.parametrize(("site", "expected"), SITES)
def test_a_mistake_in_a_site_has_its_message(
    tmp_path: Path, site: str, expected: str
) -> None:
    rest = "\n  - {id: ex, kind: exchange}\n  - {id: dc, kind: datacentre}"
    found = problems(tmp_path, small(sites=f"\n  - {site}{rest}"))
    assert found == [f"net.yaml:5: sites[0] (hosp), {expected}"]
