"""Settings and inventory read together: every mistake is told in one run."""

from pathlib import Path

import pytest

from bellrock.document import InvalidDocumentError
from bellrock.model.errors import UserError
from bellrock.runtime.told import Told
from tests.runtime.test_series import NETWORK

CROSSED = """\
inventory: network.yaml
collectors: {ssh: {ospf_database: [nobody]}}
checks:
  - {name: a, service: mial, target: h, ntp: {}}
probes:
  throughput:
    tests: {one: {link: tial}}
"""


def said(folder: Path, settings: str, network: str = NETWORK) -> list[str]:
    (folder / "network.yaml").write_text(network.replace(", snmp: default", ""))
    (folder / "bellrock.yaml").write_text(settings)
    with pytest.raises(InvalidDocumentError) as raised:
        Told.read(folder / "bellrock.yaml", None)
    return [str(each).replace(f"{folder}/", "") for each in raised.value.problems]


def test_all_that_the_inventory_does_not_have_is_told_at_once(tmp_path: Path) -> None:
    told = said(tmp_path, CROSSED)
    assert [each.split(": ")[0] for each in told] == [
        "bellrock.yaml:2",
        "bellrock.yaml:4",
        "bellrock.yaml:7",
    ]
    for each, words in zip(
        told,
        ("no device nobody is asked over SSH", "no service mial", "no link tial"),
        strict=True,
    ):
        assert words in each


def test_mistakes_of_the_settings_hide_none_of_the_inventorys(tmp_path: Path) -> None:
    wrong = NETWORK.replace("gateways:", "gatewayz:")
    assert wrong != NETWORK
    told = said(tmp_path, "inventory: network.yaml\nlistne: x\n", wrong)
    assert told[0].startswith("bellrock.yaml:2: listne: unknown key")
    assert any("network.yaml:" in each and "gatewayz" in each for each in told)


def test_nor_do_they_hide_what_the_two_disagree_on(tmp_path: Path) -> None:
    told = said(tmp_path, CROSSED + "listne: x\nsnmp: {default: {version: 4}}\n")
    assert len([each for each in told if "no service mial" in each]) == 1
    assert len([each for each in told if "no link tial" in each]) == 1
    assert len([each for each in told if "listne" in each]) == 1
    assert len([each for each in told if "snmp.default" in each]) >= 1


def test_a_section_with_a_mistake_makes_no_mistakes_elsewhere(tmp_path: Path) -> None:
    told = said(
        tmp_path,
        "inventory: network.yaml\nsnmp: {default: {version: 4}}\n"
        "ssh: {default: {usr: x}}\ncollectors: {ssh: {ospf_databse: [x]}}\n",
        NETWORK,
    )
    assert {each.split(": ")[1].split(".")[0] for each in told} == {
        "snmp",
        "ssh",
        "collectors",
    }


def test_settings_without_an_inventory_tell_their_own_mistakes(tmp_path: Path) -> None:
    assert said(tmp_path, "listne: x\n")[0].startswith("bellrock.yaml:1: listne")


def test_where_there_is_no_inventory_it_is_said(tmp_path: Path) -> None:
    (tmp_path / "bellrock.yaml").write_text("listen: 127.0.0.1:1\n")
    with pytest.raises(UserError, match="inventory: missing"):
        Told.read(tmp_path / "bellrock.yaml", None)


def test_settings_that_are_no_yaml_are_told_as_such(tmp_path: Path) -> None:
    assert "bellrock.yaml" in said(tmp_path, "a: [\n")[0]
