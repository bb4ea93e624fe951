"""A gateway that moves, against the files of the inventory rewritten by hand."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bellrock.inventory import load
from bellrock.model.inventory import Inventory
from bellrock.model.scenario import Scenario
from topology.planning.applied import apply
from topology.planning.comparison import Comparison
from topology.planning.outlook import Outlook
from topology.planning.report import report

SITES = (
    {"id": "dc", "kind": "datacentre"},
    {"id": "hq", "kind": "council", "organisation": "council", "priority": 1},
    {"id": "gp", "kind": "gp", "organisation": "nhs"},
    {"id": "hosp", "kind": "hospital", "organisation": "nhs", "priority": 1},
    {"id": "ex", "kind": "exchange"},
    {"id": "bare", "kind": "school"},
)
DEVICES = ("dc", "hq", "hq", "gp", "hosp", "ex")
"""Sites of d0, d1 and so on: hq has two, bare has none."""

places = st.sampled_from(["dc", "hq", "gp", "hosp", "ex", "d0", "d1", "d2", "d4"])
rules = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sets(st.sampled_from(["council", "gp", "hospital", "exchange"])),
        "organisation": st.sets(st.sampled_from(["nhs", "council"])),
        "site": st.sets(st.sampled_from(["dc", "hq", "gp", "hosp"])),
        "priority": st.sets(st.sampled_from([1, 3])),
    },
)
joins = st.sets(
    st.tuples(*[st.integers(0, len(DEVICES) - 1)] * 2).filter(lambda ab: ab[0] < ab[1])
)


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("gateways") / "net.yaml"


def written(
    file: Path,
    gateways: Sequence[str],
    links: set[tuple[int, int]],
    used_from: Mapping[str, set[object]],
) -> Inventory:
    """Write the inventory down and read it."""
    listed = {key: sorted(values, key=str) for key, values in used_from.items()}
    net = {
        "network": {"id": "net"},
        "organisations": [{"id": "nhs"}, {"id": "council"}],
        "sites": SITES,
        "devices": [{"id": f"d{n}", "site": at} for n, at in enumerate(DEVICES)],
        "links": [
            {"id": f"l{a}{b}", "a": f"d{a}", "b": f"d{b}"} for a, b in sorted(links)
        ],
        "gateways": gateways,
        "services": [
            {"id": "any", "hosted_at": {"any": ["dc", "hq"]}, "used_from": listed},
            {"id": "all", "hosted_at": {"all": ["dc", "gp"]}, "used_from": listed},
        ],
    }
    file.write_text(json.dumps(net))
    return load(file, cache=None).inventory


def devices_of(places: Sequence[str]) -> set[str]:
    return {
        f"d{number}"
        for number, site in enumerate(DEVICES)
        if site in places or f"d{number}" in places
    }


@given(
    st.lists(places, min_size=1, max_size=2, unique=True),
    st.lists(places, max_size=2, unique=True),
    st.lists(places, max_size=2, unique=True),
    joins,
    rules,
)
def test_services_follow_their_declaration_wherever_gateways_move(
    file: Path,
    first: list[str],
    removed: list[str],
    added: list[str],
    links: set[tuple[int, int]],
    used_from: Mapping[str, set[object]],
) -> None:
    then = sorted((devices_of(first) - devices_of(removed)) | devices_of(added))
    if not then:
        return
    net = written(file, first, links, used_from)
    wanted = written(file, then, links, used_from)
    scenario = Scenario(gateways_added=(*added,), gateways_removed=(*removed,))
    assert apply(net, scenario) == wanted
    now = Outlook(net)
    after = now.after(scenario)
    assert after.lacking == Outlook(wanted).lacking
    by_files = report(Comparison(now, Outlook(wanted)), worst=True)
    assert report(Comparison(now, after), worst=True) == by_files
    back = Scenario(
        gateways_added=(*sorted(net.gateways),),
        gateways_removed=(*sorted(wanted.gateways - net.gateways),),
    )
    assert apply(wanted, back) == net


def test_the_site_a_gateway_leaves_loses_what_it_cannot_reach(file: Path) -> None:
    net = written(file, ["hq"], {(0, 3), (1, 2)}, {"kind": {"council", "gp"}})
    assert net.services["any"].used_by == {"gp"}
    now = Outlook(net)
    moved = now.after(Scenario(gateways_added=("dc",), gateways_removed=("hq",)))
    assert moved.lacking == {"any": frozenset(), "all": {"hq"}}
    assert Comparison(now, moved).services_cut == {"all": {"hq"}}
