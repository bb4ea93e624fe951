"""Whatever stands in an inventory, it loads or its problems are told."""

import json
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.document import InvalidDocumentError
from bellrock.inventory import load
from tests.inventory.small import small

KEYS = [
    *("network", "organisations", "suppliers", "sites", "devices", "links"),
    *("risk_groups", "gateways", "services", "demands", "id", "name", "kind"),
    *("site", "address", "probes", "ports", "a", "b", "capacity", "metric", "ab"),
    *("hosted_at", "used_from", "any", "all", "from", "to", "rate", "lat", "lon"),
    *("organisation", "supplier", "priority", "snmp", "<<", "", "é"),
]
keys = st.sampled_from(KEYS)
words = st.sampled_from(["a", "b", "a:x", "10.0.0.1", "1G", "1 Gb", "{", "ü\u202e"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner),
    max_leaves=20,
)
entry = st.dictionaries(keys, scalars | st.lists(words, max_size=3))
sections = st.dictionaries(keys, st.lists(entry | scalars, max_size=4) | values)


def load_text(text: str) -> None:
    """Load `text`; nothing but the problems' exception may come of it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "net.yaml"
        file.write_text(text)
        try:
            load(file, cache=None, probes=("a",), credentials=())
        except InvalidDocumentError as error:
            said = str(error)
        else:
            return
    assert said.replace("\n", "").isprintable()


@given(sections)
def test_no_content_raises_anything_but_problems(value: dict[str, object]) -> None:
    load_text(json.dumps(value, ensure_ascii=False))


@given(st.data())
def test_no_broken_entry_in_a_sound_inventory_does(data: st.DataObject) -> None:
    section = data.draw(st.sampled_from(KEYS[:10]))
    content = data.draw(st.lists(entry | scalars, max_size=4) | scalars)
    load_text(small(**{section: json.dumps(content, ensure_ascii=False)}))


@pytest.mark.parametrize(
    "sites",
    [
        "[{id: hosp, kind: hospital, people: " + "9" * 5000 + "}]",
        "[{id: hosp, kind: hospital, lat: 1e999, lon: 0}]",
        "[{id: hosp, kind: !!python/name:os.system x}]",
        "[{id: " + "a" * 100_000 + ", kind: school}]",
        "&a [{id: hosp, kind: hospital}, *a]",
        "[{id: [hosp], kind: {a: b}}]",
        "[{id: hosp, kind: hospital}, {<<: {id: x}}]",
        "[[[[[[[[]]]]]]]]",
    ],
)
def test_hostile_sites_are_problems_of_bounded_length(
    tmp_path: Path, sites: str
) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(small(sites=sites))
    with pytest.raises(InvalidDocumentError) as caught:
        load(file, cache=None)
    for problem in caught.value.problems:
        assert len(str(problem).replace(str(tmp_path), "")) < 500
