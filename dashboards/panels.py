"""Panels that draw in Grafana 9.3 and are valid in 13, over grafanalib.

grafanalib 0.7.1 writes some of what Grafana read before version 8; each function here
corrects what its class gets wrong, and :mod:`dashboards.modern` leaves the rest out.
None of its Angular panels (Graph, SingleStat ...) is offered.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, Protocol

from grafanalib import core  # type: ignore[import-untyped]

from dashboards.parts import (
    Ask,
    Column,
    Json,
    Link,
    Paint,
    column_json,
    field_name,
    letter,
    link_json,
    mappings_json,
    paint_json,
    steps_json,
)
from dashboards.words import UNCOLOURED, State, Step, Unit


class Panel(Protocol):
    """What these functions return, for :mod:`dashboards.page` to place."""

    gridPos: object  # noqa: N815

    def to_json_data(self) -> object:
        """Return what grafanalib writes."""


DATASOURCE: Mapping[str, Json] = {"type": "prometheus", "uid": "${datasource}"}
"""The Prometheus chosen in the first variable of every page."""

POLLED = "1m"
"""Shortest step for counters of devices: the usual time between two polls.

Counters stand still between polls, so that over a shorter time a rate is mostly zero
and now and then far too high.
"""

_NO_LEGEND: Mapping[str, Json] = {
    "calcs": [],
    "displayMode": "list",
    "placement": "bottom",
    "showLegend": False,
}


def timeseries(
    title: str,
    description: str,
    *asks: Ask,
    unit: Unit,
    empty: str,
    paint: tuple[Paint, ...] = (),
    stacked: bool = False,
    share: bool = False,
    interval: str | None = None,
) -> Panel:
    """Draw numbers over time.

    Parameters
    ----------
    title, description : str
        What it shows, and how to read it.
    *asks : Ask
        The queries.
    unit : Unit
        Of the values.
    empty : str
        What to say when there is no data.
    paint : tuple of Paint
        Series drawn in another way.
    stacked : bool
        The series are parts of one whole.
    share : bool
        The values are shares of something: the axis shows 0 to 100 % at least.
    interval : str or None
        Shortest step, as Grafana writes it.
    """
    custom: dict[str, Json] = {"axisSoftMin": 0}
    custom["stacking"] = {"mode": "normal" if stacked else "none", "group": "A"}
    if share:
        custom["axisSoftMax"] = 1
    options: dict[str, Json] = {
        "legend": {"showLegend": True},
        "tooltip": {"mode": "multi", "sort": "desc"},
    }
    panel: Panel = core.TimeSeries(
        **_common(title, description, asks, table=False, instant=False),
        interval=interval,
        unit=unit,
        fillOpacity=60 if stacked else 0,
        showPoints="never",
        legendDisplayMode="table",
        legendCalcs=["lastNotNull", "max"],
        overrides=[paint_json(one) for one in paint],
        thresholds=steps_json(UNCOLOURED),
        extraJson={
            "fieldConfig": {"defaults": {"noValue": empty, "custom": custom}},
            "options": options,
        },
    )
    return panel


def stat(
    title: str,
    description: str,
    ask: Ask,
    *,
    empty: str,
    unit: Unit = "none",
    states: tuple[State, ...] = (),
    steps: tuple[Step, ...] = UNCOLOURED,
    text: Literal["value", "name"] = "value",
    link: Link | None = None,
) -> Panel:
    """Show one number, as of the end of the time shown and never an older one.

    Parameters
    ----------
    title, description : str
        What it shows, and how to read it.
    ask : Ask
        The query.
    empty : str
        What to say when there is no data.
    unit : Unit
        Of the value.
    states : tuple of State
        What numbers mean.
    steps : tuple of Step
        Colours by value, for numbers without `states`.
    text : {"value", "name"}
        Show the value, or what the series is called.
    link : Link or None
        Where a click leads.
    """
    defaults: dict[str, Json] = {"links": [link_json(link)] if link else []}
    # 13 insists on these three, and on names for what it used to take as given.
    options: dict[str, Json] = {
        "percentChangeColorMode": "standard",
        "showPercentChange": False,
        "wideLayout": True,
    }
    panel: Panel = core.Stat(
        **_common(title, description, (ask,), table=False, instant=True),
        format=unit,
        color={"mode": "thresholds"},
        colorMode="background",
        graphMode="none",
        mappings=mappings_json(states),
        noValue=empty,
        reduceCalc="lastNotNull",
        textMode=text,
        thresholds=steps_json(steps),
        extraJson={"fieldConfig": {"defaults": defaults}, "options": options},
    )
    return panel


def table(
    title: str,
    description: str,
    *asks: Ask,
    key: str,
    columns: tuple[Column, ...],
    sort: tuple[str, Literal["up", "down"]],
    empty: str,
    interval: str | None = None,
) -> Panel:
    """Show the answers to at least two queries as one table, joined by a label.

    Parameters
    ----------
    title, description : str
        What it shows, and how to read it.
    *asks : Ask
        The queries; one series each for every value of `key`.
    key : str
        The label that tells rows apart.
    columns : tuple of Column
        In the order shown; whatever else the answers hold is left out.
    sort : tuple
        The title of a column, and whether its values go up or down.
    empty : str
        What to say in a cell, or a table, without data.
    interval : str or None
        Shortest step, as Grafana writes it.

    Raises
    ------
    ValueError
        If there is only one query: Grafana would call its value otherwise.
    """
    if len(asks) < 2:
        raise ValueError(f"{title}: a table needs two queries")
    names = [field_name(column.field) for column in columns]
    titles = [column.title for column in columns]
    transformations = [
        {"id": "joinByField", "options": {"byField": key, "mode": "outer"}},
        {"id": "filterFieldsByName", "options": {"include": {"names": names}}},
        {
            "id": "organize",
            "options": {
                "excludeByName": {},
                "indexByName": {name: at for at, name in enumerate(names)},
                "renameByName": dict(zip(names, titles, strict=True)),
            },
        },
    ]
    defaults: dict[str, Json] = {
        "color": {"mode": "thresholds"},
        "noValue": empty,
        "custom": {"cellOptions": {"type": "auto"}, "inspect": False},
    }
    panel: Panel = core.Table(
        **_common(title, description, asks, table=True, instant=True),
        interval=interval,
        filterable=True,
        overrides=[column_json(column) for column in columns],
        sortBy=[core.TableSortByField(displayName=sort[0], desc=sort[1] == "down")],
        thresholds=steps_json(UNCOLOURED),
        transformations=transformations,
        unit="none",
        extraJson={
            "fieldConfig": {"defaults": defaults},
            "options": {"frameIndex": 0, "cellHeight": "sm"},
        },
    )
    return panel


def state_timeline(
    title: str,
    description: str,
    *asks: Ask,
    states: tuple[State, ...],
    empty: str,
) -> Panel:
    """Draw states over time, a row for each series.

    Parameters
    ----------
    title, description : str
        What it shows, and how to read it.
    *asks : Ask
        The queries.
    states : tuple of State
        What every number that can occur means.
    empty : str
        What to say when there is no data.
    """
    # With "thresholds" Grafana would merge by threshold and ignore the states.
    panel: Panel = core.StateTimeline(
        **_common(title, description, asks, table=False, instant=False),
        colorMode="palette-classic",
        fillOpacity=80,
        mappings=mappings_json(states),
        thresholds=steps_json(UNCOLOURED),
        extraJson={
            "fieldConfig": {"defaults": {"noValue": empty, "unit": "none"}},
            "options": {
                "legend": {**_NO_LEGEND, "showLegend": True},
                "tooltip": {"sort": "none"},
            },
        },
    )
    return panel


def _common(
    title: str,
    description: str,
    asks: Sequence[Ask],
    *,
    table: bool,
    instant: bool,
) -> dict[str, object]:
    targets = [
        core.Target(
            datasource=DATASOURCE,
            expr=str(ask.query),
            format="table" if table else "time_series",
            instant=instant,
            legendFormat=ask.legend,
            refId=letter(at),
        )
        for at, ask in enumerate(asks)
    ]
    # Its own default of 100 points draws a day in steps of a quarter of an hour.
    return {
        "dataSource": DATASOURCE,
        "description": description,
        "maxDataPoints": None,
        "targets": targets,
        "title": title,
    }
