"""What every panel of every page has, and what none may have."""

import json
import re
from collections.abc import Iterator
from itertools import combinations
from typing import get_args

import pytest

from bellrock.model import catalogue
from bellrock.promql.select import series
from dashboards.page import TAG, Page, Row, Section, dashboard
from dashboards.panels import stat, table
from dashboards.parts import Ask
from dashboards.render import pages, rendered
from dashboards.words import Unit

Json = dict[str, object]

MODERN = {"row", "stat", "state-timeline", "table", "timeseries"}
DATASOURCE = {"type": "prometheus", "uid": "${datasource}"}

FILES = [name for name in rendered() if name.endswith(".json")]
every_page = pytest.mark.parametrize("name", FILES)


def read(name: str) -> dict[str, list[Json]]:
    found: dict[str, list[Json]] = json.loads(rendered()[name])
    return found


def panels(name: str) -> Iterator[Json]:
    return (panel for panel in read(name)["panels"] if panel["type"] != "row")


def defaults(panel: Json) -> Json:
    config = panel["fieldConfig"]
    assert isinstance(config, dict)
    found: Json = config["defaults"]
    return found


def asked(panel: Json) -> list[Json]:
    found = panel["targets"]
    assert isinstance(found, list)
    return found


@every_page
def test_every_panel_says_what_it_is_in_what_unit_and_what_nothing_means(
    name: str,
) -> None:
    for panel in panels(name):
        title = panel["title"]
        assert title
        assert len(str(panel["description"])) > 8, title
        assert defaults(panel)["unit"] in get_args(Unit), title
        assert defaults(panel)["noValue"], title


@every_page
def test_no_panel_is_of_a_kind_that_grafana_has_dropped(name: str) -> None:
    assert {panel["type"] for panel in read(name)["panels"]} <= MODERN


@every_page
def test_everything_is_asked_of_the_datasource_chosen(name: str) -> None:
    read_page = json.loads(rendered()[name])
    first, *others = read_page["templating"]["list"]
    assert (first["name"], first["type"]) == ("datasource", "datasource")
    assert others
    askers = [*others, *read_page["annotations"]["list"], *panels(name)]
    askers += [target for panel in panels(name) for target in asked(panel)]
    for one in askers:
        assert one["datasource"] == DATASOURCE


@every_page
def test_rates_are_taken_over_what_grafana_finds_enough_or_all_that_is_shown(
    name: str,
) -> None:
    for panel in panels(name):
        for target in asked(panel):
            spans = re.findall(r"\[([^]]*)\]( @ end\(\))?", str(target["expr"]))
            wanted = {("$__rate_interval", ""), ("$__range", " @ end()")}
            assert set(spans) <= wanted, panel["title"]


@every_page
def test_a_number_or_table_is_of_now_and_a_graph_over_time(name: str) -> None:
    for panel in panels(name):
        now = panel["type"] in ("stat", "table")
        for target in asked(panel):
            assert (target["instant"], target["range"]) == (now, not now)


@every_page
def test_panels_have_ids_of_their_own_and_do_not_overlap(name: str) -> None:
    placed = read(name)["panels"]
    assert [panel["id"] for panel in placed] == [*range(1, len(placed) + 1)]
    areas = []
    for panel in placed:
        at = panel["gridPos"]
        assert isinstance(at, dict)
        assert 0 <= at["x"] < at["x"] + at["w"] <= 24
        areas.append((at["x"], at["y"], at["x"] + at["w"], at["y"] + at["h"]))
    for (x, y, right, bottom), other in combinations(areas, 2):
        apart = (
            right <= other[0] or other[2] <= x or bottom <= other[1] or other[3] <= y
        )
        assert apart


@every_page
def test_titles_tell_panels_apart(name: str) -> None:
    titles = [(panel["title"], panel["type"]) for panel in panels(name)]
    assert len(set(titles)) == len(titles)


@every_page
def test_columns_of_a_table_are_labels_or_values_that_it_asks_for(name: str) -> None:
    tables = [panel for panel in panels(name) if panel["type"] == "table"]
    for panel in tables:
        steps = panel["transformations"]
        assert isinstance(steps, list)
        refs = {f"Value #{target['refId']}" for target in asked(panel)}
        exprs = " ".join(str(target["expr"]) for target in asked(panel))
        for field in steps[1]["options"]["include"]["names"]:
            if field.startswith("Value"):
                assert field in refs, panel["title"]
            else:
                assert re.search(rf'by \([^)]*\b{field}\b|"{field}", " "', exprs)
        titles = set(steps[2]["options"]["renameByName"].values())
        options = panel["options"]
        assert isinstance(options, dict)
        assert {by["displayName"] for by in options["sortBy"]} <= titles


@every_page
def test_what_is_painted_is_in_the_legend(name: str) -> None:
    for panel in panels(name):
        legends = [str(target["legendFormat"]) for target in asked(panel)]
        config = panel["fieldConfig"]
        assert isinstance(config, dict)
        for override in config["overrides"]:
            if override["matcher"]["id"] == "byRegexp":
                # Without slashes Grafana takes it for the whole name.
                pattern = re.fullmatch("/(.+)/", override["matcher"]["options"])
                assert pattern is not None
                assert any(re.search(pattern[1], legend) for legend in legends)


def test_links_lead_to_dashboards_that_there_are() -> None:
    uids = {page.uid for page in pages()}
    text = "".join(rendered().values())
    led = re.findall(r'"url": "/d/([^?"]+)', text)
    assert led
    assert set(led) <= uids


@every_page
def test_pages_lead_to_one_another_with_the_same_choice_and_time(name: str) -> None:
    page = json.loads(rendered()[name])
    assert page["tags"] == [TAG]
    (link,) = page["links"]
    assert (link["includeVars"], link["keepTime"]) == (True, True)
    assert link["tags"] == [TAG]


@every_page
def test_a_variable_uses_only_those_before_it(name: str) -> None:
    known: set[str] = set()
    for variable in json.loads(rendered()[name])["templating"]["list"]:
        if variable["type"] == "query":
            used = set(re.findall(r"\$(\w+)", variable["query"]["query"]))
            assert used <= known
        known.add(variable["name"])
    used = set(re.findall(r"\$([a-z]\w*)", json.dumps([*panels(name)])))
    assert used <= known | {"datasource"}


@every_page
def test_unknown_has_a_colour_that_no_other_state_has(name: str) -> None:
    text = rendered()[name]
    mapped = re.findall(r'"color": "(\w+)",\s+"index": \d+,\s+"text": "(.+?)"', text)
    unknown = {colour for colour, word in mapped if word == "unknown"}
    others = {colour for colour, word in mapped if word != "unknown"}
    # A page of numbers alone has no states to colour.
    assert len(unknown) == (1 if mapped else 0)
    assert not unknown & others


def test_rendering_twice_gives_the_same() -> None:
    assert rendered() == rendered()


def test_a_row_too_wide_is_refused() -> None:
    ask = Ask(series(catalogue.SCHEDULER_LAG))
    wide = Row(4, tuple((13, stat("Lag", "How late.", ask, empty="-")) for _ in "ab"))
    page = Page("wide", "Wide", "Too wide.", (), (), (Section("Lag", (wide,)),))
    with pytest.raises(ValueError, match="26 wide"):
        dashboard(page)


def test_a_table_of_one_query_is_refused() -> None:
    ask = Ask(series(catalogue.SCHEDULER_LAG))
    with pytest.raises(ValueError, match="two queries"):
        table(
            "Lag", "How late.", ask, key="job", columns=(), sort=("A", "up"), empty="-"
        )
