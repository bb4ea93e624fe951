"""Mistakes of the inventory as a whole, and of several files at once."""

from pathlib import Path

import pytest

from bellrock.document import InvalidDocumentError
from bellrock.inventory import load
from tests.inventory.problems.said import problems
from tests.inventory.small import small


@pytest.mark.parametrize("kind", ["museum", "depot", "hospital"])
def test_other_kinds_of_site_are_allowed(tmp_path: Path, kind: str) -> None:
    sites = (
        f"[{{id: hosp, kind: {kind}}}, {{id: ex, kind: pop}}, {{id: dc, kind: pop}}]"
    )
    assert problems(tmp_path, small(sites=sites)) == []


def test_a_gateway_site_needs_a_device(tmp_path: Path) -> None:
    found = problems(tmp_path, small(devices="[{id: cpe1, site: hosp}]", links=None))
    assert found == [
        'net.yaml:11: gateways[0]: the gateway site "dc" has no device\n'
        "  put a device there, or name another gateway"
    ]


def test_an_unknown_section_is_a_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, small(device="[]")) == [
        "net.yaml:22: device: unknown key\n"
        '  did you mean "devices"?  known keys: availability_target, demands, '
        "devices, gateways, links, network, organisations, reliability, risk_groups, "
        "services, sites, suppliers"
    ]


def test_all_problems_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text(
        "network: {id: n}\nnetwork: {id: m}\nsites:\n"
        "  - {id: a, kind: school, priority: 9, organisation: nobody}\n"
        "  - {id: a, kind: school}\n"
    )
    (tmp_path / "2.yaml").write_text(
        "network: {id: n}\ndevices:\n  - {id: a, site: b, address: x, colour: red}\n"
        "links: [{id: l, a: a, b: a}]\ngatewys: []\n"
    )
    with pytest.raises(InvalidDocumentError) as caught:
        load(tmp_path, cache=None)
    said = [
        (problem.file.name, problem.line, problem.where, problem.what)
        for problem in caught.value.problems
    ]
    first, second = tmp_path / "1.yaml", tmp_path / "2.yaml"
    taken = 'the id "a" is taken by the site at'
    assert said == [
        ("1.yaml", None, "", "no gateways"),
        ("1.yaml", 2, "network", "the key is here twice"),
        ("1.yaml", 4, "sites[0] (a), priority", "the number 9 is out of range"),
        (
            "1.yaml",
            4,
            "sites[0] (a), organisation",
            'no organisation has the id "nobody"',
        ),
        ("1.yaml", 5, "sites[1] (a), id", f"{taken} {first}:4"),
        ("2.yaml", 1, "network", f"the network is named at {first}:1 already"),
        ("2.yaml", 3, "devices[0] (a), address", "not an IP address"),
        ("2.yaml", 3, "devices[0] (a), colour", "unknown key"),
        ("2.yaml", 3, "devices[0] (a), id", f"{taken} {first}:4"),
        ("2.yaml", 3, "devices[0] (a), site", 'no site has the id "b"'),
        ("2.yaml", 4, "links[0] (l)", 'both ends are at the device "a"'),
        ("2.yaml", 5, "gatewys", "unknown key"),
    ]
    assert str(caught.value).count(str(second)) == 7


def test_a_file_that_is_no_yaml_hides_no_problem_of_the_others(tmp_path: Path) -> None:
    (tmp_path / "1.yaml").write_text("network: [\n")
    (tmp_path / "2.yaml").write_text("sites: [{id: a, kind: school, prority: 1}]\n")
    with pytest.raises(InvalidDocumentError) as caught:
        load(tmp_path, cache=None)
    assert [problem.file.name for problem in caught.value.problems] == [
        "1.yaml",
        "2.yaml",
    ]


def test_thousands_of_dangling_ids_are_all_named(tmp_path: Path) -> None:
    devices = "".join(f"\n  - {{id: d{n}, site: nowhere-{n}}}" for n in range(3000))
    found = problems(tmp_path, small(devices=devices, links=None, gateways="[d1]"))
    assert len([line for line in found if "no site has the id" in line]) == 3000
