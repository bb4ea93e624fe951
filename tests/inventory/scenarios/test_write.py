"""What is saved of a scenario is all of it."""

from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bellrock.document import parse
from bellrock.inventory import load
from bellrock.inventory.scenarios.read import understand
from bellrock.inventory.scenarios.write import write
from bellrock.model.inventory import End, Inventory, Link, RiskGroup
from bellrock.model.scenario import Growth, Scenario, Whose
from tests.inventory.exchange.networks import IDS, LINES, RATES, SPANS
from tests.inventory.small import small

KINDS = ["hospital", "all", "kind:x", "Ex: change, {north} #1", "no"]
"""Kinds of site, which may be anything."""

METRICS = st.integers(1, 2**32 - 1)
FACTORS = st.floats(1e-9, 1_000) | st.integers(1, 1_000).map(float)


@pytest.fixture(scope="module")
def net(tmp_path_factory: pytest.TempPathFactory) -> Inventory:
    kinds = "".join(
        f"\n  - {{id: site-{number}, kind: '{kind}'}}"
        for number, kind in enumerate(KINDS)
    )
    file = tmp_path_factory.mktemp("scenarios") / "net.yaml"
    text = small(
        sites="\n  - {id: hosp, kind: hospital, organisation: nhs}"
        "\n  - {id: ex, kind: exchange}\n  - {id: dc, kind: datacentre}" + kinds
    )
    file.write_text(text)
    return load(file, cache=None).inventory


def every_field(
    kind: type, /, **given: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    """Draw a `kind` with nothing left at what it is by default."""
    assert given.keys() == {each.name for each in fields(kind)}
    return st.builds(kind, **given)


def groups(name: str) -> st.SearchStrategy[RiskGroup]:
    return every_field(
        RiskGroup, id=st.just(name), kind=LINES, name=LINES, mtbf=SPANS, mttr=SPANS
    )


@st.composite
def links(draw: st.DrawFn, number: int, declared: list[str]) -> Link:
    port = st.sampled_from(["", f"ge-0/{number}", f"Port {number}: {{a}} 'b' #1"])
    a, b = draw(st.permutations(["cpe1", "pe1", "p1"]))[:2]
    ab, ba = draw(st.just((None, None)) | st.tuples(RATES, RATES))
    told = draw(st.booleans())
    metric = METRICS if told else st.just(10)
    drawn: Link = draw(
        every_field(
            Link,
            id=IDS.map(lambda text: f"{text}-new{number}"),
            a=port.map(lambda text: End(a, text)),
            b=port.map(lambda text: End(b, text)),
            capacity_ab=st.just(ab),
            capacity_ba=st.just(ba),
            metric_ab=metric,
            metric_ba=metric,
            supplier=st.sampled_from([None, "northlink"]),
            circuit=st.just("") | LINES,
            risk_groups=st.permutations(["duct", *declared]).map(tuple),
            backup=st.booleans(),
            metric_declared=st.just(told),
            mtbf=SPANS,
            mttr=SPANS,
        )
    )
    return drawn


@st.composite
def scenarios(draw: st.DrawFn) -> Scenario:
    """Draw a scenario in which anything may be said that a reader accepts."""
    count = draw(st.integers(0, 2))
    declared = draw(st.lists(IDS.map("new-{}".format), unique=True, max_size=2))
    declared = declared if count else []
    cut = draw(st.booleans())
    name = st.sampled_from(KINDS).map(lambda kind: (kind, Whose.KIND))
    grown = st.lists(
        st.sampled_from([("", None), ("nhs", Whose.ORGANISATION)]) | name, unique=True
    )
    drawn: Scenario = draw(
        every_field(
            Scenario,
            name=st.just("") | LINES,
            down=st.sampled_from([(), ("duct", "pe1"), ("ex", *declared)]),
            links=st.tuples(*(links(number, declared) for number in range(count))),
            risk_groups=st.tuples(*map(groups, declared)),
            metric=st.dictionaries(
                st.sampled_from(["l1", "l2"]), st.tuples(METRICS, METRICS)
            ),
            capacity=st.dictionaries(
                st.sampled_from(["l1", "l2"]), st.tuples(RATES, RATES)
            ),
            grow=grown.flatmap(_with_factors),
            gateways_added=st.just(("cpe1",) if cut else ()),
            gateways_removed=st.just(("dc",) if cut else ()),
        )
    )
    return drawn


def _with_factors(
    named: list[tuple[str, Whose | None]],
) -> st.SearchStrategy[tuple[Growth, ...]]:
    return st.tuples(
        *(
            every_field(
                Growth, name=st.just(name), factor=FACTORS, whose=st.just(whose)
            )
            for name, whose in named
        )
    )


@settings(max_examples=60, deadline=None)
@given(st.lists(scenarios(), min_size=1, max_size=3, unique_by=lambda s: s.name))
def test_every_field_of_a_scenario_is_saved(
    net: Inventory, asked: list[Scenario]
) -> None:
    if len(asked) > 1:
        asked = [each for each in asked if each.name] or asked[:1]
    document = parse(write(asked).encode(), Path("works.yaml"))
    assert list(understand(document, net)) == asked
