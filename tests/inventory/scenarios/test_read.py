"""Scenario files: what stands in them is understood, or its problems are told."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.document import InvalidDocumentError, parse
from bellrock.inventory import load
from bellrock.inventory.scenarios.read import read, understand
from bellrock.inventory.scenarios.write import write
from bellrock.model.inventory import End, Inventory, Link, RiskGroup
from bellrock.model.reliability import HOUR, YEAR
from bellrock.model.scenario import Growth, Scenario, Whose
from tests.inventory.small import small
from tests.topology.networks import TAPE
from tests.topology.planning.scenarios import drawn, loaded

HERE = Path("works.yaml")


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    file = tmp_path_factory.mktemp("scenarios") / "net.yaml"
    file.write_text(small())
    return load(file, cache=None).inventory


def told(text: str, net: Inventory) -> tuple[Scenario, ...]:
    return understand(parse(text.encode(), HERE), net)


def problems(text: str, net: Inventory) -> list[str]:
    with pytest.raises(InvalidDocumentError) as caught:
        told(text, net)
    return [str(problem) for problem in caught.value.problems]


def test_every_kind_of_change_is_read(net: Inventory) -> None:
    text = """\
name: Works in May
down: [duct, pe1]
add_links:
  - {a: "cpe1:wan1", b: p1, capacity: {ab: 80M, ba: 20M}, metric: 7,
     risk_groups: [duct], supplier: northlink, circuit: NL-9, backup: true}
  - {id: new, a: pe1, b: p1, risk_groups: [trench]}
