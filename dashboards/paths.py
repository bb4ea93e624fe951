"""The Paths page: which way packets take, what fits, what changed, what is shared."""

from bellrock.model import catalogue
from bellrock.model.catalogue import Metric
from bellrock.promql.query import Query
from bellrock.promql.select import AnyOf, firing, increase, series, values_of
from dashboards import words
from dashboards.page import Annotation, Page, Row, Section, Variable
from dashboards.panels import Panel, table, timeseries
from dashboards.parts import Ask, Column

UID = "bellrock-paths"

_SITE = AnyOf("$site")
_TARGET = AnyOf("$target")
_TRACE = ("target", "link")
_INTERVAL = "5m"
"""The usual time between two traces of one target."""
_NONE = "nothing here is traced: put `path` under a device's `probes`"


def paths() -> Page:
    """Return the page."""
    return Page(
        UID,
        "Bellrock: Paths",
        "Which way packets take to sites and over circuits, when it was another one, "
        "how large a packet may be, and whether two circuits really are two.",
        _variables(),
        (Annotation("Alerts of these sites", firing(site=_SITE)),),
        (
            Section("Circuits that are meant to be diverse", _diversity()),
            Section("Every path", (Row(10, ((24, _table()),)),)),
            Section("The ways", (Row(10, ((24, _ways()),)),)),
            Section("Over time", (_changes(), _sizes())),
        ),
    )


def _variables() -> tuple[Variable, ...]:
    reached = catalogue.PATH_REACHED
    return (
        Variable("site", "Site", "Narrows the paths.", values_of("site", reached)),
        Variable(
            "target",
            "Target",
            "The paths shown.",
            values_of("target", reached, site=_SITE),
        ),
    )


def _diversity() -> tuple[Row, ...]:
    known = series(catalogue.SITE_PATHS_DIVERSE, site=_SITE).max("site")
    doubted = series(catalogue.SITE_PATHS_UNKNOWN, site=_SITE)
    shared = series(catalogue.SITE_PATHS_SHARED, site=_SITE)
    believed = series(catalogue.SITE_REDUNDANCY_DESIGNED, site=_SITE).max("site")
    verdicts = table(
        "Sites with two circuits or more",
        "Whether anything off the premises is on every traced way to the site, beside "
        "what the inventory promises. Purple: too little is known of the hops.",
        Ask(known.otherwise(doubted.one("site") * -1)),
        Ask(believed.where(known.otherwise(doubted.one("site")), "site")),
        Ask(shared.count("site")),
        key="site",
        columns=(
            Column("site", "Site"),
            Column(0, "Traced ways", states=words.DIVERSE, width=130),
            Column(1, "By the inventory", states=words.REDUNDANCY, width=160),
            Column(2, "Shared", "short", steps=words.ANY_IS_WORTH_A_LOOK, width=80),
        ),
        sort=("Traced ways", "up"),
        interval=_INTERVAL,
        empty="-",
    )
    thing = ("site", "kind", "element")
    named = table(
        "What they share",
        "Elements of the inventory, or addresses that are nobody's we know, which all "
        "traced ways to a site pass. Gateways, and what is before them, are left out.",
        Ask(shared.max(*thing).joined("row", *thing)),
        Ask(shared.max(*thing).joined("row", *thing)),
        key="row",
        columns=(Column("row", "Site, kind and what"),),
        sort=("Site, kind and what", "up"),
        interval=_INTERVAL,
        empty="nothing is shared, as far as it is known",
    )
    why = ("site", "why")
    unknown = table(
        "What keeps it unknown",
        "A circuit that no trace came over, or hops that are not known. Silent hops "
        "may be anything; poll more routers, and their addresses become known.",
        Ask(doubted.max(*why).joined("row", *why)),
        Ask(doubted.max(*why).joined("row", *why)),
        key="row",
        columns=(Column("row", "Site and why"),),
        sort=("Site and why", "up"),
        interval=_INTERVAL,
        empty="all is known",
    )
    return (Row(9, ((10, verdicts), (8, named), (6, unknown))),)


