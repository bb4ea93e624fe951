"""A page: its variables, links and annotations, and its panels put in place."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate

from grafanalib import core  # type: ignore[import-untyped]

from bellrock.promql.query import Query
from dashboards.modern import modern
from dashboards.panels import DATASOURCE, Panel
from dashboards.parts import Json
from dashboards.words import BAD

TAG = "bellrock"
"""What our dashboards link to one another by."""

SCHEMA_VERSION = 39
"""Grafana 9.3 takes it as it is; later ones migrate from it."""

_WIDTH = 24
_SHARED_CROSSHAIR = 1
_ON_TIME_CHANGE = 2


@dataclass(frozen=True, slots=True)
class Variable:
    """A choice at the top of a page.

    Attributes
    ----------
    name, label, description : str
        What queries, people and the tooltip call it.
    query : str
        Of :func:`bellrock.promql.select.values_of`; may use variables before it.
    all : bool
        Whether all may be chosen: all that are listed.
    unlabelled : bool
        Whether all takes in series that do not have the label.
    """

    name: str
    label: str
    description: str
    query: str
    all: bool = True
    unlabelled: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """Panels side by side.

    Attributes
    ----------
    height : int
        In units of 30 pixels.
    panels : tuple of (int, Panel)
        Their widths, of 24 together, and what to put there.
    """

    height: int
    panels: tuple[tuple[int, Panel], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Rows below one heading."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Annotation:
    """Alerts drawn into every graph."""

    name: str
    query: Query


@dataclass(frozen=True, slots=True)
class Page:
    """A dashboard.

    Attributes
    ----------
    uid : str
        In its address; never changes, or bookmarks and links break.
    title, description : str
        What it is called, and the question it answers.
    variables : tuple of Variable
        After the datasource.
    annotations : tuple of Annotation
        Alerts to draw.
    sections : tuple of Section
        From top to bottom.
    """

    uid: str
    title: str
    description: str
    variables: tuple[Variable, ...]
    annotations: tuple[Annotation, ...]
    sections: tuple[Section, ...]


def dashboard(page: Page) -> dict[str, Json]:
    """Return the dashboard's JSON.

    Raises
    ------
    ValueError
        If the panels of a row are wider than the page.
    """
    built = core.Dashboard(
        title=page.title,
        uid=page.uid,
        description=page.description,
        tags=[TAG],
        schemaVersion=SCHEMA_VERSION,
        timezone="browser",
        graphTooltip=_SHARED_CROSSHAIR,
        refresh="30s",
        time=core.Time("now-6h", "now"),
        links=[_links()],
        annotations=core.Annotations([_annotation(one) for one in page.annotations]),
        templating=core.Templating([_datasource(), *map(_variable, page.variables)]),
        panels=_placed(page.sections),
    )
    return modern(built.auto_panel_ids())


def text(page: Page) -> str:
    """Return the dashboard's JSON as a file, the same every time."""
    return json.dumps(dashboard(page), indent=2, sort_keys=True) + "\n"


def _placed(sections: tuple[Section, ...]) -> list[Panel]:
    placed = []
    top = 0
    for section in sections:
        heading = core.GridPos(h=1, w=_WIDTH, x=0, y=top)
        placed.append(core.RowPanel(title=section.title, gridPos=heading))
        top += 1
        for row in section.rows:
            ends = list(accumulate(width for width, _ in row.panels))
            if ends[-1] > _WIDTH:
                raise ValueError(f"{section.title}: a row is {ends[-1]} wide")
            for (width, panel), end in zip(row.panels, ends, strict=True):
                panel.gridPos = core.GridPos(
                    h=row.height, w=width, x=end - width, y=top
                )
                placed.append(panel)
            top += row.height
    return placed


def _links() -> core.DashboardLink:
    return core.DashboardLink(
        title="Bellrock",
        tags=[TAG],
        includeVars=True,
        keepTime=True,
        tooltip="The other pages, for the same choice and time",
    )


def _annotation(annotation: Annotation) -> Mapping[str, Json]:
    expr = str(annotation.query)
    # Grafana 9 reads `expr` here, later ones in `target`; the formats stay here.
    return {
        "name": annotation.name,
        "datasource": DATASOURCE,
        "enable": True,
        "iconColor": BAD,
        "expr": expr,
        "target": {"expr": expr, "refId": "Anno"},
        "titleFormat": "{{alertname}}",
        "textFormat": "{{site}} {{link}} {{element}}",
        "tagKeys": "severity,organisation",
    }


def _datasource() -> core.Template:
    return core.Template(
        name="datasource", label="Prometheus", type="datasource", query="prometheus"
    ).to_json_data() | {
        "current": None,
        "description": "Where the monitor's metrics are kept.",
    }


def _variable(variable: Variable) -> Mapping[str, Json]:
    template = core.Template(
        name=variable.name,
        label=variable.label,
        dataSource=DATASOURCE,
        query={"query": variable.query, "refId": "StandardVariableQuery"},
        includeAll=variable.all,
        allValue=".*" if variable.unlabelled else None,
        refresh=_ON_TIME_CHANGE,
        sort=core.SORT_ALPHA_ASC,
    )
    chosen: Json = {"selected": True, "text": "All", "value": "$__all"}
    written: dict[str, Json] = template.to_json_data()
    return written | {
        "current": chosen if variable.all else None,
        "description": variable.description,
    }
