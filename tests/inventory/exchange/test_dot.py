"""Drawings: what graphviz makes of any names."""

import json
import subprocess
from pathlib import Path

from hypothesis import given, settings

from bellrock.inventory.exchange.dot import write
from bellrock.inventory.load import load
from bellrock.model.inventory import Inventory
from tests.inventory.exchange.networks import inventories
from tests.inventory.small import small
from tests.programs import need

HOSTILE = '"]; evil [label=\\"x\\"]; // <b>&lt;\\N\\G</b> é\\'


def graphviz(form: str, text: str) -> str:
    """Return what graphviz makes of it, without a word of complaint."""
    command = [need("dot"), f"-T{form}"]
    done = subprocess.run(command, input=text, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


def network(folder: Path, name: str) -> Inventory:
    sites = (
        f"[{{id: hosp, kind: hospital, name: {json.dumps(name)}}}, "
        "{id: ex, kind: exchange, lat: 1.5, lon: 2.5}, {id: dc, kind: datacentre}]"
    )
    path = folder / "in.yaml"
    path.write_text(small(sites=sites, services=None), encoding="utf-8")
    return load(path, cache=None).inventory


def test_names_cannot_leave_their_quotes(tmp_path: Path) -> None:
    text = write(network(tmp_path, HOSTILE))
    shown = '"\\"]; evil [label=\\\\\\"x\\\\\\"]; // <b>&amp;lt;\\\\N\\\\G</b> é\\\\"'
    assert f"label={shown}" in text


def test_what_cuts_sites_off_is_coloured_and_named(tmp_path: Path) -> None:
    plain = network(tmp_path, "Hospital")
    text = write(plain, {"l1": 3, "pe1": 1, "duct": 2})
    [l1] = [line for line in text.splitlines() if '"cpe1" -- "pe1"' in line]
    assert 'color="#b30000"' in l1
    assert "A duct (duct): cuts off 2 sites" in text
    assert "#" not in write(plain)
    assert 'peripheries="2"' in text


@given(found=inventories())
@settings(max_examples=10, deadline=None)
def test_graphviz_reads_any_network(found: Inventory) -> None:
    drawn = json.loads(
        graphviz("dot_json", write(found, dict.fromkeys(found.links, 1)))
    )
    assert len(drawn.get("edges", [])) == len(found.links)


def test_graphviz_shows_hostile_names_as_they_are(tmp_path: Path) -> None:
    svg = graphviz("svg", write(network(tmp_path, HOSTILE)))
    assert "evil [label=\\&quot;x\\&quot;]" in svg
    assert "&amp;lt;\\N\\G" in svg
    assert "<title>evil" not in svg
