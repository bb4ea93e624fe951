"""A draft is an inventory, whatever devices call themselves."""

import time
from itertools import pairwise
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.inventory.draft import Draft, DraftDevice, DraftLink, identifiers, write
from bellrock.inventory.load import load
from bellrock.model.inventory import End, Inventory

ANYTHING = st.text(
    st.characters() | st.sampled_from("\n\r\t\"'\\#:{}[],&*!|>%@` \x85\u2028\ufeff-.")
)
"""All characters there are, halves of some among them."""


METRICS = st.none() | st.integers(0, 2**64) | st.sampled_from([0, 1, 2**32 - 1, 2**32])


def loaded(folder: Path, text: str) -> Inventory:
    path = folder / "draft.yaml"
    path.write_text(text, encoding="utf-8")
    return load(path, cache=None).inventory


def draft(names: list[str], links: list[DraftLink], remark: str = "") -> Draft:
    devices = [
        DraftDevice(
            ident, name, f"10.0.{n // 256}.{n % 256}", "default", comment=remark
        )
        for n, (ident, name) in enumerate(zip(identifiers(names), names, strict=True))
    ]
    gateway = devices[0].id
    return Draft((remark,), tuple(devices), tuple(links), gateway, (remark,))


@given(
    st.floats(0, 1e20) | st.sampled_from([0.0, 0.4, 1.0, 1e15, 4_294_967_295e6]),
    st.tuples(METRICS, METRICS),
)
@settings(max_examples=200, deadline=None)
def test_figures_that_no_inventory_may_have_are_left_out(
    tmp_path_factory: object, capacity: float, metrics: tuple[int | None, int | None]
) -> None:
    folder = Path(tmp_path_factory.mktemp("draft"))  # type: ignore[attr-defined]
    link = DraftLink(End("a", "ge1"), End("b", "ge1"), capacity, metrics)
    [found] = loaded(folder, write(draft(["a", "b"], [link]))).links.values()
    assert (found.capacity_ab is not None) == (1 <= capacity <= 1e15)
    ab, ba = metrics
    well = ab is not None and ba is not None and 0 < min(ab, ba) <= max(ab, ba) < 2**32
    assert found.metric_declared == well


def test_thousands_of_one_name_are_numbered_in_no_time() -> None:
    started = time.process_time()
    ids = identifiers(["Switch"] * 20_000)
    assert ids[-1] == "switch-20000"
    assert time.process_time() - started < 2


@given(st.lists(ANYTHING, min_size=1, max_size=6), ANYTHING, ANYTHING)
@settings(max_examples=300, deadline=None)
def test_hostile_names_are_only_names(
    tmp_path_factory: object, names: list[str], remark: str, interface: str
) -> None:
    folder = Path(tmp_path_factory.mktemp("draft"))  # type: ignore[attr-defined]
    ids = identifiers(names)
    links = [
        DraftLink(End(a, f"x{interface}{n}"), End(b, f"y{n}"), comment=remark)
        for n, (a, b) in enumerate(pairwise(ids))
    ]
    found = loaded(folder, write(draft(names, links, remark)))
    assert list(found.devices) == ids
    assert len(found.links) == len(links)
    assert found.gateways == {ids[0]}
    assert {site.kind for site in found.sites.values()} == {"other"}


def test_all_that_was_found_is_read_back(tmp_path: Path) -> None:
    names = ["Core1.example.net", "pe 2", "null", "10.1.2.3", "core1.example.org"]
    a, b, c, *_ = identifiers(names)
    assert (a, b, c) == ("core1.example.net", "pe-2", "null")
    links = [
        DraftLink(End(a, "ge-0/0/1"), End(b, "1:2"), 1e9, (10, 20), "# {both: ends}"),
        DraftLink(End(a, "ge-0/0/2"), End(b, "eth 0"), None, (None, 5)),
    ]
    text = write(draft(names, links, "told of by 10.0.0.1"))
    found = loaded(tmp_path, text)
    first, second = found.links.values()
    assert (first.id, second.id) == (f"{a}-{b}", f"{a}-{b}-2")
    assert (str(first.a), str(first.b)) == (f"{a}:ge-0/0/1", f"{b}:1:2")
    assert (first.capacity_ab, first.metric_ab, first.metric_ba) == (1e9, 10, 20)
    assert (second.capacity_ab, second.metric_declared) == (None, False)
    assert found.devices[a].address == "10.0.0.0"
    assert found.devices[a].snmp == "default"
    assert found.sites[f"{a}-site"].name == "Core1.example.net"


def test_ends_that_cannot_be_told_apart_are_not_declared_twice(tmp_path: Path) -> None:
    names = ["a", "b", "c"]
    links = [
        DraftLink(End("a", "ge\0"), End("b", "ge1")),
        DraftLink(End("a", "ge\1"), End("c", "ge1")),
    ]
    text = write(draft(names, links))
    assert list(loaded(tmp_path, text).links) == ["a-b"]
    assert "a-c" in text


def test_how_devices_are_asked_is_written(tmp_path: Path) -> None:
    device = DraftDevice("a", "a", "10.0.0.1", "default", 1161, "lab", "frr")
    text = write(Draft((), (device,), (), "a"))
    found = loaded(tmp_path, text).devices["a"]
    assert (found.ports, found.ssh, found.platform) == ({"snmp": 1161}, "lab", "frr")


@given(st.lists(st.sampled_from(["a", "a-site", "a-site.b", "a-2", "a.b", "", "A"])))
def test_no_two_ids_are_the_same(names: list[str]) -> None:
    ids = identifiers(names)
    every = [*ids, *(f"{each}-site" for each in ids)]
    assert len(set(every)) == len(every)