risk_groups: [{id: trench, kind: duct, name: Cut in May, mtbf: 10y, mttr: 8h}]
metric: {l1: 5, l2: {ab: 1, ba: 2}}
capacity: {l1: 10G}
grow: {all: 1.3, nhs: 1.5, "kind:hospital": 2}
gateways: {add: [cpe1], move: {dc: pe1}}
"""
    (scenario,) = told(text, net)
    assert scenario == Scenario(
        name="Works in May",
        down=("duct", "pe1"),
        links=(
            Link(
                *("cpe1-p1", End("cpe1", "wan1"), End("p1"), 80e6, 20e6, 7, 7),
                *("northlink", "NL-9", ("duct",), True),
            ),
            Link(
                *("new", End("pe1"), End("p1")),
                risk_groups=("trench",),
                metric_declared=False,
            ),
        ),
        risk_groups=(RiskGroup("trench", "duct", "Cut in May", 10 * YEAR, 8 * HOUR),),
        metric={"l1": (5, 5), "l2": (1, 2)},
        capacity={"l1": (10e9, 10e9)},
        grow=(
            Growth("", 1.3),
            Growth("nhs", 1.5, Whose.ORGANISATION),
            Growth("hospital", 2.0, Whose.KIND),
        ),
        gateways_added=("cpe1", "pe1"),
        gateways_removed=("dc",),
    )


def test_a_list_of_scenarios_is_read_one_by_one(net: Inventory) -> None:
    first, second = told("scenarios:\n - {name: A, down: [l1]}\n - {grow: 2}\n", net)
    assert first == Scenario(name="A", down=("l1",))
    assert second == Scenario(name="2", grow=(Growth("", 2.0),))


def test_an_empty_file_changes_nothing(net: Inventory) -> None:
    assert told("", net) == (Scenario(),)
    assert told("down:\nmetric:\n", net) == (Scenario(),)


def test_made_ids_are_short_and_taken_by_nobody(net: Inventory) -> None:
    pair = "a: cpe1, b: p1"
    text = f"add_links: [{{{pair}}}, {{id: cpe1-p1-2, {pair}}}, {{{pair}}}]"
    (scenario,) = told(text, net)
    assert [link.id for link in scenario.links] == ["cpe1-p1", "cpe1-p1-2", "cpe1-p1-3"]


@settings(max_examples=100, deadline=None, database=None)
@given(st.binary(min_size=TAPE, max_size=TAPE), st.integers(0, 2**32), st.data())
def test_what_is_written_is_read_again(
    tape: bytes, seed: int, data: st.DataObject
) -> None:
    rng = random.Random(seed)
    net = loaded(tape, rng)
    names = st.text(st.characters(exclude_categories=("C", "Z")), max_size=20)
    name = data.draw(names)
    scenario = replace(sound(drawn(net, rng), net), name=name)
    assert told(write([scenario]), net) == (scenario,)
    several = (scenario, replace(sound(drawn(net, rng), net), name=f"{name}+"))
    if name:
        assert told(write(several), net) == several


def sound(scenario: Scenario, net: Inventory) -> Scenario:
    """Leave out what a reader refuses: no gateway left, growth of nobody."""
    kinds = {site.kind for site in net.sites.values()}
    known = {Whose.KIND: kinds, Whose.ORGANISATION: net.organisations, None: {""}}
    keep = net.gateways - {*scenario.gateways_removed}
    return replace(
        scenario,
        gateways_removed=scenario.gateways_removed if keep else (),
        grow=tuple(each for each in scenario.grow if each.name in known[each.whose]),
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "down: [l3, northlink, l1, l1]",
            [
                '1: down[0]: no device, link, site or risk group has the id "l3"',
                '1: down[1]: "northlink" is a supplier, and no supplier fails '
                "as a whole",
                '1: down[3]: "l1" is down twice',
            ],
        ),
        (
            "down: [l1]\nmetric: {l1: 5}\ncapacity: {l1: 1G}",
            [
                '2: metric.l1: the metric of "l1" changes, and it is down',
                '3: capacity.l1: the capacity of "l1" changes, and it is down',
            ],
        ),
        (
            "metric: {l1: 0, l2: -1, pe1: 5}",
            [
                "1: metric.l1: the number 0 is out of range",
                "1: metric.l2: the number -1 is out of range",
                '1: metric.pe1: "pe1" is a device, not a link',
            ],
        ),
        (
            "capacity: {l1: 0, l2: -1G, l9: 1000000000T}",
            [
                "1: capacity.l1",
                "1: capacity.l2",
                "1: capacity.l9: the rate is out of range",
                '1: capacity.l9: no link has the id "l9"',
            ],
        ),
        ("grow: 0", ["1: grow: the number 0 is out of range"]),
        ("grow: -2", ["1: grow: the number -2 is out of range"]),
        ("grow: 1e9", ["1: grow: the number 1000000000.0 is out of range"]),
        ("grow: .nan", ["1: grow: expected a finite number"]),
        ("grow: .inf", ["1: grow: expected a finite number"]),
        ("grow: lots", ["1: grow: expected a number"]),
        (
            "grow: {nhz: 2, nhs: 2, 'organisation:nhs': 2}",
            [
                "1: grow.nhz: no organisation and no kind of site is called "
                '"nhz"\n  did you mean "nhs"?',
                '1: grow.organisation:nhs: the same as "nhs"',
            ],
        ),
        (
            "add_links:\n"
            "  - {a: hosp, b: pe2}\n"
            "  - {a: 'cpe1:wan0', b: 'cpe1:x', supplier: southlink}\n"
            "  - {id: l1, a: cpe1, b: p1, risk_groups: [dukt, duct, duct]}\n"
            "  - {a: 'pe1:y', b: 'p1:y'}\n"
            "  - {a: 'pe1:y', b: 'p1:z'}\n",
            [
                '2: add_links[0].a: "hosp" is a site; a link ends at a device\n'
                "  name one of its devices: cpe1",
                '2: add_links[0].b: no device has the id "pe2"',
                '3: add_links[1].a: "cpe1:wan0" is already an end of the link "l1"',
                '3: add_links[1]: both ends are at the device "cpe1"',
                '3: add_links[1].supplier: no supplier has the id "southlink"',
                '4: add_links[2] (l1), id: the id "l1" is taken by a link',
                "4: add_links[2] (l1), risk_groups[0]: no risk group has the id",
                "4: add_links[2] (l1), risk_groups[2]: duct is in the list twice",
                '6: add_links[4].a: "pe1:y" is already an end of another link',
            ],
        ),
        (
            "add_links: [{id: new, a: cpe1, b: p1}, {id: new, a: cpe1, b: p1}]\n"
            "down: [new]\nmetric: {new: 5}",
            [
                '1: add_links[1] (new), id: the id "new" is taken by an earlier',
                '2: down[0]: "new" is down, and is added by the same scenario',
                '3: metric.new: "new" is added by the same scenario',
            ],
        ),
        (
            "add_links:\n"
            "  - {id: shaft, a: cpe1, b: p1, risk_groups: [trench, dukt, pit, shaft]}\n"
            "risk_groups:\n"
            "  - {id: trench, kind: duct}\n"
            "  - {id: trench, kind: duct}\n"
            "  - {id: shaft, kind: duct}\n"
            "  - {id: duct, kind: duct}\n"
            "  - {id: pe1, kind: ''}\n"
            "  - {id: idle, kind: duct, mtbf: 5}\n"
            "  - {id: pit, kynd: duct}\n"
            "down: [trench, idle]\n",
            [
                '2: add_links[0] (shaft), id: the id "shaft" is taken by a risk group '
                "of the scenario",
                "2: add_links[0] (shaft), risk_groups[1]: no risk group has the id",
                '5: risk_groups[1] (trench), id: the id "trench" is taken by an '
                "earlier risk group",
                '7: risk_groups[3] (duct), id: the id "duct" is taken by a risk group '
                "of the inventory\n"
                "  give it another id, or leave it out: links may name the",
                '8: risk_groups[4] (pe1), id: the id "pe1" is taken by a device',
                "8: risk_groups[4] (pe1), kind",
                "9: risk_groups[5] (idle), mtbf",
                "9: risk_groups[5] (idle), id: no link that is added is in the risk "
                'group "idle"',
                '10: risk_groups[6] (pit), kynd: unknown key\n  did you mean "kind"?',
                "10: risk_groups[6] (pit): the key kind is missing",
            ],
        ),
        (
            "add_links: [{a: cpe1, b: p1, risk_groups: [trench, trensh]}]\n"
            "risk_groups: [{id: trench, kind: duct}]\n"
            "down: [trnch]",
            [
                '1: add_links[0].risk_groups[1]: no risk group has the id "trensh"\n'
                '  did you mean "trench"?',
                '3: down[0]: no device, link, site or risk group has the id "trnch"\n'
                '  did you mean "trench"?',
            ],
        ),
        (
            "gateways: {add: [dc, nowhere, cpe1, cpe1], remove: [pe1]}",
            [
                '1: gateways.add[0]: "dc" is a gateway already',
                '1: gateways.add[1]: no site or device has the id "nowhere"',
                '1: gateways.add[3]: "cpe1" comes twice',
                '1: gateways.remove[0]: "pe1" is no gateway\n  gateways: p1',
            ],
        ),
        (
            "gateways: {remove: [dc, p1]}",
            [
                '1: gateways.remove[1]: "p1" goes twice',
                "1: gateways: no gateway is left",
            ],
        ),
        (
            "gateways: {move: {dc: p1}}",
            ['1: gateways.move.dc: "p1" stops being a gateway and becomes one'],
        ),
        (
            "scenarios: [{name: A, down: [l9]}, {name: A}, {dwn: [l1]}, 7]\ngrow: 2",
            [
                '1: scenarios[2].dwn: unknown key\n  did you mean "down"?',
                "1: scenarios[3]: expected a mapping, found the number 7",
                "1: scenarios[0] (A), down[0]: no device, link, site or risk",
            ],
        ),
        (
            "scenarios: [{name: A}, {name: A}]",
            ['1: scenarios[1] (A), name: another scenario is called "A"'],
        ),
        (
            "scenarios: [{name: A}]\ngrow: 2",
            ["2: grow: beside a list of scenarios"],
        ),
        (
            "name: Works\nscenarios: [{name: A}]",
            ["1: name: beside a list of scenarios"],
        ),
        ("scenarios: []", ["1: scenarios: no scenarios in the list"]),
        ("scenarios:", ["1: scenarios: no scenarios in the list"]),
        ("scenarios: 5", ["1: scenarios: expected a list"]),
        ("down: l1", ["1: down: expected a list, found the text"]),
        ("down: [l1]\ndown: [l2]", ["2: down: the key is here twice"]),
    ],
)
def test_every_mistake_is_told_with_its_line(
    text: str, said: list[str], net: Inventory
) -> None:
    found = [each.removeprefix(f"{HERE}:") for each in problems(text, net)]
    assert len(found) == len(said), found
    for start in said:
        (problem,) = [each for each in found if each.startswith(start)]
        assert "\n  " in problem, "says what instead"


def test_a_name_of_both_an_organisation_and_a_kind_must_say_which(
    tmp_path: Path,
) -> None:
    file = tmp_path / "net.yaml"
    file.write_text(
        small(
            organisations="[{id: hospital}]",
            sites="[{id: hosp, kind: hospital, organisation: hospital}, "
            "{id: ex, kind: exchange}, {id: dc, kind: datacentre}]",
        )
    )
    net = load(file, cache=None).inventory
    assert problems("grow: {hospital: 2}", net) == [
        'works.yaml:1: grow.hospital: "hospital" is an organisation and a kind of '
        "site\n"
        '  write "organisation:hospital" or "kind:hospital"'
    ]
    (scenario,) = told("grow: {'kind:hospital': 2}", net)
    assert scenario.grow == (Growth("hospital", 2.0, Whose.KIND),)


def test_a_file_that_cannot_be_read_is_a_problem(
    tmp_path: Path, net: Inventory
) -> None:
    for path in (tmp_path, tmp_path / "nothing.yaml"):
        with pytest.raises(InvalidDocumentError):
            read(path, net)


KEYS = [
    *("name", "down", "add_links", "metric", "capacity", "grow", "gateways"),
    *(
        "risk_groups",
        "kind",
        "scenarios",
        "add",
        "remove",
        "move",
        "id",
        "a",
        "b",
        "l1",
        "all",
        "dc",
        "",
    ),
]
keys = st.sampled_from(KEYS)
words = st.sampled_from(["l1", "cpe1", "cpe1:x", "dc", "1G", "{", "ü\u202e", "\ud800"])
scalars = st.none() | st.booleans() | st.integers() | st.floats() | words
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner),
    max_leaves=20,
)


@settings(deadline=None, database=None)
@given(st.dictionaries(keys, values))
def test_no_content_raises_anything_but_problems(
    net: Inventory, value: dict[str, object]
) -> None:
    said: tuple[object, ...] = ()
    try:
        told(json.dumps(value), net)
    except InvalidDocumentError as error:
        said = error.problems
    for problem in map(str, said):
        assert problem.replace("\n", "").isprintable()
        assert len(problem) < 1_000


@pytest.mark.parametrize(
    "text",
    [
        "down: &a [l1, *a]",
        "down: [" + "a" * 100_000 + "]",
        "metric: {l1: " + "9" * 5_000 + "}",
        "grow: !!python/name:os.system 2",
        "scenarios: " + "[" * 100,
        "scenarios: [" + "{down: [l1]}, " * 1_001 + "]",
        "add_links: [{a: '\\u202ecpe1', b: \"p1:\x7f\"}]",
        "add_links: [[[a]], {a: [cpe1], b: {x: y}}]",
        "gateways: {move: {dc: [pe1]}}",
        "metric: [l1, 5]",
        "<<: {down: [l1]}",
    ],
)
def test_hostile_scenarios_are_problems_of_bounded_length(
    text: str, net: Inventory
) -> None:
    for problem in problems(text, net):
        assert len(problem) < 1_000
        assert problem.replace("\n", "").isprintable()
