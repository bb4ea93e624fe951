"""Whatever stands in the options of a what-if, it is understood or told."""

import dataclasses

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.cli.planning.asked import Options, asked
from bellrock.document import InvalidDocumentError
from bellrock.model.inventory import End
from bellrock.model.scenario import Scenario
from tests.topology.networks import network

NET = network(
    devices={"gw": "dc", "pe": "ex", "cpe": "school"},
    links={"core": ("gw", "pe"), "tail": ("pe", "cpe")},
    gateways=["gw"],
)
words = st.sampled_from(
    [
        *("core", "tail", "gw", "pe", "school", "all", "x", "1", "-1", "0", "1e400"),
        *("1G", "10/20", "nan", "=", ",", "/", ":", "backup", "id=core", "metric=5"),
        *("risk_group=x", "kind:school", "\x1b[2J", "\ud800", "ü", "[", " ", ""),
    ]
)
texts = st.lists(words, max_size=6).map("".join) | st.lists(words, max_size=6).map(
    ",".join
)
options = st.builds(
    Options,
    **{
        field.name: st.lists(texts, max_size=2) for field in dataclasses.fields(Options)
    },
)


@settings(max_examples=400, deadline=None, database=None)
@given(options, texts)
def test_no_option_raises_anything_but_problems(given: Options, name: str) -> None:
    said: tuple[object, ...] = ()
    try:
        asked(given, NET, name)
    except InvalidDocumentError as error:
        said = error.problems
    for problem in map(str, said):
        assert problem.startswith("command line: --")
        assert problem.replace("\n", "").isprintable()
        assert len(problem) < 1_000


def test_all_options_are_understood() -> None:
    found = asked(
        Options(
            down=["ex"],
            add_link=["gw:new,cpe,80M/20M,7/8,backup,circuit=N 1", "gw,cpe,1G"],
            metric=["tail=3/4"],
            capacity=["tail=1G", "core=10G/1G"],
            grow=["1.5", "kind:school=2"],
            gateway=["gw=pe"],
            add_gateway=["cpe"],
        ),
        NET,
    )
    first, second = found.links
    assert (first.id, second.id) == ("gw-cpe", "gw-cpe-2")
    assert (first.a, first.b) == (End("gw", "new"), End("cpe"))
    assert (first.capacity_ab, first.capacity_ba) == (80e6, 20e6)
    assert (first.metric_ab, first.metric_ba) == (7, 8)
    assert (first.backup, first.circuit) == (True, "N 1")
    assert (second.metric_ab, second.metric_declared) == (10, False)
    assert found.metric == {"tail": (3, 4)}
    assert found.capacity == {"tail": (1e9, 1e9), "core": (10e9, 1e9)}
    assert [(str(each), each.factor) for each in found.grow] == [
        ("all", 1.5),
        ("kind:school", 2.0),
    ]
    assert found.gateways_added == ("cpe", "pe")
    assert found.gateways_removed == ("gw",)


def test_no_options_are_no_changes() -> None:
    assert asked(Options(), NET) == Scenario()


@pytest.mark.parametrize(
    "link",
    [
        *("", ",", "gw", "gw,cpe", "gw,cpe,", ",cpe,1G", "gw,cpe,1G,5,6"),
        *("gw,cpe,1G,5,id=a,id=b", "gw,cpe,1G,metric=5,metric=6", "gw,cpe,1G,=5"),
        *("gw,cpe,1G,x=y", "gw,cpe,1G,5,backup=no", "gw,cpe,1G,risk_group="),
    ],
)
def test_links_half_said_are_refused(link: str) -> None:
    with pytest.raises(InvalidDocumentError, match=r"^command line: --add-link "):
        asked(Options(add_link=[link]), NET)
