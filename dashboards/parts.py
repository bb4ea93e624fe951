"""What panels are made of: queries, columns, colours, and their JSON."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from grafanalib import core  # type: ignore[import-untyped]

from bellrock.promql.query import Query
from dashboards.words import UNCOLOURED, State, Step, Unit

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


@dataclass(frozen=True, slots=True)
class Ask:
    """One query of a panel.

    Attributes
    ----------
    query : Query
        What to ask Prometheus.
    legend : str
        What to call its series: text with ``{{label}}``.
    """

    query: Query
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Paint:
    """How series whose name matches a regular expression are drawn.

    Attributes
    ----------
    pattern : str
        Of the series' name.
    colour : str or None
        Fixed; None leaves the palette's.
    mirrored : bool
        Drawn downwards from zero, as traffic out is below traffic in.
    """

    pattern: str
    colour: str | None = None
    mirrored: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """Where a click leads, with Grafana's variables in the address."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    field : str or int
        A label, or the number of the query whose value it is.
    title : str
        The heading.
    unit : Unit
        Of the value.
    states : tuple of State
        What numbers mean; the cell has their colour.
    steps : tuple of Step
        Colours by value, for cells without `states`.
    link : Link or None
        Where a click on the cell leads.
    width : int or None
        In pixels; None shares what is left.
    """

    field: str | int
    title: str
    unit: Unit = "none"
    states: tuple[State, ...] = ()
    steps: tuple[Step, ...] = UNCOLOURED
    link: Link | None = None
    width: int | None = None


def letter(at: int) -> str:
    """Return the name of the query at a place, as Grafana counts."""
    return "ABCDEFGHIJKLMNOPQRSTUVWXYZ"[at]


def field_name(field: str | int) -> str:
    """Return what Grafana calls a label, or the value of a query, in a table."""
    return field if isinstance(field, str) else f"Value #{letter(field)}"


def steps_json(steps: Iterable[Step]) -> list[Json]:
    """Return thresholds; core.Threshold would write the first as the text "null"."""
    return [{"color": step.colour, "value": step.start} for step in steps]


def mappings_json(states: Iterable[State]) -> list[Json]:
    """Return the value mappings of states."""
    options: dict[str, Json] = {
        str(state.number): {"text": state.text, "color": state.colour, "index": at}
        for at, state in enumerate(states)
    }
    return [{"type": "value", "options": options}] if options else []


def link_json(link: Link) -> Json:
    """Return a data link."""
    data: Json = core.DataLink(title=link.title, linkUrl=link.url).to_json_data()
    return data


def paint_json(paint: Paint) -> Json:
    """Return the override that paints some series."""
    properties: list[Json] = []
    if paint.colour is not None:
        fixed: Json = {"mode": "fixed", "fixedColor": paint.colour}
        properties.append({"id": "color", "value": fixed})
    if paint.mirrored:
        properties.append({"id": "custom.transform", "value": "negative-Y"})
    # Without the slashes Grafana would have it match the whole name.
    matcher: Json = {"id": "byRegexp", "options": f"/{paint.pattern}/"}
    return {"matcher": matcher, "properties": properties}


def column_json(column: Column) -> Json:
    """Return the override that draws a column."""
    properties: list[Json] = [{"id": "unit", "value": column.unit}]
    if column.states or column.steps is not UNCOLOURED:
        # The first is read by Grafana 9.3, the second since 9.4.
        cell = "color-background"
        properties += [
            {"id": "custom.displayMode", "value": cell},
            {"id": "custom.cellOptions", "value": {"type": cell, "mode": "basic"}},
            {"id": "mappings", "value": mappings_json(column.states)},
            {
                "id": "thresholds",
                "value": {"mode": "absolute", "steps": steps_json(column.steps)},
            },
        ]
    if column.link is not None:
        properties.append({"id": "links", "value": [link_json(column.link)]})
    if column.width is not None:
        properties.append({"id": "custom.width", "value": column.width})
    matcher: Json = {"id": "byName", "options": column.title}
    return {"matcher": matcher, "properties": properties}