def _of(metric: Metric) -> Query:
    found = series(metric, site=_SITE, target=_TARGET)
    return found.max(*_TRACE).joined("row", *_TRACE)


def _table() -> Panel:
    changed = increase(catalogue.PATH_CHANGES, whole=True, site=_SITE, target=_TARGET)
    routed = series(catalogue.PATH_AS_ROUTED, site=_SITE, target=_TARGET)
    return table(
        "Paths",
        "Every target that is traced, and every circuit's end, with its changes in the "
        "time shown. A dash: not known, or not measured.",
        Ask(_of(catalogue.PATH_REACHED)),
        Ask(_of(catalogue.PATH_HOPS)),
        Ask(_of(catalogue.PATH_BRANCHES)),
        Ask(_of(catalogue.PATH_MTU)),
        Ask(_of(catalogue.PATH_BLACK_HOLE)),
        Ask(changed.max(*_TRACE).joined("row", *_TRACE)),
        Ask(routed.max("target").joined("row", *_TRACE)),
        key="row",
        columns=(
            Column("row", "Target and circuit"),
            Column(0, "Reached", states=words.ANSWERED, width=100),
            Column(1, "Hops", "short", width=80),
            Column(2, "Branches", "short", width=90),
            Column(3, "Largest packet", "bytes", steps=words.PACKET, width=130),
            Column(4, "Black hole", states=words.BLACK_HOLE, width=120),
            Column(
                *(5, "Changes", "short"),
                steps=words.ANY_IS_WORTH_A_LOOK,
                width=90,
            ),
            Column(6, "By the metrics", states=words.AS_ROUTED, width=130),
        ),
        sort=("Target and circuit", "up"),
        interval=_INTERVAL,
        empty="-",
    )


def _ways() -> Panel:
    key = (*_TRACE, "branch")
    found = series(catalogue.PATH_INFO, site=_SITE, target=_TARGET)
    return table(
        "From here to there",
        "Each branch in words: devices of the inventory, else the address that "
        "answered, * where nothing does. The first eight branches of a target.",
        Ask(found.max(*key).joined("row", *key)),
        Ask(found.max(*key, "path").joined("row", *key)),
        key="row",
        columns=(
            Column("row", "Target, circuit, branch", width=320),
            Column("path", "Way"),
        ),
        sort=("Target, circuit, branch", "up"),
        interval=_INTERVAL,
        empty=_NONE,
    )


def _changes() -> Row:
    def over_time(title: str, description: str, metric: Metric) -> Panel:
        found = series(metric, site=_SITE, target=_TARGET).max(*_TRACE)
        return timeseries(
            title,
            description,
            Ask(found, "{{target}} {{link}}"),
            unit="short",
            empty=_NONE,
        )

    changed = timeseries(
        "Changes",
        "Times that two traces in a row found other routers than before, over each "
        "step of the graph.",
        Ask(
            increase(catalogue.PATH_CHANGES, site=_SITE, target=_TARGET).sum(*_TRACE),
            "{{target}} {{link}}",
        ),
        unit="short",
        stacked=True,
        interval=_INTERVAL,
        empty=_NONE,
    )
    hops = over_time(
        "Hops",
        "How far each target is. More than before is a detour; a gap: it was not "
        "reached.",
        catalogue.PATH_HOPS,
    )
    branches = over_time(
        "Branches",
        "Ways that flows take at once. Fewer than before: a parallel link is out.",
        catalogue.PATH_BRANCHES,
    )
    return Row(8, ((8, changed), (8, hops), (8, branches)))


def _sizes() -> Row:
    fits = timeseries(
        "Largest packet",
        "What fits whichever branch a packet takes, and what the settings call normal.",
        Ask(
            series(catalogue.PATH_MTU, site=_SITE, target=_TARGET).max(*_TRACE),
            "{{target}} {{link}}",
        ),
        Ask(series(catalogue.PATH_MTU_LEAST).max(), "normal"),
        unit="bytes",
        empty=_NONE,
    )
    return Row(8, ((24, fits),))
