"""Tables of what links carry, and demands as a file."""

from pathlib import Path

import pytest

from bellrock.document import InvalidDocumentError
from bellrock.inventory.demands import write_demands
from bellrock.inventory.load import load
from bellrock.inventory.measured import read_loads
from bellrock.model.inventory import Demand

LINKS = {"tail": None, "core": None}


def read(tmp_path: Path, text: str) -> dict[tuple[str, str], float]:
    file = tmp_path / "loads.csv"
    file.write_text(text)
    return read_loads(file, LINKS)


def test_loads_are_rates_and_an_empty_one_was_not_measured(tmp_path: Path) -> None:
    text = "id,direction,load\ntail,ab,1.5M\ntail,ba,\ncore,ab,64000\n"
    assert read(tmp_path, text) == {("tail", "ab"): 1.5e6, ("core", "ab"): 64e3}


def test_what_bellrock_load_writes_is_read(tmp_path: Path) -> None:
    text = "id,direction,capacity,load,utilisation\ntail,ab,1000000000,2.5,0.1\n"
    assert read(tmp_path, text) == {("tail", "ab"): 2.5}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("tial,ab,1", 'loads.csv:2: tial: there is no link "tial"'),
        ("tail,up,1", 'loads.csv:2: tail: direction: "up" is no direction'),
        ("tail,ab,-1", "loads.csv:2: tail, load: "),
        ("tail,ab,1\ntail,ab,2", "loads.csv:3: tail: tail ab is there twice"),
        ("tail,ab,nan", "loads.csv:2: tail, load: "),
    ],
)
def test_each_mistake_is_told_with_its_line(
    tmp_path: Path, line: str, said: str
) -> None:
    with pytest.raises(InvalidDocumentError) as caught:
        read(tmp_path, f"id,direction,load\n{line}\n")
    assert said in str(caught.value)


def test_demands_that_are_written_are_read_again(tmp_path: Path) -> None:
    (tmp_path / "10.yaml").write_text(
        "network: {id: n}\ngateways: [p1]\nsites: [{id: dc, kind: datacentre}, "
        "{id: 'on', kind: gp}]\ndevices: [{id: p1, site: dc}, {id: c, site: 'on'}]\n"
        "links: [{id: t, a: p1, b: c}]\n"
    )
    told = (Demand("on", "dc", 1234567.4), Demand("dc", "on", 0.4))
    (tmp_path / "90.yaml").write_text(write_demands(told, ["Not\nyaml: [", "x"]))
    found = load(tmp_path, cache=None).inventory.demands
    assert found == (Demand("on", "dc", 1234567.0),)


def test_no_demands_are_an_empty_list() -> None:
    assert write_demands([], []) == "demands: []\n"
