"""What grafanalib writes, without what no Grafana since version 8 reads.

Grafana 13's schema (``@grafana/schema``) refuses unknown keys, and a null where it
expects a text or nothing. What is kept is listed here, so that a newer grafanalib
cannot slip anything in.
"""

import json
from collections.abc import Mapping
from typing import cast

from grafanalib import _gen, core  # type: ignore[import-untyped]

from dashboards.parts import Json

_DASHBOARD = frozenset(
    [
        "annotations",
        "description",
        "editable",
        "graphTooltip",
        "links",
        "panels",
        "refresh",
        "schemaVersion",
        "tags",
        "templating",
        "time",
        "timezone",
        "title",
        "uid",
    ]
)
_PANEL = frozenset(
    [
        "datasource",
        "description",
        "fieldConfig",
        "gridPos",
        "id",
        "interval",
        "maxDataPoints",
        "options",
        "targets",
        "title",
        "transformations",
        "type",
    ]
)
_ROW = frozenset(["collapsed", "gridPos", "id", "panels", "title", "type"])
_TARGET = frozenset(
    ["datasource", "expr", "format", "instant", "interval", "legendFormat", "refId"]
)
_VARIABLE = frozenset(
    [
        "allValue",
        "current",
        "datasource",
        "description",
        "hide",
        "includeAll",
        "label",
        "multi",
        "name",
        "options",
        "query",
        "refresh",
        "regex",
        "sort",
        "type",
    ]
)
_FIELD = frozenset(
    [
        "color",
        "custom",
        "decimals",
        "links",
        "mappings",
        "max",
        "min",
        "noValue",
        "thresholds",
        "unit",
    ]
)

Object = Mapping[str, Json]


def modern(dashboard: core.Dashboard) -> dict[str, Json]:
    """Return the JSON of a dashboard as Grafana 9 to 13 read it."""
    text = json.dumps(dashboard, cls=_gen.DashboardEncoder)
    data = _kept(json.loads(text), _DASHBOARD)
    data["panels"] = [_panel(panel) for panel in _objects(data["panels"])]
    variables = _objects(cast("Object", data["templating"])["list"])
    data["templating"] = {"list": [_kept(one, _VARIABLE) for one in variables]}
    return data


def _panel(written: Object) -> Json:
    if written["type"] == "row":
        return _kept(written, _ROW)
    panel = _kept(written, _PANEL)
    panel["targets"] = [_target(one) for one in _objects(panel["targets"])]
    config = cast("Object", panel["fieldConfig"])
    field = _kept(cast("Object", config["defaults"]), _FIELD)
    field["custom"] = _without_null(cast("Object", field["custom"]))
    panel["fieldConfig"] = {"defaults": field, "overrides": config["overrides"]}
    return panel


def _target(written: Object) -> Json:
    target = _kept(written, _TARGET)
    # Without `range` Grafana 9 asks for both when `instant` is set.
    return {**target, "range": not target["instant"], "editorMode": "code"}


def _objects(data: Json) -> list[Object]:
    return cast("list[Object]", data)


def _kept(written: Object, keys: frozenset[str]) -> dict[str, Json]:
    return _without_null({key: written[key] for key in written if key in keys})


def _without_null(written: Object) -> dict[str, Json]:
    return {key: value for key, value in written.items() if value is not None}
