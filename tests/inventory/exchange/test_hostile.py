"""Damaged sources: a problem with its place, or an inventory that anybody loads."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bellrock.demo
from bellrock.document import InvalidDocumentError
from bellrock.inventory.exchange import (
    csvfolder,
    dot,
    gmltext,
    graphml,
    jsontext,
    rfc8345,
    xmltext,
)
from bellrock.inventory.exchange.records import Wishes
from bellrock.inventory.exchange.yamlfile import write
from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory
from tests.inventory.exchange import (
    test_gml,
    test_graphml,
    test_repetita,
    test_rfc8345,
    test_sndlib,
)
from tests.inventory.exchange.netbox import network
from tests.inventory.exchange.told import imported
from tests.inventory.small import small

TOPOHUB = """{"directed": true, "graph": {"name": "x", "demands": {"0": {"1": 2.5}}},
"nodes": [{"id": 0, "name": "A", "pos": [1.5, 2]}, {"id": 1, "name": "B"}],
"edges": [{"source": 0, "target": 1}, {"source": 1, "target": 0}]}"""

FILES = {
    "graphml": test_graphml.ZOO,
    "gml": test_gml.ZOO,
    "sndlib": test_sndlib.NETWORK.replace("ISO-8859-1", "UTF-8"),
    "repetita": test_repetita.GRAPH,
    "rfc8345": json.dumps(test_rfc8345.layered()),
    "topohub": TOPOHUB,
}

ODD = st.sampled_from(
    [
        *("", "\0", "\x1b[2J", "\ud7ff", "\ufeff", "\u2028", '"', "'", "<", "]", "}"),
        *("NaN", "-1", "1e308", "9" * 400, "null", "{}", "[]", "true", "0", "\n", "é"),
        *("x" * 300, "../..", "%00", "#", "{", "[" * 5, "!!python", "- a: b", ":", "&"),
    ]
)


@st.composite
def damaged(draw: st.DrawFn, text: str) -> str:
    """Cut, repeat or replace a few pieces of a text."""
    for _ in range(draw(st.integers(1, 3))):
        begin = draw(st.integers(0, len(text)))
        end = min(len(text), begin + draw(st.integers(0, 12)))
        piece = draw(ODD | st.just(text[begin:end] * 2))
        text = text[:begin] + piece + text[end:]
    return text


def check(form: str, source: Path) -> None:
    """Import it; what comes of that is written, read back and exported."""
    try:
        found, _ = imported(form, source, Wishes(unit=1e6))
    except InvalidDocumentError as error:
        for problem in error.problems:
            assert str(problem).startswith(str(source.parent))
            assert "\x1b" not in str(problem)
            assert len(str(problem)) < 1_000
        return
    whole = replace(found, gateways=frozenset([next(iter(found.devices))]))
    assert loaded(source.parent, whole) == whole
    for text in (graphml.write(whole), rfc8345.write(whole), dot.write(whole)):
        text.encode()
    csvfolder.write(whole)


def loaded(folder: Path, whole: Inventory) -> Inventory:
    path = folder / "written.yaml"
    path.write_text(write(whole), encoding="utf-8")
    return load(path, cache=None).inventory


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.mark.parametrize("form", FILES)
def test_any_damage_to_a_file(folder: Path, form: str) -> None:
    path = folder / f"{form}.txt"

    @given(damaged(FILES[form]))
    @settings(max_examples=60, deadline=None)
    def damage(text: str) -> None:
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
        check(form, path)

    damage()


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_damage_to_a_folder_of_csv(folder: Path, data: st.DataObject) -> None:
    path = folder / "in.yaml"
    path.write_text(small())
    inside = folder / "csv"
    inside.mkdir(exist_ok=True)
    files = csvfolder.write(load(path, cache=None).inventory)
    name = data.draw(st.sampled_from(sorted(files)))
    files[name] = data.draw(damaged(files[name]))
    for each, text in files.items():
        (inside / each).write_text(text, encoding="utf-8", errors="surrogatepass")
    check("csv", inside)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_damage_to_answers_of_netbox(folder: Path, data: st.DataObject) -> None:
    inside = folder / "netbox"
    inside.mkdir(exist_ok=True)
    lists = network()
    name = data.draw(st.sampled_from(sorted(lists)))
    for each, found in lists.items():
        text = json.dumps({"count": len(found), "results": found})
        if each == name:
            text = data.draw(damaged(text))
        path = inside / f"{each.partition('/')[2]}.json"
        path.write_text(text, encoding="utf-8", errors="surrogatepass")
    check("netbox", inside)


@pytest.mark.parametrize("form", ["graphml", "rfc8345", "gml", "csv", "netbox"])
def test_a_source_of_another_kind_is_refused(form: str, tmp_path: Path) -> None:
    for source in (Path(bellrock.demo.__file__), tmp_path, tmp_path / "none"):
        with pytest.raises(InvalidDocumentError):
            imported(form, source)


@pytest.mark.parametrize(
    ("form", "text", "what"),
    [
        ("topohub", '{"nodes": [' + "[]," * 1_000 + "[]]}", "1,000 values"),
        ("graphml", f"<graphml>{'<a/>' * 1_000}</graphml>", "1,000 elements"),
        ("gml", "graph [ " + "a 1 " * 2_000 + "]", "1,000 keys"),
    ],
)
def test_what_is_built_to_fill_memory_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, form: str, text: str, what: str
) -> None:
    # The real bounds are some millions, which take half a minute to reach.
    monkeypatch.setattr(jsontext, "_MOST", 1_000)
    monkeypatch.setattr(xmltext, "MOST", 1_000)
    monkeypatch.setattr(gmltext, "MOST", 1_000)
    path = tmp_path / "large"
    path.write_text(text)
    with pytest.raises(InvalidDocumentError, match=f"more than {what}"):
        imported(form, path)
