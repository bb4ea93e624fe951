"""Mistakes in a section as a whole, and in the short ones."""

from pathlib import Path

import pytest

from tests.inventory.problems.said import problems
from tests.inventory.small import small

# Section to replace, what stands there instead, and what is said of it. The lines are
# those of the small inventory, where the section begins.
MISTAKES = [
    (
        "network",
        None,
        "net.yaml: the key network is missing\n"
        "  add network: {id: ..., name: ...}, in one of the files if there are many",
    ),
    (
        "network",
        "{name: A network}",
        "net.yaml:1: network: the key id is missing\n  add id",
    ),
    (
        "network",
        "{id: A}",
        "net.yaml:1: network.id: not an id\n"
        "  use a-z, 0-9, dot, _ and -, beginning with a letter or digit",
    ),
    (
        "organisations",
        "[{id: nhs}, {id: nhs}]",
        'net.yaml:2: organisations[1] (nhs), id: the id "nhs" is taken by the '
        "organisation at net.yaml:2\n  give one of them another id",
    ),
    (
        "suppliers",
        "[{id: northlink, fone: 1}]",
        "net.yaml:3: suppliers[0] (northlink), fone: unknown key\n"
        '  did you mean "phone"?  known keys: id, name, phone',
    ),
    (
        "sites",
        None,
        "net.yaml: no sites\n  add sites: [{id: ..., kind: ...}]",
    ),
    (
        "devices",
        "[]",
        "net.yaml: no devices\n  add devices: [{id: ..., site: ...}]",
    ),
    (
        "gateways",
        None,
        "net.yaml: no gateways\n  add gateways: [the id of a site or a device]",
    ),
    (
        "gateways",
        "[dcc]",
        'net.yaml:17: gateways[0]: no site or device has the id "dcc"\n'
        '  did you mean "dc"?',
    ),
    (
        "gateways",
        "[dc, dc]",
        'net.yaml:17: gateways[1]: "dc" is also at net.yaml:17\n  keep one of them',
    ),
    (
        "gateways",
        "[dc, 7]",
        "net.yaml:17: gateways[1]: expected text, found the number 7\n"
        "  put it in quotes",
    ),
    (
        "risk_groups",
        "[{id: duct}]",
        "net.yaml:15: risk_groups[0] (duct): the key kind is missing\n"
        "  add kind: duct, exchange, power, subsea-cable ...",
    ),
    (
        "risk_groups",
        "[{id: duct, kind: duct}, {id: hosp, kind: power}]",
        'net.yaml:15: risk_groups[1] (hosp), id: the id "hosp" is taken by the site '
        "at net.yaml:5\n  give one of them another id",
    ),
    (
        "risk_groups",
        "[{id: ductt, kind: duct}]",
        "net.yaml:9: devices[0] (cpe1), risk_groups[0]: "
        'no risk group has the id "duct"\n  did you mean "ductt"?',
    ),
    (
        "demands",
        "[{from: hosp, to: dcc, rate: 1M}]",
        'net.yaml:20: demands[0].to: no site has the id "dcc"\n  did you mean "dc"?',
    ),
    (
        "demands",
        "[{from: zzz, to: dc, rate: 1M}]",
        'net.yaml:20: demands[0].from: no site has the id "zzz"\n'
        "  declare it under sites, or correct the id",
    ),
    (
        "demands",
        "[{from: hosp, to: dc}]",
        "net.yaml:20: demands[0]: the key rate is missing\n"
        "  add rate: bit/s, such as 180M",
    ),
    (
        "demands",
        "[{from: hosp, to: dc, rate: 180 Mb}]",
        'net.yaml:20: demands[0].rate: the text "180 Mb" is no rate\n'
        "  did you mean 180M?  (bit/s)",
    ),
    (
        "sites",
        "[a]",
        'net.yaml:4: sites[0]: expected a mapping, found the text "a"\n'
        "  write keys and values: {key: value}",
    ),
]


@pytest.mark.parametrize(("section", "text", "expected"), MISTAKES)
def test_a_mistake_in_a_section_has_its_message(
    tmp_path: Path, section: str, text: str | None, expected: str
) -> None:
    found = problems(tmp_path, small(**{section: text}))
    assert expected in found
